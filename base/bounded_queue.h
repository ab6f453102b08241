#pragma once
// BoundedQueue<T> hands items from producers to consumers in order and makes producers wait when it is full.
//
// Owns:    the items inside it; those left when it is destroyed are destroyed with it.
// Threads: any number may push and pop.
// Errors:  none; a closed queue refuses new items and, once empty, gives nullopt.
// Units:   capacity in items, at least 1.
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace fovea {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity == 0 ? 1 : capacity) {}

  // Waits for room. False (and `item` is dropped) when the queue is or gets closed.
  bool Push(T item) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.size() >= capacity_ && !closed_) room_.Wait(mutex_);
    return Append(std::move(item));
  }
  // False at once when the queue is full or closed; `item` is then left as it was.
  bool TryPush(T& item) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (items_.size() >= capacity_) return false;
    return Append(std::move(item));
  }
  // Waits for an item; nullopt once the queue is closed and empty.
  std::optional<T> Pop() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) filled_.Wait(mutex_);
    return Take();
  }
  // As Pop, but also nullopt when `deadline` passes first; ask closed() to tell the two apart.
  std::optional<T> PopUntil(std::chrono::steady_clock::time_point deadline) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) {
      if (!filled_.WaitUntil(mutex_, deadline)) break;
    }
    return Take();
  }
  std::optional<T> TryPop() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return Take();
  }
  // No more items come in; those inside can still be popped. May be called twice.
  void Close() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    closed_ = true;
    filled_.NotifyAll();
    room_.NotifyAll();
  }
  // Drops what is inside and returns how many items that were.
  size_t Clear() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const size_t dropped = items_.size();
    items_.clear();
    room_.NotifyAll();
    return dropped;
  }
  bool closed() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return closed_;
  }
  size_t size() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return items_.size();
  }
  size_t capacity() const { return capacity_; }

 private:
  bool Append(T&& item) REQUIRES(mutex_) {
    if (closed_) return false;
    items_.push_back(std::move(item));
    filled_.NotifyOne();
    return true;
  }
  std::optional<T> Take() REQUIRES(mutex_) {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    room_.NotifyOne();
    return item;
  }

  const size_t capacity_;
  mutable Mutex mutex_;
  CondVar filled_;
  CondVar room_;
  std::deque<T> items_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace fovea
