// Catalog: photos, vectors and thumbnails.
#include <algorithm>
#include <limits>

#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"

namespace fovea::storage {

Result<PhotoId> CatalogView::FindContent(const Sha256Digest& content) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const ModelBinding model, impl_->FindModel(std::nullopt));
  ASSIGN_OR_RETURN(const std::optional<std::string> value, impl_->database->Get(Column::kContents, ContentKey(content)));
  if (!value) return Failed(NotFound(StrCat("no photo with content ", ToHex(content))));
  ASSIGN_OR_RETURN(const PhotoId id, DecodePhotoId(*value));
  ASSIGN_OR_RETURN(const std::optional<std::string> vector, impl_->database->Get(Column::kVectors, VectorKey(model.number, id)));
  if (!vector) return Failed(NotFound(StrCat("photo ", id.value, " has no vector")));
  return id;
}

Result<PhotoRecord> CatalogView::GetPhoto(PhotoId id) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, impl_->database->Get(Column::kPhotos, PhotoKey(id)));
  if (!value) return Failed(NotFound(StrCat("no photo ", id.value)));
  return DecodePhoto(id, *value);
}

Result<std::vector<Location>> CatalogView::LocationsOf(PhotoId id) const {
  ENTER_OR_RETURN(*impl_);
  std::vector<Location> locations;
  const std::string prefix = PhotoKey(id);
  const Database::Visit add = [&locations](std::string_view key, std::string_view value) -> Result<bool> {
    RETURN_IF_ERROR(DecodeMark(value));
    ASSIGN_OR_RETURN(Location location, ParseLocationKey(key));
    locations.push_back(std::move(location));
    return true;
  };
  RETURN_IF_ERROR(impl_->database->ForEach(Column::kLocations, prefix, prefix, add));
  if (locations.empty()) return Failed(NotFound(StrCat("no photo ", id.value)));
  return locations;
}

Result<std::vector<float>> CatalogView::GetVector(PhotoId id, std::optional<uint32_t> model_number) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const ModelBinding model, impl_->FindModel(model_number));
  ASSIGN_OR_RETURN(const std::optional<std::string> value, impl_->database->Get(Column::kVectors, VectorKey(model.number, id)));
  if (!value) return Failed(NotFound(StrCat("no vector of photo ", id.value)));
  std::vector<float> vector(static_cast<size_t>(model.dim));
  RETURN_IF_ERROR(DecodeVector(id, *value, vector));
  return vector;
}

Result<std::vector<PhotoRecord>> CatalogView::ListPhotos(PhotoId after, size_t limit) const {
  ENTER_OR_RETURN(*impl_);
  std::vector<PhotoRecord> photos;
  if (limit == 0 || after.value == std::numeric_limits<uint64_t>::max()) return photos;
  RETURN_IF_ERROR(impl_->database->ForEach(Column::kPhotos, "", PhotoKey(PhotoId{after.value + 1}),
                                           [&](std::string_view key, std::string_view value) -> Result<bool> {
                                             ASSIGN_OR_RETURN(const PhotoId id, ParsePhotoKey(key));
                                             ASSIGN_OR_RETURN(PhotoRecord photo, DecodePhoto(id, value));
                                             photos.push_back(std::move(photo));
                                             return photos.size() < limit;
                                           }));
  return photos;
}

