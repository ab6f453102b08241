#pragma once
// ChildProcess runs one test of this very program in a process of its own, to be killed at any moment. Such a test is
// named DISABLED_…, so that it never runs by itself.
//
// Owns:    the process; the destructor kills and reaps it.
// Threads: a value of one thread.
// Errors:  ends the test program if the process cannot be started.
// Units:   lines without their end.
#include <sys/types.h>

#include <string>

namespace fovea::test {

class ChildProcess {
 public:
  // `test` is "Suite.DISABLED_Name"; `argument` is what Argument() gives there.
  ChildProcess(const std::string& test, const std::string& argument);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line that the child said; empty at its end. Waits for it.
  std::string ReadLine();
  // kill -9, and waits until it is gone. What it said before can still be read.
  void Kill();

  // In the child: what the parent gave, a line to the parent, and waiting to be killed (or for the parent's end).
  static std::string Argument();
  static void Say(const std::string& line);
  static void WaitForEnd();

 private:
  pid_t pid_ = -1;
  int from_child_ = -1;
  int to_child_ = -1;
  std::string read_;
};

}  // namespace fovea::test
