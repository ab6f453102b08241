#pragma once
// IndexKeeper fills the vector index at start, from its snapshot or else from the catalog, and writes snapshots while it changes.
//
// Owns:    the snapshot file in the catalog's folder and the thread "snapshot". Borrows everything it is given.
// Threads: Fill before any other thread uses the index; SaveIfChanged and Stop from any thread.
// Errors:  a snapshot that is missing, old or damaged is named in the log and rebuilt from the catalog; one that cannot be
//          written is remembered in Health and tried again at the next interval. Fill: the catalog's errors.
// Units:   seconds. Format: docs/on-disk-format.md, "Index snapshot".
#include <cstdint>
#include <string>

#include "base/mutex.h"
#include "base/status.h"
#include "base/worker.h"
#include "indexer/flat_index.h"
#include "indexer/health.h"
#include "indexer/index_writer.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class IndexKeeper {
 public:
  IndexKeeper(storage::Catalog& catalog, FlatIndex& index, Health& health, std::string model_id);
  ~IndexKeeper();
  IndexKeeper(const IndexKeeper&) = delete;
  IndexKeeper& operator=(const IndexKeeper&) = delete;

  Status Fill();
  // Writes a snapshot through `writer` every `every_s` seconds in which something changed.
  void StartSaving(IndexWriter& writer, int every_s);
  Status SaveIfChanged(IndexWriter& writer) EXCLUDES(mutex_);
  // Ends the thread; saves nothing. May be called twice.
  void Stop();

  std::string path() const;

 private:
  Status Rebuild();

  storage::Catalog& catalog_;
  FlatIndex& index_;
  Health& health_;
  const std::string model_id_;
  Mutex mutex_;  // one save at a time
  uint64_t saved_epoch_ GUARDED_BY(mutex_) = 0;
  bool saved_ GUARDED_BY(mutex_) = false;
  Thread thread_;
};

}  // namespace fovea::indexer
