#include "daemon/pull/pull_meter.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "base/log.h"
#include "daemon/progress.h"

namespace fovea::daemon {
namespace {

constexpr std::chrono::seconds kWindow{5};
constexpr std::chrono::milliseconds kBetweenMarks{100};
constexpr double kMiB = 1 << 20;

double Seconds(std::chrono::steady_clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string Mebibytes(double bytes, bool small) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(small ? 1 : 0) << bytes / kMiB;
  return std::move(text).str();
}

}  // namespace

std::string DescribePull(const PullFigures& figures) {
  const bool small = figures.total_bytes < 100 * kMiB;
  std::string text = Mebibytes(static_cast<double>(figures.done_bytes), small);
  if (figures.total_bytes > 0) text += StrCat(" of ", Mebibytes(static_cast<double>(figures.total_bytes), small));
  text += " MiB";
  if (figures.rate > 0 && !figures.checking) text += StrCat(", ", Mebibytes(figures.rate, figures.rate < 100 * kMiB), " MiB/s");
  if (figures.left_s && !figures.checking) text += StrCat(", ", DescribeSeconds(*figures.left_s), " left");
  return text + StrCat(", ", figures.checking ? "checking " : "", figures.file);
}

std::string DrawPull(const PullFigures& figures) {
  if (figures.total_bytes == 0) return DescribePull(figures);
  return StrCat(DrawBar(figures.done_bytes, figures.total_bytes), "  ", DescribePull(figures));
}

void PullMeter::BeginFile(const std::string& file, uint64_t bytes_before_it, uint64_t bytes_there) {
  figures_.file = file;
  figures_.checking = false;
  figures_.done_bytes = bytes_before_it + bytes_there;
}

void PullMeter::AddReceived(uint64_t bytes, Time now) {
  received_bytes_ += bytes;
  figures_.done_bytes += bytes;
  if (received_.empty() || now - received_.back().first >= kBetweenMarks) received_.emplace_back(now, received_bytes_);
  while (received_.size() > 2 && now - received_.front().first > kWindow) received_.pop_front();
  const double seconds = Seconds(now - received_.front().first);
  if (seconds <= 0) return;
  figures_.rate = static_cast<double>(received_bytes_ - received_.front().second) / seconds;
  const uint64_t left = figures_.total_bytes > figures_.done_bytes ? figures_.total_bytes - figures_.done_bytes : 0;
  figures_.left_s = figures_.rate > 0 && figures_.total_bytes > 0 ? std::optional(static_cast<double>(left) / figures_.rate) : std::nullopt;
}

}  // namespace fovea::daemon
