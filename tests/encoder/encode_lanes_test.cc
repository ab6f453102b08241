// Which rows go together, and in which order.
// label: unit
#include "encoder/encode_lanes.h"

#include <gmock/gmock.h>

#include "base/log.h"
#include "tests/support/scripted_encoder.h"

namespace fovea::encoder {
namespace {

using testing::ElementsAre;

// A call with as many rows; it must outlive the lanes.
struct Work {
  Work(size_t pictures, Lane its_lane) : inputs(test::Pixels(pictures)), call{.work = std::span(inputs), .lane = its_lane} {}
  explicit Work(std::vector<std::string> its_texts) : texts(std::move(its_texts)), call{.work = std::span<const std::string>(texts)} {}
  std::vector<ModelInput> inputs;
  std::vector<std::string> texts;
  EncodeCall call;
};

class EncodeLanesTest : public testing::Test {
 protected:
  // What the next batch holds, as "name:first+count".
  std::vector<std::string> Take() {
    std::vector<std::string> rows;
    for (const Slice& slice : lanes_.Take(limits_).slices) rows.push_back(StrCat(NameOf(slice.call), ":", slice.first, "+", slice.count));
    return rows;
  }
  void Add(const std::string& name, Work& work) {
    names_.emplace_back(&work.call, name);
    lanes_.Add(work.call);
  }
  std::string NameOf(const EncodeCall* call) const {
    for (const auto& [known, name] : names_) {
      if (known == call) return name;
    }
    return "?";
  }

  EncodeLanes lanes_;
  EncodeLanes::Limits limits_{.texts = 4, .pictures = 8, .pictures_to_fill = 4};
  std::vector<std::pair<const EncodeCall*, std::string>> names_;
};

TEST_F(EncodeLanesTest, ServesTextsThenQueriesThenBulk) {
  Work bulk(8, Lane::kBulk), query(8, Lane::kInteractive), text({"cat"});
  Add("bulk", bulk);
  Add("query", query);
  Add("text", text);
  EXPECT_EQ(lanes_.rows(Lane::kInteractive), 9u);
  EXPECT_EQ(lanes_.rows(Lane::kBulk), 8u);
  EXPECT_EQ(lanes_.next(), &text.call);
  EXPECT_THAT(Take(), ElementsAre("text:0+1"));
  EXPECT_THAT(Take(), ElementsAre("query:0+8"));
  EXPECT_THAT(Take(), ElementsAre("bulk:0+8"));
  EXPECT_TRUE(lanes_.empty());
}

TEST_F(EncodeLanesTest, PutsRowsOfSeveralCallersTogether) {
  Work a({"a", "b"}), c({"c"}), d({"d", "e"});
  Add("a", a);
  Add("c", c);
  Add("d", d);
  EXPECT_THAT(Take(), ElementsAre("a:0+2", "c:0+1", "d:0+1"));
  EXPECT_THAT(Take(), ElementsAre("d:1+1"));
}

TEST_F(EncodeLanesTest, FillsQueriesUpWithAFewBulkPictures) {
  Work bulk(9, Lane::kBulk), one(1, Lane::kInteractive), two(1, Lane::kInteractive);
  Add("bulk", bulk);
  Add("one", one);
  Add("two", two);
  EXPECT_THAT(Take(), ElementsAre("one:0+1", "two:0+1", "bulk:0+2"));
  EXPECT_THAT(Take(), ElementsAre("bulk:2+7"));
}

TEST_F(EncodeLanesTest, LetsASmallQuestionPassTheRestOfALargeOne) {
  Work large(20, Lane::kInteractive), small(1, Lane::kInteractive);
  Add("large", large);
  Add("small", small);
  EXPECT_THAT(Take(), ElementsAre("large:0+8"));
  EXPECT_THAT(Take(), ElementsAre("small:0+1", "large:8+7"));
  EXPECT_THAT(Take(), ElementsAre("large:15+5"));
}

TEST_F(EncodeLanesTest, EndsOneBulkCallBeforeTheNext) {
  Work first(10, Lane::kBulk), second(10, Lane::kBulk);
  Add("first", first);
  Add("second", second);
  EXPECT_THAT(Take(), ElementsAre("first:0+8"));
  EXPECT_THAT(Take(), ElementsAre("first:8+2", "second:0+6"));
  EXPECT_THAT(Take(), ElementsAre("second:6+4"));
}

TEST_F(EncodeLanesTest, GivesReturnedRowsTheNextTurnAndForgetsWithdrawnOnes) {
  Work first(10, Lane::kBulk), second(3, Lane::kBulk);
  Add("first", first);
  Add("second", second);
  const EncodeBatch batch = lanes_.Take(limits_);
  lanes_.Return(batch.slices.front());
  EXPECT_EQ(lanes_.rows(Lane::kBulk), 13u);
  EXPECT_THAT(Take(), ElementsAre("first:0+8"));
  EXPECT_EQ(lanes_.Withdraw(first.call), 2u);
  EXPECT_THAT(Take(), ElementsAre("second:0+3"));
  EXPECT_EQ(lanes_.Withdraw(first.call), 0u);
}

}  // namespace
}  // namespace fovea::encoder
