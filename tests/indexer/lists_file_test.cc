// The file of an index's lists: read back as written, and refused when anything about it is wrong.
// label: unit
#include "indexer/lists_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "indexer/clustered_index.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::IsOk;
using test::StatusIs;
using testing::HasSubstr;

constexpr const char* kModel = "model-a";

StoredLists SomeLists() {
  return {.model_id = kModel,
          .numbers = {.dim = 2, .trained_for = 9, .towards = {0.5f, 0}, .middles = {1, 0, 0, 1, 0.6f, 0.8f}, .spreads = {0.1f, 0.2f, 0.3f}, .rests = {0, 1, 1, 0}},
          .ids = {PhotoId{5}, PhotoId{8}, PhotoId{70}, PhotoId{9}},
          .lists = {2, 0, 1, 2}};
}

class ListsFile : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(WriteLists(path_, SomeLists()), IsOk());
    std::ifstream in(path_, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
  }
  Status ReadChanged(const std::string& bytes) {
    folder_.Write("index.lists", bytes);
    return AsStatus(ReadLists(path_));
  }

  test::TempDir folder_;
  const std::string path_ = folder_ / "index.lists";
  std::string bytes_;
};

TEST_F(ListsFile, IsReadAsItWasWritten) {
  const auto read = ReadLists(path_);
  ASSERT_THAT(read, IsOk());
  const StoredLists written = SomeLists();
  EXPECT_EQ(read->model_id, written.model_id);
  EXPECT_EQ(read->numbers.dim, 2u);
  EXPECT_EQ(read->numbers.trained_for, 9u);
  EXPECT_EQ(read->numbers.towards, written.numbers.towards);
  EXPECT_EQ(read->numbers.middles, written.numbers.middles);
  EXPECT_EQ(read->numbers.spreads, written.numbers.spreads);
  EXPECT_EQ(read->numbers.rests, written.numbers.rests);
  EXPECT_EQ(read->ids, written.ids);
  EXPECT_EQ(read->lists, written.lists);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".tmp"));
}

TEST_F(ListsFile, NoticesACutAtEveryLength) {
  for (size_t length = 0; length < bytes_.size(); ++length) {
    EXPECT_THAT(ReadChanged(bytes_.substr(0, length)), StatusIs(StatusCode::kCorrupt)) << "cut to " << length << " bytes";
  }
  EXPECT_THAT(ReadChanged(bytes_ + '\0'), StatusIs(StatusCode::kCorrupt));
}

TEST_F(ListsFile, NoticesAFlippedBitInEveryByte) {
  for (size_t place = 0; place < bytes_.size(); ++place) {
    std::string flipped = bytes_;
    flipped[place] = static_cast<char>(flipped[place] ^ 0x10);
    const Status status = ReadChanged(flipped);
    EXPECT_TRUE(status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kUnsupported) << "byte " << place << ": " << status.ToString();
  }
}

TEST_F(ListsFile, RefusesAListThatIsNotThereAndContentThatDoesNotFit) {
  StoredLists lists = SomeLists();
  lists.lists[1] = 3;
  ASSERT_THAT(WriteLists(path_, lists), IsOk());
  EXPECT_THAT(AsStatus(ReadLists(path_)), StatusIs(StatusCode::kCorrupt, HasSubstr("not there")));
  lists.lists.pop_back();
  EXPECT_THAT(WriteLists(path_, lists), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(ListsFile, IsRefusedByAnIndexOfAnotherModelOrDimension) {
  ClusteredIndex index(2);
  EXPECT_THAT(index.LoadLists(path_, "model-b"), StatusIs(StatusCode::kUnsupported, HasSubstr("model-a")));
  EXPECT_THAT(ClusteredIndex(3).LoadLists(path_, kModel), StatusIs(StatusCode::kUnsupported, HasSubstr("2 values")));
  EXPECT_THAT(index.LoadLists(folder_ / "none", kModel), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(index.state().lists, 0u);
  EXPECT_THAT(index.LoadLists(path_, kModel), IsOk());
  EXPECT_EQ(index.state().lists, 3u);
}

}  // namespace
}  // namespace fovea::indexer
