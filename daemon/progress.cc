#include "daemon/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "base/log.h"

namespace fovea::daemon {
namespace {

constexpr std::chrono::seconds kBetweenLines{2};
constexpr size_t kJobsToLookAt = 64;
constexpr uint64_t kBarCells = 24;

std::string TwoDigits(int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

ProgressFigures FiguresOf(const indexer::Library& library) {
  ProgressFigures figures;
  bool all_known = true;
  for (const indexer::JobStatus& status : library.Jobs(kJobsToLookAt)) {
    const storage::JobRecord& job = status.job;
    if (job.kind == "model") continue;  // encodes again what is found already; `fovea model switch --wait` shows it
    if (job.state != storage::JobState::kRunning && job.state != storage::JobState::kQueued) continue;
    figures.running = true;
    figures.done += job.done + job.failed;
    figures.failed += job.failed;
    figures.total += job.total;
    figures.rate += status.rate;
    all_known = all_known && job.total > 0;
    if (status.eta_s) figures.eta_s = std::max(figures.eta_s.value_or(0), *status.eta_s);
  }
  if (!all_known) figures.total = 0;
  return figures;
}

std::string DescribeSeconds(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(std::max(0.0, seconds)));
  if (whole >= 3600) return StrCat(whole / 3600, " h ", TwoDigits(whole / 60 % 60), " min");
  if (whole >= 60) return StrCat(whole / 60, " min ", TwoDigits(whole % 60), " s");
  return StrCat(whole, " s");
}

std::string DescribeProgress(const ProgressFigures& figures) {
  std::ostringstream text;
  text << figures.done;
  if (figures.total > 0) text << " of " << std::max(figures.total, figures.done);
  text << " pictures";
  if (figures.rate > 0) text << ", " << std::fixed << std::setprecision(figures.rate < 10 ? 1 : 0) << figures.rate << "/s";
  if (figures.eta_s && figures.total > 0) text << ", " << DescribeSeconds(*figures.eta_s) << " left";
  if (figures.failed > 0) text << ", " << figures.failed << " failed";
  return std::move(text).str();
}

std::string DrawBar(uint64_t done, uint64_t total) {
  const uint64_t shown = std::min(done, total);
  const uint64_t cells = shown * kBarCells / total;
  std::ostringstream text;
  text << '[' << std::string(cells, '#') << std::string(kBarCells - cells, '.') << "] " << std::setw(3) << shown * 100 / total << " %";
  return std::move(text).str();
}

std::string DrawProgress(const ProgressFigures& figures) {
  if (figures.total == 0) return DescribeProgress(figures);
  return StrCat(DrawBar(figures.done, figures.total), "  ", DescribeProgress(figures));
}

Progress::Style Progress::StyleOfOutput() { return ::isatty(STDOUT_FILENO) == 1 ? Style::kBar : Style::kLines; }

void Progress::Show(const ProgressFigures& figures, std::chrono::steady_clock::time_point now) {
  if (!figures.running) return End();
  if (style_ == Style::kBar) {
    std::cout << '\r' << DrawProgress(figures) << "\033[K" << std::flush;
    open_bar_ = true;
    return;
  }
  const std::string line = DescribeProgress(figures);
  if (line == last_ || now - last_at_ < kBetweenLines) return;
  std::cout << "indexing: " << line << std::endl;
  last_ = line;
  last_at_ = now;
}

void Progress::End() {
  if (open_bar_) std::cout << std::endl;
  open_bar_ = false;
}

}  // namespace fovea::daemon
