#include "indexer/write_stage.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "indexer/pause.h"

namespace fovea::indexer {
namespace {

constexpr const char* kPart = "write to the store";

// What a step throws ends that step, not the program.
Status Guarded(const std::function<Status()>& step) {
  try {
    return step();
  } catch (const std::exception& error) {
    return Internal(StrCat("the store threw: ", error.what()));
  }
}

bool IsDiskTrouble(StatusCode code) { return code == StatusCode::kIo || code == StatusCode::kBusy; }

}  // namespace

WriteStage::WriteStage(const Parts& parts, Options options, Hooks hooks)
    : parts_(parts),
      options_(options),
      hooks_(std::move(hooks)),
      write_seconds_(parts.metrics.GetHistogram("fovea_write_seconds", "Storing one batch of files")),
      queue_seconds_(parts.metrics.GetHistogram("fovea_pipeline_queue_seconds", "Waiting before a stage of the pipeline",
                                                {{"stage", "write"}})),
      indexed_(parts.metrics.GetCounter("fovea_photos_indexed_total", "Files stored, known contents included")),
      failed_(parts.metrics.GetCounter("fovea_photos_failed_total", "Files that could not be indexed")),
      deduplicated_(parts.metrics.GetCounter("fovea_photos_deduplicated_total", "Files whose content was known: not encoded")) {}

void WriteStage::Run(const std::stop_token& stop) {
  while (true) {
    std::vector<ItemPtr> items = Gather();
    if (items.empty()) return;
    StoreAll(std::move(items), stop);
  }
}

std::vector<ItemPtr> WriteStage::Gather() {
  std::vector<ItemPtr> items;
  for (auto item = parts_.in.Pop(); item; item = parts_.in.TryPop()) {
    queue_seconds_.Observe(MillisecondsSince((*item)->queued_at) / 1000);
    items.push_back(*std::move(item));
    if (items.size() >= options_.batch_size) break;
  }
  return items;
}

void WriteStage::StoreAll(std::vector<ItemPtr> items, const std::stop_token& stop) {
  const auto first_failure = std::partition(items.begin(), items.end(), [](const ItemPtr& item) { return item->failure.ok(); });
  const auto files = static_cast<size_t>(std::distance(items.begin(), first_failure));
  if (files > 0) StoreFiles(std::span(items).first(files), stop);
  for (const ItemPtr& item : std::span(items).subspan(files)) StoreFailure(*item, stop);
}

Status WriteStage::UntilTaken(const std::function<Status()>& unguarded, const std::stop_token& stop) {
  const auto step = [&] { return Guarded(unguarded); };
  Status status = step();
  for (int tries = 0; IsDiskTrouble(status.code()); ++tries) {
    parts_.health.Report(kPart, status);
    if (!PauseUnlessStopped(PauseAfter(tries, options_.retry_ms), stop)) return status;
    status = step();
  }
  parts_.health.Report(kPart, Status());
  return status;
}

void WriteStage::StoreFiles(std::span<const ItemPtr> items, const std::stop_token& stop) {
  std::vector<IndexWriter::Verdict> verdicts;
  const Status status = UntilTaken(
      [&]() -> Status {
        const ScopedTimer timer(write_seconds_);
        ASSIGN_OR_RETURN(verdicts, parts_.writer.StoreFiles(items, hooks_.wanted));
        return Status();
      },
      stop);
  if (status.ok()) {
    for (size_t i = 0; i < items.size(); ++i) Report(*items[i], verdicts[i]);
  } else if (IsDiskTrouble(status.code()) || status.code() == StatusCode::kCancelled) {
    for (const ItemPtr& item : items) hooks_.ended(item->candidate, Outcome::kDropped);
  } else if (items.size() > 1) {
    for (size_t i = 0; i < items.size(); ++i) StoreFiles(items.subspan(i, 1), stop);
  } else {
    items.front()->failure = status;
    StoreFailure(*items.front(), stop);
  }
}

void WriteStage::StoreFailure(PipelineItem& item, const std::stop_token& stop) {
  auto verdict = IndexWriter::Verdict::kStored;
  const Status status = UntilTaken(
      [&]() -> Status {
        ASSIGN_OR_RETURN(verdict, parts_.writer.StoreFailure(item, parts_.clock.NowUnixMs(), hooks_.wanted));
        return Status();
      },
      stop);
  if (status.code() == StatusCode::kNotFound) return hooks_.ended(item.candidate, Outcome::kDropped);  // its root was removed
  if (!status.ok()) {
    LogError("remember that \"", item.candidate.location.path, "\" cannot be indexed: ", status.ToString());
    return hooks_.ended(item.candidate, Outcome::kDropped);
  }
  if (verdict != IndexWriter::Verdict::kStored) return hooks_.ended(item.candidate, Outcome::kDropped);
  LogWarning("\"", item.candidate.location.path, "\" cannot be indexed: ", item.failure.ToString());
  failed_.Add();
  hooks_.ended(item.candidate, Outcome::kFailed);
}

void WriteStage::Report(const PipelineItem& item, IndexWriter::Verdict verdict) {
  switch (verdict) {
    case IndexWriter::Verdict::kStored:
      indexed_.Add();
      if (item.vector.empty()) deduplicated_.Add();
      return hooks_.ended(item.candidate, Outcome::kIndexed);
    case IndexWriter::Verdict::kUnwanted:
      return hooks_.ended(item.candidate, Outcome::kDropped);
    case IndexWriter::Verdict::kReread:
      return hooks_.reread(item.candidate);
  }
}

}  // namespace fovea::indexer
