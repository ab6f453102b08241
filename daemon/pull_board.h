#pragma once
// PullBoard is where a pull says how far it is and others read it: a line on the terminal, or /readyz of a daemon.
//
// Owns:    the last figures and note.
// Threads: any.
// Errors:  none.
// Units:   as PullFigures.
#include <chrono>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "daemon/progress.h"
#include "daemon/pull/file_download.h"

namespace fovea::daemon {

class PullBoard {
 public:
  // Nothing before the first and after Clear().
  std::optional<PullFigures> Read() const EXCLUDES(mutex_);
  void Write(const PullFigures& figures) EXCLUDES(mutex_);
  void Clear() EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::optional<PullFigures> figures_ GUARDED_BY(mutex_);
};

// Events that go onto the board and, a line every ten seconds, into the log.
PullEvents EventsForDaemon(PullBoard& board);

// Events for a user: a bar that is drawn over on a terminal, else a line every few seconds; notes on lines of their own.
class PullDisplay {
 public:
  explicit PullDisplay(Progress::Style style) : style_(style) {}
  PullEvents Events();
  // Ends a bar's line so that other text can follow.
  void End();

 private:
  void Show(const PullFigures& figures);

  const Progress::Style style_;
  bool open_bar_ = false;
  std::string last_file_;
  bool last_checking_ = false;
  std::chrono::steady_clock::time_point last_at_{};
};

}  // namespace fovea::daemon
