#pragma once
// Pipeline takes files from "seen" to "stored and findable": reading threads, batches for the device, one writer.
//
// Owns:    the threads "decode0".., "batch0".. and "write", and the queues between them. Borrows everything it is given.
// Threads: any thread may call; Submit waits when `intake_capacity` files wait already (back-pressure on the scanner). The
//          outcome callback runs on any of these threads without locks and must not call back in.
// Errors:  a picture's own fault is stored as its failure. When the disk or the device refuses, the batch is kept and tried
//          again with growing pauses, and Health says so; nothing is lost.
// Units:   memory: intake_capacity x 300 bytes; per decode thread one file and its pixels; at most (6 + devices) x batch_size items of
//          image_size^2 x 3 bytes and a thumbnail. Metrics: fovea_decode_seconds, fovea_write_seconds,
//          fovea_pipeline_queue_seconds{stage}, fovea_photos_{indexed,encoded,failed,deduplicated}_total.
#include <chrono>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "indexer/encoding_model.h"
#include "indexer/health.h"
#include "indexer/index_writer.h"
#include "indexer/picture_reader.h"
#include "indexer/pipeline_item.h"
#include "storage/catalog.h"
#include "storage/records.h"

namespace fovea::indexer {

class Pipeline {
 public:
  struct Options {
    int decode_threads = 2;
    int batch_size = 32;           // the most pictures that go to the device at once
    int batch_wait_ms = 50;        // how long a batch that is not full waits for more
    int retry_ms = 500;            // first pause before a file that moved, or a disk that refused, is tried again
    size_t intake_capacity = 65'536;
    PictureReader::Options reader;
  };
  struct Parts {
    storage::Catalog& catalog;
    IndexWriter& writer;
    CurrentModel model;
    const Clock& clock;
    Metrics& metrics;
    Health& health;
  };
  using OnOutcome = std::function<void(const Candidate&, Outcome)>;
  enum class Urgency { kNow, kBulk };

  Pipeline(const Parts& parts, Options options, OnOutcome on_outcome);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // False after Stop. A path that is on its way already is taken up again with what the disk has then.
  bool Submit(Candidate candidate, Urgency urgency);
  // A file or folder that cannot be looked at: stored as a failure in its turn.
  Status StoreUnreadable(const storage::Location& location, const storage::FileStamp& stamp, const Status& why);

  // Changes of paths. Whatever is on its way for them is dropped first, so that the change has the last word; after a move
  // it is taken up again at the new place.
  Status RemovePath(const storage::Location& location);
  Status MovePath(const storage::Location& from, const storage::Location& to);
  // They do the first batch: of a large folder, the sweep that comes back is for FolderJobs to go on with.
  Result<storage::PathSweep> RemoveFolder(const storage::Location& folder);
  Result<storage::PathSweep> MoveFolder(const storage::Location& from, const storage::Location& to);
  // Only drops what is on its way.
  void DropRoot(storage::RootId root);

  size_t pending() const;
  bool WaitUntilEmpty(std::chrono::steady_clock::time_point deadline) const;
  // From now on Submit gives false, and those who wait in it come back. May be called twice.
  void RefuseNew();
  // RefuseNew, ends the batch in hand and stores all that is encoded; drops the rest, which the next scan finds
  // again. May be called twice.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::indexer
