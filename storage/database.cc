#include "storage/database.h"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/listener.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "base/mutex.h"
#include "base/unique_fd.h"
#include "storage/database_options.h"
#include "storage/keys.h"

namespace fovea::storage {
namespace {

// Of the block cache: few shards, since the index or the filter of a large table file (1 MB for a million paths) must fit in one.
constexpr int kCacheShardBits = 2;

rocksdb::Slice AsSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view AsView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

bool IsKnownColumn(std::string_view name) {
  return name == rocksdb::kDefaultColumnFamilyName || std::find(kColumnNames.begin(), kColumnNames.end(), name) != kColumnNames.end();
}

// A folder that holds data but no CURRENT file: opening it would begin a new, empty store on top.
Status CheckNotBeheaded(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder + "/CURRENT", error)) return Status::Ok();
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string extension = at->path().extension();
    if (extension == ".sst" || extension == ".blob" || extension == ".log") {
      return Corrupt(StrCat("open library \"", folder, "\": the file CURRENT is missing but data is there; restore it from a backup"));
    }
  }
  return Status::Ok();
}

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return IoError(StrCat("make folder \"", folder, "\": ", error.message()));
  return Status::Ok();
}

Status DescribeLock(const std::string& folder) {
  const std::string path = folder + "/LOCK";
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  std::string holder = "another process";
  const UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.valid() && ::fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) holder = StrCat("process ", lock.l_pid);
  return Busy(StrCat("open library: ", holder, " holds the lock \"", path, "\"; stop it, or give another --data folder"));
}

// RocksDB tells a held lock from other trouble only in words.
Status DescribeOpenFailure(const rocksdb::Status& status, const std::string& folder) {
  const std::string text = status.ToString();
  if (status.IsIOError() && text.find("lock hold by current process") != std::string::npos) {
    // The LOCK file must not be opened here: closing it again would drop the lock that this process holds.
    return Busy(StrCat("open library: this process holds the lock \"", folder, "/LOCK\" already"));
  }
  if (status.IsIOError() && text.find("While lock file") != std::string::npos) return DescribeLock(folder);
  return FromRocks(status, StrCat("open library \"", folder, "\""));
}

}  // namespace

Status FromRocks(const rocksdb::Status& status, std::string_view what_was_tried) {
  if (status.ok()) return Status::Ok();
  const std::string message = StrCat(what_was_tried, ": ", status.ToString());
  if (status.IsNotFound()) return NotFound(message);
  if (status.IsCorruption()) return Corrupt(message);
  if (status.IsIOError() || status.IsNoSpace()) return IoError(message);
  if (status.IsBusy() || status.IsTryAgain() || status.IsTimedOut()) return Busy(message);
  if (status.IsNotSupported()) return Unsupported(message);
  if (status.IsShutdownInProgress() || status.IsAborted()) return Cancelled(message);
  return Internal(message);
}

// Remembers the first thing that goes wrong while writing, in RocksDB's own threads or in ours.
class Database::Listener final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status* error) override {
    Remember(FromRocks(*error, "write to the library"));
  }
  // RocksDB 7.8 cannot continue a write-ahead log after a failure, though it says that it has recovered.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/, bool* auto_recovery) override {
    *auto_recovery = false;
  }
  void Remember(const Status& failure) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (!failure_.ok()) return;
    failure_ = Status(failure.code(), failure.message() + "; nothing is written any more until fovea is started again");
    LogError(failure_.message());
  }
  Status failure() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return failure_;
  }

 private:
  mutable Mutex mutex_;
  Status failure_ GUARDED_BY(mutex_);
};

Result<std::unique_ptr<Database>> Database::Open(const Options& options) {
  std::unique_ptr<Database> database(new Database());
  database->read_only_ = options.read_only;
  database->folder_ = options.folder;
  database->listener_ = std::make_shared<Listener>();
  if (!options.read_only) RETURN_IF_ERROR(MakeFolder(options.folder));
  RETURN_IF_ERROR(CheckNotBeheaded(options.folder));
  RETURN_IF_ERROR(database->OpenColumns(options));
  return database;
}

