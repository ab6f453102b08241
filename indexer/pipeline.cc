#include "indexer/pipeline.h"

#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "base/log.h"
#include "base/worker.h"
#include "indexer/batch_encoder.h"
#include "indexer/intake_queue.h"
#include "indexer/pause.h"
#include "indexer/write_stage.h"

namespace fovea::indexer {

using storage::Location;

struct Pipeline::Impl {
  Impl(const Parts& given, Options chosen, OnOutcome callback)
      : parts(given),
        options(chosen),
        on_outcome(std::move(callback)),
        intake(options.intake_capacity),
        reader(given.catalog, given.clock, options.reader),
        to_encode(2 * static_cast<size_t>(options.batch_size)),
        to_write(2 * static_cast<size_t>(options.batch_size)),
        decode_seconds(given.metrics.GetHistogram("fovea_decode_seconds", "Reading and decoding one file")),
        pending_files(given.metrics.GetGauge("fovea_pipeline_pending", "Files seen but not yet stored or failed")) {}

  void StartThreads();
  void ReadFiles();
  void ReadOne(Candidate candidate);
  // Ends what waits for the path or folder. Gives the paths whose indexing this interrupted.
  std::vector<Location> Drop(const Location& location);
  std::vector<Location> DropBelow(const Location& folder);
  std::vector<Location> EndAll(IntakeQueue::Dropped dropped);
  void SubmitAgain(const std::vector<Location>& interrupted, const Location& from, const Location& to);
  void End(const Candidate& candidate, Outcome outcome);
  void PutBack(const Candidate& candidate);

