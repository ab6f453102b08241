#pragma once
// WriteStage stores what the pipeline has made: files in batches, failures one by one.
//
// Owns:    nothing; borrows the writer and the queue it empties.
// Threads: Run is the body of the thread "write"; the hooks are called on it, without locks.
// Errors:  when the disk refuses, the batch is kept and tried again with growing pauses, and Health says so. What the
//          catalog refuses for another reason, or throws, becomes that file's failure.
// Units:   items; milliseconds. Metrics: fovea_write_seconds, fovea_photos_{indexed,failed,deduplicated}_total,
//          fovea_pipeline_queue_seconds{stage="write"}.
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "indexer/health.h"
#include "indexer/index_writer.h"
#include "indexer/pipeline_item.h"

namespace fovea::indexer {

class WriteStage {
 public:
  struct Parts {
    IndexWriter& writer;
    const Clock& clock;
    Metrics& metrics;
    Health& health;
    BoundedQueue<ItemPtr>& in;
  };
  struct Options {
    size_t batch_size = 32;
    int retry_ms = 500;
  };
  struct Hooks {
    IndexWriter::Wanted wanted;
    std::function<void(const Candidate&)> reread;           // the candidate goes back to the start
    std::function<void(const Candidate&, Outcome)> ended;   // each of the others ends so, once
  };
  WriteStage(const Parts& parts, Options options, Hooks hooks);
  WriteStage(const WriteStage&) = delete;
  WriteStage& operator=(const WriteStage&) = delete;

  // Until `in` is closed and empty. A requested stop only ends the pauses: what the disk still refuses then is dropped.
  void Run(const std::stop_token& stop);

 private:
  std::vector<ItemPtr> Gather();
  void StoreAll(std::vector<ItemPtr> items, const std::stop_token& stop);
  void StoreFiles(std::span<const ItemPtr> items, const std::stop_token& stop);
  void StoreFailure(PipelineItem& item, const std::stop_token& stop);
  // Runs it until the disk takes it or a stop is requested.
  Status UntilTaken(const std::function<Status()>& unguarded, const std::stop_token& stop);
  void Report(const PipelineItem& item, IndexWriter::Verdict verdict);

  const Parts parts_;
  const Options options_;
  const Hooks hooks_;
  Histogram& write_seconds_;
  Histogram& queue_seconds_;
  Counter& indexed_;
  Counter& failed_;
  Counter& deduplicated_;
};

}  // namespace fovea::indexer
