#include "daemon/pull_board.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "base/log.h"

namespace fovea::daemon {
namespace {

constexpr std::chrono::milliseconds kBetweenBars{100};
constexpr std::chrono::seconds kBetweenLines{5};
constexpr std::chrono::seconds kBetweenLogLines{10};
constexpr size_t kUsualColumns = 80;

// A line that is longer wraps, and could not be drawn over.
size_t TerminalColumns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : kUsualColumns;
}

}  // namespace

std::optional<PullFigures> PullBoard::Read() const {
  MutexLock lock(mutex_);
  return figures_;
}

void PullBoard::Write(const PullFigures& figures) {
  MutexLock lock(mutex_);
  figures_ = figures;
}

void PullBoard::Clear() {
  MutexLock lock(mutex_);
  figures_.reset();
}

PullEvents EventsForDaemon(PullBoard& board) {
  const auto progress = [&board, last = std::chrono::steady_clock::time_point()](const PullFigures& figures) mutable {
    board.Write(figures);
    const auto now = std::chrono::steady_clock::now();
    if (now - last < kBetweenLogLines) return;
    last = now;
    LogInfo("pulling ", figures.name, ": ", DescribePull(figures));
  };
  return {.progress = progress, .note = [](const std::string& note) { LogWarning(note); }};
}

PullEvents PullDisplay::Events() {
  return {.progress = [this](const PullFigures& figures) { Show(figures); },
          .note =
              [this](const std::string& note) {
                End();
                std::cout << note << std::endl;
              }};
}

void PullDisplay::Show(const PullFigures& figures) {
  const auto now = std::chrono::steady_clock::now();
  const bool changed = std::exchange(last_file_, figures.file) != figures.file || std::exchange(last_checking_, figures.checking) != figures.checking;
  if (!changed && now - last_at_ < (style_ == Progress::Style::kBar ? kBetweenBars : std::chrono::milliseconds(kBetweenLines))) return;
  last_at_ = now;
  if (style_ == Progress::Style::kLines) {
    std::cout << "pulling: " << DescribePull(figures) << std::endl;
    return;
  }
  std::cout << '\r' << DrawPull(figures).substr(0, TerminalColumns() - 1) << "\033[K" << std::flush;
  open_bar_ = true;
}

void PullDisplay::End() {
  if (std::exchange(open_bar_, false)) std::cout << std::endl;
}

}  // namespace fovea::daemon
