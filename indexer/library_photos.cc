// Library: records, thumbnails and files of photos.
#include <algorithm>
#include <tuple>
#include <utility>

#include "base/log.h"
#include "encoder/thumbnail.h"
#include "indexer/library_impl.h"
#include "indexer/safe_open.h"

namespace fovea::indexer {

using encoder::Decoded;

namespace {

constexpr int kMinThumbnailPx = 16;
constexpr int kMaxThumbnailPx = 2048;
constexpr size_t kMaxPage = 1000;

int LongerSide(int width, int height) { return std::max(width, height); }

}  // namespace

Library::Impl::RootTable Library::Impl::RootsById() const {
  RootTable table;
  for (storage::Root& root : catalog.ListRoots()) table.emplace(root.id, std::move(root));
  return table;
}

Result<Photo> Library::Impl::Assemble(storage::PhotoRecord record, const RootTable& roots) const {
  ASSIGN_OR_RETURN(const std::vector<storage::Location> locations, catalog.LocationsOf(record.id));
  Photo photo{.record = std::move(record), .paths = {}};
  for (const storage::Location& location : locations) {
    const auto root = roots.find(location.root);
    if (root == roots.end()) continue;
    photo.paths.push_back({location.root, root->second.path + "/" + location.path, root->second.state == storage::RootState::kOffline});
  }
  if (photo.paths.empty()) return Failed(NotFound(StrCat("photo ", photo.record.id.value, " has no path any more")));
  std::sort(photo.paths.begin(), photo.paths.end(), [](const PhotoPath& a, const PhotoPath& b) {
    return std::tie(a.offline, a.root, a.path) < std::tie(b.offline, b.root, b.path);
  });
  return photo;
}

Result<Photo> Library::Impl::FindPhoto(PhotoId id) const {
  ASSIGN_OR_RETURN(storage::PhotoRecord record, catalog.GetPhoto(id));
  return Assemble(std::move(record), RootsById());
}

Result<Photo> Library::GetPhoto(PhotoId id) const {
  ASSIGN_OR_RETURN(Photo photo, impl_->FindPhoto(id));
  ASSIGN_OR_RETURN(photo.tags, impl_->catalog.TagsOf(id));
  return photo;
}

Result<std::vector<PhotoId>> Library::ChangeTags(const storage::TagChange& change) {
  RETURN_IF_ERROR(impl_->CheckReady());
  return impl_->writer->ChangeTags(change);
}

Result<std::vector<storage::PhotoRecord>> Library::Impl::RecordsOf(const PhotoBits& photos, PhotoId after, uint64_t skip, size_t limit) const {
  std::vector<storage::PhotoRecord> records;
  for (auto id = photos.After(after, skip); id && records.size() < limit; id = photos.After(*id)) {
    auto record = catalog.GetPhoto(*id);
    if (!record && record.error().code() == StatusCode::kNotFound) continue;  // removed a moment ago
    if (!record) return Failed(record.error());
    records.push_back(*std::move(record));
  }
  return records;
}

Result<Library::PhotoPage> Library::ListPhotos(PhotoId after, size_t limit, const std::optional<Filter>& filter, uint64_t skip) const {
  if (limit < 1 || limit > kMaxPage) return Failed(InvalidArgument(StrCat("limit is ", limit, ", it must lie in 1..", kMaxPage)));
  if (filter || skip > 0) RETURN_IF_ERROR(impl_->CheckReady());
  PhotoPage page{.photos = {}, .next = {}, .total = impl_->catalog.photo_count()};
  std::vector<storage::PhotoRecord> records;
  if (filter || skip > 0) {
    ASSIGN_OR_RETURN(const Impl::Among fitting, impl_->Fitting(filter.value_or(Filter{})));
    const PhotoBits photos(*fitting);
    page.total = photos.count();
    ASSIGN_OR_RETURN(records, impl_->RecordsOf(photos, after, skip, limit + 1));
  } else {
    ASSIGN_OR_RETURN(records, impl_->catalog.ListPhotos(after, limit + 1));
  }
  const Impl::RootTable roots = impl_->RootsById();
  if (records.size() > limit) {
    records.pop_back();
    page.next = records.back().id;
  }
  for (storage::PhotoRecord& record : records) {
    auto photo = impl_->Assemble(std::move(record), roots);
    if (!photo && photo.error().code() == StatusCode::kNotFound) continue;  // removed a moment ago
    if (!photo) return Failed(photo.error());
    page.photos.push_back(*std::move(photo));
  }
  return page;
}

Result<OpenedFile> Library::Impl::Open(PhotoId id) const {
  ASSIGN_OR_RETURN(const storage::PhotoRecord record, catalog.GetPhoto(id));
  ASSIGN_OR_RETURN(const std::vector<storage::Location> locations, catalog.LocationsOf(id));
  const RootTable roots = RootsById();
  Status last = NotFound(StrCat("photo ", id.value, " has no path any more"));
  for (const storage::Location& location : locations) {
    const auto root = roots.find(location.root);
    if (root == roots.end()) continue;
    auto fd = OpenBeneath(root->second.path, location.path);
    if (fd) return OpenedFile{*std::move(fd), root->second.path + "/" + location.path, record.format, record.bytes};
    last = fd.error();
  }
  return Failed(last);
}

Result<OpenedFile> Library::OpenFile(PhotoId id) const { return impl_->Open(id); }

Result<std::string> Library::Impl::ThumbnailFromFile(const storage::PhotoRecord& record, int side_px) const {
  ASSIGN_OR_RETURN(const OpenedFile file, Open(record.id));
  const int shorter = std::max(1, std::min(record.width, record.height));
  const double shrink = std::min(1.0, static_cast<double>(side_px) / std::max(1, LongerSide(record.width, record.height)));
  const encoder::DecodeOptions decode{.limits = options.limits,
                                      .mode = encoder::DecodeMode::kFast,
                                      .min_short_side_px = std::max(1, static_cast<int>(shorter * shrink))};
  ASSIGN_OR_RETURN(const Decoded decoded, encoder::Decode(file.fd.get(), decode));
  return encoder::MakeThumbnail(decoded.pixels, side_px);
}

Result<std::string> Library::Thumbnail(PhotoId id, int side_px) const {
  if (side_px < kMinThumbnailPx || side_px > kMaxThumbnailPx) {
    return Failed(InvalidArgument(StrCat("size is ", side_px, ", it must lie in ", kMinThumbnailPx, "..", kMaxThumbnailPx)));
  }
  ASSIGN_OR_RETURN(const storage::PhotoRecord record, impl_->catalog.GetPhoto(id));
  auto stored = impl_->catalog.GetThumbnail(id);
  if (!stored) {
    auto made = impl_->ThumbnailFromFile(record, side_px);
    if (made && side_px == impl_->options.thumbnail_px) {
      const Status kept = impl_->catalog.PutThumbnail(id, *made);
      if (!kept.ok()) LogWarning("keep the thumbnail of photo ", id.value, ": ", kept.ToString());
    }
    return made;
  }
  if (side_px == impl_->options.thumbnail_px) return stored;
  ASSIGN_OR_RETURN(const Decoded small, encoder::DecodeBytes(*stored, {.limits = impl_->options.limits}));
  const int stored_side = LongerSide(small.pixels.width, small.pixels.height);
  if (stored_side > side_px) return encoder::MakeThumbnail(small.pixels, side_px);
  if (stored_side == side_px || LongerSide(record.width, record.height) <= stored_side) return stored;
  auto larger = impl_->ThumbnailFromFile(record, side_px);
  return larger ? larger : stored;  // the file is not there at the moment: the small one is better than none
}

}  // namespace fovea::indexer
