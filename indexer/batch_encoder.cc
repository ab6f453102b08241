#include "indexer/batch_encoder.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "indexer/pause.h"
#include "indexer/unit_vector.h"

namespace fovea::indexer {

using encoder::Features;
using encoder::Lane;
using encoder::ModelInput;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr const char* kPart = "encode pictures";

std::vector<ModelInput> TakeInputs(std::vector<ItemPtr>& items) {
  std::vector<ModelInput> inputs;
  inputs.reserve(items.size());
  for (const ItemPtr& item : items) inputs.push_back(std::move(item->input));
  return inputs;
}

void GiveBack(std::vector<ModelInput>& inputs, std::vector<ItemPtr>& items) {
  for (size_t i = 0; i < items.size(); ++i) items[i]->input = std::move(inputs[i]);
}

// The row becomes the item's vector; a row without a direction is the picture's failure.
void TakeRow(const Features& features, size_t row, PipelineItem& item) {
  auto unit = UnitVector(features.Row(static_cast<int64_t>(row)));
  if (unit) {
    item.vector = *std::move(unit);
  } else {
    item.failure = Internal(StrCat("encode \"", item.candidate.location.path, "\": the model's features are of no use: ", unit.error().message()));
  }
}

}  // namespace

BatchEncoder::BatchEncoder(const Parts& parts, Options options)
    : parts_(parts),
      options_(options),
      encoded_(parts.metrics.GetCounter("fovea_photos_encoded_total", "Pictures that went through the image tower")),
      queue_seconds_(parts.metrics.GetHistogram("fovea_pipeline_queue_seconds", "Waiting before a stage of the pipeline",
                                                {{"stage", "encode"}})) {}

void BatchEncoder::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<ItemPtr> items = Gather();
    if (items.empty()) return;
    Status status = EncodeBatch(items);
    for (int tries = 0; !status.ok() && status.code() != StatusCode::kCancelled; ++tries) {
      parts_.health.Report(kPart, status);
      if (!PauseUnlessStopped(PauseAfter(tries, options_.retry_ms), stop)) return;
      status = EncodeBatch(items);
    }
    if (!status.ok()) return;
    parts_.health.Report(kPart, Status());
    PassOn(items);
  }
}

std::vector<ItemPtr> BatchEncoder::Gather() {
  std::vector<ItemPtr> items;
  const MutexLock lock(gathering_);
  const size_t limit = std::min(options_.batch_size, parts_.model().device->PicturesAtOnce());
  auto first = parts_.in.Pop();
  if (!first) return items;
  items.push_back(*std::move(first));
  const auto deadline = SteadyClock::now() + std::chrono::milliseconds(options_.batch_wait_ms);
  while (items.size() < limit) {
    auto next = parts_.in.PopUntil(deadline);
    if (!next) break;
    items.push_back(*std::move(next));
  }
  const auto now = SteadyClock::now();
  for (const ItemPtr& item : items) queue_seconds_.Observe(std::chrono::duration<double>(now - item->queued_at).count());
  return items;
}

void BatchEncoder::PassOnStale(std::vector<ItemPtr>& items, uint32_t model) {
  const auto stale = std::stable_partition(items.begin(), items.end(), [model](const ItemPtr& item) { return item->model == model; });
  std::vector<ItemPtr> gone(std::make_move_iterator(stale), std::make_move_iterator(items.end()));
  items.erase(stale, items.end());
  PassOn(gone);
}

Status BatchEncoder::EncodeBatch(std::vector<ItemPtr>& items) {
  const EncodingModel model = parts_.model();
  PassOnStale(items, model.number);
  if (items.empty()) return Status();
  std::vector<ModelInput> inputs = TakeInputs(items);
  const auto features = model.device->EncodeImages(inputs, Lane::kBulk);
  if (!features) {
    GiveBack(inputs, items);
    if (features.error().code() == StatusCode::kCancelled) return features.error();
    RETURN_IF_ERROR(model.device->Health());
    return EncodeAlone(*model.device, items);
  }
  for (size_t i = 0; i < items.size(); ++i) TakeRow(*features, i, *items[i]);
  encoded_.Add(static_cast<double>(items.size()));
  return Status();
}

Status BatchEncoder::EncodeAlone(encoder::DeviceQueue& device, std::vector<ItemPtr>& items) {
  for (const ItemPtr& item : items) {
    if (!item->vector.empty() || !item->failure.ok()) continue;  // done in an earlier try
    const auto features = device.EncodeImages(std::span(&item->input, 1), Lane::kBulk);
    if (features) {
      TakeRow(*features, 0, *item);
      encoded_.Add();
      continue;
    }
    if (features.error().code() == StatusCode::kCancelled) return features.error();
    RETURN_IF_ERROR(device.Health());
    item->failure = features.error().WithContext(StrCat("encode \"", item->candidate.location.path, "\""));
  }
  return Status();
}

void BatchEncoder::PassOn(std::vector<ItemPtr>& items) {
  const auto now = SteadyClock::now();
  for (ItemPtr& item : items) {
    item->input.rgb = {};
    item->queued_at = now;
    parts_.out.Push(std::move(item));
  }
}

}  // namespace fovea::indexer
