// Catalog: which model answers, and the vectors of those that do not.
#include <algorithm>

#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"
#include "storage/unit_length.h"

namespace fovea::storage {
namespace {

Status CheckModel(const std::string& id, int64_t dim) {
  if (id.empty() || id.size() > 4096) return InvalidArgument("bind a model: its id must have 1 to 4096 bytes");
  if (dim < 1 || dim > int64_t{kMaxVectorDim}) return InvalidArgument(StrCat("bind model \"", id, "\": a dimension of ", dim));
  return {};
}

ModelBinding BindingOf(const ModelRecord& model) { return {.number = model.number, .dim = model.dim, .id = model.id}; }

Status NoModel(uint32_t number) { return NotFound(StrCat("the store has no model ", number)); }

void ForgetVectors(Change& change, uint32_t model) {
  change.DeleteRange(Column::kVectors, VectorPrefix(model), EndOfPrefix(VectorPrefix(model)));
}

}  // namespace

Status Catalog::BindModel(const std::string& model_id, int64_t dim) {
  ENTER_OR_RETURN(*impl_);
  RETURN_IF_ERROR(CheckModel(model_id, dim));
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

std::optional<Catalog::Model> Catalog::model() const {
  MutexLock lock(impl_->state_mutex);
  const ModelRecord* answering = impl_->known_models.Answering();
  if (answering == nullptr) return std::nullopt;
  return Model{answering->id, answering->dim, answering->number};
}

ModelTable Catalog::Models() const {
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

Result<ModelRecord> Catalog::BeginModel(const std::string& model_id, int64_t dim, const std::string& source) {
  ENTER_OR_RETURN(*impl_);
  RETURN_IF_ERROR(CheckModel(model_id, dim));
  ModelRecord begun;
  RETURN_IF_ERROR(impl_->UpdateModels([&](ModelTable& table, Change&) -> Status {
    if (table.Answering() == nullptr) return InvalidArgument("begin another model: BindModel was not called");
    ModelRecord* known = table.FindId(model_id);
    const ModelRecord* filling = table.Filling();
    if (known != nullptr && known->state == ModelState::kAnswering) return AlreadyExists(StrCat("model \"", model_id, "\" answers already"));
    if (filling != nullptr && filling != known) return Busy(StrCat("the library is being switched to model \"", filling->id, "\" already; cancel that first"));
    if (known != nullptr && known->dim != dim) return Corrupt(StrCat("model \"", model_id, "\" has vectors of ", known->dim, " and of ", dim, " values"));
    if (known == nullptr) known = &table.models.emplace_back(ModelRecord{.number = table.next_number++, .dim = dim, .id = model_id});
    known->state = ModelState::kFilling;
    known->source = source;
    known->paused = false;
    begun = *known;
    return {};
  }));
  return begun;
}

Status Catalog::PauseModel(uint32_t number, bool paused) {
  ENTER_OR_RETURN(*impl_);
  return impl_->UpdateModels([&](ModelTable& table, Change&) -> Status {
    ModelRecord* model = table.Find(number);
    if (model == nullptr || model->state != ModelState::kFilling) return NoModel(number);
    model->paused = paused;
    return {};
  });
}

Status Catalog::KeepModel(uint32_t number, int64_t until_ms) {
  ENTER_OR_RETURN(*impl_);
  return impl_->UpdateModels([&](ModelTable& table, Change&) -> Status {
    ModelRecord* model = table.Find(number);
    if (model == nullptr || model->state != ModelState::kFilling) return NoModel(number);
    model->state = ModelState::kKept;
    model->kept_until_ms = until_ms;
    return {};
  });
}

Result<bool> Catalog::HasVector(PhotoId id, uint32_t model) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const auto value, impl_->database->Get(Column::kVectors, VectorKey(model, id)));
  return value.has_value();
}

Status Catalog::StoreVectors(uint32_t number, std::span<const PhotoVector> vectors) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  const ModelRecord* model = impl_->models.Find(number);
  if (model == nullptr || model->state != ModelState::kFilling) return NoModel(number);
  Change change = impl_->Begin();
  for (const auto& [photo, vector] : vectors) {
    const double length = LengthOf(vector);
    if (static_cast<int64_t>(vector.size()) != model->dim || !IsUnitLength(length)) {
      return InvalidArgument(StrCat("store vector of photo ", photo.value, ": ", vector.size(), " values of length ", length, ", expected ", model->dim, " of length 1"));
    }
    ASSIGN_OR_RETURN(const auto record, impl_->database->Get(Column::kPhotos, PhotoKey(photo)));
    if (record) change.Put(Column::kVectors, VectorKey(number, photo), EncodeVector(vector));
  }
  return impl_->Commit(change, Database::Durability::kBuffered);
}

