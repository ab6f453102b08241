#pragma once
// Mutex, MutexLock and CondVar: the standard ones with annotations that clang's thread-safety analysis checks.
//
// Owns:    nothing.
// Threads: that is what they are for.
// Errors:  none.
// Units:   none.
#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define FOVEA_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define FOVEA_THREAD_ANNOTATION(x)
#endif
#define CAPABILITY(x) FOVEA_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY FOVEA_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) FOVEA_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) FOVEA_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) FOVEA_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) FOVEA_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define EXCLUDES(...) FOVEA_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS FOVEA_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace fovea {

class CAPABILITY("mutex") Mutex {
 public:
  void Lock() ACQUIRE() { mutex_.lock(); }
  void Unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  // Wait and WaitUntil release `mutex` while they wait; both may wake without reason, so callers loop on their condition.
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // False when `deadline` has passed.
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool in_time = condition_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return in_time;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace fovea
