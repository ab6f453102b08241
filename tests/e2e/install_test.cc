// What `cmake --install` puts in place runs from there, with its model, its page and its settings.
// label: process
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Install : public testing::Test {
 protected:
  void SetUp() override {
    const std::string build = fs::path(FOVEA_BINARY).parent_path().string();
    const std::string command = StrCat("cmake --install '", build, "' --prefix '", prefix_, "' > '", folder_ / "log", "' 2>&1");
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  const TempDir folder_;
  const std::string prefix_ = folder_ / "prefix";
};

TEST_F(Install, PutsProgramModelSettingsAndUnitInPlace) {
  for (const char* file : {"bin/fovea", "share/fovea/models/fovea-tiny/vocab.json", "share/fovea/config/laptop.json", "share/fovea/config/server.json",
                           "share/fovea/config/gpu-server.json", "lib/systemd/system/fovea.service"}) {
    EXPECT_TRUE(fs::is_regular_file(fs::path(prefix_) / file)) << file;
  }
}

TEST_F(Install, TheInstalledProgramServesWithItsOwnModelAndPage) {
  const std::string program = prefix_ + "/bin/fovea";
  const Finished list = RunFovea({.arguments = {"model", "list"}, .program = program});
  EXPECT_EQ(list.exit_code, 0) << list.errors;
  EXPECT_THAT(list.output, HasSubstr(prefix_ + "/share/fovea/models")) << "the model beside the program, not the source tree's";

  DaemonProcess daemon({.data = folder_ / "data", .process = {.program = program}});
  ASSERT_TRUE(daemon.WaitUntilReady());
  const Reply page = daemon.Get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<html"));
  EXPECT_EQ(daemon.Stop(), 0);
}

}  // namespace
}  // namespace fovea::test
