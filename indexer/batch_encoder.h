#pragma once
// BatchEncoder gathers decoded pictures into batches, runs them through the devices and passes them on with their unit
// vectors, each in the item that brought its picture.
//
// Owns:    nothing; borrows health and both queues; the model is the one of the moment a batch begins.
// Threads: Run is the body of the threads "batch0"..: one more than there are devices, so that a batch waits when a device is
//          done with the one before. One of them gathers at a time.
// Errors:  when a batch is refused, the queue's health tells whose fault it is: the devices' (the batch is kept and tried
//          again with growing pauses) or a picture's (each is tried alone, once; those refused become failures).
//          An input that was made for another model goes on without a vector; the writer then has it read again.
// Units:   milliseconds; pictures. Metrics: fovea_photos_encoded_total, fovea_pipeline_queue_seconds{stage="encode"}.
#include <stop_token>
#include <vector>

#include "base/bounded_queue.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/status.h"
#include "indexer/encoding_model.h"
#include "indexer/health.h"
#include "indexer/pipeline_item.h"

namespace fovea::indexer {

class BatchEncoder {
 public:
  struct Parts {
    CurrentModel model;
    Metrics& metrics;
    Health& health;
    BoundedQueue<ItemPtr>& in;
    BoundedQueue<ItemPtr>& out;
  };
  struct Options {
    size_t batch_size = 32;
    int batch_wait_ms = 50;
    int retry_ms = 500;
  };
  BatchEncoder(const Parts& parts, Options options);
  BatchEncoder(const BatchEncoder&) = delete;
  BatchEncoder& operator=(const BatchEncoder&) = delete;

  // Until `in` is closed and empty, or a stop is requested; the batch in hand is then still passed on.
  void Run(const std::stop_token& stop);

 private:
  std::vector<ItemPtr> Gather() EXCLUDES(gathering_);
  // kOk: all items have a vector or a failure. Else all devices fail, or the queue is stopped (kCancelled).
  Status EncodeBatch(std::vector<ItemPtr>& items);
  Status EncodeAlone(encoder::DeviceQueue& device, std::vector<ItemPtr>& items);
  void PassOnStale(std::vector<ItemPtr>& items, uint32_t model);
  void PassOn(std::vector<ItemPtr>& items);

  const Parts parts_;
  const Options options_;
  Counter& encoded_;
  Histogram& queue_seconds_;
  Mutex gathering_;
};

}  // namespace fovea::indexer
