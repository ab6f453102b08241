#include "indexer/picture_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "base/log.h"
#include "encoder/preprocess.h"
#include "encoder/thumbnail.h"
#include "indexer/file_stamp.h"
#include "indexer/safe_open.h"

namespace fovea::indexer {
namespace {

ReadVerdict Fail(PipelineItem& item, Status why) {
  item.failure = std::move(why);
  return ReadVerdict::kStore;
}

void TakeFacts(const encoder::PictureFacts& facts, storage::PhotoRecord& photo) {
  photo.format = facts.format;
  photo.width = facts.width;
  photo.height = facts.height;
  photo.orientation = facts.orientation;
  photo.taken_at_ms = facts.taken_at_ms;
  photo.taken_at_offset_min = facts.taken_at_offset_min;
  photo.camera = facts.camera;
  photo.lens = facts.lens;
  if (facts.gps) {
    photo.latitude = facts.gps->latitude;
    photo.longitude = facts.gps->longitude;
  }
}

}  // namespace

ReadResult PictureReader::Read(const Candidate& candidate, const ClaimContent& claim, const encoder::PreprocessProfile* profile) const {
  auto item = std::make_unique<PipelineItem>();
  item->candidate = candidate;
  const auto root = catalog_.GetRoot(candidate.location.root);
  if (!root || root->state == storage::RootState::kRemoving) return {};
  const std::string path = root->path + "/" + candidate.location.path;
  auto fd = OpenBeneath(root->path, candidate.location.path);
  if (!fd) {
    if (fd.error().code() == StatusCode::kNotFound || !RootIsThere(candidate.location.root)) return {};
    const auto stamp = StampOfPath(path);  // without one (a symlink, say) the failure is remembered with an empty stamp
    if (stamp) item->stamp = *stamp;
    return {Fail(*item, fd.error()), std::move(item)};
  }
  const ReadVerdict verdict = ReadGuarded(*item, fd->get(), {profile, claim});
  if (verdict != ReadVerdict::kEncode && verdict != ReadVerdict::kStore) item.reset();
  return {verdict, std::move(item)};
}

// What a decoder throws, against its word, is this picture's failure and not the end of the program.
ReadVerdict PictureReader::ReadGuarded(PipelineItem& item, int fd, const Wishes& wishes) const {
  const std::string what = StrCat("read \"", item.candidate.location.path, "\": ");
  try {
    return ReadOpened(item, fd, wishes);
  } catch (const std::bad_alloc&) {
    return Fail(item, Internal(what + "not enough memory"));
  } catch (const std::exception& error) {
    return Fail(item, Internal(what + error.what()));
  }
}

ReadVerdict PictureReader::ReadOpened(PipelineItem& item, int fd, const Wishes& wishes) const {
  const storage::Location& location = item.candidate.location;
  const auto before = StampOfFile(fd);
  if (!before) return Fail(item, before.error());
  item.stamp = *before;
  if (const auto known = catalog_.GetPath(location); known && known->stamp == *before) return ReadVerdict::kUnchanged;
  const auto bytes = ReadAll(fd, options_.limits.max_file_bytes);
  if (!bytes && !RootIsThere(location.root)) return ReadVerdict::kGone;
  const bool try_again = item.candidate.tries < options_.max_tries;
  if (!bytes && bytes.error().code() == StatusCode::kIo && try_again) return ReadVerdict::kMoving;
  if (!bytes) return Fail(item, bytes.error().WithContext(StrCat("read \"", location.path, "\"")));
  const auto after = StampOfFile(fd);
  if (!after || *after != *before || static_cast<int64_t>(bytes->size()) != before->bytes) {
    if (try_again) return ReadVerdict::kMoving;
    return Fail(item, Busy(StrCat("read \"", location.path, "\": it kept changing while it was read")));
  }
  item.photo.content = Sha256(*bytes);
  item.photo.bytes = before->bytes;
  item.photo.indexed_at_ms = clock_.NowUnixMs();
  if (catalog_.FindContent(item.photo.content)) return ReadVerdict::kStore;
  if (!wishes.claim(item.photo.content)) return ReadVerdict::kParked;
  if (catalog_.FindContent(item.photo.content)) return ReadVerdict::kStore;  // stored between the look and the claim
  if (Status status = DecodeInto(item, *bytes, wishes.profile); !status.ok()) return Fail(item, std::move(status));
  return ReadVerdict::kEncode;
}

Status PictureReader::DecodeInto(PipelineItem& item, const std::string& bytes, const encoder::PreprocessProfile* profile) const {
  const encoder::DecodeOptions options{.limits = options_.limits,
                                       .mode = encoder::DecodeMode::kFast,
                                       .min_short_side_px = std::max(profile ? profile->resize_to : 0, options_.thumbnail_px)};
  ASSIGN_OR_RETURN(const encoder::Decoded decoded, encoder::DecodeBytes(bytes, options));
  if (profile != nullptr) {
    ASSIGN_OR_RETURN(item.input, encoder::Preprocess(decoded.pixels, *profile));
  }
  ASSIGN_OR_RETURN(item.thumbnail, encoder::MakeThumbnail(decoded.pixels, options_.thumbnail_px));
  TakeFacts(decoded.facts, item.photo);
  return Status();
}

bool PictureReader::RootIsThere(storage::RootId id) const {
  const auto root = catalog_.GetRoot(id);
  struct stat info {};
  return root && ::stat(root->path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace fovea::indexer
