// A disk that is full: at start one line and exit code 1; later writes fail and are told, and search goes on.
// label: process
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kFits = 6;

// A disk of a few MiB for the data folder, less than the store would like to reserve; only root can have one.
class SmallDisk {
 public:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {
    fs::create_directory(folder_);
    mounted_ = ::mount("fovea-test", folder_.c_str(), "tmpfs", 0, "size=8m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  // Leaves no byte free.
  void Fill() const {
    std::ofstream ballast(folder_ + "/ballast", std::ios::binary);
    const std::string chunk(4096, 'x');
    while (ballast.write(chunk.data(), static_cast<std::streamsize>(chunk.size())).flush()) {
    }
  }
  void Free() const { fs::remove(folder_ + "/ballast"); }

 private:
  const std::string folder_;
  bool mounted_ = false;
};

class DiskFull : public testing::Test {
 protected:
  void WritePictures(uint64_t from, uint64_t count) const {
    for (uint64_t i = from; i < from + count; ++i) folder_.Write(StrCat("root/", i, ".jpg"), MakePicture({.seed = 700 + i}));
  }
  const TempDir folder_;
};

TEST_F(DiskFull, AtStartIsOneLineAndExitCodeOne) {
  WritePictures(0, 2);
  // Files may not grow beyond a few hundred bytes: the store cannot be made.
  const Finished finished = RunFovea({.arguments = {"serve", "--data", folder_ / "data", "--listen", "127.0.0.1:0", "--log-level", "off", folder_ / "root"},
                                      .max_file_bytes = 200});
  EXPECT_EQ(finished.exit_code, 1) << finished.errors;
  EXPECT_THAT(finished.errors, testing::StartsWith("fovea: "));
}

TEST_F(DiskFull, WhileRunningIsToldAndSearchGoesOn) {
  const SmallDisk disk(folder_ / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "a small disk needs the right to mount";
  WritePictures(0, kFits);
  DaemonProcess daemon({.data = folder_ / "disk/data", .roots = {folder_ / "root"}});
  ASSERT_TRUE(daemon.WaitForPhotos(kFits));
  disk.Fill();
  WritePictures(kFits, 40);
  const auto trouble = [&] {
    const Reply ready = daemon.Get("/readyz");
    return ready.status == 503 && ready.json.value("reason", "").size() > 0;
  };
  ASSERT_TRUE(daemon.WaitFor(trouble, std::chrono::seconds(60))) << daemon.process().Errors();
  const Reply answer = daemon.Get("/v1/search?q=a%20dog&k=50");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_GE(answer.json["results"].size(), kFits);
  EXPECT_TRUE(daemon.process().running());

  disk.Free();
  EXPECT_TRUE(daemon.Stop().has_value());
  DaemonProcess again({.data = folder_ / "disk/data", .roots = {folder_ / "root"}});
  EXPECT_TRUE(again.WaitForPhotos(kFits + 40)) << "with room again, nothing is missing";
}

}  // namespace
}  // namespace fovea::test
