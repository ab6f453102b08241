#pragma once
// DaemonFile is <data>/daemon.json, which tells other fovea commands the URL of the daemon that runs on this data.
//
// Owns:    the file while the object lives; it goes away with it.
// Threads: written and removed by the main thread.
// Errors:  kIo if it cannot be written; FindDaemon: kNotFound when no daemon runs (a file that a killed one left behind
//          is recognised by process id and start time).
// Units:   none.
#include <memory>
#include <string>

#include "base/status.h"

namespace fovea::daemon {

class DaemonFile {
 public:
  static Result<std::unique_ptr<DaemonFile>> Write(const std::string& data_folder, const std::string& url);
  ~DaemonFile();
  DaemonFile(const DaemonFile&) = delete;
  DaemonFile& operator=(const DaemonFile&) = delete;

 private:
  explicit DaemonFile(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

// The URL of the daemon that runs on this data.
Result<std::string> FindDaemon(const std::string& data_folder);

}  // namespace fovea::daemon
