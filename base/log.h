#pragma once
// Log lines of the whole process, on standard error: time, level, thread, message.
//
// Owns:    one process-wide sink (the only mutable global of fovea: a log must work before and after everything else).
// Threads: any thread may log at any time; lines are never interleaved.
// Errors:  none are reported; a line that cannot be written is lost.
// Units:   none.
#include <sstream>
#include <string>
#include <string_view>

namespace fovea {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// Lines below `level` are dropped. Starts at kInfo.
void SetLogLevel(LogLevel level);
void Log(LogLevel level, std::string_view message);

// The text of all arguments, one after another, as `<<` writes them.
template <typename... Args>
std::string StrCat(const Args&... args) {
  std::ostringstream text;
  (text << ... << args);
  return std::move(text).str();
}

template <typename... Args>
void LogDebug(const Args&... args) { Log(LogLevel::kDebug, StrCat(args...)); }
template <typename... Args>
void LogInfo(const Args&... args) { Log(LogLevel::kInfo, StrCat(args...)); }
template <typename... Args>
void LogWarning(const Args&... args) { Log(LogLevel::kWarning, StrCat(args...)); }
template <typename... Args>
void LogError(const Args&... args) { Log(LogLevel::kError, StrCat(args...)); }

}  // namespace fovea
