#pragma once
// IndexKeeper fills the vector index at start, from its snapshot or else from the catalog, and writes snapshots while it changes.
// A snapshot may be older than the catalog: what changed since is read one by one, so that it need not be written for each
// change (a million vectors are 2 GB) and a kill costs little.
//
// The lists of the index (clustered_index.h) have a file of their own, which is small and fits any later state of the catalog.
//
// Owns:    both files in the catalog's folder and the thread "snapshot". Borrows everything it is given.
// Threads: Fill before any other thread uses the index; SaveIfChanged and Stop from any thread.
// Errors:  a snapshot that is missing, old or damaged is named in the log and rebuilt from the catalog; lists are trained again by the
//          index, while it answers exactly. A file that cannot be written is remembered in Health and tried again at the next
//          interval. Fill: the catalog's errors.
// Units:   seconds. Format: docs/on-disk-format.md, "Index snapshot".
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "base/worker.h"
#include "indexer/clustered_index.h"
#include "indexer/health.h"
#include "indexer/index_writer.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class IndexKeeper {
 public:
  // `model`: its number in the catalog; none: the one that answers.
  IndexKeeper(storage::Catalog& catalog, ClusteredIndex& index, Health& health, std::string model_id, std::optional<uint32_t> model = {});
  ~IndexKeeper();
  IndexKeeper(const IndexKeeper&) = delete;
  IndexKeeper& operator=(const IndexKeeper&) = delete;

  Status Fill();
  // For a model that does not answer yet, which has no snapshot: from the catalog, and then photos whose vectors came or went since.
  Status FillFromStore() { return Rebuild(); }
  Status TakeIn(storage::PhotoId photo);
  // Looks every `every_s` seconds whether enough has changed, and then writes a snapshot through `writer`.
  void StartSaving(IndexWriter& writer, int every_s);
  // Writes a snapshot when there is none, or one vector in 50 has changed since; and the lists likewise.
  Status SaveIfChanged(IndexWriter& writer) EXCLUDES(mutex_);
  // Ends the thread; saves nothing. May be called twice.
  void Stop();

  std::string path() const { return PathIn(catalog_); }
  static std::string PathIn(const storage::Catalog& catalog);
  // Whether the store names a snapshot of this epoch as the one written last.
  static bool IsLastWritten(const storage::Catalog& catalog, uint64_t epoch);
  std::string lists_path() const;
  // Which files were damaged or gone at the start and have not been written again; empty: none.
  std::string rebuilding() const EXCLUDES(names_mutex_);

 private:
  struct Filled {
    uint64_t epoch = 0;      // of the snapshot
    size_t caught_up = 0;    // vectors that changed since
  };
  void FillLists() EXCLUDES(mutex_);
  Result<Filled> FillFromSnapshot();
  Status Rebuild();
  Status ReadAll(const ClusteredIndex::Take& take) const;
  Status ReadPart(uint64_t part, const ClusteredIndex::Take& take) const;
  Status SaveRows(IndexWriter& writer) REQUIRES(mutex_);
  Status SaveLists() REQUIRES(mutex_);

  storage::Catalog& catalog_;
  ClusteredIndex& index_;
  Health& health_;
  const std::string model_id_;
  const std::optional<uint32_t> model_;
  mutable Mutex mutex_;  // one save at a time
  uint64_t saved_epoch_ GUARDED_BY(mutex_) = 0;
  bool saved_ GUARDED_BY(mutex_) = false;
  uint64_t saved_sorted_ GUARDED_BY(mutex_) = 0;  // of the index's state
  mutable Mutex names_mutex_;
  std::string broken_snapshot_ GUARDED_BY(names_mutex_), broken_lists_ GUARDED_BY(names_mutex_);
  Thread thread_;
};

}  // namespace fovea::indexer
