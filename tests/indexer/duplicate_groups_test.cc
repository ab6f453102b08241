// GroupDuplicates: copies and bursts told apart, chains not merged, the best one of each group.
// label: unit
#include "indexer/duplicate_groups.h"

#include <gmock/gmock.h>

#include <map>

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr PairLevels kLevels{.copies = 0.97f, .bursts = 0.94f};
constexpr int64_t kNoon = 1'700'000'000'000;

ShotFacts Shot(uint64_t id, std::optional<int64_t> taken_ms, std::string path = "") {
  return {.id = PhotoId{id}, .width = 4000, .height = 3000, .bytes = 5'000'000, .taken_local_ms = taken_ms, .camera = "Alder 100",
          .path = path.empty() ? "a/" + std::string(id, 'x') + ".jpg" : path};
}

std::vector<DuplicateGroup> Group(const std::vector<ShotFacts>& shots, const std::vector<NearPair>& pairs) {
  return GroupDuplicates(pairs, [&](uint32_t row) -> const ShotFacts& { return shots[row]; }, kLevels);
}

std::vector<uint64_t> Ids(const DuplicateGroup& group) {
  std::vector<uint64_t> ids;
  for (const auto& member : group.members) ids.push_back(member.id.value);
  return ids;
}

TEST(JudgePair, TellsCopiesFromBurstsByTheirTimes) {
  const ShotFacts shot = Shot(1, kNoon);
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon), 0.98f, kLevels), PairKind::kCopies);
  EXPECT_EQ(JudgePair(shot, Shot(2, std::nullopt), 0.98f, kLevels), PairKind::kCopies);
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon), 0.96f, kLevels), PairKind::kNone) << "not near enough for a copy";
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon + 1000), 0.999f, kLevels), PairKind::kBurst);
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon - kBurstGapMs), 0.94f, kLevels), PairKind::kBurst);
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon + 300), 0.93f, kLevels), PairKind::kNone);
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon + kBurstGapMs + 1), 0.999f, kLevels), PairKind::kNone) << "the same place, later";
  ShotFacts other = Shot(2, kNoon + 1000);
  other.camera = "Birch 7";
  EXPECT_EQ(JudgePair(shot, other, 0.999f, kLevels), PairKind::kNone) << "two people side by side";
  EXPECT_EQ(JudgePair(shot, ShotFacts{}, 1, kLevels), PairKind::kNone) << "gone";
}

TEST(JudgePair, ACopyMayHaveLostTheFractionOfItsSecond) {
  EXPECT_EQ(JudgePair(Shot(1, kNoon + 350), Shot(2, kNoon), 0.98f, kLevels), PairKind::kCopies);
  EXPECT_EQ(JudgePair(Shot(1, kNoon + 350), Shot(2, kNoon + 650), 0.98f, kLevels), PairKind::kBurst);
  EXPECT_EQ(JudgePair(Shot(1, kNoon + 999), Shot(2, kNoon + 1000), 0.98f, kLevels), PairKind::kBurst);
}

TEST(JudgePair, NextNumbersOfACameraAreShotsEvenInTheSameSecond) {
  const ShotFacts shot = Shot(1, kNoon, "2020/IMG_0041.jpg");
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon, "2020/IMG_0042.jpg"), 0.98f, kLevels), PairKind::kBurst);
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon, "2021/IMG_0042.jpg"), 0.98f, kLevels), PairKind::kCopies) << "another folder";
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon, "2020/IMG_0041.png"), 0.98f, kLevels), PairKind::kCopies);
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon, "2020/IMG_0041 (2).jpg"), 0.98f, kLevels), PairKind::kCopies);
  EXPECT_EQ(JudgePair(shot, Shot(2, kNoon, "2020/IMG_0941.jpg"), 0.98f, kLevels), PairKind::kCopies) << "far away in the count";
  ShotFacts small = Shot(2, kNoon, "2020/IMG_0042.jpg");
  small.width = 400;
  small.height = 300;
  EXPECT_EQ(JudgePair(shot, small, 0.98f, kLevels), PairKind::kCopies) << "saved smaller";
  EXPECT_EQ(JudgePair(Shot(1, {}, "scan1.png"), Shot(2, {}, "scan2.png"), 0.98f, kLevels), PairKind::kBurst) << "without any time";
}

TEST(MayBePair, LeavesNothingOutThatIsJudgedAPair) {
  const auto moment = [](const ShotFacts& shot) { return Moment{shot.taken_local_ms.value_or(Moment::kNoTime), shot.camera.empty() ? 0u : 1u}; };
  int judged = 0, dropped = 0;
  for (const int64_t gap : {int64_t{0}, int64_t{350}, int64_t{1000}, kBurstGapMs, kBurstGapMs + 1, int64_t{86'400'000}}) {
    for (const float score : {0.93f, 0.95f, 0.98f}) {
      for (const bool timed : {true, false}) {
        for (const char* camera : {"Alder 100", ""}) {
          ShotFacts a = Shot(1, kNoon), b = Shot(2, timed ? std::optional(kNoon + gap) : std::nullopt);
          b.camera = camera;
          const bool may = MayBePair(moment(a), moment(b), score, kLevels);
          if (JudgePair(a, b, score, kLevels) != PairKind::kNone) {
            ++judged;
            EXPECT_TRUE(may) << gap << " " << score << timed << camera;
          }
          dropped += !may;
        }
      }
    }
  }
  EXPECT_GT(judged, 10);
  EXPECT_GT(dropped, 10);
}

