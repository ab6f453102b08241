#pragma once
// EncodingModel is the model that pictures are encoded with: its number in the store and the queue before its devices.
//
// Owns:    a share of whatever the queue belongs to, so that a model which is no longer used ends when the last picture in hand is done.
// Threads: a value; the queue is for any thread.
// Errors:  none.
// Units:   none.
#include <cstdint>
#include <functional>
#include <memory>

#include "encoder/device_queue.h"

namespace fovea::indexer {

struct EncodingModel {
  uint32_t number = 0;
  std::shared_ptr<encoder::DeviceQueue> device;
};
// Gives the one of this moment. Who asks keeps it for one piece of work, not while it waits for the next.
using CurrentModel = std::function<EncodingModel()>;

}  // namespace fovea::indexer
