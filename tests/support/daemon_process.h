#pragma once
// FoveaProcess runs the real program and keeps what it says; DaemonProcess is one that runs `fovea serve` and is asked
// over HTTP.
//
// Owns:    the child process (killed with the object, if it still runs) and the files with its output.
// Threads: a value of one thread.
// Errors:  what a test waits for in vain fails the test with the program's output; a request without an answer too.
// Units:   deadlines are durations from now.
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace fovea::test {

struct ProcessOptions {
  std::vector<std::string> arguments = {};              // after the program's name
  std::map<std::string, std::string> environment = {};  // besides PATH, HOME and the XDG folders, which are the test's own
  std::optional<uint64_t> max_file_bytes = {};          // RLIMIT_FSIZE: larger files cannot be written
  std::optional<uid_t> user = {};                       // runs as this user
  std::string program = {};                             // empty: the built binary
  std::string folder = {};                              // where it runs; empty: where the test does
};

class FoveaProcess {
 public:
  explicit FoveaProcess(const ProcessOptions& options);
  ~FoveaProcess();
  FoveaProcess(const FoveaProcess&) = delete;
  FoveaProcess& operator=(const FoveaProcess&) = delete;

  pid_t pid() const { return pid_; }
  std::string Output() const;  // standard output so far
  std::string Errors() const;  // standard error so far
  bool WaitForErrors(const std::string& text, std::chrono::milliseconds deadline = std::chrono::seconds(30)) const;
  void Signal(int signal) const;
  // The exit code (128 + n after signal n), or nothing when it still runs at the deadline.
  std::optional<int> WaitForExit(std::chrono::milliseconds deadline = std::chrono::seconds(60));
  bool running();

 private:
  const TempDir folder_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// Runs to the end. A program that does not end fails the test.
struct Finished {
  int exit_code = -1;
  std::string output;
  std::string errors;
};
Finished RunFovea(const ProcessOptions& options);

struct Reply {
  int status = 0;
  nlohmann::json json;  // null when the body is not JSON
  std::string body;
};

class DaemonProcess {
 public:
  struct Options {
    std::string data;
    std::vector<std::string> roots = {};
    std::vector<std::string> more = {};   // further arguments; a short settle time and a free port are set
    ProcessOptions process = {};          // its arguments are put together from the above
  };
  // Starts and waits for the address.
  explicit DaemonProcess(const Options& options);

  FoveaProcess& process() { return *process_; }
  const std::string& url() const { return url_; }
  Reply Get(const std::string& target) const;
  Reply Post(const std::string& target, const nlohmann::json& body) const;
  // `body` goes as it is.
  Reply PostText(const std::string& target, const std::string& body) const;

  // The condition, asked until it holds; false at the deadline or when the program has ended.
  bool WaitFor(const std::function<bool()>& condition, std::chrono::milliseconds deadline = std::chrono::seconds(60)) const;
  bool WaitUntilReady() const;
  // Until /v1/status says that many photos and no job runs.
  bool WaitForPhotos(uint64_t count, std::chrono::milliseconds deadline = std::chrono::seconds(60)) const;
  bool WaitForFailures(uint64_t count, std::chrono::milliseconds deadline = std::chrono::seconds(60)) const;
  // Every photo, by walking the cursor.
  std::vector<nlohmann::json> Photos() const;
  std::vector<nlohmann::json> Failures() const;
  // The sum over all label sets of a metric; 0 when it is not there yet.
  double Metric(const std::string& name) const;
  // SIGTERM; the exit code.
  std::optional<int> Stop();
  void KillHard();

 private:
  std::unique_ptr<FoveaProcess> process_;
  std::string url_;
};

}  // namespace fovea::test
