#include "encoder/row_limit.h"

#include <algorithm>

namespace fovea::encoder {
namespace {

constexpr size_t kFirstRun = 4;             // rows, until the device's speed is known
constexpr double kWeightOfFull = 0.5;       // a first run is slow (code and memory are cold): it is soon forgotten
constexpr size_t kMostCleanRuns = 4096;     // needed before the limit grows

}  // namespace

size_t RowLimit::RowsWithin(std::chrono::milliseconds time) const {
  if (seconds_per_row_ <= 0) return std::min(fits_, kFirstRun);
  const double in_time = std::chrono::duration<double>(time).count() / seconds_per_row_;
  return static_cast<size_t>(std::clamp(in_time, 1.0, static_cast<double>(fits_)));
}

void RowLimit::Ran(size_t rows, std::chrono::duration<double> time) {
  if (rows == 0) return;
  const double seconds = time.count() / static_cast<double>(rows);
  // A small run is slow per row; it says little about full ones.
  const double weight = kWeightOfFull * std::min(1.0, static_cast<double>(rows) / static_cast<double>(this->rows()));
  seconds_per_row_ = seconds_per_row_ <= 0 ? seconds : weight * seconds + (1 - weight) * seconds_per_row_;
  largest_ok_ = std::max(largest_ok_, rows);
  if (rows < fits_ || fits_ >= options_.most || ++clean_runs_ < clean_runs_needed_) return;
  clean_runs_ = 0;
  fits_ = std::min(options_.most, fits_ + std::max<size_t>(1, fits_ / 8));
}

bool RowLimit::RanOutOfMemory(size_t rows) {
  if (rows <= 1) return false;
  const bool grown_too_far = largest_ok_ < rows;
  if (fits_ < options_.most) clean_runs_needed_ = std::min(kMostCleanRuns, 2 * clean_runs_needed_);
  fits_ = std::min(fits_, std::max(grown_too_far ? largest_ok_ : 0, rows / 2));
  largest_ok_ = 0;
  clean_runs_ = 0;
  return true;
}

}  // namespace fovea::encoder
