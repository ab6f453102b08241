// The stored report on duplicates: written and read back, and refused when it is cut, foreign or lies about its size.
// label: unit
#include "indexer/duplicates_record.h"

#include <gmock/gmock.h>

#include "tests/support/matchers.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::IsOk;
using test::StatusIs;

DuplicateReport Example() {
  DuplicateReport report;
  report.run = 3;
  report.made_at_ms = 1'700'000'000'000;
  report.model = "m@1";
  report.levels = {.copies = 0.97f, .bursts = 0.9f};
  report.photos = 1000;
  report.last = PhotoId{1200};
  report.groups = {{.kind = DuplicateKind::kIdentical, .members = {{PhotoId{5}, 1}}, .keep = PhotoId{5}},
                   {.kind = DuplicateKind::kBurst, .members = {{PhotoId{7}, 1}, {PhotoId{9}, 0.99f}}, .keep = PhotoId{9}}};
  return report;
}

TEST(DuplicatesRecord, ComesBackAsItWas) {
  const auto read = DecodeDuplicates(EncodeDuplicates(Example()));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(EncodeDuplicates(*read), EncodeDuplicates(Example()));
  EXPECT_EQ(read->model, "m@1");
  EXPECT_EQ(read->levels.bursts, 0.9f);
  ASSERT_EQ(read->groups.size(), 2u);
  EXPECT_EQ(read->groups[1].kind, DuplicateKind::kBurst);
  EXPECT_EQ(read->groups[1].keep, PhotoId{9});
  EXPECT_EQ(read->groups[1].members[1].id, PhotoId{9});
  EXPECT_EQ(read->groups[1].members[1].score, 0.99f);
}

TEST(DuplicatesRecord, IsRefusedWhenCutAnywhereOrTooLong) {
  const std::string whole = EncodeDuplicates(Example());
  for (size_t length = 0; length < whole.size(); ++length) EXPECT_THAT(DecodeDuplicates(whole.substr(0, length)), StatusIs(StatusCode::kCorrupt)) << length;
  EXPECT_THAT(DecodeDuplicates(whole + "x"), StatusIs(StatusCode::kCorrupt));
}

TEST(DuplicatesRecord, IsRefusedWhenItLiesOrIsNewer) {
  DuplicateReport report = Example();
  report.groups.clear();
  std::string empty = EncodeDuplicates(report);
  empty.replace(empty.size() - 4, 4, "\xff\xff\xff\xff");
  EXPECT_THAT(DecodeDuplicates(empty), StatusIs(StatusCode::kCorrupt)) << "four thousand million groups";
  std::string newer = EncodeDuplicates(Example());
  newer[0] = 2;
  EXPECT_THAT(DecodeDuplicates(newer), StatusIs(StatusCode::kUnsupported));
  report = Example();
  report.groups[0].members.clear();
  EXPECT_THAT(DecodeDuplicates(EncodeDuplicates(report)), StatusIs(StatusCode::kCorrupt)) << "a group of nobody";
  report = Example();
  std::swap(report.groups[0], report.groups[1]);
  EXPECT_THAT(DecodeDuplicates(EncodeDuplicates(report)), StatusIs(StatusCode::kCorrupt)) << "out of order";
}

}  // namespace
}  // namespace fovea::indexer
