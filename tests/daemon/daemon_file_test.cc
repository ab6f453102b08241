// The file by which commands find the running daemon.
// label: unit
#include "daemon/daemon_file.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/unique_fd.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::StatusIs;

TEST(DaemonFile, TellsTheUrlWhileTheDaemonRuns) {
  const test::TempDir data;
  auto file = DaemonFile::Write(data.path(), "http://127.0.0.1:4711");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(FindDaemon(data.path()), IsOkAndHolds("http://127.0.0.1:4711"));
  file->reset();
  EXPECT_THAT(FindDaemon(data.path()), StatusIs(StatusCode::kNotFound));
  EXPECT_FALSE(std::filesystem::exists(data / "daemon.json"));
}

// A daemon that was killed leaves its file behind; later another process may get its id.
TEST(DaemonFile, RecognisesAFileThatWasLeftBehind) {
  const test::TempDir data;
  const nlohmann::json reused = {{"url", "http://127.0.0.1:1"}, {"pid", ::getpid()}, {"started", "1"}};
  data.Write("daemon.json", reused.dump());
  EXPECT_THAT(FindDaemon(data.path()), StatusIs(StatusCode::kNotFound));
  const nlohmann::json gone = {{"url", "http://127.0.0.1:1"}, {"pid", 4'194'304 + 1}, {"started", "1"}};
  data.Write("daemon.json", gone.dump());
  EXPECT_THAT(FindDaemon(data.path()), StatusIs(StatusCode::kNotFound));
}

TEST(DaemonFile, AFileThatIsNotOursFindsNoDaemon) {
  const test::TempDir data;
  for (const char* content : {"", "{", "[]", "{}", R"({"url": 3, "pid": "x", "started": 1})", R"({"url": "http://x"})"}) {
    data.Write("daemon.json", content);
    EXPECT_THAT(FindDaemon(data.path()), StatusIs(StatusCode::kNotFound)) << content;
  }
}

TEST(DaemonFile, AFolderThatIsNotThereIsAnError) {
  EXPECT_THAT(DaemonFile::Write("/no/such/folder", "http://127.0.0.1:1"), StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace fovea::daemon
