#include "tests/support/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

namespace fovea::test {
namespace {

constexpr int kSayFd = 3;    // in the child
constexpr int kAliveFd = 4;  // in the child: ends when the parent does

void Check(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::abort();
}

}  // namespace

ChildProcess::ChildProcess(const std::string& test, const std::string& argument) {
  int say[2];
  int alive[2];
  Check(::pipe2(say, O_CLOEXEC) == 0 && ::pipe2(alive, O_CLOEXEC) == 0, "pipe2");
  // Out of the way of the numbers that the child uses.
  const int say_end = ::fcntl(say[1], F_DUPFD_CLOEXEC, 10);
  const int alive_end = ::fcntl(alive[0], F_DUPFD_CLOEXEC, 10);
  posix_spawn_file_actions_t actions;
  Check(posix_spawn_file_actions_init(&actions) == 0, "posix_spawn_file_actions_init");
  Check(posix_spawn_file_actions_adddup2(&actions, say_end, kSayFd) == 0, "adddup2");
  Check(posix_spawn_file_actions_adddup2(&actions, alive_end, kAliveFd) == 0, "adddup2");
  std::string filter = "--gtest_filter=" + test;
  std::string also = "--gtest_also_run_disabled_tests";
  std::string program = "/proc/self/exe";
  std::vector<char*> arguments = {program.data(), filter.data(), also.data(), nullptr};
  std::string given = "FOVEA_TEST_ARGUMENT=" + argument;
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  environment.push_back(given.data());
  environment.push_back(nullptr);
  Check(posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environment.data()) == 0, "posix_spawn");
  posix_spawn_file_actions_destroy(&actions);
  for (const int end : {say_end, alive_end, say[1], alive[0]}) ::close(end);
  from_child_ = say[0];
  to_child_ = alive[1];
}

ChildProcess::~ChildProcess() {
  Kill();
  ::close(from_child_);
  ::close(to_child_);
}

std::string ChildProcess::ReadLine() {
  while (read_.find('\n') == std::string::npos) {
    char buffer[4096];
    const ssize_t size = ::read(from_child_, buffer, sizeof buffer);
    if (size <= 0) return "";
    read_.append(buffer, static_cast<size_t>(size));
  }
  const size_t end = read_.find('\n');
  std::string line = read_.substr(0, end);
  read_.erase(0, end + 1);
  return line;
}

void ChildProcess::Kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string ChildProcess::Argument() {
  const char* given = std::getenv("FOVEA_TEST_ARGUMENT");
  Check(given != nullptr, "FOVEA_TEST_ARGUMENT is missing");
  return given;
}

void ChildProcess::Say(const std::string& line) {
  const std::string bytes = line + "\n";
  Check(::write(kSayFd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "write");
}

void ChildProcess::WaitForEnd() {
  char byte;
  Check(::read(kAliveFd, &byte, 1) >= 0, "read");
}

}  // namespace fovea::test
