#pragma once
// DeviceQueue lets many threads share the devices: one Encoder each, one queue for all. Questions go before bulk pictures and
// batches form across callers, so that a text waits for at most the batch in flight, and that batch is short.
//
// Owns:    its threads "encode" (or "encode0"..), one per Encoder. Borrows the Encoders and the Metrics, which must outlive it.
// Threads: any thread may call; a call blocks until its own work is done.
// Errors:  kBusy when `max_waiting` rows of questions wait already (bulk calls wait instead), kCancelled after Stop, else the
//          Encoder's. A device that fails a plain picture or text is set aside and tried again with growing pauses; the others
//          go on with its work. When all fail, calls get the error.
// Units:   rows (pictures or texts), milliseconds. Metrics: fovea_encode_queue_seconds{lane}, fovea_encode_waiting{lane},
//          fovea_encode_rejected_total, fovea_encode_device_ready{device}, and those of BatchRunner.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/status.h"
#include "encoder/encode_lanes.h"
#include "encoder/encoder.h"

namespace fovea::encoder {

class DeviceQueue {
 public:
  struct Options {
    size_t max_batch = 32;      // pictures that go through a device at once
    size_t max_texts = 256;     // texts that go through a device at once
    int max_batch_ms = 250;     // a slow device gets smaller batches, so that none keeps it longer
    int wait_ms = 2;            // that a batch which is not full waits for questions known to be on their way (Expect); 0 = not
    size_t max_waiting = 1024;  // rows of questions; a call that would make them more is refused, save on an empty lane
    int retry_ms = 500;         // first pause before a device that fails is tried again
  };
  // Requires: at least one encoder, all with the same model.
  DeviceQueue(const std::vector<Encoder*>& encoders, Metrics& metrics, Options options);
  ~DeviceQueue();
  DeviceQueue(const DeviceQueue&) = delete;
  DeviceQueue& operator=(const DeviceQueue&) = delete;

  const ModelInfo& info() const;  // of the first device
  const PreprocessProfile& preprocess() const;
  // The inputs are taken while they are encoded, and are as they were when the call returns.
  Result<Features> EncodeImages(std::span<ModelInput> inputs, Lane lane);
  Result<Features> EncodeTexts(std::span<const std::string> texts);  // always interactive

  // While it lives a question is being prepared; a batch of the same tower may wait for it. End it before calling Encode.
  class Arrival {
   public:
    ~Arrival();
    Arrival(const Arrival&) = delete;
    Arrival& operator=(const Arrival&) = delete;

   private:
    friend class DeviceQueue;
    Arrival(DeviceQueue& queue, Tower tower);
    DeviceQueue& queue_;
    const Tower tower_;
  };
  [[nodiscard]] Arrival Expect(Tower tower) { return Arrival(*this, tower); }

  struct DeviceState {
    std::string name;          // "cpu", "cuda:1"
    std::string precision;
    std::string precision_reason;
    Status failure;            // ok while it works
    size_t pictures_at_once = 0;
    size_t texts_at_once = 0;
  };
  struct State {
    size_t questions_waiting = 0;
    size_t bulk_waiting = 0;
    Options options;
    std::vector<DeviceState> devices;
  };
  State state() const;
  // Not ok when no device works.
  Status Health() const;
  size_t device_count() const;
  // How many pictures a bulk call should bring: what the fastest device takes at once.
  size_t PicturesAtOnce() const;

  // Ends the work in hand, answers what waits with kCancelled, joins. May be called twice.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::encoder
