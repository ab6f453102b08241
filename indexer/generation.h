#pragma once
// Generation is all that belongs to one model: its encoders, their queue, the index of its vectors, and what is derived from those.
//
// Owns:    its parts. Borrows catalog, metrics and health. Shared: a search, or a batch, that began with it ends with it.
// Threads: any thread uses the parts, which lock themselves.
// Errors:  those of the parts.
// Units:   as the parts.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "encoder/device_queue.h"
#include "encoder/encoder.h"
#include "indexer/background_scores.h"
#include "indexer/clustered_index.h"
#include "indexer/health.h"
#include "indexer/index_keeper.h"
#include "storage/catalog.h"

namespace fovea::indexer {

using Encoders = std::vector<std::unique_ptr<encoder::Encoder>>;  // one per device, all with the same model

struct Generation {
  struct Parts {
    storage::Catalog& catalog;
    Metrics& metrics;
    Health& health;
    ClusteredIndex::Options index = {};
  };
  // `number` stands for the model in the catalog. Requires: at least one encoder.
  Generation(const Parts& parts, uint32_t number, Encoders given, const encoder::DeviceQueue::Options& queue);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  // From now on the index sorts its vectors into lists in the background, where it has so many.
  void StartSorting();
  const encoder::ModelInfo& info() const { return encoders.front()->info(); }

  const Encoders encoders;
  const uint32_t number;
  ClusteredIndex index;
  IndexKeeper keeper;
  encoder::DeviceQueue device;
  BackgroundScores background;
};

}  // namespace fovea::indexer
