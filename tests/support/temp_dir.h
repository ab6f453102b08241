#pragma once
// TempDir is a fresh folder that goes away with the object; ContentOf reads a file.
//
// Owns:    the folder and all in it.
// Threads: a value of one thread.
// Errors:  ends the test program if the folder cannot be made.
// Units:   none.
#include <filesystem>
#include <string>
#include <string_view>

namespace fovea::test {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // path() + "/" + relative
  std::string operator/(std::string_view relative) const { return path_ + "/" + std::string(relative); }
  // Writes a file (and the folders above it); returns its absolute path.
  std::string Write(std::string_view relative, std::string_view content) const;

 private:
  std::string path_;
};

// The file's bytes; none, and a failed test, when it cannot be read.
std::string ContentOf(const std::string& path);

}  // namespace fovea::test
