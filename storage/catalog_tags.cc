// Catalog: what users write on photos.
#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"

namespace fovea::storage {
namespace {

Status CheckTag(const std::string& tag) {
  if (!tag.empty() && tag.size() <= kMaxTagBytes) return Status::Ok();
  return InvalidArgument(StrCat("a tag has 1 to ", kMaxTagBytes, " bytes, not ", tag.size()));
}

}  // namespace

Result<std::vector<PhotoId>> Catalog::ChangeTags(const TagChange& wanted) {
  ENTER_OR_RETURN(*impl_);
  for (const std::string& tag : wanted.add) RETURN_IF_ERROR(CheckTag(tag));
  for (const std::string& tag : wanted.remove) RETURN_IF_ERROR(CheckTag(tag));
  MutexLock lock(impl_->write_mutex);
  Change change = impl_->Begin();
  std::vector<PhotoId> unknown;
  for (const PhotoId id : wanted.photos) {
    ASSIGN_OR_RETURN(const std::optional<std::string> photo, impl_->database->Get(Column::kPhotos, PhotoKey(id)));
    if (!photo) {
      unknown.push_back(id);
      continue;
    }
    for (const std::string& tag : wanted.remove) change.Delete(Column::kTags, TagKey(id, tag));
    for (const std::string& tag : wanted.add) change.Put(Column::kTags, TagKey(id, tag), EncodeMark());
  }
  if (unknown.size() < wanted.photos.size()) RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kSynced));
  return unknown;
}

Result<std::vector<std::string>> CatalogView::TagsOf(PhotoId id) const {
  ENTER_OR_RETURN(*impl_);
  std::vector<std::string> tags;
  const std::string prefix = PhotoKey(id);
  const Database::Visit add = [&tags](std::string_view key, std::string_view value) -> Result<bool> {
    RETURN_IF_ERROR(DecodeMark(value));
    ASSIGN_OR_RETURN(auto tag, ParseTagKey(key));
    tags.push_back(std::move(tag.second));
    return true;
  };
  RETURN_IF_ERROR(impl_->database->ForEach(Column::kTags, prefix, prefix, add));
  return tags;
}

Status CatalogView::ForEachTag(const std::function<bool(PhotoId, const std::string&)>& visit) const {
  ENTER_OR_RETURN(*impl_);
  return impl_->database->Sweep(Column::kTags, "", [&visit](std::string_view key, std::string_view value) -> Result<bool> {
    RETURN_IF_ERROR(DecodeMark(value));
    ASSIGN_OR_RETURN(const auto tag, ParseTagKey(key));
    return visit(tag.first, tag.second);
  });
}

}  // namespace fovea::storage
