#include "storage/other_models.h"

#include <algorithm>

#include "base/log.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"
#include "storage/unit_length.h"

namespace fovea::storage {
namespace {

void ForgetVectors(Change& change, uint32_t model) {
  change.DeleteRange(Column::kVectors, VectorPrefix(model), EndOfPrefix(VectorPrefix(model)));
}

}  // namespace

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

Result<ModelRecord> OtherModels::Begin(const std::string& model_id, int64_t dim, const std::string& source) {
  ENTER_OR_RETURN(*catalog_.impl_);
  RETURN_IF_ERROR(Catalog::Impl::CheckModel(model_id, dim));
  ModelRecord begun;
  RETURN_IF_ERROR(catalog_.impl_->UpdateModels([&](ModelTable& table, Change&) -> Status {
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

Status OtherModels::Pause(uint32_t number, bool paused) {
  ENTER_OR_RETURN(*catalog_.impl_);
  return catalog_.impl_->UpdateModels([&](ModelTable& table, Change&) -> Status {
    ModelRecord* model = table.Find(number);
    if (model == nullptr || model->state != ModelState::kFilling) return Catalog::Impl::NoModel(number);
    model->paused = paused;
    return {};
  });
}

Status OtherModels::Keep(uint32_t number, int64_t until_ms) {
  ENTER_OR_RETURN(*catalog_.impl_);
  return catalog_.impl_->UpdateModels([&](ModelTable& table, Change&) -> Status {
    ModelRecord* model = table.Find(number);
    if (model == nullptr || model->state != ModelState::kFilling) return Catalog::Impl::NoModel(number);
    model->state = ModelState::kKept;
    model->kept_until_ms = until_ms;
    return {};
  });
}

Result<bool> OtherModels::HasVector(PhotoId id, uint32_t model) const {
  ENTER_OR_RETURN(*catalog_.impl_);
  ASSIGN_OR_RETURN(const auto value, catalog_.impl_->database->Get(Column::kVectors, VectorKey(model, id)));
  return value.has_value();
}

Status OtherModels::Store(uint32_t number, std::span<const PhotoVector> vectors) {
  ENTER_OR_RETURN(*catalog_.impl_);
  MutexLock lock(catalog_.impl_->write_mutex);
  const ModelRecord* model = catalog_.impl_->models.Find(number);
  if (model == nullptr || model->state != ModelState::kFilling) return Catalog::Impl::NoModel(number);
  Change change = catalog_.impl_->Begin();
  for (const auto& [photo, vector] : vectors) {
    const double length = LengthOf(vector);
    if (static_cast<int64_t>(vector.size()) != model->dim || !IsUnitLength(length)) {
      return InvalidArgument(StrCat("store vector of photo ", photo.value, ": ", vector.size(), " values of length ", length, ", expected ", model->dim, " of length 1"));
    }
    ASSIGN_OR_RETURN(const auto record, catalog_.impl_->database->Get(Column::kPhotos, PhotoKey(photo)));
    if (record) change.Put(Column::kVectors, VectorKey(number, photo), EncodeVector(vector));
  }
  return catalog_.impl_->Commit(change, Database::Durability::kBuffered);
}

Status OtherModels::SwitchTo(uint32_t number, PhotoId complete_to, int64_t keep_until_ms) {
  ENTER_OR_RETURN(*catalog_.impl_);
  return catalog_.impl_->UpdateModels([&](ModelTable& table, Change& change) -> Status {
    ModelRecord* next = table.Find(number);
    if (next == nullptr || next->state != ModelState::kFilling) return Catalog::Impl::NoModel(number);
    ASSIGN_OR_RETURN(const auto missing, catalog_.impl_->FirstWithout(number, complete_to));
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

Result<std::vector<ModelRecord>> OtherModels::Forget(int64_t now_ms) {
  ENTER_OR_RETURN(*catalog_.impl_);
  std::vector<ModelRecord> gone;
  const auto is_over = [now_ms](const ModelRecord& model) { return model.state == ModelState::kKept && model.kept_until_ms <= now_ms; };
  if (std::ranges::none_of(catalog_.Models().models, is_over)) return gone;
  RETURN_IF_ERROR(catalog_.impl_->UpdateModels([&](ModelTable& table, Change& change) -> Status {
    std::ranges::copy_if(table.models, std::back_inserter(gone), is_over);
    std::erase_if(table.models, is_over);
    for (const ModelRecord& model : gone) ForgetVectors(change, model.number);
    return {};
  }));
  for (const ModelRecord& model : gone) {
    const std::string begin = VectorPrefix(model.number);
    if (const Status freed = catalog_.impl_->database->FreeRange(Column::kVectors, begin, EndOfPrefix(begin)); !freed.ok()) LogWarning(freed.message());
  }
  return gone;
}

}  // namespace fovea::storage
