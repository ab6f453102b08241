#pragma once
// Backups of a catalog: a folder that holds any number of them, each whole by itself; files that two have in common are kept once.
//
// Owns:    nothing; the folder is the caller's.
// Threads: one process writes to a backup folder at a time.
// Errors:  kNotFound (no such folder or backup), kUnsupported (not a backup of fovea's, or of a newer one), kCorrupt (damaged: named),
//          kAlreadyExists (restoring over a library), kCancelled, kIo. What fails leaves nothing half-made behind.
// Units:   bytes; times in UTC ms. Format: RocksDB's backup engine, with a note of ours per backup (docs/on-disk-format.md).
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"

namespace fovea::storage {

struct BackupFacts {
  uint32_t number = 0;     // rising
  int64_t made_at_ms = 0;
  uint64_t bytes = 0;      // that restoring it would write
  uint64_t photos = 0;
  std::string model_id;    // empty: none was bound yet
};

// Hears now and then that it goes on; returns false to end it.
using BackupProgress = std::function<bool()>;

// Oldest first; those that are not ours or damaged in their list of files are left out.
Result<std::vector<BackupFacts>> ListBackups(const std::string& folder);

// Makes `data_folder`/catalog from a backup (0: the newest), after every file of it has been read and its checksum compared. The
// library must not exist yet.
Result<BackupFacts> RestoreBackup(const std::string& folder, uint32_t number, const std::string& data_folder);

}  // namespace fovea::storage
