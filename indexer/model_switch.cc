#include "indexer/model_switch.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "indexer/pause.h"

namespace fovea::indexer {

using storage::JobState;
using storage::ModelRecord;

namespace {

constexpr std::chrono::minutes kLook{1};  // how often it looks for models whose time is over

std::string Thumbnails(const VectorFiller::Progress& progress) {
  if (progress.thumbnails == 0) return "";
  return StrCat(progress.thumbnails, " photos were encoded from their thumbnails: none of their files was there");
}

}  // namespace

Status CheckEncoders(const Encoders& encoders) {
  if (encoders.empty()) return InvalidArgument("start the library: no encoder was given");
  const encoder::ModelInfo& info = encoders.front()->info();
  if (!info.has_image_tower || !info.has_text_tower) {
    return Unsupported(StrCat("model \"", info.name, "\" (", info.architecture, ") has no ", info.has_text_tower ? "image" : "text",
                              " tower: a library needs both, for its photos and for the questions; take the whole model: --model NAME (fovea model "
                              "list); `fovea embed` works with one tower"));
  }
  for (const auto& other : encoders) {
    if (other->info().id != info.id) return InvalidArgument("start the library: its devices have different models");
  }
  return {};
}

ModelSwitch::ModelSwitch(Parts parts, Options options) : parts_(std::move(parts)), others_(parts_.catalog), options_(std::move(options)) {}
ModelSwitch::~ModelSwitch() { Stop(); }

void ModelSwitch::Start() {
  thread_ = Thread("switch", [this](const std::stop_token& stop) { Run(stop); });
}

void ModelSwitch::Stop() {
  thread_.RequestStop();
  Wake();
  thread_.Join();
}

void ModelSwitch::Wake() {
  MutexLock lock(mutex_);
  woken_ = true;
  changed_.NotifyAll();
}

void ModelSwitch::Sleep(std::chrono::milliseconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  MutexLock lock(mutex_);
  while (!woken_ && changed_.WaitUntil(mutex_, deadline)) {}
  woken_ = false;
}

Result<JobStatus> ModelSwitch::Begin(const std::string& source, Encoders encoders) {
  const storage::ModelTable models = parts_.catalog.Models();
  if (const ModelRecord* filling = models.Filling(); filling != nullptr && filling->source == source) return GoOn(*filling);
  if (encoders.empty()) {
    ASSIGN_OR_RETURN(encoders, parts_.load(source));
  }
  RETURN_IF_ERROR(CheckEncoders(encoders));
  const encoder::ModelInfo info = encoders.front()->info();
  ModelRecord begun;
  JobStatus job;
  {
    MutexLock lock(mutex_);
    ASSIGN_OR_RETURN(begun, others_.Begin(info.id, info.embed_dim, source));
    job = EnsureJob(begun);
  }
  LogInfo("switching the library to model ", info.id);
  auto generation = parts_.make(begun.number, std::move(encoders));
  {
    MutexLock lock(mutex_);
    loaded_ = std::move(generation);
  }
  Wake();
  return job;
}

Result<JobStatus> ModelSwitch::GoOn(const ModelRecord& filling) {
  JobStatus job;
  {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(others_.Pause(filling.number, false));
    job = EnsureJob(filling);
  }
  Wake();
  return job;
}

std::optional<JobStatus> ModelSwitch::Job() const {
  MutexLock lock(mutex_);
  return parts_.jobs.Find(job_);
}

JobStatus ModelSwitch::EnsureJob(const ModelRecord& model) {
  if (job_ == 0 || job_model_ != model.number) {
    parts_.jobs.Finish(job_, JobState::kDone, "");  // the model before has been switched to a moment ago
    job_ = parts_.jobs.Create("model", model.source.empty() ? model.id : model.source, JobState::kRunning);
    job_model_ = model.number;
  }
  return parts_.jobs.Find(job_).value_or(JobStatus());
}

std::optional<ModelRecord> ModelSwitch::TakeUp() {
  MutexLock lock(mutex_);
  const storage::ModelTable models = parts_.catalog.Models();
  if (models.Filling() == nullptr) return std::nullopt;
  EnsureJob(*models.Filling());
  return *models.Filling();
}

void ModelSwitch::EndJob(uint32_t model, JobState state, const std::string& error) {
  if (job_ != 0 && job_model_ == model) parts_.jobs.Finish(std::exchange(job_, 0), state, error);
}

void ModelSwitch::Say(const std::string& note) {
  MutexLock lock(mutex_);
  const auto job = parts_.jobs.Find(job_);
  if (!job || job->note == note) return;
  if (!note.empty()) LogInfo("switching the model: ", note);
  parts_.jobs.SetProgress(job_, job->job.done, job->job.total, note);
}

Result<ModelRecord> ModelSwitch::FillingOf(uint64_t job) const {
  const auto present = parts_.jobs.Find(job_);
  const storage::ModelTable models = parts_.catalog.Models();
  if (!present || present->job.id != job || models.Filling() == nullptr) {
    return Failed(NotFound(StrCat("job ", job, " does not switch the model, or has ended")));
  }
  return *models.Filling();
}

Status ModelSwitch::Pause(uint64_t job, bool paused) {
  {
    MutexLock lock(mutex_);
    ASSIGN_OR_RETURN(const ModelRecord model, FillingOf(job));
    RETURN_IF_ERROR(others_.Pause(model.number, paused));
  }
  Say(paused ? "paused" : "");
  Wake();
  return {};
}

Status ModelSwitch::Cancel(uint64_t job) {
  {
    MutexLock lock(mutex_);
    ASSIGN_OR_RETURN(const ModelRecord model, FillingOf(job));
    RETURN_IF_ERROR(others_.Keep(model.number, parts_.clock.NowUnixMs() + options_.keep_ms));
    EndJob(model.number, JobState::kCancelled, "given up; what was encoded is kept for a while");
  }
  Wake();
  return {};
}

void ModelSwitch::Run(const std::stop_token& stop) {
  for (int tries = 0; !stop.stop_requested();) {
    const std::optional<ModelRecord> filling = TakeUp();
    if (!filling) {
      Drop();
      ForgetOldModels();
      Sleep(kLook);
      continue;
    }
    if (filling->paused) {
      Say("paused");
      Sleep(kLook);
      continue;
    }
    const Status status = Work(*filling, stop);
    if (status.ok()) {
      {
        MutexLock lock(mutex_);
        EndJob(filling->number, JobState::kDone, Thumbnails(filler_->progress()));
      }
      Drop();
      tries = 0;
    } else if (status.code() != StatusCode::kCancelled) {
      Say(StrCat("waits: ", status.message()));
      Sleep(PauseAfter(tries++, options_.retry_ms));
    }
  }
  MutexLock lock(mutex_);
  EndJob(job_model_, JobState::kCancelled, "fovea was stopped; the next start goes on with it");
}

void ModelSwitch::ForgetOldModels() {
  const auto gone = others_.Forget(parts_.clock.NowUnixMs());
  if (!gone) LogWarning("remove the vectors of a model that was replaced: ", gone.error().ToString());
  for (const ModelRecord& model : gone.value_or(std::vector<ModelRecord>())) LogInfo("the vectors of model ", model.id, " are removed: their time is over");
}

void ModelSwitch::Drop() {
  filler_.reset();
  target_.reset();
  indexed_epoch_.reset();
  MutexLock lock(mutex_);
  if (parts_.catalog.Models().Filling() == nullptr) loaded_.reset();
}

Status ModelSwitch::Prepare(const ModelRecord& model) {
  if (target_ && target_->number == model.number) return {};
  filler_.reset();
  indexed_epoch_.reset();
  {
    MutexLock lock(mutex_);
    target_ = std::exchange(loaded_, nullptr);
  }
  if (!target_ || target_->number != model.number) {
    target_.reset();
    ASSIGN_OR_RETURN(Encoders encoders, parts_.load(model.source));
    RETURN_IF_ERROR(CheckEncoders(encoders));
    const std::string& found = encoders.front()->info().id;
    if (found != model.id) return Unsupported(StrCat("\"", model.source, "\" holds another model by now (", found, "), not ", model.id));
    target_ = parts_.make(model.number, std::move(encoders));
  }
  filler_ = std::make_unique<VectorFiller>(parts_.catalog, *target_, model.complete_to, options_.filling);
  return {};
}

Status ModelSwitch::Work(const ModelRecord& model, const std::stop_token& stop) {
  RETURN_IF_ERROR(Prepare(model));
  Say("");
  RETURN_IF_ERROR(FillUp(SIZE_MAX, stop));
  // From here on the present index writes no snapshots: with each it would forget what changed.
  const std::shared_ptr<Generation> before = parts_.now();
  before->keeper.Stop();
  const Status status = Finish(stop);
  if (options_.snapshot_every_s > 0) parts_.now()->keeper.StartSaving(parts_.writer, options_.snapshot_every_s);
  return status;
}

Status ModelSwitch::FillUp(size_t most, const std::stop_token& stop) {
  const auto go_on = [&](const VectorFiller::Progress& progress) {
    const uint64_t total = std::max(parts_.catalog.photo_count(), progress.looked);
    {
      MutexLock lock(mutex_);
      parts_.jobs.SetProgress(job_, progress.looked, total, Thumbnails(progress));
    }
    const storage::ModelTable models = parts_.catalog.Models();
    const ModelRecord* filling = models.Filling();
    return !stop.stop_requested() && filling != nullptr && filling->number == target_->number && !filling->paused;
  };
  RETURN_IF_ERROR(filler_->Fill(most, go_on));
  const VectorFiller::Progress& progress = filler_->progress();
  if (progress.stuck == 0) return {};
  return NotFound(StrCat(progress.stuck, " photos cannot be encoded again, the first: ", progress.why));
}

Status ModelSwitch::CatchUp(uint64_t epoch) {
  if (indexed_epoch_) {
    const auto changes = parts_.catalog.VectorChangesSince(*indexed_epoch_);
    if (changes) {
      for (const storage::PhotoId photo : *changes) RETURN_IF_ERROR(target_->keeper.TakeIn(photo));
    } else if (changes.error().code() == StatusCode::kNotFound) {
      indexed_epoch_.reset();
    } else {
      return changes.error();
    }
  }
  if (!indexed_epoch_) RETURN_IF_ERROR(target_->keeper.FillFromStore());
  indexed_epoch_ = epoch;
  return {};
}

Status ModelSwitch::Finish(const std::stop_token& stop) {
  while (true) {
    const uint64_t epoch = parts_.catalog.vector_epoch();
    RETURN_IF_ERROR(FillUp(SIZE_MAX, stop));
    RETURN_IF_ERROR(CatchUp(epoch));
    const Status status = parts_.writer.SwitchIndex(target_->index, [&] { return SwapHeld(stop); });
    if (status.code() != StatusCode::kBusy) return status;  // busy: more photos came than are encoded while writes wait
  }
}

// While no photo comes or goes: at most one more batch, and the new model answers.
Status ModelSwitch::SwapHeld(const std::stop_token& stop) {
  const uint64_t epoch = parts_.catalog.vector_epoch();
  RETURN_IF_ERROR(FillUp(options_.filling.batch_size, stop));
  RETURN_IF_ERROR(CatchUp(epoch));
  if (target_->index.size() != parts_.catalog.photo_count()) {
    indexed_epoch_.reset();
    return Internal(StrCat("the new index has ", target_->index.size(), " vectors for ", parts_.catalog.photo_count(), " photos; it is built again"));
  }
  RETURN_IF_ERROR(others_.SwitchTo(target_->number, filler_->complete_to(), parts_.clock.NowUnixMs() + options_.keep_ms));
  LogInfo("model ", target_->info().id, " answers from now on");
  parts_.answer_with(target_);
  return {};
}

}  // namespace fovea::indexer
