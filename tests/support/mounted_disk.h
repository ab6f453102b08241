#pragma once
// MountedDisk is an empty file system in memory, mounted over a folder as long as the object lives.
//
// Owns:    the mount.
// Threads: a value of one thread.
// Errors:  mounted() is false where the test may not mount.
// Units:   none.
#include <string>

namespace fovea::test {

class MountedDisk {
 public:
  explicit MountedDisk(std::string folder);
  ~MountedDisk();
  MountedDisk(const MountedDisk&) = delete;
  MountedDisk& operator=(const MountedDisk&) = delete;

  bool mounted() const { return mounted_; }

 private:
  const std::string folder_;
  const bool mounted_;
};

}  // namespace fovea::test
