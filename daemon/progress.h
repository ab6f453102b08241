#pragma once
// Progress says how far the indexing is: a bar that is drawn over on a terminal, plain lines at intervals elsewhere.
//
// Owns:    what it printed last. Writes to standard output.
// Threads: one thread.
// Errors:  none; a line that cannot be written is lost.
// Units:   pictures, pictures per second, seconds.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "indexer/library.h"

namespace fovea::daemon {

struct ProgressFigures {
  uint64_t done = 0;     // pictures of the running jobs that are stored, failed ones included
  uint64_t failed = 0;
  uint64_t total = 0;    // 0 while it is not known
  double rate = 0;
  std::optional<double> eta_s = {};
  bool running = false;
};

// The jobs that run now, as one.
ProgressFigures FiguresOf(const indexer::Library& library);
// "450 of 1000 pictures, 82.1/s, 7 s left, 3 failed"
std::string DescribeProgress(const ProgressFigures& figures);
// "[#########...........]  45 %  450 of 1000 …"
std::string DrawProgress(const ProgressFigures& figures);
// "[#########...............]  45 %"; `total` is not 0.
std::string DrawBar(uint64_t done, uint64_t total);
// "1 h 05 min", "7 min 12 s", "7 s"
std::string DescribeSeconds(double seconds);

class Progress {
 public:
  enum class Style { kBar, kLines };
  // A bar on a terminal, else lines.
  static Style StyleOfOutput();

  explicit Progress(Style style) : style_(style) {}
  // Shows the figures if they are due (a bar at every call, a line every few seconds when something changed).
  void Show(const ProgressFigures& figures, std::chrono::steady_clock::time_point now);
  // Ends a bar's line so that other text can follow.
  void End();

 private:
  const Style style_;
  bool open_bar_ = false;
  std::string last_;
  std::chrono::steady_clock::time_point last_at_{};
};

}  // namespace fovea::daemon
