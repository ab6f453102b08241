// IntakeQueue: each path once, the last event wins.
// label: unit
#include "indexer/intake_queue.h"

#include <gmock/gmock.h>

#include "base/worker.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using storage::Location;
using storage::RootId;
using test::WaitUntil;
using testing::ElementsAre;
using testing::IsEmpty;
using Urgency = IntakeQueue::Urgency;

Location At(const std::string& path, uint32_t root = 1) { return {RootId{root}, path}; }
Candidate File(const std::string& path, uint64_t job = 0) { return {.location = At(path), .job = job, .tries = 0}; }
std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

TEST(IntakeQueue, GivesUrgentPathsFirstAndEachLaneInOrder) {
  IntakeQueue queue(10);
  queue.Push(File("scan1"), Urgency::kBulk);
  queue.Push(File("scan2"), Urgency::kBulk);
  queue.Push(File("seen1"), Urgency::kNow);
  for (const char* expected : {"seen1", "scan1", "scan2"}) EXPECT_EQ(queue.Pop()->location.path, expected);
  EXPECT_EQ(queue.size(), 3u) << "in hand, not finished";
}

TEST(IntakeQueue, ReplacesAWaitingCandidateAndNamesTheOneItDisplaced) {
  IntakeQueue queue(10);
  EXPECT_FALSE(queue.Push(File("a", 1), Urgency::kBulk).displaced);
  const auto pushed = queue.Push(File("a", 2), Urgency::kNow);
  ASSERT_TRUE(pushed.displaced);
  EXPECT_EQ(pushed.displaced->job, 1u);
  EXPECT_EQ(queue.Pop()->job, 2u);
  queue.Finish(At("a"));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(IntakeQueue, TakesAPathUpAgainThatWasPushedWhileInHand) {
  IntakeQueue queue(10);
  queue.Push(File("a", 1), Urgency::kBulk);
  ASSERT_TRUE(queue.Pop());
  EXPECT_FALSE(queue.Push(File("a", 2), Urgency::kBulk).displaced);
  EXPECT_TRUE(queue.Wanted(At("a"))) << "what was read may be stored: the newer event follows";
  queue.Finish(At("a"));
  EXPECT_EQ(queue.Pop()->job, 2u);
  queue.Finish(At("a"));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(IntakeQueue, DropsWhatWaitsAndDisownsWhatIsInHand) {
  IntakeQueue queue(10);
  queue.Push(File("in-hand"), Urgency::kBulk);
  ASSERT_TRUE(queue.Pop());
  queue.Push(File("waiting", 7), Urgency::kBulk);
  EXPECT_THAT(queue.Drop(At("in-hand")).in_hand, ElementsAre(At("in-hand")));
  EXPECT_FALSE(queue.Wanted(At("in-hand")));
  const auto dropped = queue.Drop(At("waiting"));
  ASSERT_EQ(dropped.ended.size(), 1u);
  EXPECT_EQ(dropped.ended.front().job, 7u);
  EXPECT_THAT(queue.Drop(At("waiting")).ended, IsEmpty()) << "it ended once";
  queue.Push(File("waiting", 8), Urgency::kBulk);
  EXPECT_EQ(queue.Pop()->job, 8u) << "a dropped path can come back";
}

TEST(IntakeQueue, DropsAllBelowAFolderAndNothingBesideIt) {
  IntakeQueue queue(10);
  for (const char* path : {"a/1", "a/b/2", "a.jpg", "ab/3"}) queue.Push(File(path), Urgency::kBulk);
  queue.Push({.location = At("a/1", 2)}, Urgency::kBulk);
  EXPECT_EQ(queue.DropAll(RootId{1}, "a/").ended.size(), 2u);
  EXPECT_EQ(queue.Pop()->location, At("a.jpg"));
  EXPECT_EQ(queue.Pop()->location, At("ab/3"));
  EXPECT_EQ(queue.Pop()->location, At("a/1", 2));
}

TEST(IntakeQueue, PopsAPathThatWasPutBackOnlyWhenItIsDue) {
  IntakeQueue queue(10);
  queue.Push(File("later"), Urgency::kBulk);
  Candidate later = *queue.Pop();
  const auto due = Now() + std::chrono::milliseconds(30);
  ASSERT_TRUE(queue.PutBack(later, due));
  EXPECT_EQ(queue.Pop()->location.path, "later");
  EXPECT_GE(Now(), due);
}

TEST(IntakeQueue, EndsAPutBackWhoseFileWasDroppedOrPushedMeanwhile) {
  IntakeQueue queue(10);
  queue.Push(File("a", 1), Urgency::kBulk);
  Candidate first = *queue.Pop();
  queue.Push(File("a", 2), Urgency::kBulk);
  EXPECT_FALSE(queue.PutBack(first, Now()));
  Candidate second = *queue.Pop();
  EXPECT_EQ(second.job, 2u);
  queue.Drop(At("a"));
  EXPECT_FALSE(queue.PutBack(second, Now()));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(IntakeQueue, ParksASecondPathWithTheSameContentUntilTheFirstIsFinished) {
  IntakeQueue queue(10);
  const Sha256Digest content = Sha256("same");
  queue.Push(File("a"), Urgency::kBulk);
  queue.Push(File("b"), Urgency::kBulk);
  queue.Push(File("c"), Urgency::kBulk);
  const Candidate a = *queue.Pop();
  const Candidate b = *queue.Pop();
  EXPECT_TRUE(queue.ClaimContent(a, content));
  EXPECT_FALSE(queue.ClaimContent(b, content));
  EXPECT_EQ(queue.Pop()->location.path, "c");
  EXPECT_EQ(queue.size(), 3u);
  queue.Finish(At("a"));
  EXPECT_EQ(queue.Pop()->location.path, "b");
  EXPECT_TRUE(queue.ClaimContent(b, content));
}

TEST(IntakeQueue, LetsAParkedPathBeDroppedOrReplaced) {
  IntakeQueue queue(10);
  const Sha256Digest content = Sha256("same");
  for (const char* path : {"a", "b", "c"}) queue.Push(File(path), Urgency::kBulk);
  const Candidate a = *queue.Pop();
  const Candidate b = *queue.Pop();
  const Candidate c = *queue.Pop();
  EXPECT_TRUE(queue.ClaimContent(a, content));
  EXPECT_FALSE(queue.ClaimContent(b, content));
  EXPECT_FALSE(queue.ClaimContent(c, content));
  EXPECT_EQ(queue.Drop(At("b")).ended.size(), 1u);
  EXPECT_TRUE(queue.Push(File("c", 5), Urgency::kNow).displaced);
  queue.Finish(At("a"));
  EXPECT_EQ(queue.Pop()->job, 5u);
  EXPECT_EQ(queue.size(), 1u);
}

TEST(IntakeQueue, MakesABulkPusherWaitForRoomButNotAnUrgentOne) {
  IntakeQueue queue(4);
  for (const char* path : {"1", "2", "3", "4"}) queue.Push(File(path), Urgency::kBulk);
  EXPECT_TRUE(queue.Push(File("urgent"), Urgency::kNow).taken);
  std::atomic<bool> pushed = false;
  Thread pusher("pusher", [&](const std::stop_token&) {
    queue.Push(File("5"), Urgency::kBulk);
    pushed = true;
  });
  queue.Finish(queue.Pop()->location);
  EXPECT_FALSE(pushed) << "four still lie in it";
  queue.Finish(queue.Pop()->location);
  pusher.Join();
  EXPECT_TRUE(pushed);
}

TEST(IntakeQueue, LetsEveryoneGoWhenClosed) {
  IntakeQueue queue(1);
  queue.Push(File("1"), Urgency::kBulk);
  ASSERT_TRUE(queue.Pop());
  Thread pusher("pusher", [&](const std::stop_token&) { EXPECT_FALSE(queue.Push(File("2"), Urgency::kBulk).taken); });
  Thread popper("popper", [&](const std::stop_token&) { EXPECT_FALSE(queue.Pop()); });
  queue.Close();
  pusher.Join();
  popper.Join();
}

TEST(IntakeQueue, TellsWhenItIsEmpty) {
  IntakeQueue queue(4);
  queue.Push(File("1"), Urgency::kBulk);
  EXPECT_FALSE(queue.WaitUntilEmpty(Now()));
  std::atomic<bool> empty = false;
  Thread waiter("waiter", [&](const std::stop_token&) { empty = queue.WaitUntilEmpty(Now() + std::chrono::seconds(20)); });
  queue.Finish(queue.Pop()->location);
  waiter.Join();
  EXPECT_TRUE(empty);
}

}  // namespace
}  // namespace fovea::indexer
