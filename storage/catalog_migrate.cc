// Catalog: what an older fovea left is brought up to date when it is opened for writing.
#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"

namespace fovea::storage {
namespace {

constexpr size_t kPhotosPerBatch = 10'000;

}  // namespace

// Format 2 lists photos by date and which vectors changed. The format is written last: a kill on the way begins again.
Status Catalog::Impl::MigrateFromFormat1() {
  if (database->read_only()) return Unsupported(StrCat("open library \"", folder, "\" for reading: made by an older fovea (format 1); start fovea serve on it once"));
  LogInfo("library \"", folder, "\": bringing ", counters.photos, " photos from format 1 to ", kStoreFormat);
  rocksdb::WriteBatch dates;
  const auto list = [&](std::string_view key, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(const PhotoId id, ParsePhotoKey(key));
    ASSIGN_OR_RETURN(const PhotoRecord photo, DecodePhoto(id, value));
    if (!photo.taken_at_ms) return true;
    const rocksdb::Status put = dates.Put(database->handle(Column::kDates), DateKey(*photo.taken_at_ms, id), EncodeMark());
    RETURN_IF_ERROR(FromRocks(put, "list photos by date"));
    if (static_cast<size_t>(dates.Count()) < kPhotosPerBatch) return true;
    RETURN_IF_ERROR(database->Write(dates, Database::Durability::kBuffered));
    dates.Clear();
    return true;
  };
  RETURN_IF_ERROR(database->Sweep(Column::kPhotos, "", list));
  RETURN_IF_ERROR(database->Write(dates, Database::Durability::kBuffered));
  Change change = Begin();
  change.Put(Column::kMeta, kForgottenKey, EncodeCount(counters.vector_epoch));
  change.Put(Column::kMeta, "format", EncodeStoreFormat(kStoreFormat));
  return Commit(change, Database::Durability::kSynced);
}

// Format 3 may have vectors of several models: an older fovea would leave some behind when a photo goes.
Status Catalog::Impl::MigrateFromFormat2() {
  if (database->read_only()) return {};
  Change change = Begin();
  change.Put(Column::kMeta, "format", EncodeStoreFormat(kStoreFormat));
  return Commit(change, Database::Durability::kSynced);
}

}  // namespace fovea::storage
