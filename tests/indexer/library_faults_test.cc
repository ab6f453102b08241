// Library: what happens when its snapshot, its device, its disk or its files misbehave.
// label: integration
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "indexer/library.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::MakePicture;
using test::PictureFormat;
using test::RunningLibrary;
using test::WaitUntil;
using testing::HasSubstr;
namespace fs = std::filesystem;

using Answers = std::vector<std::pair<uint64_t, float>>;

Answers AnswersOf(RunningLibrary& running) {
  const auto answer = running.library().Search({.query = TextQuery{"green"}, .k = 20});
  EXPECT_THAT(answer, IsOk());
  Answers answers;
  for (const SearchHit& hit : answer->hits) answers.emplace_back(hit.photo.record.id.value, hit.score);
  return answers;
}

TEST(LibraryFaults, RebuildsASnapshotThatIsCutFlippedDeletedOrOldWithTheSameAnswers) {
  RunningLibrary running;
  for (uint64_t i = 0; i < 20; ++i) running.Write("p" + std::to_string(i) + ".png", i + 1);
  running.Start();
  running.WaitIdle();
  const Answers expected = AnswersOf(running);
  ASSERT_EQ(expected.size(), 20u);
  running.Stop();
  const std::string whole = *ReadFile(running.snapshot(), 1 << 20);
  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
  const std::vector<std::string> damaged = {whole.substr(0, whole.size() / 2), flipped, std::string(), std::string("rubbish")};
  for (const std::string& bytes : damaged) {
    ASSERT_THAT(WriteFileAtomically(running.snapshot(), bytes), IsOk());
    running.Start();
    EXPECT_EQ(AnswersOf(running), expected);
    running.WaitIdle();
    running.Stop();
    EXPECT_EQ(*ReadFile(running.snapshot(), 1 << 20), whole) << "written anew";
  }
  fs::remove(running.snapshot());
  running.Start();
  EXPECT_EQ(AnswersOf(running), expected);
  running.Write("one-more.png", 100);
  running.Restart();
  running.WaitIdle();
  running.Stop();
  ASSERT_THAT(WriteFileAtomically(running.snapshot(), whole), IsOk());
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(21, 21);
  EXPECT_EQ(running.Count("fovea_photos_encoded_total"), 0);
}

TEST(LibraryFaults, GoesOnWhereTheDeviceFailedForAWhile) {
  RunningLibrary running;
  for (uint64_t i = 0; i < 10; ++i) running.Write("p" + std::to_string(i) + ".png", i + 1);
  running.encoder().FailWith(Internal("the device is lost"));
  running.Start();
  ASSERT_TRUE(WaitUntil([&] { return !running.library().GetStatus().ready; }));
  EXPECT_THAT(running.library().GetStatus().state, HasSubstr("the device is lost"));
  EXPECT_TRUE(running.library().ready()) << "questions are still answered";
  running.encoder().FailWith(Status());
  running.WaitIdle();
  running.ExpectConsistent(10, 10);
  EXPECT_EQ(running.library().GetStatus().failures, 0u);
  EXPECT_EQ(running.library().GetStatus().state, "ready");
}

TEST(LibraryFaults, FindsThePictureThatTheDeviceRefusesAndIndexesItsNeighbours) {
  RunningLibrary running;
  constexpr uint8_t kRefused = 201;
  running.encoder().refuses = [](const encoder::ModelInput& input) { return input.rgb.front() == kRefused && input.rgb.back() == kRefused; };
  for (uint64_t i = 0; i < 10; ++i) running.Write("p" + std::to_string(i) + ".png", i + 1);
  running.pictures().Write("p5x.png", MakePicture({.format = PictureFormat::kPng, .colour = {{kRefused, kRefused, kRefused}}}));
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(10, 10);
  ASSERT_TRUE(running.FailureOf("p5x.png"));
  EXPECT_THAT(running.FailureOf("p5x.png")->reason, HasSubstr("refused"));
  for (uint64_t i = 0; i < 10; ++i) running.ExpectFindsItself("p" + std::to_string(i) + ".png");
}

TEST(LibraryFaults, StopsInTimeWhileTheDeviceFails) {
  RunningLibrary running;
  for (uint64_t i = 0; i < 10; ++i) running.Write("p" + std::to_string(i) + ".png", i + 1);
  running.encoder().FailWith(Internal("the device is lost"));
  running.Start();
  ASSERT_TRUE(WaitUntil([&] { return !running.library().GetStatus().ready; }));
  const auto start = std::chrono::steady_clock::now();
  running.library().Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

// No file may grow beyond `bytes` while it lives: writes fail as they do on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(LibraryFaults, SaysThatTheDiskIsFullAnswersOnAndLosesNothing) {
  RunningLibrary running;
  running.Write("first.png", 1);
  running.Start();
  running.WaitIdle();
  running.Stop();
  for (uint64_t i = 0; i < 40; ++i) running.Write("more/p" + std::to_string(i) + ".png", i + 10);
  {
    const FileSizeLimit full(40'000);
    running.Start();
    ASSERT_TRUE(WaitUntil([&] { return !running.library().Health().ok(); }));
    EXPECT_FALSE(running.library().GetStatus().ready);
    EXPECT_THAT(running.library().GetStatus().state, HasSubstr("store"));
    EXPECT_THAT(running.library().Search({.query = TextQuery{"red"}, .k = 3}), IsOk());
    const auto start = std::chrono::steady_clock::now();
    running.Stop();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  }
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(41, 41);
  running.ExpectFindsItself("more/p17.png");
}

TEST(LibraryFaults, PassesOverOrNamesWhatIsNoRegularReadableFile) {
  RunningLibrary running;
  running.Write("good.png", 1);
  const test::TempDir outside;
  outside.Write("secret.png", MakePicture({.format = PictureFormat::kPng, .seed = 77}));
  ASSERT_EQ(::mkfifo((running.pictures() / "pipe.png").c_str(), 0600), 0);
  fs::create_symlink(outside / "secret.png", running.pictures() / "link.png");
  fs::create_directory_symlink(outside.path(), running.pictures() / "linked-folder");
  running.pictures().Write("name-\xff\xfe.png", MakePicture({.format = PictureFormat::kPng, .seed = 2}));
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(2, 2);
  running.ExpectFindsItself("name-\xff\xfe.png");
  EXPECT_FALSE(running.PathOf("link.png"));
  EXPECT_FALSE(running.PathOf("linked-folder/secret.png"));
}

}  // namespace
}  // namespace fovea::indexer
