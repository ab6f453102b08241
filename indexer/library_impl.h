#pragma once
// Library::Impl holds the parts of a Library in the order in which they are built; its functions stand in library*.cc.
//
// Owns:    every part below. Borrows catalog, clock and metrics.
// Threads: the parts up to `watcher` are built once by Start and never replaced, so that any thread may use them once `ready` is
//          true. The generation is replaced when the model is switched: who begins with one ends with it.
// Errors:  see library.h.
// Units:   see library.h.
#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "encoder/device_queue.h"
#include "indexer/filter_bits.h"
#include "indexer/folder_jobs.h"
#include "indexer/generation.h"
#include "indexer/health.h"
#include "indexer/index_writer.h"
#include "indexer/job_board.h"
#include "indexer/library.h"
#include "indexer/model_switch.h"
#include "indexer/near_duplicates.h"
#include "indexer/photo_facts.h"
#include "indexer/pipeline.h"
#include "indexer/scan_queue.h"
#include "indexer/watch_events.h"
#include "indexer/watcher.h"

namespace fovea::indexer {

struct Library::Impl {
  Impl(storage::Catalog& the_catalog, const Clock& the_clock, Metrics& the_metrics, LibraryOptions the_options);

  using RootTable = std::map<RootId, storage::Root>;
  RootTable RootsById() const;
  // The record with all its paths; kNotFound when the photo is gone.
  Result<Photo> Assemble(storage::PhotoRecord record, const RootTable& roots) const;
  Result<Photo> FindPhoto(PhotoId id) const;

  // Null until Start has made one.
  std::shared_ptr<Generation> Now() const EXCLUDES(generation_mutex);
  void SetGeneration(std::shared_ptr<Generation> next) EXCLUDES(generation_mutex);
  EncodingModel Encoding() const;

  Result<std::vector<float>> QueryVector(Generation& now, const SearchRequest& request) const;
  using Among = std::shared_ptr<const PhotoWords>;  // what Fitting gives; none: every photo
  Result<IndexAnswer> Nearest(const Generation& now, const IndexQuery& query, const Among& among) const;
  Result<encoder::ModelInput> DecodeQuery(Generation& now, const std::string& bytes, encoder::DecodeMode mode) const;
  // Among how many pictures the question looked, of which `found` (kMaxK at most) are the best.
  size_t CountAsked(const Generation& now, const Among& among, size_t found) const;
  // Where the hits among these end, the best kMaxK of all that were asked. Requires: request.cutoff.
  Result<SearchCut> CutOf(Generation& now, const SearchRequest& request, const Among& among, std::span<const Neighbour> best) const;
  Result<std::vector<SearchHit>> Fill(std::span<const Neighbour> neighbours, size_t k) const;
  // Features that can be answered with: kInternal when the model gave some that are not finite.
  Result<encoder::Features> EncodeTexts(Generation& now, std::span<const std::string> texts) const;
  Result<encoder::Features> EncodePictures(Generation& now, std::span<encoder::ModelInput> inputs) const;
  // kBusy until Start has finished.
  Status CheckReady() const;

  Status StartParts(Encoders encoders, const ModelOrigin& origin);
  // Has the model that answers in `encoders`, and gives those that came in when the library is to be switched to them.
  Result<Encoders> ChooseModel(Encoders& encoders, const ModelOrigin& origin) const;
  std::shared_ptr<Generation> MakeGeneration(uint32_t number, Encoders encoders);
  void MakeModelSwitch();
  Status StartModelSwitch(Encoders wanted, const ModelOrigin& origin);
  encoder::DeviceQueue::Options QueueOptions() const;
  Status StartWatching();
  ClusteredIndex::Options IndexOptions() const;
  Status LoadFacts() const;
  void StartLoadingFacts();
  // Before a filter is asked: the facts are there, and its roots are folders.
  Status MakeReady(Filter& filter) const;
  // The photos that fit the filter; kBusy while facts are being loaded, which a library that is as it was left does here.
  Result<Among> Fitting(Filter filter) const;
  // The records of photos in the set with id > after in rising order, without the first `skip`, at most `limit`.
  Result<std::vector<storage::PhotoRecord>> RecordsOf(const PhotoBits& photos, PhotoId after, uint64_t skip, size_t limit) const;
  Pipeline::Options PipelineOptions() const;
  void BeginRoot(const storage::Root& root);
  Result<std::string> ThumbnailFromFile(const storage::PhotoRecord& record, int side_px) const;
  Result<OpenedFile> Open(PhotoId id) const;
  // Of the group what is still there; less than two: nothing.
  std::optional<ShownDuplicates> Show(const DuplicateGroup& group, const RootTable& roots) const;

  storage::Catalog& catalog;
  const Clock& clock;
  Metrics& metrics;
  const LibraryOptions options;
  Histogram& search_seconds;
  indexer::Health health;
  JobBoard jobs;
  std::atomic<bool> ready = false;
  std::atomic<bool> stopped = false;
  std::atomic<bool> backing_up = false;

  NearDuplicates duplicates{catalog, clock, jobs};
  PhotoFacts facts;
  mutable FilterBits filter_bits{facts};
  std::unique_ptr<IndexWriter> writer;
  std::unique_ptr<Pipeline> pipeline;
  std::unique_ptr<ScanQueue> scans;
  std::unique_ptr<FolderJobs> folders;
  std::unique_ptr<WatchEvents> watch_events;
  std::unique_ptr<Watcher> watcher;
  Thread facts_loading;
  std::unique_ptr<ModelSwitch> model_switch;  // none: the model cannot be switched

  mutable Mutex generation_mutex;
  std::shared_ptr<Generation> generation GUARDED_BY(generation_mutex);

  // One at a time: Start, Stop, and changes of the list of roots.
  Mutex lifecycle;
  bool stop_done GUARDED_BY(lifecycle) = false;
};

}  // namespace fovea::indexer
