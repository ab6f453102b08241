#pragma once
// RocksDB's options for fovea's columns. Internal to storage/.
//
// Owns:    plain functions.
// Threads: any thread may call.
// Errors:  none.
// Units:   bytes.
#include <rocksdb/options.h>

#include <memory>
#include <string_view>

namespace fovea::storage {

rocksdb::DBOptions MakeDatabaseOptions(std::shared_ptr<rocksdb::EventListener> listener);
// Of the column with this name; `cache` is shared by all of them.
rocksdb::ColumnFamilyOptions MakeColumnOptions(std::string_view name, const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace fovea::storage
