#pragma once
// ModelSwitch brings a library from one model to another while the old one answers: it has every photo encoded again, builds the
// new model's index beside the present one, and then makes the new model the one that answers, at once.
//
// What is to be done stands in the catalog (a model that is being filled, perhaps paused), so that a restart goes on with it.
//
// Owns:    the generation that is being filled, and the thread "switch". Borrows everything it is given.
// Threads: any thread may call; the work is done on "switch".
// Errors:  what keeps it from going on (a model that is not there, photos that cannot be read, a device or a disk that refuses) stands
//          in the job's note, and is tried again: a switch waits until it can go on or is cancelled.
// Units:   photos; UTC ms. A kill costs one batch of vectors.
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/worker.h"
#include "indexer/generation.h"
#include "indexer/index_writer.h"
#include "indexer/job_board.h"
#include "indexer/vector_filler.h"
#include "storage/catalog.h"
#include "storage/other_models.h"

namespace fovea::indexer {

class ModelSwitch {
 public:
  struct Parts {
    storage::Catalog& catalog;
    const Clock& clock;
    JobBoard& jobs;
    IndexWriter& writer;
    std::function<Result<Encoders>(const std::string& source)> load;
    std::function<std::shared_ptr<Generation>(uint32_t number, Encoders encoders)> make;  // without vectors
    std::function<std::shared_ptr<Generation>()> now;                                     // the one that answers
    std::function<void(std::shared_ptr<Generation>)> answer_with;                         // from this moment on
  };
  struct Options {
    VectorFiller::Options filling;
    int retry_ms = 500;          // first pause after something that kept it from going on
    int snapshot_every_s = 300;  // 0: no snapshots while it runs
    int64_t keep_ms = 0;         // how long the vectors of a model that no longer answers are kept
  };
  ModelSwitch(Parts parts, Options options);
  ~ModelSwitch();
  ModelSwitch(const ModelSwitch&) = delete;
  ModelSwitch& operator=(const ModelSwitch&) = delete;

  // Goes on with what the catalog says.
  void Start();
  // Loads the model, unless `encoders` brings it, and begins to switch to it, or goes on; gives the job. kAlreadyExists when it
  // answers already, kBusy while the library is being switched to another; the loader's errors.
  Result<JobStatus> Begin(const std::string& source, Encoders encoders = {}) EXCLUDES(mutex_);
  // By the job's id; kNotFound when it is not that of the switch.
  Status Pause(uint64_t job, bool paused) EXCLUDES(mutex_);
  // What was encoded stays for the time that vectors are kept.
  Status Cancel(uint64_t job) EXCLUDES(mutex_);
  std::optional<JobStatus> Job() const EXCLUDES(mutex_);
  // Ends after the batch in hand. May be called twice.
  void Stop();

 private:
  void Run(const std::stop_token& stop);
  void ForgetOldModels();
  // Until woken, for this long at most.
  void Sleep(std::chrono::milliseconds longest) EXCLUDES(mutex_);
  void Wake() EXCLUDES(mutex_);
  Result<storage::ModelRecord> FillingOf(uint64_t job) const REQUIRES(mutex_);
  // A job begins, and is given up, in one hold of the lock with what the catalog is told: a model that is being filled has one, and never two.
  JobStatus EnsureJob(const storage::ModelRecord& model) REQUIRES(mutex_);
  // The job of this model, if it is still there.
  void EndJob(uint32_t model, storage::JobState state, const std::string& error) REQUIRES(mutex_);
  Result<JobStatus> GoOn(const storage::ModelRecord& filling) EXCLUDES(mutex_);
  // The model that is to be filled, with its job.
  std::optional<storage::ModelRecord> TakeUp() EXCLUDES(mutex_);
  void Say(const std::string& note) EXCLUDES(mutex_);

  // One try to bring the switch to its end. kCancelled: it is not wanted at the moment.
  Status Work(const storage::ModelRecord& model, const std::stop_token& stop);
  Status Prepare(const storage::ModelRecord& model) EXCLUDES(mutex_);
  // Requires, as all that follow: Prepare.
  Status FillUp(size_t most, const std::stop_token& stop);
  // Has the index hold what the catalog has. Requires: FillUp found nothing missing after it was at `epoch`.
  Status CatchUp(uint64_t epoch);
  Status Finish(const std::stop_token& stop);
  Status SwapHeld(const std::stop_token& stop);
  void Drop() EXCLUDES(mutex_);

  const Parts parts_;
  storage::OtherModels others_;
  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool woken_ GUARDED_BY(mutex_) = false;
  JobBoard::Ticket job_ GUARDED_BY(mutex_) = 0;  // 0: none
  uint32_t job_model_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<Generation> loaded_ GUARDED_BY(mutex_);  // by Begin, for the thread

  // Of the thread "switch".
  std::shared_ptr<Generation> target_;
  std::unique_ptr<VectorFiller> filler_;
  std::optional<uint64_t> indexed_epoch_;  // which state the target's index holds; none: it is empty
  Thread thread_;  // last: it uses all of the above
};

// Both towers, one model on all devices; else what is wrong.
Status CheckEncoders(const Encoders& encoders);

}  // namespace fovea::indexer
