// fovea_duplicates_bench make DIR N: fills DIR with N made-up photos, of which every 25th is a copy of an earlier one.
// fovea_duplicates_bench find DIR [--searches]: searches it for near-duplicates as the daemon does, and prints as one JSON object how long that
// takes, how much memory, and which share of the planted copies and of the bursts is in the right groups. --searches asks an index of the same
// vectors meanwhile, and before.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <unordered_map>

#include "base/clock.h"
#include "base/log.h"
#include "bench/planted_duplicates.h"
#include "bench/process_figures.h"
#include "indexer/clustered_index.h"
#include "indexer/exact_score.h"
#include "indexer/near_duplicates.h"
#include "storage/catalog.h"

namespace fovea::bench {
namespace {

using Json = nlohmann::json;
using indexer::DuplicateGroup;
using indexer::DuplicateKind;
using storage::Catalog;
using storage::PhotoId;
using Time = std::chrono::steady_clock::time_point;

constexpr int64_t kDim = 512;
constexpr uint64_t kSeed = 4, kBatch = 1000;
constexpr std::chrono::milliseconds kBetweenLooks(20);

Status Make(const std::string& folder, uint64_t photos) {
  ASSIGN_OR_RETURN(const auto catalog, Catalog::Open({.folder = folder}));
  if (catalog->photo_count() > 0) return AlreadyExists(StrCat("\"", folder, "\" holds photos"));
  RETURN_IF_ERROR(catalog->BindModel("synthetic@duplicates", kDim));
  ASSIGN_OR_RETURN(const storage::Root root, catalog->AddRoot("/synthetic/photos"));
  const PlantedDuplicates planted(kDim, kSeed);
  for (uint64_t begin = 0; begin < photos; begin += kBatch) {
    const uint64_t end = std::min(photos, begin + kBatch);
    std::vector<float> vectors((end - begin) * kDim);
    std::vector<storage::IndexedFile> files;
    for (uint64_t photo = begin; photo < end; ++photo) {
      files.push_back(planted.File(photo, std::span(vectors).subspan((photo - begin) * kDim, kDim)));
      files.back().location.root = root.id;
    }
    RETURN_IF_ERROR(catalog->StoreFiles(files));
  }
  return Status();
}

// Where each photo is: the number of its group of each kind. Photo i has id i + 1, as they were stored in order.
class Places {
 public:
  explicit Places(const std::vector<DuplicateGroup>& groups) {
    for (size_t i = 0; i < groups.size(); ++i) {
      for (const auto& member : groups[i].members) of_[static_cast<size_t>(groups[i].kind)][member.id.value - 1] = i;
    }
  }
  bool Together(DuplicateKind kind, uint64_t a, uint64_t b) const {
    const auto& places = of_[static_cast<size_t>(kind)];
    const auto one = places.find(a), other = places.find(b);
    return one != places.end() && other != places.end() && one->second == other->second;
  }

 private:
  std::array<std::unordered_map<uint64_t, size_t>, indexer::kDuplicateKinds> of_;
};

// What a photo is a copy of, or itself.
uint64_t OriginOf(const PlantedDuplicates& planted, uint64_t photo) { return planted.IsCopy(photo) ? planted.SourceOf(photo) : photo; }

float CosineWithSource(const PlantedDuplicates& planted, uint64_t copy) {
  std::vector<float> one(kDim), other(kDim);
  planted.File(copy, one);
  planted.File(planted.SourceOf(copy), other);
  return indexer::ExactScore(one.data(), other.data(), kDim);
}

// Copies of at least this cosine that stand with their source, and members of groups that show something else than the first.
Json Judge(const std::vector<DuplicateGroup>& groups, uint64_t photos, float level) {
  const PlantedDuplicates planted(kDim, kSeed);
  const Places places(groups);
  uint64_t copies = 0, copies_found = 0, members = 0, wrong = 0;
  for (uint64_t photo = 0; photo < photos; ++photo) {
    if (!planted.IsCopy(photo) || CosineWithSource(planted, photo) < level) continue;
    ++copies;
    copies_found += places.Together(DuplicateKind::kCopies, photo, planted.SourceOf(photo));
  }
  uint64_t shots = 0, shots_found = 0;  // each picture of a burst with the one before it
  for (uint64_t photo = 1; photo < photos; ++photo) {
    const bool same = photo / SyntheticVectors::kBurstPictures == (photo - 1) / SyntheticVectors::kBurstPictures;
    if (!same || planted.IsCopy(photo) || planted.IsCopy(photo - 1) || !planted.library().vectors().InBurst(photo)) continue;
    ++shots;
    shots_found += places.Together(DuplicateKind::kBurst, photo, photo - 1);
  }
  for (const DuplicateGroup& group : groups) {
    const uint64_t first = OriginOf(planted, group.members[0].id.value - 1);
    for (const auto& member : group.members) {
      ++members;
      const uint64_t origin = OriginOf(planted, member.id.value - 1);
      const bool of_a_burst = origin / SyntheticVectors::kBurstPictures == first / SyntheticVectors::kBurstPictures && planted.library().vectors().InBurst(origin);
      wrong += group.kind == DuplicateKind::kCopies ? origin != first && !of_a_burst : !of_a_burst;
    }
  }
  const auto share = [](uint64_t part, uint64_t all) { return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all); };
  return {{"copies", copies}, {"copies_found", share(copies_found, copies)}, {"shots", shots}, {"shots_found", share(shots_found, shots)},
          {"members", members}, {"wrong", share(wrong, members)}};
}

// Asks an exact index again and again until told to end; the median and the 99th percentile of its times.
class Searcher {
 public:
  explicit Searcher(const Catalog& catalog) : index_(kDim, {.approximate_from = indexer::ClusteredIndex::kNever}), query_(kDim) {
    index_.Reserve(catalog.photo_count());
    const Status filled = catalog.ForEachVector([this](PhotoId id, std::span<const float> vector) { return index_.Add(id, vector).ok(); });
    if (!filled.ok()) LogError(filled.message());
  }
  template <typename GoOn>
  Json Measure(const GoOn& go_on) {
    const SyntheticVectors texts(kDim, kSeed);
    std::vector<double> times;
    while (go_on(times.size())) {
      texts.Text(times.size(), query_);
      const Time start = std::chrono::steady_clock::now();
      if (!index_.Search(query_, 10)) break;
      times.push_back(MillisecondsSince(start));
      std::this_thread::sleep_for(kBetweenLooks);
    }
    std::sort(times.begin(), times.end());
    if (times.empty()) return {};
    return {{"searches", times.size()}, {"p50_ms", times[times.size() / 2]}, {"p99_ms", times[times.size() * 99 / 100]}};
  }

