#pragma once
// Health remembers what is failing in the background, part by part, until it works again.
//
// Owns:    one Status per part that fails at the moment.
// Threads: any thread may report and ask.
// Errors:  none; it carries those of others.
// Units:   none.
#include <map>
#include <string>

#include "base/mutex.h"
#include "base/status.h"

namespace fovea::indexer {

class Health {
 public:
  // A failure is remembered, success forgets it; the change from one to the other is logged.
  void Report(const std::string& part, const Status& status) EXCLUDES(mutex_);
  // The first part that fails at the moment, named in the message; ok when all is well.
  Status Worst() const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<std::string, Status> failing_ GUARDED_BY(mutex_);
};

}  // namespace fovea::indexer
