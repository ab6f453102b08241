// Library: which model answers, and how another one comes to.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "indexer/library_impl.h"
#include "indexer/model_mismatch.h"
#include "storage/other_models.h"

namespace fovea::indexer {

using storage::ModelRecord;
using storage::ModelState;

std::string Library::SourceToLoad(const std::string& asked) const {
  const storage::ModelTable models = impl_->catalog.Models();
  const ModelRecord* answering = models.Answering();
  const bool as_before = answering != nullptr && !answering->source.empty() && models.asked == asked && impl_->catalog.photo_count() > 0;
  return as_before ? answering->source : asked;
}

Result<Encoders> Library::Impl::ChooseModel(Encoders& encoders, const ModelOrigin& origin) const {
  const encoder::ModelInfo& info = encoders.front()->info();
  const storage::ModelTable models = catalog.Models();
  const ModelRecord* answering = models.Answering();
  if (answering == nullptr || answering->id == info.id || catalog.photo_count() == 0) return Encoders();
  ModelsAtOdds odds{.library = catalog.folder(), .photos = catalog.photo_count(), .stored_id = answering->id,
                    .stored_dim = answering->dim, .asked_id = info.id, .asked_dim = info.embed_dim};
  if (!options.load_model || origin.source.empty()) return Failed(Unsupported(ModelMismatch(odds)));
  if (answering->source.empty()) {
    odds.why_not = "it is not known where the present model lies; start once with it, and then with the new one";
    return Failed(Unsupported(ModelMismatch(odds)));
  }
  auto present = options.load_model(answering->source);
  if (present && (present->empty() || present->front()->info().id != answering->id)) present = Failed(NotFound(StrCat("\"", answering->source, "\" holds another model by now")));
  if (!present) {
    odds.why_not = StrCat("the present model, which has to answer meanwhile, cannot be loaded: ", present.error().message());
    return Failed(Unsupported(ModelMismatch(odds)));
  }
  return std::exchange(encoders, *std::move(present));
}

void Library::Impl::MakeModelSwitch() {
  ModelSwitch::Options chosen;
  chosen.filling = {.decode_threads = options.decode_threads,
                    .batch_size = static_cast<size_t>(std::max(1, options.batch_size)),
                    .pictures = {.limits = options.limits, .thumbnail_px = options.thumbnail_px}};
  chosen.retry_ms = std::max(1, options.settle_ms);
  chosen.snapshot_every_s = options.watch ? options.snapshot_every_s : 0;
  chosen.keep_ms = options.keep_old_vectors_s * 1000;
  model_switch = std::make_unique<ModelSwitch>(
      ModelSwitch::Parts{.catalog = catalog,
                         .clock = clock,
                         .jobs = jobs,
                         .writer = *writer,
                         .load = options.load_model,
                         .make = [this](uint32_t number, Encoders encoders) { return MakeGeneration(number, std::move(encoders)); },
                         .now = [this] { return Now(); },
                         .answer_with =
                             [this](std::shared_ptr<Generation> next) {
                               if (options.watch) next->StartSorting();
                               SetGeneration(std::move(next));
                             }},
      chosen);
}

Status Library::Impl::StartModelSwitch(Encoders wanted, const ModelOrigin& origin) {
  if (!options.load_model) return Status();
  const storage::ModelTable models = catalog.Models();
  const ModelRecord* filling = models.Filling();
  const bool changed_mind = !origin.asked.empty() && origin.asked != models.asked;
  MakeModelSwitch();
  if (filling != nullptr && changed_mind) {
    RETURN_IF_ERROR(storage::OtherModels(catalog).Keep(filling->number, clock.NowUnixMs() + options.keep_old_vectors_s * 1000));
  }
  if (!origin.asked.empty()) {
    const std::string& source = wanted.empty() && !origin.source.empty() ? origin.source : models.Answering()->source;
    RETURN_IF_ERROR(catalog.RememberSource(source, origin.asked));
  }
  if (!wanted.empty()) RETURN_IF_ERROR(AsStatus(model_switch->Begin(origin.source, std::move(wanted))));
  model_switch->Start();
  return Status();
}

std::vector<ModelStatus> Library::Models() const {
  std::vector<ModelStatus> list;
  std::optional<JobStatus> job;
  if (impl_->CheckReady().ok() && impl_->model_switch) job = impl_->model_switch->Job();
  for (ModelRecord& model : impl_->catalog.Models().models) {
    const bool filling = model.state == ModelState::kFilling;
    list.push_back({.model = std::move(model), .job = filling ? job : std::nullopt});
  }
  std::ranges::stable_sort(list, {}, [](const ModelStatus& status) { return status.model.state; });
  return list;
}

Result<JobStatus> Library::SwitchModel(const std::string& source) {
  RETURN_IF_ERROR(impl_->CheckReady());
  if (!impl_->model_switch) return Failed(Unsupported("the model cannot be switched here"));
  return impl_->model_switch->Begin(source);
}

Status Library::PauseJob(uint64_t job, bool paused) {
  RETURN_IF_ERROR(impl_->CheckReady());
  return impl_->model_switch ? impl_->model_switch->Pause(job, paused) : NotFound(StrCat("no job ", job, " that can be paused"));
}

Status Library::CancelJob(uint64_t job) {
  if (impl_->duplicates.Cancel(job)) return Status();
  RETURN_IF_ERROR(impl_->CheckReady());
  return impl_->model_switch ? impl_->model_switch->Cancel(job) : NotFound(StrCat("no job ", job, " that can be cancelled"));
}

}  // namespace fovea::indexer