 private:
  indexer::ClusteredIndex index_;
  std::vector<float> query_;
};

Status Find(const std::string& folder, bool searches) {
  ASSIGN_OR_RETURN(const auto catalog, Catalog::Open({.folder = folder}));
  if (catalog->photo_count() == 0) return NotFound(StrCat("\"", folder, "\" holds no photos"));
  RETURN_IF_ERROR(catalog->BindModel(catalog->model()->id, catalog->model()->dim));
  Json json = {{"photos", catalog->photo_count()}};
  std::unique_ptr<Searcher> searcher;
  if (searches) {
    searcher = std::make_unique<Searcher>(*catalog);
    json["searches_before"] = searcher->Measure([](size_t done) { return done < 100; });
  }
  const uint64_t resident_mb = MegabytesOf("VmRSS:");
  ForgetPeak();
  const SystemClock clock;
  indexer::JobBoard jobs(*catalog, clock);
  indexer::NearDuplicates duplicates(*catalog, clock, jobs);
  const double processor = ProcessorSeconds();
  const Time start = std::chrono::steady_clock::now();
  RETURN_IF_ERROR(duplicates.Begin({}));
  const auto running = [&](size_t) { return duplicates.Running().has_value(); };
  if (searcher) json["searches_meanwhile"] = searcher->Measure(running);
  while (running(0)) std::this_thread::sleep_for(kBetweenLooks);
  json["seconds"] = MillisecondsSince(start) / 1000;
  json["processor_seconds"] = ProcessorSeconds() - processor;
  json["peak_mb"] = MegabytesOf("VmHWM:") - resident_mb;
  const storage::JobRecord job = jobs.List(1).front().job;
  if (job.state != storage::JobState::kDone) return Internal(StrCat("the search has failed: ", job.error));
  const auto last = duplicates.Last();
  json["levels"] = {last.report.levels.copies, last.report.levels.bursts};
  json["groups"] = last.groups;
  json.update(Judge(duplicates.Groups(last.report.run, 0, SIZE_MAX), catalog->photo_count(), last.report.levels.copies));
  std::cout << json.dump() << std::endl;
  return Status();
}

int Main(int argc, char** argv) {
  SetLogLevel(LogLevel::kWarning);
  const std::string what = argc > 2 ? argv[1] : "";
  const bool searches = argc == 4 && std::string(argv[3]) == "--searches";
  Status status;
  if (what == "make" && argc == 4) {
    status = Make(argv[2], std::stoull(argv[3]));
  } else if (what == "find" && (argc == 3 || searches)) {
    status = Find(argv[2], searches);
  } else {
    std::fprintf(stderr, "usage: fovea_duplicates_bench make DIR N | find DIR [--searches]\n");
    return 2;
  }
  if (!status.ok()) std::fprintf(stderr, "fovea_duplicates_bench: %s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace fovea::bench

int main(int argc, char** argv) { return fovea::bench::Main(argc, argv); }
