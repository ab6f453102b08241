// A library that is large enough for approximate answers: which answers say so, and that its lists come back with a start.
// label: integration
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "indexer/library.h"
#include "indexer/memory_kind.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/random_vectors.h"
#include "tests/support/running_library.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::Normalised;
using test::RunningLibrary;

constexpr uint64_t kPhotos = 6000;

LibraryOptions Approximate() {
  LibraryOptions options = RunningLibrary::QuickOptions(true);
  options.scan = false;  // its photos are in the store alone
  options.index = IndexKind::kApproximate;
  options.snapshot_every_s = 1;
  return options;
}

class LibraryLists : public testing::Test {
 protected:
  explicit LibraryLists(const LibraryOptions& options = Approximate()) : running_(options) {}
  void SetUp() override {
    running_.Start();
    Store(kPhotos);
    running_.Restart();
  }
  void Store(uint64_t photos) {
    test::RandomVectors random(1);
    std::vector<storage::IndexedFile> files;
    std::vector<std::vector<float>> vectors(photos);
    for (uint64_t i = 0; i < photos; ++i) {
      const std::string name = std::to_string(i) + ".jpg";
      files.push_back(test::FileOf({running_.root(), name}, name));
      vectors[i] = random.Values(test::FakeEncoder::kDim);
      vectors[i][i % 20] += 20;  // twenty groups
      files.back().vector = vectors[i] = Normalised(vectors[i]);
    }
    ASSERT_THAT(running_.catalog().StoreFiles(files), IsOk());
  }
  IndexStatus State() { return running_.library().GetStatus().index; }
  bool WaitForLists() {
    return test::WaitUntil([&] { return State().approximate && State().waiting == 0; });
  }

  RunningLibrary running_;
};

TEST_F(LibraryLists, AnswersApproximatelyUnlessAskedToBeExact) {
  ASSERT_TRUE(WaitForLists());
  EXPECT_GT(State().lists, 100u);
  size_t same = 0, all = 0, approximate = 0;
  for (uint64_t id = 1; id <= 40; ++id) {
    SearchRequest request{.query = PhotoQuery{PhotoId{id * 100}}, .k = 10};
    const auto guess = running_.library().Search(request);
    request.exact = true;
    const auto truth = running_.library().Search(request);
    ASSERT_THAT(guess, IsOk());
    ASSERT_THAT(truth, IsOk());
    EXPECT_TRUE(truth->exact);
    approximate += !guess->exact;
    const auto id_of = [](const SearchHit& hit) { return hit.photo.record.id; };
    for (const SearchHit& hit : truth->hits) same += static_cast<size_t>(std::ranges::count(guess->hits, hit.photo.record.id, id_of));
    all += truth->hits.size();
  }
  EXPECT_GT(approximate, 0u);
  EXPECT_GE(static_cast<double>(same), 0.95 * static_cast<double>(all));
}

TEST_F(LibraryLists, ComeBackWithAStartAndAreMadeAnewWhenTheirFileIsDamaged) {
  ASSERT_TRUE(WaitForLists());
  running_.Restart();
  EXPECT_TRUE(State().approximate) << "nothing is trained again";
  EXPECT_EQ(State().rebuilding, "");
  running_.Stop();
  const std::string path = running_.data() / "index.lists";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 7);
  running_.Start();
  EXPECT_THAT(State().rebuilding, testing::HasSubstr("index.lists"));
  const auto answer = running_.library().Search({.query = PhotoQuery{PhotoId{1}}, .k = 10});
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->hits.size(), 10u);
  ASSERT_TRUE(WaitForLists());
  EXPECT_TRUE(test::WaitUntil([&] { return State().rebuilding.empty(); })) << "the file is written again";
  EXPECT_GT(std::filesystem::file_size(path), 1000u);
}

LibraryOptions InLittleMemory() {
  LibraryOptions options = Approximate();
  options.index_memory_bytes = MemoryFor(MemoryKind::kCodes, kPhotos, test::FakeEncoder::kDim);
  return options;
}

class LibraryInLittleMemory : public LibraryLists {
 protected:
  LibraryInLittleMemory() : LibraryLists(InLittleMemory()) {}
};

TEST_F(LibraryInLittleMemory, KeepsItsVectorsInAFileAndSaysSo) {
  ASSERT_TRUE(WaitForLists());
  EXPECT_EQ(State().memory, "codes");
  EXPECT_THAT(State().memory_reason, testing::HasSubstr("6000 vectors take"));
  SearchRequest request{.query = PhotoQuery{PhotoId{100}}, .k = 10};
  for (const bool exact : {true, false}) {
    request.exact = exact;
    const auto answer = running_.library().Search(request);
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->hits.size(), 10u);
  }
  for (const auto& entry : std::filesystem::directory_iterator(running_.catalog().folder())) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("vectors")) << "a file with a name stays behind after a kill: " << entry.path();
  }
}

}  // namespace
}  // namespace fovea::indexer
