#pragma once
// RowLimit decides how many rows one run of a tower may take: few enough to end in the time allowed and to fit the device's memory.
//
// Owns:    what it has seen of the device's speed and memory.
// Threads: one at a time.
// Errors:  none.
// Units:   rows (pictures or texts), milliseconds, seconds where the type says so.
#include <chrono>
#include <cstddef>

namespace fovea::encoder {

class RowLimit {
 public:
  struct Options {
    size_t most = 32;
    std::chrono::milliseconds longest{250};  // that one run may keep the device
  };
  explicit RowLimit(Options options) : options_(options), fits_(options.most) {}

  // At least 1. A device whose speed is not known yet begins with a few.
  size_t rows() const { return RowsWithin(options_.longest); }
  // As rows(), for a run that may take only so long.
  size_t RowsWithin(std::chrono::milliseconds time) const;
  std::chrono::milliseconds longest() const { return options_.longest; }
  // What the memory is known to hold; `most` until it ran out.
  size_t fits() const { return fits_; }

  void Ran(size_t rows, std::chrono::duration<double> time);
  // Halves. False when one row is too much already. After a while of clean runs the limit grows again, step by step; each time
  // that this was too early, the while is twice as long.
  bool RanOutOfMemory(size_t rows);

 private:
  const Options options_;
  double seconds_per_row_ = 0;  // lately; 0 until the first run
  size_t fits_;
  size_t largest_ok_ = 0;       // since memory ran out for the last time
  size_t clean_runs_ = 0;       // at the limit
  size_t clean_runs_needed_ = 64;
};

}  // namespace fovea::encoder
