#pragma once
// WatchEvents turns what the watcher sees into work for the pipeline, the scan queue and the catalog.
//
// Owns:    nothing; borrows everything it is given.
// Threads: called on the thread "watcher". OnChanged may wait for room in the pipeline.
// Errors:  a change that the catalog refuses leads to a scan of its root later, which finds it again.
// Units:   none.
#include <string>

#include "indexer/folder_jobs.h"
#include "indexer/pipeline.h"
#include "indexer/scan_queue.h"
#include "indexer/watcher.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class WatchEvents final : public WatchSink {
 public:
  struct Parts {
    storage::Catalog& catalog;
    Pipeline& pipeline;
    ScanQueue& scans;
    FolderJobs& folders;
  };
  explicit WatchEvents(const Parts& parts) : parts_(parts) {}

  void OnChanged(const storage::Location& location, const storage::FileStamp& stamp) override;
  void OnMoved(const storage::Location& from, const storage::Location& to) override;
  void OnFolderMoved(const storage::Location& from, const storage::Location& to) override;
  void OnGone(const storage::Location& location) override;
  void OnFolderGone(const storage::Location& folder) override;
  void OnRescan(storage::RootId root, RescanReason reason) override;
  void OnOffline(storage::RootId root, const std::string& reason) override;

 private:
  void Take(const Status& status, storage::RootId root, const char* what);

  const Parts parts_;
};

}  // namespace fovea::indexer
