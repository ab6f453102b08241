// fovea_start_bench DIR: what a start costs between the model and the first answer, as one JSON object: opening the store,
// filling the index (from its snapshot, or from the store), one search. With --save it then writes a snapshot, as a stop does.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "bench/process_figures.h"
#include "bench/synthetic_vectors.h"
#include "indexer/index_keeper.h"
#include "indexer/photo_facts.h"
#include "storage/catalog.h"

namespace fovea::bench {
namespace {

using Json = nlohmann::json;
using Time = std::chrono::steady_clock::time_point;

// How long the facts take to load, and how long it takes to say which photos fit a filter that nobody has asked for before.
Status AskFilters(storage::Catalog& catalog, indexer::VectorIndex& index, nlohmann::json& json) {
  using Kind = indexer::Filter::Kind;
  constexpr int64_t kFirstOf2015Ms = 1'420'070'400'000, kYearMs = 31'536'000'000;
  constexpr size_t kTurns = 9;
  const std::vector<std::pair<const char*, indexer::Filter>> filters = {
      {"year", {.kind = Kind::kTaken, .least = kFirstOf2015Ms, .most = kFirstOf2015Ms + kYearMs}},
      {"ten years", {.kind = Kind::kTaken, .least = kFirstOf2015Ms - 86'400'000, .most = kFirstOf2015Ms + 10 * kYearMs}},
      {"month", {.kind = Kind::kMonth, .number = 7}},
      {"camera", {.kind = Kind::kCamera, .text = "e"}},
      {"folder", {.kind = Kind::kFolder, .text = "/synthetic/photos"}},
      {"width", {.kind = Kind::kWidth, .least = 3000}},
      {"radius", {.kind = Kind::kRadius, .latitude = 48, .longitude = 11, .radius_m = 300'000}},
  };
  Metrics metrics;
  indexer::PhotoFacts facts;
  indexer::IndexWriter writer(catalog, index, facts, metrics);
  const Time before = std::chrono::steady_clock::now();
  RETURN_IF_ERROR(writer.LoadFacts([] { return true; }));
  json["facts_ms"] = MillisecondsSince(before);
  for (const auto& [name, filter] : filters) {
    std::vector<double> times;
    indexer::PhotoWords fitting;
    for (size_t turn = 0; turn < kTurns; ++turn) {
      const Time start = std::chrono::steady_clock::now();
      fitting = facts.Fitting(filter);
      times.push_back(MillisecondsSince(start));
    }
    std::ranges::nth_element(times, times.begin() + kTurns / 2);
    json["filters"][name] = {{"ms", times[kTurns / 2]}, {"photos", indexer::PhotoBits(fitting).count()}};
  }
  return Status();
}

Status Run(const std::string& folder, bool save) {
  const Time start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const auto catalog, storage::Catalog::Open({.folder = folder}));
  Json json = {{"photos", catalog->photo_count()}, {"open_ms", MillisecondsSince(start)}};
  if (!catalog->model() || catalog->photo_count() == 0) return NotFound(StrCat("\"", folder, "\" holds no photos; make_library makes some"));
  const storage::Catalog::Model model = *catalog->model();
  RETURN_IF_ERROR(catalog->BindModel(model.id, model.dim));
  std::vector<float> query(static_cast<size_t>(model.dim));
  SyntheticVectors(model.dim).Text(1, query);
  Time before = std::chrono::steady_clock::now();
  indexer::ClusteredIndex index(model.dim);
  indexer::Health health;
  indexer::IndexKeeper keeper(*catalog, index, health, model.id);
  RETURN_IF_ERROR(keeper.Fill());
  json["fill_ms"] = MillisecondsSince(before);
  before = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const auto found, index.Search(query, 50));
  json["search_ms"] = MillisecondsSince(before);
  json["best"] = found.front().id.value;
  json["whole_ms"] = json["open_ms"].get<double>() + json["fill_ms"].get<double>() + json["search_ms"].get<double>();
  json["vectors"] = index.size();
  json["resident_mb"] = MegabytesOf("VmRSS:");
  if (save) {
    before = std::chrono::steady_clock::now();
    Metrics metrics;
    indexer::PhotoFacts facts;
    indexer::IndexWriter writer(*catalog, index, facts, metrics);
    RETURN_IF_ERROR(keeper.SaveIfChanged(writer));
    json["save_ms"] = MillisecondsSince(before);
  }
  RETURN_IF_ERROR(AskFilters(*catalog, index, json));
  std::cout << json.dump() << std::endl;
  return Status();
}

}  // namespace
}  // namespace fovea::bench

int main(int argc, char** argv) {
  const bool save = argc == 3 && std::string(argv[2]) == "--save";
  if (argc != 2 && !save) {
    std::fprintf(stderr, "usage: fovea_start_bench DIR [--save]\n");
    return 2;
  }
  const fovea::Status status = fovea::bench::Run(argv[1], save);
  if (!status.ok()) std::fprintf(stderr, "fovea_start_bench: %s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}
