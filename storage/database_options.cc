#include "storage/database_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include "base/log.h"

namespace fovea::storage {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

// RocksDB's warnings go to fovea's log instead of a file of its own: that file would have to be bounded, would be rotated
// by those who only read, and Debian's RocksDB ends the process when it cannot be written, as on a full disk.
class LogBridge final : public rocksdb::Logger {
 public:
  LogBridge() : rocksdb::Logger(rocksdb::WARN_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 1024> line;
    const int size = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (size <= 0) return;
    LogWarning("rocksdb: ", std::string_view(line.data(), std::min(static_cast<size_t>(size), line.size() - 1)));
  }
};

}  // namespace

rocksdb::DBOptions MakeDatabaseOptions(std::shared_ptr<rocksdb::EventListener> listener) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.db_write_buffer_size = 64 * kMiB;
  options.max_total_wal_size = 128 * kMiB;
  options.max_open_files = 512;
  options.bytes_per_sync = kMiB;
  options.info_log = std::make_shared<LogBridge>();
  options.max_bgerror_resume_count = 0;  // after a failed write the log cannot be continued; see Database::Write
  options.listeners.push_back(std::move(listener));
  return options;
}

rocksdb::ColumnFamilyOptions MakeColumnOptions(std::string_view name, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 8 * kMiB;
  options.max_write_buffer_number = 3;  // one more than usual, so that writes do not wait for a flush
  options.arena_block_size = 64 << 10;
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  if (name == "paths" || name == "contents") {  // asked for before they are written: most are not there
    options.memtable_prefix_bloom_size_ratio = 0.05;
    options.memtable_whole_key_filtering = true;
  }
  if (name == "vectors") {
    options.write_buffer_size = 16 * kMiB;
    options.compression = rocksdb::kNoCompression;  // unit vectors do not get smaller
    table.block_size = 32 << 10;
  }
  if (name == "thumbnails") {
    options.compression = rocksdb::kNoCompression;
    options.enable_blob_files = true;
    options.min_blob_size = 1024;
    options.blob_file_size = 256 * kMiB;
    options.enable_blob_garbage_collection = true;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace fovea::storage
