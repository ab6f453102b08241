// Filling the index at start: from a snapshot and what changed since, or from the store when the snapshot is not to be trusted.
// label: integration
#include "indexer/index_keeper.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "indexer/index_snapshot.h"
#include "indexer/photo_facts.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using storage::Location;
using storage::PhotoId;
using test::FileOf;
using test::IsOk;
using test::kTestDim;
using test::kTestModel;
using test::VectorOf;

constexpr int kPhotos = 200;

class IndexKeeperTest : public testing::Test {
 protected:
  IndexKeeperTest() : catalog_(test::OpenBound(folder_.path())), root_(catalog_->AddRoot("/photos").value().id) {
    for (int i = 0; i < kPhotos; ++i) Store(std::to_string(i));
  }
  PhotoId Store(const std::string& content) {
    return catalog_->StoreFiles(std::vector{FileOf({root_, content}, content)}).value().front().photo;
  }
  // As a start does.
  void Fill() {
    keeper_.reset();
    index_ = std::make_unique<ClusteredIndex>(kTestDim, ClusteredIndex::Options{.threads = 1, .approximate_from = kPhotos / 2});
    keeper_ = std::make_unique<IndexKeeper>(*catalog_, *index_, health_, kTestModel);
    ASSERT_THAT(keeper_->Fill(), IsOk());
    writer_ = std::make_unique<IndexWriter>(*catalog_, *index_, facts_, metrics_);
  }
  void Save() { ASSERT_THAT(keeper_->SaveIfChanged(*writer_), IsOk()); }
  std::string Written() { return catalog_->GetIndexValue("snapshot").value_or("nothing"); }
  // Puts a snapshot in the place of the one that was written, in which photo 1 has another photo's vector.
  void MarkSnapshot() {
    uint64_t epoch = 0;
    {
      const auto snapshot = OpenSnapshot(keeper_->path());
      ASSERT_THAT(snapshot, IsOk());
      epoch = snapshot->header.epoch;
    }
    ClusteredIndex marked(kTestDim);
    ASSERT_THAT(marked.Load(keeper_->path(), kTestModel, epoch), IsOk());
    ASSERT_THAT(marked.Add(PhotoId{1}, VectorOf("mark")), IsOk());
    ASSERT_THAT(marked.Save(keeper_->path(), kTestModel, epoch), IsOk());
  }
  bool Holds(PhotoId photo, std::string_view content) {
    const auto found = index_->Search(VectorOf(content), 3);
    EXPECT_THAT(found, IsOk());
    return std::ranges::any_of(*found, [&](const Neighbour& neighbour) { return neighbour.id == photo && neighbour.score > 0.99999f; });
  }
  bool IsFromSnapshot() { return Holds(PhotoId{1}, "mark"); }

  test::TempDir folder_;
  std::unique_ptr<storage::Catalog> catalog_;
  storage::RootId root_;
  Health health_;
  Metrics metrics_;
  PhotoFacts facts_;
  std::unique_ptr<ClusteredIndex> index_;
  std::unique_ptr<IndexKeeper> keeper_;
  std::unique_ptr<IndexWriter> writer_;
};

TEST_F(IndexKeeperTest, ReadsTheStoreWhenThereIsNoSnapshot) {
  Fill();
  EXPECT_EQ(index_->size(), kPhotos);
  EXPECT_TRUE(Holds(PhotoId{1}, "0"));
  EXPECT_TRUE(Holds(PhotoId{kPhotos}, std::to_string(kPhotos - 1)));
}

TEST_F(IndexKeeperTest, ReadsTheSnapshotAndWhatChangedSince) {
  Fill();
  Save();
  MarkSnapshot();
  const PhotoId added = Store("added");
  ASSERT_THAT(catalog_->RemovePath({root_, "7"}), IsOk());
  const PhotoId brief = Store("brief");
  ASSERT_THAT(catalog_->RemovePath({root_, "brief"}), IsOk());
  Fill();
  EXPECT_TRUE(IsFromSnapshot());
  EXPECT_EQ(index_->size(), kPhotos);
  EXPECT_TRUE(Holds(added, "added"));
  EXPECT_FALSE(Holds(PhotoId{8}, "7"));
  EXPECT_FALSE(Holds(brief, "brief"));
}

