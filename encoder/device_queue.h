#pragma once
// DeviceQueue lets many threads share one Encoder: one thread runs it, interactive work goes before bulk work, so that a
// text waits for at most the batch in flight.
//
// Owns:    its thread "encode". Borrows the Encoder and the Metrics, which must outlive it.
// Threads: any thread may call; a call blocks until its own work is done.
// Errors:  kBusy when `max_waiting` interactive calls wait already, kCancelled after Stop, else the Encoder's.
// Units:   queue lengths in calls. Metrics: fovea_encode_queue_seconds{lane}, fovea_encode_waiting{lane},
//          fovea_encode_seconds{tower}.
#include <memory>
#include <span>
#include <string>

#include "base/metrics.h"
#include "base/status.h"
#include "encoder/encoder.h"

namespace fovea::encoder {

enum class Lane { kInteractive, kBulk };

class DeviceQueue {
 public:
  struct Options {
    size_t max_waiting = 256;
  };
  DeviceQueue(Encoder& encoder, Metrics& metrics, Options options);
  ~DeviceQueue();
  DeviceQueue(const DeviceQueue&) = delete;
  DeviceQueue& operator=(const DeviceQueue&) = delete;

  const ModelInfo& info() const;
  const PreprocessProfile& preprocess() const;
  Result<Features> EncodeImages(std::span<const ModelInput> inputs, Lane lane);
  Result<Features> EncodeTexts(std::span<const std::string> texts);  // always interactive
  // Ends the work in hand, answers what waits with kCancelled, joins. May be called twice.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::encoder
