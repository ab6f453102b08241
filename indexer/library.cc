#include "indexer/library.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "indexer/library_impl.h"

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
  chosen.overflow_folder = catalog.folder();
  chosen.memory_bytes = options.index_memory_bytes;
  if (options.index == IndexKind::kExact) chosen.approximate_from = ClusteredIndex::kNever;
  if (options.index == IndexKind::kApproximate) chosen.approximate_from = kWorthLists;
  return chosen;
}

std::shared_ptr<Generation> Library::Impl::Now() const {
  MutexLock lock(generation_mutex);
  return generation;
}

void Library::Impl::SetGeneration(std::shared_ptr<Generation> next) {
  MutexLock lock(generation_mutex);
  generation.swap(next);  // the one before may end here, behind the lock
}

EncodingModel Library::Impl::Encoding() const {
  const std::shared_ptr<Generation> now = Now();
  return {now->number, std::shared_ptr<encoder::DeviceQueue>(now, &now->device)};
}

std::shared_ptr<Generation> Library::Impl::MakeGeneration(uint32_t number, Encoders encoders) {
  return std::make_shared<Generation>(Generation::Parts{catalog, metrics, health, IndexOptions()}, number, std::move(encoders), QueueOptions());
}

Status Library::Impl::StartParts(Encoders encoders, const ModelOrigin& origin) {
  RETURN_IF_ERROR(CheckEncoders(encoders));
  ASSIGN_OR_RETURN(Encoders wanted, ChooseModel(encoders, origin));
  const encoder::ModelInfo& info = encoders.front()->info();
  RETURN_IF_ERROR(catalog.BindModel(info.id, info.embed_dim));
  const auto first = MakeGeneration(catalog.model()->number, std::move(encoders));
  SetGeneration(first);
  RETURN_IF_ERROR(first->keeper.Fill());
  writer = std::make_unique<IndexWriter>(catalog, first->index, facts, metrics);
  if (options.scan) StartLoadingFacts();
  pipeline = std::make_unique<Pipeline>(
      Pipeline::Parts{catalog, *writer, [this] { return Encoding(); }, clock, metrics, health}, PipelineOptions(),
      [this](const Candidate& candidate, Outcome outcome) { jobs.FileEnded(candidate.job, outcome); });
  const ScanQueue::Options scan_options{
      .reconcile_s = options.watch ? options.reconcile_s : 0, .retry_s = 30, .passed_over = {catalog.folder()}};
  scans = std::make_unique<ScanQueue>(ScanQueue::Parts{catalog, *pipeline, jobs, health}, scan_options);
  folders = std::make_unique<FolderJobs>(FolderJobs::Parts{catalog, *writer, jobs, *scans});
  RETURN_IF_ERROR(StartWatching());
  return StartModelSwitch(std::move(wanted), origin);
}

Status Library::Impl::StartWatching() {
  if (options.watch) {
    watch_events = std::make_unique<WatchEvents>(WatchEvents::Parts{catalog, *pipeline, *scans, *folders});
    Watcher::Options watching;
    watching.settle_ms = options.settle_ms;
    watching.gone_settle_ms = 4 * options.settle_ms;
    watching.passed_over = {catalog.folder()};
    ASSIGN_OR_RETURN(watcher, Watcher::Start(watching, *watch_events));
    Now()->StartSorting();
    if (options.snapshot_every_s > 0) Now()->keeper.StartSaving(*writer, options.snapshot_every_s);
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

Status Library::Start(Encoders encoders, const ModelOrigin& origin) {
  MutexLock lock(impl_->lifecycle);
  if (impl_->Now()) return AlreadyExists("start the library: it was started before");
  if (impl_->stopped) return Cancelled("start the library: it was stopped");
  RETURN_IF_ERROR(impl_->StartParts(std::move(encoders), origin));
  impl_->ready = true;
  return Status();
}

void Library::Stop() {
  impl_->stopped = true;
  impl_->duplicates.Stop();
  MutexLock lock(impl_->lifecycle);
  if (impl_->model_switch) impl_->model_switch->Stop();  // before the rest: it may replace the generation until then
  const std::shared_ptr<Generation> now = impl_->Now();
  if (!now || std::exchange(impl_->stop_done, true)) return;  // never got so far, or stopped before
  impl_->facts_loading.Join();
  now->index.StopSorting();
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
  now->device.Stop();
  if (!impl_->writer) return;
  LogInfo("stop: index snapshot");
  now->keeper.Stop();
  if (const Status status = now->keeper.SaveIfChanged(*impl_->writer); !status.ok()) {
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
  const std::shared_ptr<Generation> now = impl_->Now();
  const ClusteredIndex::State index = now->index.state();
  status.vectors = index.vectors;
  status.index = {.approximate = index.approximate,
                  .lists = index.lists,
                  .memory = NameOf(index.memory),
                  .memory_reason = index.memory_reason,
                  .waiting = index.lists > 0 ? index.fresh : 0,
                  .rebuilding = now->keeper.rebuilding()};
  status.pending = impl_->pipeline->pending();
  status.model = now->device.info();
  status.encoding = now->device.state();
  const Status trouble = Health();
  status.ready = trouble.ok();
  status.state = trouble.ok() ? "ready" : trouble.message();
  return status;
}

Status Library::Health() const {
  const Status trouble = impl_->health.Worst();
  if (!trouble.ok()) return trouble;
  if (impl_->ready) RETURN_IF_ERROR(impl_->Now()->device.Health());
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