  const Parts parts;
  const Options options;
  const OnOutcome on_outcome;
  IntakeQueue intake;
  const PictureReader reader;
  BoundedQueue<ItemPtr> to_encode;
  BoundedQueue<ItemPtr> to_write;
  Histogram& decode_seconds;
  Gauge& pending_files;
  std::unique_ptr<BatchEncoder> encoder;
  std::unique_ptr<WriteStage> write;
  std::vector<Thread> decoders;
  std::vector<Thread> batchers;
  Thread writer;
};

void Pipeline::Impl::StartThreads() {
  const WriteStage::Hooks hooks{
      .wanted = [this](const PipelineItem& item) { return intake.Wanted(item.candidate.location); },
      .reread = [this](const Candidate& candidate) { PutBack(candidate); },
      .ended = [this](const Candidate& candidate, Outcome outcome) { End(candidate, outcome); }};
  write = std::make_unique<WriteStage>(
      WriteStage::Parts{parts.writer, parts.clock, parts.metrics, parts.health, to_write},
      WriteStage::Options{static_cast<size_t>(options.batch_size), options.retry_ms}, hooks);
  encoder = std::make_unique<BatchEncoder>(
      BatchEncoder::Parts{parts.model, parts.metrics, parts.health, to_encode, to_write},
      BatchEncoder::Options{static_cast<size_t>(options.batch_size), options.batch_wait_ms, options.retry_ms});
  for (int i = 0; i < options.decode_threads; ++i) {
    decoders.emplace_back(StrCat("decode", i), [this](const std::stop_token&) { ReadFiles(); });
  }
  for (size_t i = 0; i <= parts.model().device->device_count(); ++i) {
    batchers.emplace_back(StrCat("batch", i), [this](const std::stop_token& stop) { encoder->Run(stop); });
  }
  writer = Thread("write", [this](const std::stop_token& stop) { write->Run(stop); });
}

void Pipeline::Impl::ReadFiles() {
  while (auto candidate = intake.Pop()) ReadOne(*std::move(candidate));
}

void Pipeline::Impl::ReadOne(Candidate candidate) {
  const auto claim = [&](const Sha256Digest& content) { return intake.ClaimContent(candidate, content); };
  ReadResult read;
  {
    const ScopedTimer timer(decode_seconds);
    const EncodingModel model = parts.model();
    read = reader.Read(candidate, claim, &model.device->preprocess());
    if (read.item) read.item->model = model.number;
  }
  if (read.item) read.item->queued_at = std::chrono::steady_clock::now();
  switch (read.verdict) {
    case ReadVerdict::kEncode:
      to_encode.Push(std::move(read.item));  // refused only when stopping: the next start finds the file again
      return;
    case ReadVerdict::kStore:
      to_write.Push(std::move(read.item));
      return;
    case ReadVerdict::kUnchanged:
      return End(candidate, Outcome::kUnchanged);
    case ReadVerdict::kGone:
      return End(candidate, Outcome::kDropped);
    case ReadVerdict::kMoving:
      return PutBack(candidate);
    case ReadVerdict::kParked:
      return;
  }
}

void Pipeline::Impl::PutBack(const Candidate& candidate) {
  Candidate again = candidate;
  const auto due = std::chrono::steady_clock::now() + PauseAfter(again.tries++, options.retry_ms);
  if (!intake.PutBack(std::move(again), due)) on_outcome(candidate, Outcome::kDropped);
}

void Pipeline::Impl::End(const Candidate& candidate, Outcome outcome) {
  on_outcome(candidate, outcome);  // before Finish: whoever waits for an empty intake finds the outcome counted
  intake.Finish(candidate.location);
  pending_files.Set(static_cast<double>(intake.size()));
}

std::vector<Location> Pipeline::Impl::EndAll(IntakeQueue::Dropped dropped) {
  for (Candidate& candidate : dropped.ended) {
    on_outcome(candidate, Outcome::kDropped);
    dropped.in_hand.push_back(std::move(candidate.location));
  }
  return std::move(dropped.in_hand);
}

std::vector<Location> Pipeline::Impl::Drop(const Location& location) { return EndAll(intake.Drop(location)); }

std::vector<Location> Pipeline::Impl::DropBelow(const Location& folder) {
  return EndAll(intake.DropAll(folder.root, folder.path.empty() ? "" : folder.path + "/"));
}

void Pipeline::Impl::SubmitAgain(const std::vector<Location>& interrupted, const Location& from, const Location& to) {
  for (const Location& location : interrupted) {
    const Location moved{to.root, to.path + location.path.substr(from.path.size())};
    const auto pushed = intake.Push({.location = moved}, IntakeQueue::Urgency::kNow);
    if (pushed.displaced) on_outcome(*pushed.displaced, Outcome::kDropped);
  }
}

Pipeline::Pipeline(const Parts& parts, Options options, OnOutcome on_outcome)
    : impl_(std::make_unique<Impl>(parts, options, std::move(on_outcome))) {
  impl_->StartThreads();
}

Pipeline::~Pipeline() { Stop(); }

bool Pipeline::Submit(Candidate candidate, Urgency urgency) {
  const auto lane = urgency == Urgency::kNow ? IntakeQueue::Urgency::kNow : IntakeQueue::Urgency::kBulk;
  const auto pushed = impl_->intake.Push(std::move(candidate), lane);
  if (pushed.displaced) impl_->on_outcome(*pushed.displaced, Outcome::kDropped);
  impl_->pending_files.Set(static_cast<double>(impl_->intake.size()));
  return pushed.taken;
}

Status Pipeline::StoreUnreadable(const Location& location, const storage::FileStamp& stamp, const Status& why) {
  impl_->Drop(location);
  PipelineItem item;
  item.candidate.location = location;
  item.stamp = stamp;
  item.failure = why;
  return AsStatus(impl_->parts.writer.StoreFailure(item, impl_->parts.clock.NowUnixMs(), [](const PipelineItem&) { return true; }));
}

Status Pipeline::RemovePath(const Location& location) {
  impl_->Drop(location);
  return impl_->parts.writer.RemovePath(location);
}

Result<storage::PathSweep> Pipeline::RemoveFolder(const Location& folder) {
  impl_->DropBelow(folder);
  storage::PathSweep sweep{.root = folder.root, .folder = folder.path};
  RETURN_IF_ERROR(impl_->parts.writer.RemovePaths(sweep));
  return sweep;
}

Status Pipeline::MovePath(const Location& from, const Location& to) {
  const std::vector<Location> interrupted = impl_->Drop(from);
  impl_->Drop(to);
  RETURN_IF_ERROR(impl_->parts.writer.MovePath(from, to));
  impl_->SubmitAgain(interrupted, from, to);
  return Status();
}

Result<storage::PathSweep> Pipeline::MoveFolder(const Location& from, const Location& to) {
  const std::vector<Location> interrupted = impl_->DropBelow(from);
  impl_->DropBelow(to);
  storage::PathSweep sweep{.root = from.root, .folder = from.path};
  RETURN_IF_ERROR(impl_->parts.writer.MovePaths(sweep, to));
  impl_->SubmitAgain(interrupted, from, to);
  return sweep;
}

void Pipeline::DropRoot(storage::RootId root) { impl_->EndAll(impl_->intake.DropAll(root, "")); }

size_t Pipeline::pending() const { return impl_->intake.size(); }

bool Pipeline::WaitUntilEmpty(std::chrono::steady_clock::time_point deadline) const {
  return impl_->intake.WaitUntilEmpty(deadline);
}

void Pipeline::RefuseNew() { impl_->intake.Close(); }

void Pipeline::Stop() {
  RefuseNew();
  for (Thread& batcher : impl_->batchers) batcher.RequestStop();
  impl_->to_encode.Close();
  for (Thread& decoder : impl_->decoders) decoder.Join();
  for (Thread& batcher : impl_->batchers) batcher.Join();
  impl_->to_encode.Clear();
  impl_->to_write.Close();
  impl_->writer.RequestStop();
  impl_->writer.Join();
}

}  // namespace fovea::indexer
