#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/unique_fd.h"

namespace fovea::test {

TempDir::TempDir() {
  path_ = (std::filesystem::temp_directory_path() / "fovea-test-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
}

TempDir::~TempDir() {
  std::error_code ignored;  // a folder that a test made unreadable stays behind in the system's temporary folder
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::Write(std::string_view relative, std::string_view content) const {
  const std::filesystem::path file = std::filesystem::path(path_) / relative;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  return file.string();
}

std::string ContentOf(const std::string& path) {
  auto content = ReadFile(path, int64_t{1} << 30);
  if (content) return *std::move(content);
  ADD_FAILURE() << content.error().message();
  return "";
}

}  // namespace fovea::test