// 16,384 ids are one part of the store, which one thread reads.
TEST_F(IndexKeeperTest, ReadsAStoreOfManyPartsWithGaps) {
  constexpr int kMany = 17'000;
  const auto is_gone = [](int i) { return i >= 16'000 && i < 16'380; };
  std::vector<storage::IndexedFile> files;
  for (int i = kPhotos; i < kMany; ++i) files.push_back(FileOf({root_, StrCat(is_gone(i) ? "gone/" : "kept/", i)}, std::to_string(i)));
  ASSERT_THAT(catalog_->StoreFiles(files), IsOk());
  ASSERT_THAT(test::RemoveFolder(*catalog_, {root_, "gone"}), IsOk());
  Fill();
  EXPECT_EQ(index_->size(), kMany - 380);
  for (const int i : {0, 15'999, 16'000, 16'379, 16'380, 16'381, 16'382, 16'383, 16'384, kMany - 1}) {
    EXPECT_EQ(Holds(PhotoId{static_cast<uint64_t>(i) + 1}, std::to_string(i)), !is_gone(i)) << i;
  }
}

// What cannot be read is not left out: the photo would never be found again, and nobody would know.
TEST_F(IndexKeeperTest, NamesABlockOfTheStoreThatIsDamaged) {
  std::vector<storage::IndexedFile> files;
  for (int i = kPhotos; i < 10'000; ++i) files.push_back(FileOf({root_, std::to_string(i)}, std::to_string(i)));
  ASSERT_THAT(catalog_->StoreFiles(files), IsOk());
  catalog_->Close();
  // The vectors' table: no other holds this many bytes of one vector.
  const std::string vector(reinterpret_cast<const char*>(VectorOf("9999").data()), kTestDim * sizeof(float));
  std::string damaged;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const size_t at = bytes.find(vector);
    if (at == std::string::npos) continue;
    file.clear();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(bytes[at] ^ 1));
    damaged = entry.path().filename();
  }
  ASSERT_NE(damaged, "");
  catalog_.reset();
  catalog_ = test::OpenBound(folder_.path());
  ClusteredIndex index(kTestDim);
  IndexKeeper keeper(*catalog_, index, health_, kTestModel);
  EXPECT_THAT(keeper.Fill(), test::StatusIs(StatusCode::kCorrupt, testing::AllOf(testing::HasSubstr("rebuild the index"), testing::HasSubstr(damaged))));
  EXPECT_EQ(index.size(), 0u) << "a part of the photos would pass for all of them";
}

TEST_F(IndexKeeperTest, LeavesASnapshotOfAnotherStoreAlone) {
  Fill();
  Save();
  MarkSnapshot();
  ASSERT_THAT(catalog_->PutIndexValue("snapshot", "version 1, epoch 1, 1 vectors"), IsOk());
  Fill();
  EXPECT_FALSE(IsFromSnapshot());
  EXPECT_EQ(index_->size(), kPhotos);
}

TEST_F(IndexKeeperTest, ReadsTheStoreWhenItIsNotKnownWhatChanged) {
  Fill();
  Save();
  MarkSnapshot();
  Store("added");
  ASSERT_THAT(catalog_->ForgetVectorChanges(catalog_->vector_epoch()), IsOk());
  Fill();
  EXPECT_FALSE(IsFromSnapshot());
  EXPECT_EQ(index_->size(), kPhotos + 1);
}

TEST_F(IndexKeeperTest, WritesAgainOnceEnoughChanged) {
  Fill();
  Save();
  const std::string first = Written();
  for (const char* name : {"a", "b", "c"}) ASSERT_THAT(index_->Add(Store(name), VectorOf(name)), IsOk());
  Save();
  EXPECT_EQ(Written(), first) << "three of 200: the next start reads them one by one";
  ASSERT_THAT(index_->Add(Store("d"), VectorOf("d")), IsOk());
  Save();
  EXPECT_NE(Written(), first);
  MarkSnapshot();
  Fill();
  EXPECT_TRUE(IsFromSnapshot());
  EXPECT_EQ(index_->size(), kPhotos + 4);
}

TEST_F(IndexKeeperTest, WritesASnapshotWhenThereIsNone) {
  Fill();
  Save();
  ASSERT_TRUE(std::filesystem::remove(keeper_->path()));
  Fill();
  Save();
  EXPECT_TRUE(std::filesystem::exists(keeper_->path()));
}

