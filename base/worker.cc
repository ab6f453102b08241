#include "base/worker.h"

#include <pthread.h>

#include <cstdlib>
#include <exception>

#include "base/log.h"

namespace fovea {
namespace {

void RunToEnd(const std::string& name, const std::function<void(std::stop_token)>& body, const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  try {
    body(stop);
  } catch (const std::exception& e) {
    LogError("thread ", name, " ended by an exception: ", e.what());
    std::abort();
  } catch (...) {
    LogError("thread ", name, " ended by an unknown exception");
    std::abort();
  }
}

}  // namespace

Thread::Thread(std::string name, std::function<void(std::stop_token)> body)
    : thread_([name = std::move(name), body = std::move(body)](std::stop_token stop) { RunToEnd(name, body, stop); }) {}

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

Worker::Worker(Options options) : tasks_(options.capacity) {
  for (size_t i = 0; i < options.threads; ++i) {
    std::string name = options.threads == 1 ? options.name : options.name + std::to_string(i);
    threads_.emplace_back(std::move(name), [this](const std::stop_token&) {
      while (auto task = tasks_.Pop()) (*task)();
    });
  }
}

Worker::~Worker() { Stop(); }

bool Worker::Post(std::function<void()> task) { return tasks_.Push(std::move(task)); }

bool Worker::TryPost(std::function<void()> task) { return tasks_.TryPush(task); }

void Worker::Stop() {
  tasks_.Close();
  tasks_.Clear();
  Drain();
}

void Worker::Drain() {
  tasks_.Close();
  for (Thread& thread : threads_) thread.Join();
}

}  // namespace fovea