Status Database::OpenColumns(const Options& options) {
  rocksdb::DBOptions db_options = MakeDatabaseOptions(listener_);
  std::error_code error;
  const bool exists = std::filesystem::exists(folder_ + "/CURRENT", error);
  if (!exists && read_only_) return NotFound(StrCat("open library \"", folder_, "\": nothing is there"));
  if (exists) {
    std::vector<std::string> found;
    const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(db_options, folder_, &found);
    if (!listed.ok()) return DescribeOpenFailure(listed, folder_);
    for (const std::string& name : found) {
      if (IsKnownColumn(name)) continue;
      return Unsupported(StrCat("open library \"", folder_, "\": made by a newer fovea (it holds \"", name, "\", unknown to this one)"));
    }
    // Columns that an older fovea did not know are made below, but not by who only reads.
    if (read_only_ && found.size() < kColumnNames.size() + 1) {
      return Unsupported(StrCat("open library \"", folder_, "\" for reading: made by an older fovea; start fovea serve on it once, which brings it up to date"));
    }
  }
  const auto cache = rocksdb::NewLRUCache(options.cache_bytes, kCacheShardBits);
  std::vector<rocksdb::ColumnFamilyDescriptor> columns;
  for (const char* name : kColumnNames) columns.emplace_back(name, MakeColumnOptions(name, cache));
  columns.emplace_back(rocksdb::kDefaultColumnFamilyName, MakeColumnOptions("default", cache));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  if (read_only_) db_options.create_if_missing = false;
  const rocksdb::Status opened = read_only_ ? rocksdb::DB::OpenForReadOnly(db_options, folder_, columns, &handles, &db)
                                            : rocksdb::DB::Open(db_options, folder_, columns, &handles, &db);
  if (!opened.ok()) return DescribeOpenFailure(opened, folder_);
  db_.reset(db);
  std::copy_n(handles.begin(), handles_.size(), handles_.begin());
  return FromRocks(db_->DestroyColumnFamilyHandle(handles.back()), "open library");
}

Database::~Database() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* column : handles_) {
    const rocksdb::Status released = db_->DestroyColumnFamilyHandle(column);
    if (!released.ok()) LogError("close library: ", released.ToString());
  }
  const rocksdb::Status closed = db_->Close();
  if (!closed.ok()) LogError("close library: ", closed.ToString());
}

Result<std::optional<std::string>> Database::Get(Column column, std::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get({}, handle(column), AsSlice(key), &value);
  if (status.ok()) return value;
  if (status.IsNotFound()) return std::nullopt;
  return Failed(FromRocks(status, StrCat("read from \"", kColumnNames[static_cast<size_t>(column)], "\"")));
}

Status Database::ForEach(Column column, std::string_view prefix, std::string_view begin, const Visit& visit) const {
  // The bound keeps a question about one photo from walking over all that is deleted behind it.
  const std::string end = EndOfPrefix(prefix);
  const rocksdb::Slice bound = AsSlice(end);
  rocksdb::ReadOptions options;
  if (!end.empty()) options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options, handle(column)));
  return Walk(*at, begin, visit);
}

Status Database::Sweep(Column column, std::string_view prefix, const Visit& visit) const {
  return SweepRange(column, prefix, EndOfPrefix(prefix), visit);
}

Status Database::SweepRange(Column column, std::string_view begin, std::string_view end, const Visit& visit) const {
  const rocksdb::Slice bound = AsSlice(end);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = size_t{2} << 20;
  if (!end.empty()) options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options, handle(column)));
  return Walk(*at, begin, visit);
}

Status Database::Walk(rocksdb::Iterator& at, std::string_view begin, const Visit& visit) const {
  for (at.Seek(AsSlice(begin)); at.Valid(); at.Next()) {
    ASSIGN_OR_RETURN(const bool go_on, visit(AsView(at.key()), AsView(at.value())));
    if (!go_on) return Status::Ok();
  }
  if (at.status().ok()) return Status::Ok();
  return FromRocks(at.status(), StrCat("read from library \"", folder_, "\""));
}

Status Database::Write(rocksdb::WriteBatch& batch, Durability durability) {
  const std::string what = StrCat("write to library \"", folder_, "\"");
  if (read_only_) return Unsupported(what + ": it was opened for reading only");
  RETURN_IF_ERROR(Health());
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  const Status written = FromRocks(db_->Write(options, &batch), what);
  if (!written.ok()) listener_->Remember(written);
  return written;
}

Status Database::FreeRange(Column column, std::string_view begin, std::string_view end) {
  const rocksdb::Slice first = AsSlice(begin), last = AsSlice(end);
  return FromRocks(rocksdb::DeleteFilesInRange(db_.get(), handle(column), &first, &last, /*include_end=*/false), "free what was deleted");
}

Status Database::VerifyChecksums() const {
  rocksdb::ReadOptions options;
  options.readahead_size = size_t{2} << 20;
  return FromRocks(db_->VerifyChecksum(options), StrCat("checksums of library \"", folder_, "\""));
}

Status Database::Health() const { return listener_->failure(); }

Status Database::Flush() {
  if (read_only_) return Status::Ok();
  RETURN_IF_ERROR(Health());
  const std::string what = StrCat("flush library \"", folder_, "\"");
  RETURN_IF_ERROR(FromRocks(db_->SyncWAL(), what));
  return FromRocks(db_->Flush({}, {handles_.begin(), handles_.end()}), what);
}

}  // namespace fovea::storage