class IndexKeeperDamageTest : public IndexKeeperTest {
 protected:
  void SetUp() override {
    Fill();
    Save();
    MarkSnapshot();
  }
  // What is wrong is named, the answers are the store's, and in the end there is a sound file again.
  void ExpectRebuilt(const std::string& why) {
    Fill();
    EXPECT_THAT(keeper_->rebuilding(), testing::AllOf(testing::HasSubstr("index.snapshot"), testing::HasSubstr(why)));
    EXPECT_EQ(index_->size(), kPhotos);
    EXPECT_FALSE(IsFromSnapshot());
    EXPECT_TRUE(Holds(PhotoId{1}, "0"));
    Save();
    EXPECT_EQ(keeper_->rebuilding(), "");
    MarkSnapshot();
    Fill();
    EXPECT_EQ(keeper_->rebuilding(), "");
    EXPECT_TRUE(IsFromSnapshot()) << "the file was written anew";
  }
};

TEST_F(IndexKeeperDamageTest, OfASnapshotThatIsCutIsMended) {
  std::filesystem::resize_file(keeper_->path(), std::filesystem::file_size(keeper_->path()) / 2);
  ExpectRebuilt("the header speaks of");
}

TEST_F(IndexKeeperDamageTest, OfASnapshotThatIsFlippedIsMended) {
  const auto last = static_cast<std::streamoff>(std::filesystem::file_size(keeper_->path())) - 10;
  {
    std::fstream file(keeper_->path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(last);
    const int byte = file.get();
    file.seekp(last);
    file.put(static_cast<char>(byte ^ 1));
  }
  ExpectRebuilt("the checksum of its vectors");
}

TEST_F(IndexKeeperDamageTest, OfASnapshotThatIsGoneIsMended) {
  std::filesystem::remove(keeper_->path());
  ExpectRebuilt("No such file");
}

class IndexKeeperListsTest : public IndexKeeperTest {
 protected:
  void SetUp() override {
    FillAndSort();
    Save();
    ASSERT_TRUE(std::filesystem::exists(keeper_->lists_path()));
  }
  void FillAndSort() {
    Fill();
    Sort();
  }
  void Sort() {
    index_->StartSorting([] { return std::vector<float>(); });
    ASSERT_TRUE(index_->WaitUntilSorted(std::chrono::steady_clock::now() + std::chrono::minutes(1)));
    ASSERT_TRUE(index_->state().approximate);
  }
  // What is wrong is named, answers are exact meanwhile, and in the end there is a sound file again.
  void ExpectRebuilt(const std::string& why) {
    Fill();
    EXPECT_THAT(keeper_->rebuilding(), testing::AllOf(testing::HasSubstr("index.lists"), testing::HasSubstr(why)));
    EXPECT_FALSE(index_->state().approximate);
    EXPECT_EQ(index_->size(), kPhotos);
    EXPECT_TRUE(Holds(PhotoId{1}, "0"));
    Sort();
    Save();
    EXPECT_EQ(keeper_->rebuilding(), "");
    Fill();
    EXPECT_EQ(keeper_->rebuilding(), "");
    EXPECT_TRUE(index_->state().approximate) << "the lists came back from the file";
  }
};

TEST_F(IndexKeeperListsTest, ComeBackFromTheirFileWithTheSnapshotAndWithoutIt) {
  Fill();
  EXPECT_TRUE(index_->state().approximate);
  EXPECT_EQ(keeper_->rebuilding(), "");
  std::filesystem::remove(keeper_->path());
  Fill();
  EXPECT_TRUE(index_->state().approximate);
  EXPECT_EQ(index_->size(), kPhotos);
  EXPECT_THAT(keeper_->rebuilding(), testing::HasSubstr("index.snapshot"));
  Save();
  EXPECT_EQ(keeper_->rebuilding(), "");
}

TEST_F(IndexKeeperListsTest, AreRebuiltWhenTheirFileIsCut) {
  std::filesystem::resize_file(keeper_->lists_path(), std::filesystem::file_size(keeper_->lists_path()) / 2);
  ExpectRebuilt("the header speaks of");
}

TEST_F(IndexKeeperListsTest, AreRebuiltWhenTheirFileIsFlipped) {
  {
    std::fstream file(keeper_->lists_path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(200);
    const int byte = file.get();
    file.seekp(200);
    file.put(static_cast<char>(byte ^ 1));
  }
  ExpectRebuilt("checksum");
}

TEST_F(IndexKeeperListsTest, AreRebuiltWhenTheirFileIsGone) {
  std::filesystem::remove(keeper_->lists_path());
  ExpectRebuilt("No such file");
}

}  // namespace
}  // namespace fovea::indexer
