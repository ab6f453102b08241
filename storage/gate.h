#pragma once
// Gate lets calls into an object until it is shut, and shutting waits for those inside.
//
// Owns:    a count.
// Threads: any thread may enter and shut.
// Errors:  Enter gives an empty pass once the gate is shut.
// Units:   none.
#include "base/mutex.h"

namespace fovea::storage {

class Gate {
 public:
  class Pass {
   public:
    explicit Pass(Gate* gate) : gate_(gate) {}
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    Gate* const gate_;
  };

  Pass Enter() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (shut_) return Pass(nullptr);
    ++inside_;
    return Pass(this);
  }
  // True for the one call that shut it, after all others have left.
  bool Shut() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const bool first = !shut_;
    shut_ = true;
    while (inside_ > 0) empty_.Wait(mutex_);
    return first;
  }

 private:
  void Leave() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (--inside_ == 0) empty_.NotifyAll();
  }

  Mutex mutex_;
  CondVar empty_;
  int inside_ GUARDED_BY(mutex_) = 0;
  bool shut_ GUARDED_BY(mutex_) = false;
};

}  // namespace fovea::storage
