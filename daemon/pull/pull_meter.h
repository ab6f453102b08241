#pragma once
// PullMeter says how much of a pull is done, how fast it goes and how long it will take.
//
// Owns:    plain values.
// Threads: one thread.
// Errors:  none.
// Units:   bytes, bytes per second, seconds; the rate is that of the last seconds, of what came over the net.
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace fovea::daemon {

struct PullFigures {
  std::string name;         // of the model
  std::string file;         // at work on it
  bool checking = false;    // it is there, its hash is being compared
  uint64_t done_bytes = 0;  // of all files, with what was there before
  uint64_t total_bytes = 0; // 0 while it is not known
  double rate = 0;
  std::optional<double> left_s = {};
};

// "270 of 605 MiB, 12.3 MiB/s, 27 s left, model.safetensors"
std::string DescribePull(const PullFigures& figures);
// "[##########..............]  45 %  270 of 605 MiB, …"
std::string DrawPull(const PullFigures& figures);

class PullMeter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit PullMeter(std::string name) { figures_.name = std::move(name); }
  // Of all files; those whose size is found out later are added then.
  void AddToTotal(uint64_t bytes) { figures_.total_bytes += bytes; }
  // The file's bytes that are on disk; they are not all new.
  void BeginFile(const std::string& file, uint64_t bytes_before_it, uint64_t bytes_there);
  void AddReceived(uint64_t bytes, Time now);
  void BeginCheck() { figures_.checking = true; }
  const PullFigures& figures() const { return figures_; }

 private:
  PullFigures figures_;
  std::deque<std::pair<Time, uint64_t>> received_;  // of the last seconds: when, and how much in all by then
  uint64_t received_bytes_ = 0;
};

}  // namespace fovea::daemon
