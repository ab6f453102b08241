#pragma once
// Thread is a named thread that runs one function; Worker is a pool of named threads that run posted tasks in order.
//
// Owns:    its std::jthreads and the tasks that wait; the destructor stops and joins.
// Threads: any thread may post and stop; a task must not destroy the Worker that runs it.
// Errors:  an exception that reaches a thread's entry is a programmer's mistake: it is logged and the process ends.
// Units:   names fit in 15 bytes.
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"

namespace fovea {

class Thread {
 public:
  Thread() = default;
  // Starts at once. `body` watches its token and returns soon after a stop is requested.
  Thread(std::string name, std::function<void(std::stop_token)> body);
  Thread(Thread&&) = default;
  Thread& operator=(Thread&&) = default;

  bool joinable() const { return thread_.joinable(); }
  void RequestStop() { thread_.request_stop(); }
  // Waits for the end of the body. May be called twice.
  void Join();

 private:
  std::jthread thread_;
};

class Worker {
 public:
  struct Options {
    std::string name;        // of the threads; a number is appended when there is more than one
    size_t threads = 1;
    size_t capacity = 64;    // tasks that may wait
  };
  explicit Worker(Options options);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Waits for room; false after Stop().
  bool Post(std::function<void()> task);
  // False at once when the queue is full, or after Stop().
  bool TryPost(std::function<void()> task);
  size_t queued() const { return tasks_.size(); }
  // Lets the task in hand end, drops those that wait, joins. May be called twice, but not from a task.
  void Stop();
  // Runs what waits, then joins. May be called twice, but not from a task.
  void Drain();

 private:
  BoundedQueue<std::function<void()>> tasks_;
  std::vector<Thread> threads_;
};

}  // namespace fovea