TEST(LevelsFor, LieAShareOfTheWayFromTheMeanToOne) {
  EXPECT_NEAR(LevelsFor(0.136).copies, 0.980, 0.001);
  EXPECT_NEAR(LevelsFor(0.136).bursts, 0.900, 0.001);
  EXPECT_NEAR(LevelsFor(0.5).copies, 0.9885, 0.001);
  EXPECT_EQ(LevelsFor(0.99).copies, 0.99f) << "a library of one thing still has copies";
  EXPECT_EQ(LevelsFor(-1).copies, 0.97f);
}

TEST(GroupDuplicates, KeepsMostPixelsThenTheLargestFileThenTheOldest) {
  ShotFacts big = Shot(1, kNoon), small = Shot(2, kNoon), heavy = Shot(3, kNoon), old = Shot(4, kNoon - 5);
  small.width = 800;
  small.bytes = 90'000'000;
  heavy.bytes = 6'000'000;
  EXPECT_TRUE(IsBetterToKeep(big, small));
  EXPECT_TRUE(IsBetterToKeep(heavy, big));
  EXPECT_TRUE(IsBetterToKeep(old, big));
  EXPECT_TRUE(IsBetterToKeep(Shot(1, kNoon), Shot(2, std::nullopt)));
  EXPECT_TRUE(IsBetterToKeep(Shot(1, kNoon), Shot(2, kNoon)));
  const auto groups = Group({small, heavy, big}, {{0, 1, 0.98f}, {0, 2, 0.99f}, {1, 2, 0.999f}});
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].keep, PhotoId{3});
  EXPECT_EQ(groups[0].kind, DuplicateKind::kCopies);
}

TEST(GroupDuplicates, DoesNotMergeAChain) {
  std::vector<ShotFacts> shots;
  std::vector<NearPair> chain;
  for (uint32_t i = 0; i < 9; ++i) shots.push_back(Shot(i + 1, std::nullopt));
  for (uint32_t i = 0; i + 1 < 9; ++i) chain.push_back({i, i + 1, 0.98f});
  for (const DuplicateGroup& group : Group(shots, chain)) {
    EXPECT_LE(group.members.size(), 3u) << "only the neighbours of one";
    for (const auto& member : group.members) EXPECT_LE(std::max(member.id, group.members[0].id).value - std::min(member.id, group.members[0].id).value, 1u);
  }
}

TEST(GroupDuplicates, PutsAPhotoIntoOneGroupOfAKind) {
  std::vector<ShotFacts> shots;
  for (uint32_t i = 0; i < 5; ++i) shots.push_back(Shot(i + 1, std::nullopt));
  const auto groups = Group(shots, {{0, 1, 0.99f}, {0, 2, 0.98f}, {0, 3, 0.975f}, {3, 4, 0.99f}});
  ASSERT_EQ(groups.size(), 1u) << "photo 5 is near photo 4 alone, which the larger group took";
  EXPECT_THAT(Ids(groups[0]), ElementsAre(1, 2, 3, 4)) << "the one they gather around, then by score";
  EXPECT_EQ(groups[0].score(), 0.975f);
}

TEST(GroupDuplicates, SortsByKindThenByScore) {
  const std::vector<ShotFacts> shots = {Shot(1, kNoon), Shot(2, kNoon + 1000), Shot(3, std::nullopt), Shot(4, std::nullopt), Shot(5, std::nullopt), Shot(6, std::nullopt)};
  const auto groups = Group(shots, {{0, 1, 0.999f}, {2, 3, 0.975f}, {4, 5, 0.98f}});
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_THAT(Ids(groups[0]), UnorderedElementsAre(5, 6));
  EXPECT_THAT(Ids(groups[1]), UnorderedElementsAre(3, 4));
  EXPECT_EQ(groups[2].kind, DuplicateKind::kBurst);
}

TEST(GroupDuplicates, LooksAtTheBestCopyOnlyForBursts) {
  ShotFacts frame = Shot(1, kNoon), next = Shot(2, kNoon + 1000), copy = Shot(3, kNoon);
  copy.width = 400;
  const std::vector<NearPair> pairs = {{0, 1, 0.98f}, {0, 2, 0.99f}, {1, 2, 0.98f}};
  auto groups = Group({frame, next, copy}, pairs);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_THAT(Ids(groups[0]), UnorderedElementsAre(1, 3));
  EXPECT_THAT(Ids(groups[1]), UnorderedElementsAre(1, 2));
  // The larger copy has no time: then the frame itself stays in its burst.
  copy.width = 8000;
  copy.taken_local_ms.reset();
  groups = Group({frame, next, copy}, {{0, 1, 0.98f}, {0, 2, 0.99f}});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].keep, PhotoId{3});
  EXPECT_THAT(Ids(groups[1]), UnorderedElementsAre(1, 2));
}

TEST(GroupDuplicates, HasNoGroupsWithoutPairs) { EXPECT_THAT(Group({}, {}), IsEmpty()); }

}  // namespace
}  // namespace fovea::indexer
