#include "storage/catalog.h"

#include "base/log.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"

namespace fovea::storage {

CatalogView::CatalogView(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CatalogView::~CatalogView() = default;

Catalog::Catalog(std::unique_ptr<Impl> impl) : CatalogView(std::move(impl)) {}
Catalog::~Catalog() { Close(); }

Result<std::unique_ptr<Catalog>> Catalog::Open(const Options& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                   Database::Open({.folder = options.folder + "/catalog", .cache_bytes = options.cache_bytes, .read_only = options.read_only}));
  std::unique_ptr<Catalog> catalog(new Catalog(std::make_unique<Impl>(options.folder, std::move(database))));
  RETURN_IF_ERROR(catalog->impl_->Load());
  return catalog;
}

void Catalog::Close() {
  if (!impl_->gate.Shut()) return;
  if (const Status flushed = impl_->database->Flush(); !flushed.ok()) LogError(flushed.message());
  impl_->database.reset();
}

const std::string& CatalogView::folder() const { return impl_->folder; }

Status CatalogView::Health() const {
  ENTER_OR_RETURN(*impl_);
  return impl_->database->Health();
}

uint64_t CatalogView::photo_count() const { return impl_->photo_count; }
PhotoId CatalogView::next_photo() const { return PhotoId{impl_->next_photo}; }
uint64_t CatalogView::failure_count() const { return impl_->failure_count; }
uint64_t CatalogView::vector_epoch() const { return impl_->vector_epoch; }

Status Catalog::PutIndexValue(std::string_view name, std::string_view value) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  Change change = impl_->Begin();
  change.Put(Column::kIndex, name, EncodeBytes(value));
  return impl_->Commit(change, Database::Durability::kSynced);
}

Result<std::string> CatalogView::GetIndexValue(std::string_view name) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, impl_->database->Get(Column::kIndex, name));
  if (!value) return Failed(NotFound(StrCat("no index value \"", name, "\"")));
  ASSIGN_OR_RETURN(const std::string_view bytes, DecodeBytes(*value, StrCat("index value \"", name, "\"")));
  return std::string(bytes);
}

Status Catalog::Impl::Load() {
  MutexLock lock(write_mutex);
  ASSIGN_OR_RETURN(const uint32_t format, LoadFormat());
  if (format != 0) {
    ASSIGN_OR_RETURN(const std::optional<std::string> stored, database->Get(Column::kMeta, "counters"));
    if (!stored) return Corrupt(StrCat("open library \"", folder, "\": its counters are missing"));
    ASSIGN_OR_RETURN(counters, DecodeCounters(*stored));
  }
  RETURN_IF_ERROR(LoadModels());
  RETURN_IF_ERROR(LoadRoots());
  PublishCounters();
  if (format == 1) RETURN_IF_ERROR(MigrateFromFormat1());
  if (format == 2) RETURN_IF_ERROR(MigrateFromFormat2());
  return database->read_only() ? Status::Ok() : CancelOldJobs();
}

Result<uint32_t> Catalog::Impl::LoadFormat() {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, database->Get(Column::kMeta, "format"));
  if (stored) {
    ASSIGN_OR_RETURN(const uint32_t format, DecodeStoreFormat(*stored));
    if (format == 0) return Failed(Corrupt(StrCat("open library \"", folder, "\": format 0 was never used")));
    if (format <= kStoreFormat) return format;
    return Failed(Unsupported(StrCat("open library \"", folder, "\": made by a newer fovea (format ", format, "; this one reads up to ",
                              kStoreFormat, "); update fovea, or give another --data folder")));
  }
  // A kill while the store was made leaves columns without a format; any record makes that impossible.
  bool empty = true;
  for (const Column column : {Column::kRoots, Column::kPaths, Column::kPhotos}) {
    RETURN_IF_ERROR(database->ForEach(column, "", "", [&empty](std::string_view, std::string_view) -> Result<bool> {
      empty = false;
      return false;
    }));
  }
  if (!empty) return Failed(Corrupt(StrCat("open library \"", folder, "\": its format is missing")));
  if (database->read_only()) return 0;
  Change change = Begin();
  change.Put(Column::kMeta, "format", EncodeStoreFormat(kStoreFormat));
  RETURN_IF_ERROR(Commit(change, Database::Durability::kSynced));
  return 0;
}

Status Catalog::Impl::LoadRoots() {
  return database->ForEach(Column::kRoots, "", "", [this](std::string_view key, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(const RootId id, ParseRootKey(key));
    RootEntry entry;
    ASSIGN_OR_RETURN(entry.root, DecodeRoot(id, value));
    ASSIGN_OR_RETURN(const std::optional<std::string> count, database->Get(Column::kMeta, RootCountKey(id)));
    if (count) {
      ASSIGN_OR_RETURN(entry.indexed_paths, DecodeCount(*count));
    }
    MutexLock state(state_mutex);
    roots[id] = std::move(entry);
    return true;
  });
}

Status Catalog::Impl::CancelOldJobs() {
  Change change = Begin();
  bool any = false;
  RETURN_IF_ERROR(database->ForEach(Column::kJobs, "", "", [&](std::string_view key, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(const uint64_t id, ParseJobKey(key));
    ASSIGN_OR_RETURN(JobRecord job, DecodeJob(id, value));
    if (job.state != JobState::kQueued && job.state != JobState::kRunning) return true;
    job.state = JobState::kCancelled;
    job.error = "fovea ended before the job did";
    change.Put(Column::kJobs, key, EncodeJob(job));
    any = true;
    return true;
  }));
  return any ? Commit(change, Database::Durability::kBuffered) : Status::Ok();
}

Status Catalog::Impl::Commit(Change& change, Database::Durability durability) {
  std::map<RootId, uint64_t> counts;
  {
    MutexLock state(state_mutex);
    for (const auto& [id, delta] : change.root_deltas()) {
      const auto entry = roots.find(id);
      if (delta != 0 && entry != roots.end()) counts[id] = entry->second.indexed_paths + static_cast<uint64_t>(delta);
    }
  }
  for (const auto& [id, count] : counts) change.Put(Column::kMeta, RootCountKey(id), EncodeCount(count));
  RETURN_IF_ERROR(database->Write(change.Finish(), durability));
  counters = change.counters();
  PublishCounters();
  MutexLock state(state_mutex);
  for (const auto& [id, count] : counts) roots[id].indexed_paths = count;
  return Status::Ok();
}

void Catalog::Impl::PublishCounters() {
  photo_count = counters.photos;
  failure_count = counters.failures;
  vector_epoch = counters.vector_epoch;
  next_photo = counters.next_photo;
}

}  // namespace fovea::storage
