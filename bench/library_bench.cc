// fovea_library_bench DIR [--destroy]: what the store of a made-up library answers, and how fast, as one JSON object. With
// --destroy it then renames the folder that holds all, and removes a root: the library is of no use afterwards.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "bench/synthetic_random.h"
#include "storage/catalog.h"

namespace fovea::bench {
namespace {

using Json = nlohmann::json;
using storage::Catalog;
using storage::Location;
using storage::PhotoId;
using storage::RootId;
using Time = std::chrono::steady_clock::time_point;

constexpr size_t kPage = 100;

uint64_t MegabytesOf(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::stoull(line.substr(line.find(':') + 1)) / 1024;
  }
  return 0;
}

// Microseconds of many runs of `step`, which is given the run's number.
Result<Json> Timed(size_t runs, const std::function<Status(size_t)>& step) {
  std::vector<double> times;
  for (size_t i = 0; i < runs; ++i) {
    const Time start = std::chrono::steady_clock::now();
    RETURN_IF_ERROR(step(i));
    times.push_back(MillisecondsSince(start) * 1000);
  }
  std::sort(times.begin(), times.end());
  return Json{{"p50", times[times.size() / 2]}, {"p99", times[times.size() * 99 / 100]}};
}

// Reads of single records and of pages, at places spread over the whole store.
Result<Json> MeasureReads(const Catalog& catalog) {
  SyntheticRandom random(1, 1);
  const auto any = [&] { return PhotoId{1 + static_cast<uint64_t>(random.Unit() * static_cast<double>(catalog.photo_count()))}; };
  Json reads;
  ASSIGN_OR_RETURN(reads["photo_us"], Timed(5000, [&](size_t) { return AsStatus(catalog.GetPhoto(any())); }));
  ASSIGN_OR_RETURN(reads["vector_us"], Timed(5000, [&](size_t) { return AsStatus(catalog.GetVector(any())); }));
  std::vector<Location> places;
  ASSIGN_OR_RETURN(reads["locations_us"], Timed(5000, [&](size_t) -> Status {
    ASSIGN_OR_RETURN(const std::vector<Location> locations, catalog.LocationsOf(any()));
    places.push_back(locations.front());
    return Status();
  }));
  ASSIGN_OR_RETURN(reads["path_us"], Timed(places.size(), [&](size_t i) { return AsStatus(catalog.GetPath(places[i])); }));
  ASSIGN_OR_RETURN(reads["page_us"], Timed(1000, [&](size_t) { return AsStatus(catalog.ListPhotos(any(), kPage)); }));
  ASSIGN_OR_RETURN(reads["folder_page_us"], Timed(1000, [&](size_t i) {
    const Location& place = places[i];
    return AsStatus(catalog.ListPaths(place.root, place.path.substr(0, place.path.rfind('/')), kPage));
  }));
  ASSIGN_OR_RETURN(reads["date_page_us"], Timed(1000, [&](size_t) -> Status {
    constexpr int64_t kFirst = 1'104'537'600'000, kYear = 31'556'952'000;  // 2005
    const auto from = kFirst + static_cast<int64_t>(random.Unit() * 20 * static_cast<double>(kYear));
    return AsStatus(catalog.ListPhotosByDate(from, from + kYear, std::nullopt, kPage));
  }));
  return reads;
}

Result<Json> MeasureSweep(const Catalog& catalog) {
  const Time start = std::chrono::steady_clock::now();
  uint64_t vectors = 0;
  double sum = 0;
  RETURN_IF_ERROR(catalog.ForEachVector([&](PhotoId, std::span<const float> vector) {
    ++vectors;
    sum += vector.front();
    return true;
  }));
  return Json{{"vectors", vectors}, {"seconds", MillisecondsSince(start) / 1000}, {"sum", sum}};
}

Result<Json> Destroy(Catalog& catalog) {
  Json json;
  const RootId root = catalog.ListRoots().front().id;
  const uint64_t paths = catalog.indexed_path_count(root);
  Time start = std::chrono::steady_clock::now();
  for (storage::PathSweep sweep{.root = root, .folder = "library"}; !sweep.done;) RETURN_IF_ERROR(catalog.MovePaths(sweep, {root, "renamed"}));
  json["rename"] = {{"paths", paths}, {"seconds", MillisecondsSince(start) / 1000}};
  start = std::chrono::steady_clock::now();
  RETURN_IF_ERROR(catalog.BeginRemoval(root));
  for (storage::PathSweep sweep{.root = root}; !sweep.done;) RETURN_IF_ERROR(catalog.RemovePaths(sweep));
  RETURN_IF_ERROR(catalog.ForgetRoot(root));
  json["remove"] = {{"paths", paths}, {"seconds", MillisecondsSince(start) / 1000}};
  return json;
}

Status Run(const std::string& folder, bool destroy) {
  Time start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const auto catalog, Catalog::Open({.folder = folder}));
  Json json = {{"photos", catalog->photo_count()}, {"open_ms", MillisecondsSince(start)}};
  if (!catalog->model() || catalog->photo_count() == 0) return NotFound(StrCat("\"", folder, "\" holds no photos; make_library makes some"));
  RETURN_IF_ERROR(catalog->BindModel(catalog->model()->id, catalog->model()->dim));
  ASSIGN_OR_RETURN(json["reads"], MeasureReads(*catalog));
  ASSIGN_OR_RETURN(json["sweep"], MeasureSweep(*catalog));
  json["resident_mb"] = MegabytesOf("VmRSS");
  if (destroy) {
    ASSIGN_OR_RETURN(json["destroy"], Destroy(*catalog));
  }
  json["peak_mb"] = MegabytesOf("VmHWM");
  std::cout << json.dump() << std::endl;
  return Status();
}

}  // namespace
}  // namespace fovea::bench

int main(int argc, char** argv) {
  const bool destroy = argc == 3 && std::string(argv[2]) == "--destroy";
  if (argc != 2 && !destroy) {
    std::fprintf(stderr, "usage: fovea_library_bench DIR [--destroy]\n");
    return 2;
  }
  fovea::SetLogLevel(fovea::LogLevel::kWarning);
  const fovea::Status status = fovea::bench::Run(argv[1], destroy);
  if (!status.ok()) std::fprintf(stderr, "fovea_library_bench: %s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}
