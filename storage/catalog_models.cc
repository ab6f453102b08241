// Catalog: which model answers.
#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"

namespace fovea::storage {
namespace {

ModelBinding BindingOf(const ModelRecord& model) { return {.number = model.number, .dim = model.dim, .id = model.id}; }

}  // namespace

Status Catalog::Impl::CheckModel(const std::string& id, int64_t dim) {
  if (id.empty() || id.size() > 4096) return InvalidArgument("bind a model: its id must have 1 to 4096 bytes");
  if (dim < 1 || dim > int64_t{kMaxVectorDim}) return InvalidArgument(StrCat("bind model \"", id, "\": a dimension of ", dim));
  return {};
}

Status Catalog::Impl::NoModel(uint32_t number) { return NotFound(StrCat("the store has no model ", number)); }

Status Catalog::BindModel(const std::string& model_id, int64_t dim) {
  ENTER_OR_RETURN(*impl_);
  RETURN_IF_ERROR(Impl::CheckModel(model_id, dim));
  MutexLock lock(impl_->write_mutex);
  ModelTable table = impl_->models;
  const ModelRecord* answering = table.Answering();
  if (answering != nullptr && answering->id == model_id && answering->dim == dim) return Status::Ok();
  if (answering != nullptr && impl_->counters.photos > 0) {
    return Unsupported(StrCat("the library \"", impl_->folder, "\" holds vectors of model \"", answering->id, "\" (", answering->dim,
                              " values each), asked for \"", model_id, "\" (", dim, "): start with --model ", answering->id,
                              ", or give the new model a library of its own with --data"));
  }
  // Without photos there are no vectors of any model.
  table.models = {ModelRecord{.number = table.next_number++, .dim = dim, .id = model_id}};
  Change change = impl_->Begin();
  return impl_->CommitModels(change, std::move(table));
}

Status Catalog::Impl::CommitModels(Change& change, ModelTable table) {
  const ModelRecord* answering = table.Answering();
  if (!database->read_only()) {
    change.Put(Column::kMeta, kModelsKey, EncodeModelTable(table));
    if (answering != nullptr) change.Put(Column::kMeta, "model", EncodeModel(BindingOf(*answering)));
    RETURN_IF_ERROR(Commit(change, Database::Durability::kSynced));
  }
  TakeModels(std::move(table));
  return {};
}

void Catalog::Impl::TakeModels(ModelTable table) {
  const ModelRecord* answering = table.Answering();
  model = answering == nullptr ? std::nullopt : std::optional(BindingOf(*answering));
  other_models = table.Others();
  models = table;
  MutexLock state(state_mutex);
  known_models = std::move(table);
}

Status Catalog::Impl::LoadModels() {
  ASSIGN_OR_RETURN(const std::optional<std::string> bound, database->Get(Column::kMeta, "model"));
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, database->Get(Column::kMeta, kModelsKey));
  ModelTable table;
  if (stored) {
    ASSIGN_OR_RETURN(table, DecodeModelTable(*stored));
  }
  const ModelRecord* answering = table.Answering();
  if (bound) {
    ASSIGN_OR_RETURN(const ModelBinding binding, DecodeModel(*bound));
    if (stored && (answering == nullptr || BindingOf(*answering) != binding)) {
      return Corrupt(StrCat("open library \"", folder, "\": its list of models does not name \"", binding.id, "\" as the one that answers"));
    }
    if (!stored) {  // format 2 had one model
      table.models.push_back({.number = binding.number, .dim = binding.dim, .id = binding.id});
      table.next_number = binding.number + 1;
    }
  } else if (answering != nullptr) {
    return Corrupt(StrCat("open library \"", folder, "\": its model is missing"));
  }
  TakeModels(std::move(table));
  return {};
}

Result<ModelBinding> Catalog::Impl::FindModel(std::optional<uint32_t> number) const {
  MutexLock lock(state_mutex);
  const ModelRecord* found = number ? known_models.Find(*number) : known_models.Answering();
  if (found != nullptr) return BindingOf(*found);
  return Failed(number ? NoModel(*number) : InvalidArgument("read a vector: BindModel was not called"));
}

Status Catalog::Impl::UpdateModels(const std::function<Status(ModelTable&, Change&)>& alter) {
  MutexLock lock(write_mutex);
  ModelTable table = models;
  Change change = Begin();
  RETURN_IF_ERROR(alter(table, change));
  return CommitModels(change, std::move(table));
}

std::optional<CatalogView::Model> CatalogView::model() const {
  MutexLock lock(impl_->state_mutex);
  const ModelRecord* answering = impl_->known_models.Answering();
  if (answering == nullptr) return std::nullopt;
  return Model{answering->id, answering->dim, answering->number};
}

ModelTable CatalogView::Models() const {
  MutexLock lock(impl_->state_mutex);
  return impl_->known_models;
}

Status Catalog::RememberSource(const std::string& source, const std::string& asked) {
  ENTER_OR_RETURN(*impl_);
  return impl_->UpdateModels([&](ModelTable& table, Change&) -> Status {
    if (table.Answering() == nullptr) return InvalidArgument("remember where the model is: BindModel was not called");
    table.Find(table.Answering()->number)->source = source;
    table.asked = asked;
    return {};
  });
}

}  // namespace fovea::storage
