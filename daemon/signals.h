#pragma once
// Signals turns SIGINT and SIGTERM into a StopRequest; the second one ends the process at once.
//
// Owns:    its thread "signals". Borrows the StopRequest, which must outlive it.
// Threads: made and destroyed by the main thread.
// Errors:  Listen: kIo if the system refuses.
// Units:   none.
#include <memory>

#include "base/status.h"
#include "daemon/stop_request.h"

namespace fovea::daemon {

class Signals {
 public:
  static Result<std::unique_ptr<Signals>> Listen(StopRequest& stop);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // A closed pipe on standard output and a file size limit are errors of a write, not ends of the program.
  static void IgnoreWriteSignals();

 private:
  struct Impl;
  explicit Signals(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::daemon
