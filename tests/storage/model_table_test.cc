// The table of models as bytes: what is written is read, and what makes no sense is refused.
// label: unit
#include "storage/model_table.h"

#include <gmock/gmock.h>

#include "tests/support/matchers.h"

namespace fovea::storage {
namespace {

using test::IsOk;
using test::StatusIs;
using testing::HasSubstr;

ModelTable TwoModels() {
  return {.next_number = 8,
          .asked = "tiny",
          .models = {{.number = 2, .dim = 512, .id = "tiny@ab", .source = "tiny", .complete_to = {0}},
                     {.number = 7, .dim = 768, .id = "large@cd", .source = "/models/large", .state = ModelState::kFilling, .paused = true,
                      .kept_until_ms = -5, .complete_to = {99}}}};
}

TEST(ModelTable, IsReadAsItWasWritten) {
  const auto read = DecodeModelTable(EncodeModelTable(TwoModels()));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->next_number, 8u);
  EXPECT_EQ(read->asked, "tiny");
  EXPECT_EQ(read->models, TwoModels().models);
  EXPECT_EQ(read->Answering()->number, 2u);
  EXPECT_EQ(read->Filling()->id, "large@cd");
  EXPECT_THAT(read->Others(), testing::ElementsAre(7u));
}

TEST(ModelTable, IsRefusedWhenCutAnywhere) {
  const std::string bytes = EncodeModelTable(TwoModels());
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THAT(DecodeModelTable(std::string_view(bytes).substr(0, length)), StatusIs(StatusCode::kCorrupt)) << length;
  }
  EXPECT_THAT(DecodeModelTable(bytes + "x"), StatusIs(StatusCode::kCorrupt));
}

TEST(ModelTable, IsRefusedWithoutSense) {
  const auto refused = [](auto alter, const char* why) {
    ModelTable table = TwoModels();
    alter(table);
    EXPECT_THAT(DecodeModelTable(EncodeModelTable(table)), StatusIs(StatusCode::kCorrupt, HasSubstr(why)));
  };
  refused([](ModelTable& t) { t.next_number = 7; }, "not given");
  refused([](ModelTable& t) { t.models[1].number = 2; }, "number twice");
  refused([](ModelTable& t) { t.models[1].id = "tiny@ab"; }, "model twice");
  refused([](ModelTable& t) { t.models[1].dim = 0; }, "dimension");
  refused([](ModelTable& t) { t.models[1].state = ModelState::kAnswering; }, "two models that answer");
  refused([](ModelTable& t) { t.models[0].state = ModelState::kFilling; }, "being filled");
}

// A count of four thousand million models is a few bytes long.
TEST(ModelTable, AllocatesNothingForALyingCount) {
  std::string bytes = EncodeModelTable({.next_number = 1});
  bytes.replace(bytes.size() - 4, 4, "\xff\xff\xff\xff");
  EXPECT_THAT(DecodeModelTable(bytes), StatusIs(StatusCode::kCorrupt));
}

}  // namespace
}  // namespace fovea::storage
