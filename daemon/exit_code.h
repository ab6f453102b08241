#pragma once
// ExitCode is what the program ends with; docs/operations.md lists the codes for scripts.
//
// Owns:    nothing.
// Threads: plain values.
// Errors:  none.
// Units:   none.
namespace fovea::daemon {

enum class ExitCode {
  kOk = 0,
  kFailed = 1,           // one line on standard error says what
  kUsage = 2,            // the command line makes no sense
  kSomeFilesFailed = 3,  // `fovea index` finished, but not every file could be read
  kInterrupted = 130,    // ended by the user before it was done
};

}  // namespace fovea::daemon
