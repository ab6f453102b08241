#pragma once
// IndexWriter is the one place that changes the catalog's paths, the vector index and the facts that filters ask, in this order.
//
// Owns:    nothing; borrows catalog, index and facts.
// Threads: any thread may call; calls are done one after the other. Save holds off the others while it writes.
// Errors:  the catalog's, and then the index is as it was. After a kill between the two the index is rebuilt from the
//          catalog, because its snapshot is older than the catalog's epoch.
// Units:   as Catalog.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/mutex.h"
#include "base/status.h"
#include "indexer/photo_facts.h"
#include "indexer/pipeline_item.h"
#include "indexer/vector_index.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class IndexWriter {
 public:
  IndexWriter(storage::Catalog& catalog, VectorIndex& index, PhotoFacts& facts, Metrics& metrics);
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;

  enum class Verdict {
    kStored,
    kUnwanted,  // `wanted` said no; nothing was done
    kReread,    // its content was known when it was read and is not any more, it was encoded for another model, or its root is gone: look at it again
  };
  // One verdict per item, in order. `wanted` is asked for each with the writer held, so that a path that is dropped and then
  // removed never comes back. Items carry a vector, or a content that the catalog knows.
  using Wanted = std::function<bool(const PipelineItem&)>;
  Result<std::vector<Verdict>> StoreFiles(std::span<const ItemPtr> items, const Wanted& wanted) EXCLUDES(mutex_);
  Result<Verdict> StoreFailure(const PipelineItem& item, int64_t now_ms, const Wanted& wanted) EXCLUDES(mutex_);

  // A path that the catalog does not know is not an error.
  Status RemovePath(const storage::Location& location) EXCLUDES(mutex_);
  Status MovePath(const storage::Location& from, const storage::Location& to) EXCLUDES(mutex_);
  // The next batch of a sweep, see Catalog; others may write between two batches. They give the number of paths.
  Result<size_t> RemovePaths(storage::PathSweep& sweep) EXCLUDES(mutex_);
  Result<size_t> MovePaths(storage::PathSweep& sweep, const storage::Location& to) EXCLUDES(mutex_);

  // Runs `step` while nothing changes, and when it succeeds, changes go to `index` from then on. `step` must not call back in.
  Status SwitchIndex(VectorIndex& index, const std::function<Status()>& step) EXCLUDES(mutex_);

  // Gives the photos that are not known, as the catalog does.
  Result<std::vector<storage::PhotoId>> ChangeTags(const storage::TagChange& change) EXCLUDES(mutex_);

  // Fills the facts from the catalog; every change waits until it has ended. kCancelled when `go_on` says so.
  Status LoadFacts(const std::function<bool()>& go_on) EXCLUDES(mutex_);

  // Writes the index's snapshot for the catalog's present epoch, which it returns.
  Result<uint64_t> SaveSnapshot(const std::string& path, const std::string& model_id) EXCLUDES(mutex_);

 private:
  Status AddVectors(std::span<const storage::IndexedFile> files, std::span<const storage::StoredFile> stored) REQUIRES(mutex_);
  void RemovePhotos(std::span<const storage::PhotoId> photos) REQUIRES(mutex_);
  // The absolute path; empty when the root is not known.
  std::string PathOf(const storage::Location& location) const;

  storage::Catalog& catalog_;
  PhotoFacts& facts_;
  Gauge& vectors_;
  Mutex mutex_;
  VectorIndex* index_ GUARDED_BY(mutex_);
};

}  // namespace fovea::indexer
