#include "indexer/generation.h"

#include <utility>

#include "base/log.h"

namespace fovea::indexer {
namespace {

std::vector<encoder::Encoder*> Borrow(const Encoders& encoders) {
  std::vector<encoder::Encoder*> borrowed;
  for (const auto& encoder : encoders) borrowed.push_back(encoder.get());
  return borrowed;
}

}  // namespace

Generation::Generation(const Parts& parts, uint32_t model_number, Encoders given, const encoder::DeviceQueue::Options& queue)
    : encoders(std::move(given)),
      number(model_number),
      index(info().embed_dim, parts.index),
      keeper(parts.catalog, index, parts.health, info().id, model_number),
      device(Borrow(encoders), parts.metrics, queue),
      background(parts.catalog, [this](std::span<const std::string> texts) { return device.EncodeTexts(texts); }, model_number) {}

Generation::~Generation() { index.StopSorting(); }  // its thread asks the background, which ends before it

void Generation::StartSorting() {
  index.StartSorting([this] {
    auto mean = background.MeanText();
    if (!mean) LogWarning("index: lists are trained without an example of a question: ", mean.error().message());
    return mean ? *std::move(mean) : std::vector<float>();
  });
}

}  // namespace fovea::indexer
