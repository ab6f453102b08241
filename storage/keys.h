#pragma once
// Keys of every column family: numbers big-endian, so that byte order is number order and each question is one range.
//
// Owns:    plain functions.
// Threads: any thread may call.
// Errors:  kCorrupt for a key that is too short.
// Units:   docs/on-disk-format.md lists them. All paths of a root, all paths below a folder, all places of a photo
//          and all photos between two dates are ranges.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "storage/records.h"

namespace fovea::storage {

std::string RootKey(RootId root);                                     // roots; prefix of all its paths
std::string PathKey(const Location& location);                        // paths, failures
std::string PhotoKey(PhotoId photo);                                  // photos, thumbnails; prefix of its locations
std::string LocationKey(PhotoId photo, const Location& location);     // locations
std::string ContentKey(const Sha256Digest& content);                  // contents
std::string VectorPrefix(uint32_t model);                             // prefix of all vectors of a model
std::string VectorKey(uint32_t model, PhotoId photo);                 // vectors
std::string JobKey(uint64_t job);                                     // jobs
std::string RootCountKey(RootId root);                                // meta
std::string DateKey(int64_t taken_at_ms, PhotoId photo);              // dates; those before 1970 come first
std::string ChangeKey(uint64_t epoch);                                // changes
std::string TagKey(PhotoId photo, std::string_view tag);              // tags

Result<RootId> ParseRootKey(std::string_view key);
Result<Location> ParsePathKey(std::string_view key);
Result<PhotoId> ParsePhotoKey(std::string_view key);
Result<Location> ParseLocationKey(std::string_view key);
Result<PhotoId> ParseVectorKey(std::string_view key);
Result<uint64_t> ParseJobKey(std::string_view key);
Result<PhotoId> ParseDateKey(std::string_view key);
Result<std::pair<PhotoId, std::string>> ParseTagKey(std::string_view key);

// The smallest key that is larger than every key with this prefix; empty when there is none.
std::string EndOfPrefix(std::string_view prefix);

}  // namespace fovea::storage
