// fovea_picture_bench [--side N] [--rounds N] [--stages] JPEG...: from a JPEG's bytes to a model's input, beside libjpeg-turbo's bare decode of
// the same bytes at the same scale, in turn. Prints one line of a table per picture: minimum and median of the rounds. Times are
// the process' CPU time (all threads), so that other programs' load changes them little. --stages adds what else a picture
// costs on its way into the store.
#include <cstdio>  // jpeglib.h needs it
#include <jpeglib.h>

#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/sha256.h"
#include "base/unique_fd.h"
#include "encoder/decoder.h"
#include "encoder/preprocess.h"
#include "encoder/thumbnail.h"

namespace {

using namespace fovea;

struct Times {
  std::vector<double> ms;

  double Min() const { return *std::ranges::min_element(ms); }
  double Median() const {
    std::vector<double> sorted = ms;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

double ProcessMs() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

template <typename Work>
void Measure(Times& times, Work work) {
  const double start = ProcessMs();
  work();
  times.ms.push_back(ProcessMs() - start);
}

// libjpeg-turbo with its defaults, as tjDecompress2 would: rows into one buffer that is there already. An error of the library ends the program.
void BareDecode(const std::string& bytes, int shrink, std::vector<unsigned char>& buffer) {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  jpeg.scale_num = 1;
  jpeg.scale_denom = static_cast<unsigned>(shrink);
  jpeg_start_decompress(&jpeg);
  const size_t stride = size_t{jpeg.output_width} * static_cast<size_t>(jpeg.output_components);
  buffer.resize(stride * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW rows[4];
    for (unsigned i = 0; i < 4; ++i) rows[i] = buffer.data() + stride * std::min(jpeg.output_scanline + i, jpeg.output_height - 1);
    jpeg_read_scanlines(&jpeg, rows, 4);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
}

[[noreturn]] void Fail(const Status& status) {
  std::cerr << status.ToString() << "\n";
  std::exit(1);
}

template <typename T>
T Check(Result<T> result) {
  if (!result) Fail(result.error());
  return *std::move(result);
}

struct Options {
  int side = 224;
  int rounds = 15;
  bool stages = false;
  std::vector<std::string> files;
};

std::optional<Options> Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--stages") {
      options.stages = true;
    } else if (argument == "--side" && i + 1 < argc) {
      options.side = std::atoi(argv[++i]);
    } else if (argument == "--rounds" && i + 1 < argc) {
      options.rounds = std::atoi(argv[++i]);
    } else if (argument.starts_with("--")) {
      return std::nullopt;
    } else {
      options.files.push_back(argument);
    }
  }
  if (options.files.empty() || options.side < 1 || options.rounds < 1) return std::nullopt;
  return options;
}

void PrintStages(const std::string& bytes, const encoder::DecodeOptions& decode, const encoder::PreprocessProfile& profile, int rounds) {
  Times hash, pixels, input, thumbnail;
  for (int i = 0; i < rounds; ++i) {
    std::optional<encoder::Decoded> decoded;
    Measure(hash, [&] { return Sha256(bytes); });
    Measure(pixels, [&] { decoded = Check(encoder::DecodeBytes(bytes, decode)); });
    Measure(input, [&] { return Check(encoder::Preprocess(decoded->pixels, profile)); });
    Measure(thumbnail, [&] { return Check(encoder::MakeThumbnail(decoded->pixels, 320)); });
  }
  std::printf("  stages, minimum ms: SHA-256 %.2f, decode %.2f, resize and crop %.2f, thumbnail of 320 px %.2f\n", hash.Min(), pixels.Min(), input.Min(), thumbnail.Min());
}

void MeasureFile(const std::string& path, const Options& options) {
  const std::string bytes = Check(ReadFile(path, int64_t{1} << 30));
  const encoder::PreprocessProfile profile{.image_size = options.side, .resize_to = options.side};
  const encoder::DecodeOptions decode{.limits = {}, .mode = encoder::DecodeMode::kFast, .min_short_side_px = options.side};
  const encoder::Decoded first = Check(encoder::DecodeBytes(bytes, decode));
  const int shrink = encoder::JpegShrink(first.facts.width, first.facts.height, options.side);
  std::vector<unsigned char> buffer;
  Times bare, ours;
  for (int i = 0; i < options.rounds + 1; ++i) {
    if (i == 1) bare.ms.clear(), ours.ms.clear();  // the first round warms up
    Measure(bare, [&] { BareDecode(bytes, shrink, buffer); });
    Measure(ours, [&] {
      const encoder::Decoded decoded = Check(encoder::DecodeBytes(bytes, decode));
      return Check(encoder::Preprocess(decoded.pixels, profile));
    });
  }
  std::printf("| %s | %d x %d | %.1f | 1/%d | %.2f | %.2f | %.3f | %.2f | %.2f | %.3f |\n", path.substr(path.rfind('/') + 1).c_str(), first.facts.width,
              first.facts.height, static_cast<double>(bytes.size()) / 1e6, shrink, bare.Min(), ours.Min(), ours.Min() / bare.Min(), bare.Median(),
              ours.Median(), ours.Median() / bare.Median());
  if (options.stages) PrintStages(bytes, decode, profile, options.rounds);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = Parse(argc, argv);
  if (!options) {
    std::cerr << "usage: fovea_picture_bench [--side N] [--rounds N] [--stages] JPEG...\n";
    return 2;
  }
  if (const Status status = encoder::InitDecoder(1); !status.ok()) Fail(status);
  std::printf("| picture | pixels | MB | scale | bare decode, min ms | ours, min ms | ratio | bare, median ms | ours, median ms | ratio |\n");
  std::printf("|---|---|---|---|---|---|---|---|---|---|\n");
  for (const std::string& file : options->files) MeasureFile(file, *options);
  return 0;
}
