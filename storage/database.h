#pragma once
// Database is RocksDB as fovea uses it: one folder, a fixed set of columns, Status instead of rocksdb::Status. Internal to
// storage/: no header outside this folder may include it.
//
// Owns:    the RocksDB instance, its column handles, block cache and listener.
// Threads: any thread may call.
// Errors:  kBusy when another process holds the LOCK file, kUnsupported for columns of a newer fovea, kNotFound when there
//          is nothing to open read-only (kUnsupported: an older store, which only a writer may bring up to date), kCorrupt, kIo.
// Units:   bytes. Write buffers together stay below 64 MB, write-ahead logs below 128 MB.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace fovea::storage {

enum class Column { kMeta, kRoots, kPaths, kPhotos, kLocations, kContents, kVectors, kFailures, kJobs, kThumbnails, kIndex, kDates, kChanges, kTags };
inline constexpr std::array<const char*, 14> kColumnNames = {"meta",     "roots",    "paths", "photos",     "locations", "contents",
                                                             "vectors", "failures", "jobs",  "thumbnails", "index",     "dates",    "changes",  "tags"};

// What RocksDB said, as a Status; `what_was_tried` comes first in the message.
Status FromRocks(const rocksdb::Status& status, std::string_view what_was_tried);

class Database {
 public:
  struct Options {
    std::string folder;  // made if missing, unless read_only
    size_t cache_bytes = size_t{64} << 20;
    bool read_only = false;
  };
  static Result<std::unique_ptr<Database>> Open(const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Nullopt when the key is not there.
  Result<std::optional<std::string>> Get(Column column, std::string_view key) const;
  // Visits keys from `begin` (not before `prefix`) on that start with `prefix`, in order; `visit` returns false to end. It sees the state at
  // the moment of the call.
  using Visit = std::function<Result<bool>(std::string_view key, std::string_view value)>;
  Status ForEach(Column column, std::string_view prefix, std::string_view begin, const Visit& visit) const;
  // The same for a sweep over much data: reads ahead and leaves the cache alone.
  Status Sweep(Column column, std::string_view prefix, const Visit& visit) const;
  // From `begin` on, before `end`; an empty end: to the last.
  Status SweepRange(Column column, std::string_view begin, std::string_view end, const Visit& visit) const;

  enum class Durability { kBuffered, kSynced };
  // All of the batch or nothing. After the first failure nothing is written any more (reads go on) until the store is
  // opened again: RocksDB cannot continue a log whose end it does not know.
  Status Write(rocksdb::WriteBatch& batch, Durability durability);
  // Gives the room of a range that was deleted back to the disk, as far as whole files hold nothing else.
  Status FreeRange(Column column, std::string_view begin, std::string_view end);
  // The first failure of a write, in the foreground or in the background; ok if there was none.
  Status Health() const;
  // Reads every block of every table file and compares its checksum (blob files are checked by a sweep over their column).
  Status VerifyChecksums() const;
  // Writes what lies in memory into tables and syncs, so that the next start has no log to read.
  Status Flush();
  // For RocksDB's own tools, such as its backup engine.
  rocksdb::DB* raw() const { return db_.get(); }
  bool read_only() const { return read_only_; }
  rocksdb::ColumnFamilyHandle* handle(Column column) const { return handles_[static_cast<size_t>(column)]; }

 private:
  class Listener;
  Database() = default;
  Status OpenColumns(const Options& options);
  Status Walk(rocksdb::Iterator& at, std::string_view begin, const Visit& visit) const;

  bool read_only_ = false;
  std::string folder_;
  std::shared_ptr<Listener> listener_;  // shared because RocksDB's interface asks for it
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kColumnNames.size()> handles_{};  // destroyed through db_
};

}  // namespace fovea::storage
