#pragma once
// The records that fovea keeps: roots, paths, photos, failures, jobs.
//
// Owns:    plain values.
// Threads: value types.
// Errors:  none.
// Units:   sizes in bytes, times in UTC milliseconds unless the name says otherwise. On disk: docs/on-disk-format.md.
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "base/status.h"

namespace fovea::storage {

struct PhotoId {
  uint64_t value = 0;  // from 1; never used again after the photo is gone
  auto operator<=>(const PhotoId&) const = default;
};

struct RootId {
  uint32_t value = 0;  // from 1
  auto operator<=>(const RootId&) const = default;
};

enum class RootState : uint8_t { kOnline = 0, kOffline = 1, kRemoving = 2 };

struct Root {
  RootId id;
  std::string path;  // absolute, no trailing slash
  RootState state = RootState::kOnline;
  uint64_t device = 0;  // st_dev at the last complete scan that found files; 0: none yet
};

// Where a file lies. `path` is relative to the root, bytes as the file system has them.
struct Location {
  RootId root;
  std::string path;
  auto operator<=>(const Location&) const = default;
};

// What tells whether a file has changed since it was looked at.
struct FileStamp {
  int64_t bytes = 0;
  int64_t mtime_ns = 0;
  uint64_t inode = 0;
  bool operator==(const FileStamp&) const = default;
};

enum class PathState : uint8_t { kIndexed = 0, kFailed = 1 };

struct PathRecord {
  Location location;
  FileStamp stamp;
  PathState state = PathState::kIndexed;
  PhotoId photo;  // only when kIndexed
};

struct PhotoRecord {
  PhotoId id;
  Sha256Digest content{};
  int64_t bytes = 0;
  int64_t indexed_at_ms = 0;
  std::string format;  // "jpeg", …
  int width = 0;       // pixels, after orientation
  int height = 0;
  int orientation = 1;
  std::optional<int64_t> taken_at_ms;
  std::optional<int> taken_at_offset_min;
  std::string camera;
  std::string lens;
  std::optional<double> latitude;
  std::optional<double> longitude;
};

// What users write on photos, such as "favourite": 1 to kMaxTagBytes bytes of UTF-8, as given.
inline constexpr size_t kMaxTagBytes = 64;
struct TagChange {
  std::vector<PhotoId> photos;
  std::vector<std::string> add;
  std::vector<std::string> remove;
};

struct FailureRecord {
  Location location;
  FileStamp stamp;
  StatusCode code = StatusCode::kInternal;
  std::string reason;
  int64_t at_ms = 0;
  uint32_t tries = 0;
};

enum class JobState : uint8_t { kQueued = 0, kRunning = 1, kDone = 2, kFailed = 3, kCancelled = 4 };

struct JobRecord {
  uint64_t id = 0;
  std::string kind;  // "scan"
  std::string subject;  // what it works on, such as a root's path
  JobState state = JobState::kQueued;
  uint64_t done = 0;
  uint64_t failed = 0;
  uint64_t total = 0;  // 0 while it is not known
  int64_t created_at_ms = 0;
  int64_t finished_at_ms = 0;  // 0 while it runs
  std::string error;
};

}  // namespace fovea::storage

template <>
struct std::hash<fovea::storage::PhotoId> {
  size_t operator()(const fovea::storage::PhotoId& id) const noexcept { return std::hash<uint64_t>()(id.value); }
};
