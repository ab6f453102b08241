#include "tests/support/temp_dir.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

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

}  // namespace fovea::test