// The first photo behind `after` without a vector of this model.
Result<std::optional<PhotoId>> Catalog::Impl::FirstWithout(uint32_t number, PhotoId after) const {
  std::optional<PhotoId> first;
  RETURN_IF_ERROR(database->ForEach(Column::kPhotos, "", PhotoKey(PhotoId{after.value + 1}), [&](std::string_view key, std::string_view) -> Result<bool> {
    ASSIGN_OR_RETURN(const PhotoId id, ParsePhotoKey(key));
    ASSIGN_OR_RETURN(const auto vector, database->Get(Column::kVectors, VectorKey(number, id)));
    if (!vector) first = id;
    return vector.has_value();
  }));
  return first;
}

Status Catalog::SwitchModel(uint32_t number, PhotoId complete_to, int64_t keep_until_ms) {
  ENTER_OR_RETURN(*impl_);
  return impl_->UpdateModels([&](ModelTable& table, Change& change) -> Status {
    ModelRecord* next = table.Find(number);
    if (next == nullptr || next->state != ModelState::kFilling) return NoModel(number);
    ASSIGN_OR_RETURN(const auto missing, impl_->FirstWithout(number, complete_to));
    if (missing) return Busy(StrCat("switch to model \"", next->id, "\": photo ", missing->value, " has no vector of it yet"));
    ModelRecord* before = table.Find(table.Answering()->number);
    before->state = ModelState::kKept;
    before->kept_until_ms = keep_until_ms;
    before->complete_to = PhotoId{change.counters().next_photo - 1};
    next->state = ModelState::kAnswering;
    next->complete_to = {};
    // A snapshot of the old vectors stands for no state of the new ones.
    const uint64_t epoch = ++change.counters().vector_epoch;
    change.DeleteRange(Column::kChanges, ChangeKey(0), ChangeKey(epoch + 1));
    change.Put(Column::kMeta, kForgottenKey, EncodeCount(epoch));
    return {};
  });
}

Result<std::vector<ModelRecord>> Catalog::ForgetModels(int64_t now_ms) {
  ENTER_OR_RETURN(*impl_);
  std::vector<ModelRecord> gone;
  const auto is_over = [now_ms](const ModelRecord& model) { return model.state == ModelState::kKept && model.kept_until_ms <= now_ms; };
  if (std::ranges::none_of(Models().models, is_over)) return gone;
  RETURN_IF_ERROR(impl_->UpdateModels([&](ModelTable& table, Change& change) -> Status {
    std::ranges::copy_if(table.models, std::back_inserter(gone), is_over);
    std::erase_if(table.models, is_over);
    for (const ModelRecord& model : gone) ForgetVectors(change, model.number);
    return {};
  }));
  for (const ModelRecord& model : gone) {
    const std::string begin = VectorPrefix(model.number);
    if (const Status freed = impl_->database->FreeRange(Column::kVectors, begin, EndOfPrefix(begin)); !freed.ok()) LogWarning(freed.message());
  }
  return gone;
}

}  // namespace fovea::storage
