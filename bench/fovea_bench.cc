// fovea_bench --model DIR --pictures DIR --data DIR [--sample N]: rates of every stage alone and of the whole pipeline, and
// query latency inside the process, as one JSON object on standard output. bench/run makes the table.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "bench/stages.h"
#include "encoder/clip_model.h"
#include "indexer/library.h"
#include "storage/catalog.h"

namespace fovea::bench {
namespace {

using Json = nlohmann::json;

std::vector<std::string> FilesBelow(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

double Percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())))];
}

Json LatencyOf(const indexer::Library& library) {
  const std::vector<std::string> things = {"dog", "cat", "red car", "tree", "pizza", "bicycle", "sun", "house", "fish", "two dogs"};
  std::vector<double> encode, index, whole;
  for (int i = 0; i < 500; ++i) {
    const auto answer = library.Search({indexer::TextQuery{"a photo of a " + things[static_cast<size_t>(i) % things.size()]}, 50});
    if (!answer) continue;
    encode.push_back(answer->encode_ms);
    index.push_back(answer->index_ms);
    whole.push_back(answer->took_ms);
  }
  const auto both = [](const std::vector<double>& values) { return Json{{"p50", Percentile(values, 0.5)}, {"p99", Percentile(values, 0.99)}}; };
  return {{"queries", whole.size()}, {"encode_ms", both(encode)}, {"index_ms", both(index)}, {"whole_ms", both(whole)}};
}

Result<Json> MeasureWhole(std::unique_ptr<encoder::Encoder> encoder, const std::string& pictures, const std::string& data, size_t files,
                          int threads) {
  const SystemClock clock;
  Metrics metrics;
  ASSIGN_OR_RETURN(const auto catalog, storage::Catalog::Open({.folder = data}));
  indexer::LibraryOptions options;
  options.decode_threads = threads;
  options.watch = false;
  indexer::Library library(*catalog, clock, metrics, options);
  RETURN_IF_ERROR(library.AddRoot(pictures));
  const auto start = std::chrono::steady_clock::now();
  RETURN_IF_ERROR(library.Start(std::move(encoder)));
  if (!library.WaitUntilIdle(start + std::chrono::hours(2))) return Failed(Internal("indexing did not finish within two hours"));
  const double seconds = MillisecondsSince(start) / 1000;
  Json whole = {{"photos", library.GetStatus().photos}, {"seconds", seconds}, {"rate", static_cast<double>(files) / seconds}};
  whole["latency"] = LatencyOf(library);
  library.Stop();
  catalog->Close();
  return whole;
}

Status Run(const std::map<std::string, std::string>& arguments) {
  const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  RETURN_IF_ERROR(encoder::InitDecoder(1));
  encoder::SetTorchThreads(threads);
  ASSIGN_OR_RETURN(auto model, encoder::ClipModel::Load(arguments.at("--model"), {}));
  const std::vector<std::string> files = FilesBelow(arguments.at("--pictures"));
  std::vector<std::string> sample = files;
  std::shuffle(sample.begin(), sample.end(), std::mt19937_64(1));
  sample.resize(std::min(sample.size(), static_cast<size_t>(std::stoul(arguments.at("--sample")))));
  const std::string data = arguments.at("--data");
  ASSIGN_OR_RETURN(const StageRates stages, MeasureStages(*model, sample, data + "-stages", threads, 32));
  std::filesystem::remove_all(data + "-stages");
  const Json model_info = {{"name", model->info().name}, {"architecture", model->info().architecture}, {"precision", model->info().precision}};
  ASSIGN_OR_RETURN(Json whole, MeasureWhole(std::move(model), arguments.at("--pictures"), data, files.size(), threads));
  const Json out = {{"model", model_info},
                    {"files", files.size()},
                    {"threads", threads},
                    {"stages", {{"read", stages.read}, {"decode", stages.decode}, {"encode", stages.encode}, {"write", stages.write}, {"index", stages.index}}},
                    {"slowest", stages.slowest()},
                    {"whole", whole}};
  std::cout << out.dump(2) << std::endl;
  return Status();
}

}  // namespace
}  // namespace fovea::bench

int main(int argc, char** argv) {
  std::map<std::string, std::string> arguments = {{"--sample", "1000"}};
  for (int i = 1; i + 1 < argc; i += 2) arguments[argv[i]] = argv[i + 1];
  for (const char* needed : {"--model", "--pictures", "--data"}) {
    if (!arguments.contains(needed)) {
      std::fprintf(stderr, "usage: fovea_bench --model DIR --pictures DIR --data DIR [--sample N]\n");
      return 2;
    }
  }
  const fovea::Status status = fovea::bench::Run(arguments);
  if (!status.ok()) std::fprintf(stderr, "fovea_bench: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