Result<std::vector<PhotoRecord>> CatalogView::ListPhotosByDate(int64_t from_ms, int64_t before_ms, const std::optional<Dated>& after, size_t limit) const {
  ENTER_OR_RETURN(*impl_);
  std::vector<PhotoId> ids;
  if (limit == 0 || from_ms >= before_ms) return std::vector<PhotoRecord>();
  const std::string first = DateKey(from_ms, PhotoId{});
  const std::string begin = after ? std::max(first, DateKey(after->taken_at_ms, after->photo) + '\0') : first;
  const std::string end = DateKey(before_ms, PhotoId{});
  const Database::Visit add = [&](std::string_view key, std::string_view value) -> Result<bool> {
    if (key >= end) return false;
    RETURN_IF_ERROR(DecodeMark(value));
    ASSIGN_OR_RETURN(ids.emplace_back(), ParseDateKey(key));
    return ids.size() < limit;
  };
  RETURN_IF_ERROR(impl_->database->ForEach(Column::kDates, "", begin, add));
  std::vector<PhotoRecord> photos;
  for (const PhotoId id : ids) {
    auto photo = GetPhoto(id);
    if (!photo && photo.error().code() == StatusCode::kNotFound) continue;  // removed a moment ago
    if (!photo) return Failed(photo.error());
    photos.push_back(*std::move(photo));
  }
  return photos;
}

Result<std::vector<PhotoId>> CatalogView::VectorChangesSince(uint64_t epoch) const {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, impl_->database->Get(Column::kMeta, kForgottenKey));
  uint64_t forgotten = 0;
  if (stored) {
    ASSIGN_OR_RETURN(forgotten, DecodeCount(*stored));
  }
  const uint64_t now = impl_->counters.vector_epoch;
  if (epoch < forgotten || epoch > now) return Failed(NotFound(StrCat("what changed since state ", epoch, " of the vectors is not known any more")));
  std::vector<PhotoId> photos;
  RETURN_IF_ERROR(impl_->database->ForEach(Column::kChanges, "", ChangeKey(epoch + 1), [&](std::string_view, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(photos.emplace_back(), DecodePhotoId(value));
    return true;
  }));
  if (photos.size() != now - epoch) return Failed(Corrupt(StrCat("the vectors changed ", now - epoch, " times, ", photos.size(), " are listed")));
  std::sort(photos.begin(), photos.end());
  photos.erase(std::unique(photos.begin(), photos.end()), photos.end());
  return photos;
}

Status Catalog::ForgetVectorChanges(uint64_t epoch) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  Change change = impl_->Begin();
  change.DeleteRange(Column::kChanges, ChangeKey(0), ChangeKey(epoch + 1));
  change.Put(Column::kMeta, kForgottenKey, EncodeCount(epoch));
  return impl_->Commit(change, Database::Durability::kBuffered);
}

Status CatalogView::ForEachVector(const VisitVector& visit, std::optional<uint32_t> model) const {
  return ForEachVectorBetween({}, PhotoId{UINT64_MAX}, visit, model);
}

Status CatalogView::ForEachVectorBetween(PhotoId first, PhotoId end, const VisitVector& visit, std::optional<uint32_t> model_number) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const ModelBinding model, impl_->FindModel(model_number));
  std::vector<float> vector(static_cast<size_t>(model.dim));
  const std::string begin = VectorKey(model.number, first), bound = VectorKey(model.number, end);
  return impl_->database->SweepRange(Column::kVectors, begin, bound, [&](std::string_view key, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(const PhotoId id, ParseVectorKey(key));
    RETURN_IF_ERROR(DecodeVector(id, value, vector));
    return visit(id, vector);
  });
}

Result<std::string> CatalogView::GetThumbnail(PhotoId id) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, impl_->database->Get(Column::kThumbnails, PhotoKey(id)));
  if (!value) return Failed(NotFound(StrCat("no thumbnail of photo ", id.value)));
  ASSIGN_OR_RETURN(const std::string_view webp, DecodeBytes(*value, StrCat("thumbnail of photo ", id.value)));
  return std::string(webp);
}

Status Catalog::PutThumbnail(PhotoId id, std::string_view webp) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  ASSIGN_OR_RETURN(const std::optional<std::string> photo, impl_->database->Get(Column::kPhotos, PhotoKey(id)));
  if (!photo) return NotFound(StrCat("no photo ", id.value));
  Change change = impl_->Begin();
  change.Put(Column::kThumbnails, PhotoKey(id), EncodeBytes(webp));
  return impl_->Commit(change, Database::Durability::kBuffered);
}

}  // namespace fovea::storage
