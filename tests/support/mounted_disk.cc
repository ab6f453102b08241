#include "tests/support/mounted_disk.h"

#include <sys/mount.h>

#include <cstdio>
#include <cstdlib>

namespace fovea::test {

MountedDisk::MountedDisk(std::string folder)
    : folder_(std::move(folder)), mounted_(::mount("fovea-test", folder_.c_str(), "tmpfs", 0, "size=1m") == 0) {}

MountedDisk::~MountedDisk() {
  if (!mounted_ || ::umount2(folder_.c_str(), 0) == 0) return;
  std::perror("umount");
  std::abort();
}

}  // namespace fovea::test
