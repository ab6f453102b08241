#include "storage/record_codec.h"

#include "base/log.h"
#include "storage/codec.h"

namespace fovea::storage {
namespace {

constexpr uint8_t kValueFormat = 1;  // every value begins with it
constexpr uint8_t kFloat32 = 1;      // how a vector's numbers are kept

enum PhotoFlags : uint8_t { kHasTakenAt = 1, kHasOffset = 2, kHasLatitude = 4, kHasLongitude = 8 };

void WriteStamp(ByteWriter& writer, const FileStamp& stamp) {
  writer.I64(stamp.bytes);
  writer.I64(stamp.mtime_ns);
  writer.U64(stamp.inode);
}

FileStamp ReadStamp(ByteReader& reader) {
  FileStamp stamp;
  stamp.bytes = reader.I64();
  stamp.mtime_ns = reader.I64();
  stamp.inode = reader.U64();
  return stamp;
}

std::string Describe(const Location& location) {
  return StrCat("\"", location.path, "\" of root ", location.root.value);
}

int ReadPixels(ByteReader& reader, std::string_view field) {
  const uint32_t pixels = reader.U32();
  if (pixels <= INT32_MAX) return static_cast<int>(pixels);
  reader.Fail(StrCat(field, " of ", pixels, " pixels"));
  return 0;
}

}  // namespace

std::string EncodeStoreFormat(uint32_t format) {
  ByteWriter writer(kValueFormat);
  writer.U32(format);
  return writer.Take();
}

Result<uint32_t> DecodeStoreFormat(std::string_view value) {
  ByteReader reader(value, kValueFormat);
  const uint32_t format = reader.U32();
  RETURN_IF_ERROR(reader.Finish("the store's format"));
  return format;
}

std::string EncodeCounters(const Counters& counters) {
  ByteWriter writer(kValueFormat);
  writer.U64(counters.next_photo);
  writer.U32(counters.next_root);
  writer.U64(counters.next_job);
  writer.U64(counters.photos);
  writer.U64(counters.failures);
  writer.U64(counters.vector_epoch);
  return writer.Take();
}

Result<Counters> DecodeCounters(std::string_view value) {
  ByteReader reader(value, kValueFormat);
  Counters counters;
  counters.next_photo = reader.U64();
  counters.next_root = reader.U32();
  counters.next_job = reader.U64();
  counters.photos = reader.U64();
  counters.failures = reader.U64();
  counters.vector_epoch = reader.U64();
  if (counters.next_photo == 0 || counters.next_root == 0 || counters.next_job == 0) reader.Fail("a next id of 0");
  if (counters.photos >= counters.next_photo) reader.Fail("more photos than ids were given");
  RETURN_IF_ERROR(reader.Finish("the store's counters"));
  return counters;
}

std::string EncodeModel(const ModelBinding& model) {
  ByteWriter writer(kValueFormat);
  writer.U32(model.number);
  writer.U32(static_cast<uint32_t>(model.dim));
  writer.Text(model.id);
  return writer.Take();
}

Result<ModelBinding> DecodeModel(std::string_view value) {
  ByteReader reader(value, kValueFormat);
  ModelBinding model;
  model.number = reader.U32();
  model.dim = reader.U32();
  model.id = reader.Text();
  if (model.dim < 1 || model.dim > int64_t{kMaxVectorDim}) reader.Fail(StrCat("a dimension of ", model.dim));
  RETURN_IF_ERROR(reader.Finish("the store's model"));
  return model;
}

std::string EncodeCount(uint64_t count) {
  ByteWriter writer(kValueFormat);
  writer.U64(count);
  return writer.Take();
}

Result<uint64_t> DecodeCount(std::string_view value) {
  ByteReader reader(value, kValueFormat);
  const uint64_t count = reader.U64();
  RETURN_IF_ERROR(reader.Finish("a count"));
  return count;
}

std::string EncodeRoot(const Root& root) {
  ByteWriter writer(kValueFormat);
  writer.U8(static_cast<uint8_t>(root.state));
  writer.U64(root.device);
  writer.Text(root.path);
  return writer.Take();
}

Result<Root> DecodeRoot(RootId id, std::string_view value) {
  ByteReader reader(value, kValueFormat);
  Root root;
  root.id = id;
  root.state = static_cast<RootState>(reader.Enum(static_cast<uint8_t>(RootState::kRemoving), "state"));
  root.device = reader.U64();
  root.path = reader.Text();
  if (root.path.empty() || root.path.front() != '/') reader.Fail("a path that is not absolute");
  RETURN_IF_ERROR(reader.Finish([&] { return StrCat("root ", id.value); }));
  return root;
}

std::string EncodePath(const PathRecord& path) {
  ByteWriter writer(kValueFormat);
  writer.U8(static_cast<uint8_t>(path.state));
  WriteStamp(writer, path.stamp);
  writer.U64(path.photo.value);
  return writer.Take();
}

Result<PathRecord> DecodePath(Location location, std::string_view value) {
  ByteReader reader(value, kValueFormat);
  PathRecord path;
  path.state = static_cast<PathState>(reader.Enum(static_cast<uint8_t>(PathState::kFailed), "state"));
  path.stamp = ReadStamp(reader);
  path.photo = PhotoId{reader.U64()};
  if ((path.state == PathState::kIndexed) != (path.photo.value != 0)) reader.Fail("state and photo contradict each other");
  RETURN_IF_ERROR(reader.Finish([&] { return StrCat("path ", Describe(location)); }));
  path.location = std::move(location);
  return path;
}

std::string EncodePhoto(const PhotoRecord& photo) {
  ByteWriter writer(kValueFormat);
  writer.Raw(photo.content);
  writer.I64(photo.bytes);
  writer.I64(photo.indexed_at_ms);
  writer.U32(static_cast<uint32_t>(photo.width));
  writer.U32(static_cast<uint32_t>(photo.height));
  writer.U8(static_cast<uint8_t>(photo.orientation));
  writer.U8(static_cast<uint8_t>((photo.taken_at_ms ? kHasTakenAt : 0) | (photo.taken_at_offset_min ? kHasOffset : 0) |
                                 (photo.latitude ? kHasLatitude : 0) | (photo.longitude ? kHasLongitude : 0)));
  writer.I64(photo.taken_at_ms.value_or(0));
  writer.I32(photo.taken_at_offset_min.value_or(0));
  writer.F64(photo.latitude.value_or(0));
  writer.F64(photo.longitude.value_or(0));
  writer.Text(photo.format);
  writer.Text(photo.camera);
  writer.Text(photo.lens);
  return writer.Take();
}

Result<PhotoRecord> DecodePhoto(PhotoId id, std::string_view value) {
  ByteReader reader(value, kValueFormat);
  PhotoRecord photo;
  photo.id = id;
  reader.Raw(photo.content);
  photo.bytes = reader.I64();
  photo.indexed_at_ms = reader.I64();
  photo.width = ReadPixels(reader, "width");
  photo.height = ReadPixels(reader, "height");
  photo.orientation = reader.Enum(8, "orientation");
  const uint8_t flags = reader.Enum(15, "flags");
  const int64_t taken_at_ms = reader.I64();
  const int32_t offset_min = reader.I32();
  const double latitude = reader.F64();
  const double longitude = reader.F64();
  if (flags & kHasTakenAt) photo.taken_at_ms = taken_at_ms;
  if (flags & kHasOffset) photo.taken_at_offset_min = offset_min;
  if (flags & kHasLatitude) photo.latitude = latitude;
  if (flags & kHasLongitude) photo.longitude = longitude;
  photo.format = reader.Text();
  photo.camera = reader.Text();
  photo.lens = reader.Text();
  RETURN_IF_ERROR(reader.Finish([&] { return StrCat("photo ", id.value); }));
  return photo;
}

std::string EncodePhotoId(PhotoId photo) { return EncodeCount(photo.value); }

Result<PhotoId> DecodePhotoId(std::string_view value) {
  ByteReader reader(value, kValueFormat);
  const PhotoId photo{reader.U64()};
  if (photo.value == 0) reader.Fail("a photo id of 0");
  RETURN_IF_ERROR(reader.Finish("a content's photo"));
  return photo;
}

std::string EncodeVector(std::span<const float> vector) {
  ByteWriter writer(kValueFormat);
  writer.U8(kFloat32);
  writer.U32(static_cast<uint32_t>(vector.size()));
  writer.Floats(vector);
  return writer.Take();
}

Status DecodeVector(PhotoId id, std::string_view value, std::span<float> out) {
  ByteReader reader(value, kValueFormat);
  const uint8_t kind = reader.U8();
  const uint32_t dim = reader.U32();
  if (!reader.failed() && kind != kFloat32) reader.Fail(StrCat("number format ", int{kind}, ", can read ", int{kFloat32}));
  if (!reader.failed() && dim != out.size()) reader.Fail(StrCat(dim, " values, expected ", out.size()));
  reader.Floats(out);
  return reader.Finish([&] { return StrCat("vector of photo ", id.value); });
}

std::string EncodeFailure(const FailureRecord& failure) {
  ByteWriter writer(kValueFormat);
  WriteStamp(writer, failure.stamp);
  writer.I64(failure.at_ms);
  writer.U32(failure.tries);
  writer.Text(CodeName(failure.code));
  writer.Text(failure.reason);
  return writer.Take();
}

Result<FailureRecord> DecodeFailure(Location location, std::string_view value) {
  ByteReader reader(value, kValueFormat);
  FailureRecord failure;
  failure.stamp = ReadStamp(reader);
  failure.at_ms = reader.I64();
  failure.tries = reader.U32();
  failure.code = CodeFromName(reader.Text());
  failure.reason = reader.Text();
  RETURN_IF_ERROR(reader.Finish([&] { return StrCat("failure of ", Describe(location)); }));
  failure.location = std::move(location);
  return failure;
}

std::string EncodeJob(const JobRecord& job) {
  ByteWriter writer(kValueFormat);
  writer.U8(static_cast<uint8_t>(job.state));
  writer.U64(job.done);
  writer.U64(job.failed);
  writer.U64(job.total);
  writer.I64(job.created_at_ms);
  writer.I64(job.finished_at_ms);
  writer.Text(job.kind);
  writer.Text(job.subject);
  writer.Text(job.error);
  return writer.Take();
}

Result<JobRecord> DecodeJob(uint64_t id, std::string_view value) {
  ByteReader reader(value, kValueFormat);
  JobRecord job;
  job.id = id;
  job.state = static_cast<JobState>(reader.Enum(static_cast<uint8_t>(JobState::kCancelled), "state"));
  job.done = reader.U64();
  job.failed = reader.U64();
  job.total = reader.U64();
  job.created_at_ms = reader.I64();
  job.finished_at_ms = reader.I64();
  job.kind = reader.Text();
  job.subject = reader.Text();
  job.error = reader.Text();
  RETURN_IF_ERROR(reader.Finish([&] { return StrCat("job ", id); }));
  return job;
}

std::string EncodeBytes(std::string_view bytes) {
  ByteWriter writer(kValueFormat);
  writer.Raw(bytes);
  return writer.Take();
}

Result<std::string_view> DecodeBytes(std::string_view value, std::string_view what) {
  ByteReader reader(value, kValueFormat);
  const std::string_view bytes = reader.Rest();
  RETURN_IF_ERROR(reader.Finish(what));
  return bytes;
}

std::string EncodeMark() { return ByteWriter(kValueFormat).Take(); }

Status DecodeMark(std::string_view value) { return ByteReader(value, kValueFormat).Finish("a photo's location"); }

}  // namespace fovea::storage
