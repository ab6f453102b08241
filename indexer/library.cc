#include "indexer/library.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "indexer/library_impl.h"
#include "indexer/model_mismatch.h"

namespace fovea::indexer {

Library::Impl::Impl(storage::Catalog& the_catalog, const Clock& the_clock, Metrics& the_metrics, LibraryOptions the_options)
    : catalog(the_catalog),
      clock(the_clock),
      metrics(the_metrics),
      options(std::move(the_options)),
      search_seconds(the_metrics.GetHistogram("fovea_search_seconds", "Answering one search, without HTTP")),
      jobs(the_catalog, the_clock) {}

Library::Library(storage::Catalog& catalog, const Clock& clock, Metrics& metrics, LibraryOptions options)
    : impl_(std::make_unique<Impl>(catalog, clock, metrics, std::move(options))) {}

Library::~Library() { Stop(); }

bool Library::ready() const { return impl_->ready && !impl_->stopped; }

Status Library::Impl::CheckReady() const {
  if (stopped) return Busy("the library is stopping");
  return ready ? Status() : Busy("the model is loading");
}

Pipeline::Options Library::Impl::PipelineOptions() const {
  Pipeline::Options chosen;
  chosen.decode_threads = std::max(1, options.decode_threads);
  chosen.batch_size = std::max(1, options.batch_size);
  chosen.batch_wait_ms = options.batch_wait_ms;
  chosen.retry_ms = std::max(1, options.settle_ms);
  chosen.reader.limits = options.limits;
  chosen.reader.profile = device->preprocess();
  chosen.reader.thumbnail_px = options.thumbnail_px;
  return chosen;
}

encoder::DeviceQueue::Options Library::Impl::QueueOptions() const {
  return {.max_batch = static_cast<size_t>(std::max(1, options.batch_size)),
          .max_batch_ms = options.max_batch_ms,
          .wait_ms = options.question_wait_ms,
          .max_waiting = static_cast<size_t>(std::max(1, options.max_waiting_questions)),
          .retry_ms = std::max(1, options.settle_ms)};
}

ClusteredIndex::Options Library::Impl::IndexOptions() const {
  constexpr size_t kWorthLists = 1000;
  ClusteredIndex::Options chosen;
  if (options.index == IndexKind::kExact) chosen.approximate_from = ClusteredIndex::kNever;
  if (options.index == IndexKind::kApproximate) chosen.approximate_from = kWorthLists;
  return chosen;
}

Status Library::Impl::BindModel(const encoder::ModelInfo& info) {
  if (!info.has_image_tower || !info.has_text_tower) {
    return Unsupported(StrCat("model \"", info.name, "\" (", info.architecture, ") has no ", info.has_text_tower ? "image" : "text",
                              " tower: a library needs both, for its photos and for the questions; take the whole model: --model NAME (fovea model "
                              "list); `fovea embed` works with one tower"));
  }
  for (const auto& other : models) {
    if (other->info().id != info.id) return InvalidArgument("start the library: its devices have different models");
  }
  const auto known = catalog.model();
  if (!known || known->id == info.id || catalog.photo_count() == 0) return catalog.BindModel(info.id, info.embed_dim);
  return Unsupported(ModelMismatch({.library = catalog.folder(), .photos = catalog.photo_count(), .stored_id = known->id,
                                    .stored_dim = known->dim, .asked_id = info.id, .asked_dim = info.embed_dim}));
}

Status Library::Impl::StartParts(std::vector<std::unique_ptr<encoder::Encoder>> encoders) {
  if (encoders.empty()) return InvalidArgument("start the library: no encoder was given");
  models = std::move(encoders);
  const encoder::ModelInfo& info = models.front()->info();
  RETURN_IF_ERROR(BindModel(info));
  index = std::make_unique<ClusteredIndex>(info.embed_dim, IndexOptions());
  keeper = std::make_unique<IndexKeeper>(catalog, *index, health, info.id);
  RETURN_IF_ERROR(keeper->Fill());
  std::vector<encoder::Encoder*> devices;
  for (const auto& model : models) devices.push_back(model.get());
  device = std::make_unique<encoder::DeviceQueue>(devices, metrics, QueueOptions());
  writer = std::make_unique<IndexWriter>(catalog, *index, facts, metrics);
  LoadFacts();
  pipeline = std::make_unique<Pipeline>(
      Pipeline::Parts{catalog, *writer, *device, clock, metrics, health}, PipelineOptions(),
      [this](const Candidate& candidate, Outcome outcome) { jobs.FileEnded(candidate.job, outcome); });
  const ScanQueue::Options scan_options{
      .reconcile_s = options.watch ? options.reconcile_s : 0, .retry_s = 30, .passed_over = {catalog.folder()}};
  scans = std::make_unique<ScanQueue>(ScanQueue::Parts{catalog, *pipeline, jobs, health}, scan_options);
  folders = std::make_unique<FolderJobs>(FolderJobs::Parts{catalog, *writer, jobs, *scans});
  return StartWatching();
}

Status Library::Impl::StartWatching() {
  if (options.watch) {
    watch_events = std::make_unique<WatchEvents>(WatchEvents::Parts{catalog, *pipeline, *scans, *folders});
    Watcher::Options watching;
    watching.settle_ms = options.settle_ms;
    watching.gone_settle_ms = 4 * options.settle_ms;
    watching.passed_over = {catalog.folder()};
    ASSIGN_OR_RETURN(watcher, Watcher::Start(watching, *watch_events));
    index->StartSorting([this] {
      auto mean = background.MeanText();
      if (!mean) LogWarning("index: lists are trained without an example of a question: ", mean.error().message());
      return mean ? *std::move(mean) : std::vector<float>();
    });
    if (options.snapshot_every_s > 0) keeper->StartSaving(*writer, options.snapshot_every_s);
  }
  if (!options.scan) return Status();
  for (const storage::Root& root : catalog.ListRoots()) {
    if (root.state == storage::RootState::kRemoving) folders->RemoveRoot(root.id);
    else BeginRoot(root);
  }
  return Status();
}

void Library::Impl::BeginRoot(const storage::Root& root) {
  scans->ExpectFirstScan(root.id);
  if (watcher) {
    watcher->AddRoot(root);  // asks for the first scan once its watches stand
  } else {
    scans->Enqueue(root.id, ScanQueue::Reason::kAsked);
  }
}

Status Library::Start(std::unique_ptr<encoder::Encoder> encoder) {
  std::vector<std::unique_ptr<encoder::Encoder>> one;
  one.push_back(std::move(encoder));
  return Start(std::move(one));
}

Status Library::Start(std::vector<std::unique_ptr<encoder::Encoder>> encoders) {
  MutexLock lock(impl_->lifecycle);
  if (!impl_->models.empty()) return AlreadyExists("start the library: it was started before");
  if (impl_->stopped) return Cancelled("start the library: it was stopped");
  RETURN_IF_ERROR(impl_->StartParts(std::move(encoders)));
  impl_->ready = true;
  return Status();
}

void Library::Stop() {
  impl_->stopped = true;
  MutexLock lock(impl_->lifecycle);
  if (!impl_->device || std::exchange(impl_->stop_done, true)) return;  // never got so far, or stopped before
  impl_->facts_loading.Join();
  if (impl_->index) impl_->index->StopSorting();
  if (impl_->scans) impl_->scans->RequestStop();
  if (impl_->folders) impl_->folders->RequestStop();
  if (impl_->pipeline) impl_->pipeline->RefuseNew();  // lets a watcher or scanner go that waits for room
  if (impl_->watcher) {
    LogInfo("stop: watcher");
    impl_->watcher->Stop();
  }
  if (impl_->scans) {
    LogInfo("stop: scanner");
    impl_->scans->Stop();
  }
  if (impl_->folders) {
    LogInfo("stop: folders");
    impl_->folders->Stop();
  }
  if (impl_->pipeline) {
    LogInfo("stop: pipeline");
    impl_->pipeline->Stop();
  }
  LogInfo("stop: encoder");
  impl_->device->Stop();
  if (!impl_->writer) return;
  LogInfo("stop: index snapshot");
  impl_->keeper->Stop();
  if (const Status status = impl_->keeper->SaveIfChanged(*impl_->writer); !status.ok()) {
    LogError("index snapshot: ", status.ToString(), "; the next start rebuilds it");
  }
}

LibraryStatus Library::GetStatus() const {
  LibraryStatus status;
  status.photos = impl_->catalog.photo_count();
  status.failures = impl_->catalog.failure_count();
  status.roots = Roots();
  if (const Status checked = impl_->CheckReady(); !checked.ok()) {
    status.state = impl_->stopped ? "stopping" : "loading";
    return status;
  }
  const ClusteredIndex::State index = impl_->index->state();
  status.vectors = index.vectors;
  status.index = {.approximate = index.approximate, .lists = index.lists, .waiting = index.lists > 0 ? index.fresh : 0, .rebuilding = impl_->keeper->rebuilding()};
  status.pending = impl_->pipeline->pending();
  status.model = impl_->device->info();
  status.encoding = impl_->device->state();
  const Status trouble = Health();
  status.ready = trouble.ok();
  status.state = trouble.ok() ? "ready" : trouble.message();
  return status;
}

Status Library::Health() const {
  const Status trouble = impl_->health.Worst();
  if (!trouble.ok()) return trouble;
  if (impl_->ready) RETURN_IF_ERROR(impl_->device->Health());
  return impl_->catalog.Health();
}

bool Library::WaitUntilIdle(std::chrono::steady_clock::time_point deadline) const {
  if (!impl_->CheckReady().ok()) return false;
  while (true) {
    if (!impl_->folders->WaitUntilIdle(deadline) || !impl_->scans->WaitUntilIdle(deadline) || !impl_->pipeline->WaitUntilEmpty(deadline)) return false;
    if (impl_->folders->idle() && impl_->scans->idle() && impl_->pipeline->pending() == 0) return true;
  }
}

}  // namespace fovea::indexer
