#pragma once
// Encode… and Decode… turn every record into the bytes of its stored value and back.
//
// Owns:    plain functions.
// Threads: any thread may call.
// Errors:  kCorrupt for bytes that are no such record, kUnsupported for one of a newer format; the message names the record.
// Units:   docs/on-disk-format.md, version 1 of each value. What the key says (id, location) is not in the value again.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/records.h"

namespace fovea::storage {

inline constexpr uint32_t kStoreFormat = 3;      // of the whole store, in meta
inline constexpr uint32_t kMaxVectorDim = 65536;

// The numbers that change with the records, kept in meta and written in the same batch as they.
struct Counters {
  uint64_t next_photo = 1;
  uint32_t next_root = 1;
  uint64_t next_job = 1;
  uint64_t photos = 0;
  uint64_t failures = 0;
  uint64_t vector_epoch = 0;
  bool operator==(const Counters&) const = default;
};

// The model whose vectors the store holds; `number` stands for it in the keys of vectors.
struct ModelBinding {
  uint32_t number = 1;
  int64_t dim = 0;
  std::string id;
  bool operator==(const ModelBinding&) const = default;
};

std::string EncodeStoreFormat(uint32_t format);
std::string EncodeCounters(const Counters& counters);
std::string EncodeModel(const ModelBinding& model);
std::string EncodeCount(uint64_t count);
std::string EncodeRoot(const Root& root);
std::string EncodePath(const PathRecord& path);
std::string EncodePhoto(const PhotoRecord& photo);
std::string EncodePhotoId(PhotoId photo);
std::string EncodeVector(std::span<const float> vector);
std::string EncodeFailure(const FailureRecord& failure);
std::string EncodeJob(const JobRecord& job);
std::string EncodeBytes(std::string_view bytes);  // thumbnails, values of the index
std::string EncodeMark();                         // a value that says no more than that its key is there

Result<uint32_t> DecodeStoreFormat(std::string_view value);
Result<Counters> DecodeCounters(std::string_view value);
Result<ModelBinding> DecodeModel(std::string_view value);
Result<uint64_t> DecodeCount(std::string_view value);
Result<Root> DecodeRoot(RootId id, std::string_view value);
Result<PathRecord> DecodePath(Location location, std::string_view value);
Result<PhotoRecord> DecodePhoto(PhotoId id, std::string_view value);
Result<PhotoId> DecodePhotoId(std::string_view value);
// Fills `out`, whose size is the dimension expected.
Status DecodeVector(PhotoId id, std::string_view value, std::span<float> out);
Result<FailureRecord> DecodeFailure(Location location, std::string_view value);
Result<JobRecord> DecodeJob(uint64_t id, std::string_view value);
// A view into `value`; `what` names it in messages.
Result<std::string_view> DecodeBytes(std::string_view value, std::string_view what);
Status DecodeMark(std::string_view value);

}  // namespace fovea::storage
