#pragma once
// Scanner compares a root's folder on disk with what the catalog knows of it and tells a ScanSink every difference.
//
// Owns:    nothing; borrows catalog and sink for the length of one call.
// Threads: runs on the caller's thread and calls the sink on it, without locks; the sink may block (back-pressure) and may
//          write to the same catalog meanwhile, as may others. One scan per root at a time.
// Errors:  kCancelled when stopped, kIo/kCorrupt from the catalog. What is wrong with single files or folders goes to the
//          sink; a root that is not there is no error but ScanEnd::kOffline. Never throws.
// Units:   counts of files; memory: one folder's names per level, 8 bytes per known path once a new file is met, and the
//          paths that vanished or may be the other half of a rename.
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "storage/catalog.h"
#include "storage/records.h"

namespace fovea::indexer {

// Hears the differences of one scan. What it does not act upon is told again by the next scan.
class ScanSink {
 public:
  virtual ~ScanSink() = default;
  // A file that is new, or whose stamp differs from the one the catalog has (indexed or failed). Files with a known
  // stamp, failed ones included, are not named. The file may have changed again, or be gone, by the time it is opened.
  virtual void OnChanged(const storage::Location& location, const storage::FileStamp& stamp) = 0;
  // A file that was renamed since the last scan (same inode, size and mtime; `from` is gone): Catalog::MovePath, no
  // encoding. What the catalog has at `to` is replaced. `from` may have failed before and is then still failed.
  virtual void OnMoved(const storage::Location& from, const storage::Location& to) = 0;
  // A path of the catalog that is no longer there, or that the rules pass over by now.
  virtual void OnGone(const storage::Location& location) = 0;
  // A folder that cannot be listed (its path ends in '/'), or a file that cannot be looked at. What is known below such a
  // folder is left as it is. Told once: not again while the catalog has a failure for it with this stamp.
  virtual void OnUnreadable(const storage::Location& location, const storage::FileStamp& stamp, const Status& why) = 0;
  // Now and then, and at the end: pictures met on disk so far.
  virtual void OnProgress(uint64_t seen) = 0;
};

enum class ScanEnd {
  kComplete,
  kOffline,  // the root is missing, unreadable, replaced by an unmounted mount point, or vanished during the scan
};

struct ScanSummary {
  ScanEnd end = ScanEnd::kComplete;
  std::string offline_reason;  // one line, when kOffline
  uint64_t seen = 0;           // pictures met on disk
  uint64_t changed = 0;        // events of each kind
  uint64_t moved = 0;
  uint64_t gone = 0;
  uint64_t unreadable = 0;
};

struct ScanOptions {
  // Only this folder of the root (relative, no slash at either end); empty: all of it.
  std::string folder;
  // Absolute folders that are passed over with all below them. The catalog's own folder always is.
  std::vector<std::string> passed_over;
  uint64_t progress_every = 256;  // files between two OnProgress
};

// Offline rule: the root cannot be listed; or it lies on another device than at the last complete scan and none of the
// first 1,000 known paths is there (an unmounted mount point). Then the sink hears nothing. It may also vanish half-way:
// then events told so far are true, and none follows. Nothing is ever told gone on the word of a root that is not there.
Result<ScanSummary> ScanRoot(storage::Catalog& catalog, const storage::Root& root, const ScanOptions& options, ScanSink& sink,
                             const std::stop_token& stop);

}  // namespace fovea::indexer
