// fovea_switch_bench DIR N: what a switch of the model costs a library of N made-up photos beside encoding, and what searches notice of it.
// Fills DIR, switches to a second model and back, asks all the while, and prints one JSON object. Both models are made up and
// cost nothing: the pictures are read from thumbnails of 16 x 16 pixels. A real model adds its own time per photo.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/worker.h"
#include "bench/process_figures.h"
#include "bench/synthetic_library.h"
#include "encoder/thumbnail.h"
#include "indexer/library.h"

namespace fovea::bench {
namespace {

using Json = nlohmann::json;
using storage::Catalog;
using Time = std::chrono::steady_clock::time_point;

constexpr int64_t kDim = 512;
constexpr uint64_t kBatch = 1000;
constexpr int kSide = 16;
constexpr size_t kAlone = 1000;  // searches without a switch
constexpr std::chrono::milliseconds kBetweenSearches(5);
const char* const kFirst = "synthetic-first";
const char* const kSecond = "synthetic-second";

// Gives the i-th picture it sees the vector of picture i of a made-up library, and texts those of texts.
class MadeUpModel final : public encoder::Encoder {
 public:
  MadeUpModel(const std::string& name, uint64_t seed) : vectors_(kDim, seed) {
    info_.id = name;
    info_.name = name;
    info_.image_size = kSide;
    info_.embed_dim = kDim;
    info_.context_length = 77;
    info_.device = "cpu";
    info_.precision = "fp32";
    profile_.image_size = profile_.resize_to = kSide;
  }
  const encoder::ModelInfo& info() const override { return info_; }
  const encoder::PreprocessProfile& preprocess() const override { return profile_; }
  Result<encoder::Features> EncodeImages(std::span<const encoder::ModelInput> inputs) override {
    return Make(inputs.size(), [this](std::span<float> row) { vectors_.Picture(pictures_++, row); });
  }
  Result<encoder::Features> EncodeTexts(std::span<const std::string> texts) override {
    return Make(texts.size(), [this](std::span<float> row) { vectors_.Text(texts_++, row); });
  }

 private:
  template <typename Fill>
  Result<encoder::Features> Make(size_t rows, const Fill& fill) {
    encoder::Features features{.rows = static_cast<int64_t>(rows), .dim = kDim, .values = std::vector<float>(rows * kDim)};
    for (size_t i = 0; i < rows; ++i) fill(std::span(features.values).subspan(i * kDim, kDim));
    return features;
  }

  const SyntheticVectors vectors_;
  encoder::ModelInfo info_;
  encoder::PreprocessProfile profile_;
  uint64_t pictures_ = 0, texts_ = 0;
};

indexer::ModelLoader Loader() {
  return [](const std::string& source) -> Result<std::vector<std::unique_ptr<encoder::Encoder>>> {
    std::vector<std::unique_ptr<encoder::Encoder>> encoders;
    encoders.push_back(std::make_unique<MadeUpModel>(source, source == kFirst ? 1 : 2));
    return encoders;
  };
}

Status Fill(Catalog& catalog, uint64_t photos) {
  if (catalog.photo_count() > 0) return AlreadyExists("the folder holds photos");
  RETURN_IF_ERROR(catalog.BindModel(kFirst, kDim));
  ASSIGN_OR_RETURN(const storage::Root root, catalog.AddRoot("/synthetic/photos"));
  const encoder::Pixels grey{.width = kSide, .height = kSide, .rgb = std::vector<uint8_t>(kSide * kSide * 3, 128)};
  ASSIGN_OR_RETURN(const std::string thumbnail, encoder::MakeThumbnail(grey, kSide));
  const SyntheticLibrary library(kDim, 1);
  for (uint64_t begin = 0; begin < photos; begin += kBatch) {
    const uint64_t end = std::min(photos, begin + kBatch);
    std::vector<float> vectors((end - begin) * kDim);
    std::vector<storage::IndexedFile> files;
    for (uint64_t photo = begin; photo < end; ++photo) {
      files.push_back(library.File(photo, std::span(vectors).subspan((photo - begin) * kDim, kDim)));
      files.back().location.root = root.id;
      files.back().thumbnail = thumbnail;
    }
    RETURN_IF_ERROR(catalog.StoreFiles(files));
  }
  return Status();
}

// Asks for the neighbours of one photo after the other while `go_on`; an answer that is refused or short counts as failed.
template <typename GoOn>
Json Ask(const indexer::Library& library, uint64_t photos, const GoOn& go_on) {
  std::mt19937_64 random(1);
  std::vector<double> times;
  uint64_t failed = 0;
  while (go_on(times.size())) {
    const Time start = std::chrono::steady_clock::now();
    const auto answer = library.Search({.query = indexer::PhotoQuery{{1 + random() % photos}}, .k = 10});
    times.push_back(MillisecondsSince(start));
    failed += !answer || answer->hits.size() < std::min<uint64_t>(10, photos - 1);
    std::this_thread::sleep_for(kBetweenSearches);
  }
  std::sort(times.begin(), times.end());
  if (times.empty()) return {};
  return {{"searches", times.size()}, {"failed", failed}, {"p50_ms", times[times.size() / 2]}, {"p99_ms", times[times.size() * 99 / 100]}, {"longest_ms", times.back()}};
}

// Until the job has ended; searches go on all the while.
Result<Json> Switch(indexer::Library& library, uint64_t photos, const std::string& source) {
  ForgetPeak();
  const double processor = ProcessorSeconds();
  const Time start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const indexer::JobStatus job, library.SwitchModel(source));
  storage::JobRecord last = job.job;
  const auto goes_on = [&](size_t) {
    for (const indexer::JobStatus& status : library.Jobs(10)) {
      if (status.job.id == job.job.id) last = status.job;
    }
    return last.state == storage::JobState::kRunning || last.state == storage::JobState::kQueued;
  };
  Json json = {{"searches", Ask(library, photos, goes_on)}};
  if (last.state != storage::JobState::kDone) return Failed(Internal(StrCat("the switch to ", source, " has failed: ", last.error)));
  json["seconds"] = MillisecondsSince(start) / 1000;
  json["processor_seconds"] = ProcessorSeconds() - processor;
  json["peak_mb"] = MegabytesOf("VmHWM:");
  return json;
}

Status Run(const std::string& folder, uint64_t photos) {
  ASSIGN_OR_RETURN(const auto catalog, Catalog::Open({.folder = folder}));
  RETURN_IF_ERROR(Fill(*catalog, photos));
  const SystemClock clock;
  Metrics metrics;
  indexer::LibraryOptions options;
  options.scan = false;
  options.load_model = Loader();
  options.batch_size = 256;
  indexer::Library library(*catalog, clock, metrics, options);
  ASSIGN_OR_RETURN(auto encoders, options.load_model(kFirst));
  RETURN_IF_ERROR(library.Start(std::move(encoders), {.source = kFirst, .asked = kFirst}));
  Json json = {{"photos", photos}, {"resident_mb", MegabytesOf("VmRSS:")}};
  const auto sorted = [&] {
    const indexer::IndexStatus index = library.GetStatus().index;
    return photos < 50'000 || (index.approximate && index.waiting < photos / 16);
  };
  Ask(library, photos, [&](size_t) { return !sorted(); });
  json["alone"] = Ask(library, photos, [](size_t done) { return done < kAlone; });
  ASSIGN_OR_RETURN(json["switch"], Switch(library, photos, kSecond));
  ASSIGN_OR_RETURN(json["back"], Switch(library, photos, kFirst));
  library.Stop();
  std::cout << json.dump() << std::endl;
  return Status();
}

}  // namespace
}  // namespace fovea::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fovea_switch_bench DIR N\n");
    return 2;
  }
  fovea::SetLogLevel(fovea::LogLevel::kWarning);
  const fovea::Status status = fovea::bench::Run(argv[1], std::stoull(argv[2]));
  if (!status.ok()) std::fprintf(stderr, "fovea_switch_bench: %s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}
