// The index's snapshot held against the store.
// label: integration
#include "indexer/snapshot_verify.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "indexer/index_keeper.h"
#include "indexer/index_snapshot.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::FileOf;
using test::IsOk;
using test::kTestDim;
using test::kTestModel;
using test::StatusIs;
using test::VectorOf;
using testing::ElementsAre;
using testing::HasSubstr;
using State = SnapshotReport::State;

constexpr uint64_t kPhotos = 20;

class SnapshotVerify : public testing::Test {
 protected:
  SnapshotVerify() : catalog_(test::OpenBound(folder_.path())), root_(catalog_->AddRoot("/photos").value().id) {
    for (uint64_t i = 0; i < kPhotos; ++i) Store(std::to_string(i));
  }
  PhotoId Store(const std::string& content) {
    return catalog_->StoreFiles(std::vector{FileOf({root_, content}, content)}).value().front().photo;
  }
  void Save() {
    ClusteredIndex index(kTestDim);
    IndexKeeper keeper(*catalog_, index, health_, kTestModel);
    ASSERT_THAT(keeper.Fill(), IsOk());
    IndexWriter writer(*catalog_, index, facts_, metrics_);
    ASSERT_THAT(keeper.SaveIfChanged(writer), IsOk());
  }
  // Writes a snapshot of the present epoch with these photos, with the vectors of their numbers.
  void Forge(const std::vector<uint64_t>& photos, const std::string& vector_of = "") {
    std::vector<PhotoId> ids;
    std::vector<float> vectors;
    for (const uint64_t photo : photos) {
      ids.push_back({photo});
      const auto vector = VectorOf(vector_of.empty() ? std::to_string(photo - 1) : vector_of);
      vectors.insert(vectors.end(), vector.begin(), vector.end());
    }
    const SnapshotHeader header{.model_id = kTestModel, .dim = kTestDim, .count = ids.size(), .epoch = catalog_->vector_epoch()};
    const auto row = [&](size_t at) { return std::span<const float>(vectors).subspan(at * kTestDim, kTestDim); };
    ASSERT_THAT(WriteSnapshot(path(), header, ids, row), IsOk());
  }
  static std::vector<uint64_t> All() {
    std::vector<uint64_t> all;
    for (uint64_t i = 1; i <= kPhotos; ++i) all.push_back(i);
    return all;
  }
  std::string path() const { return IndexKeeper::PathIn(*catalog_); }
  SnapshotReport Verify() {
    const auto report = VerifySnapshot(*catalog_, [] { return true; });
    EXPECT_THAT(report, IsOk());
    return report.value_or(SnapshotReport{});
  }

  const test::TempDir folder_;
  Metrics metrics_;
  Health health_;
  PhotoFacts facts_;
  std::unique_ptr<storage::Catalog> catalog_;
  storage::RootId root_;
};

TEST_F(SnapshotVerify, FindsNothingWhereNoneIs) { EXPECT_EQ(Verify().state, State::kNone); }

TEST_F(SnapshotVerify, IsSoundAlsoWhenItIsOlderThanTheStore) {
  Save();
  EXPECT_EQ(Verify().state, State::kSound);
  EXPECT_EQ(Verify().vectors, kPhotos);
  Store("new");
  ASSERT_THAT(catalog_->RemovePath({root_, "3"}), IsOk());
  const SnapshotReport report = Verify();
  EXPECT_EQ(report.state, State::kSound);
  EXPECT_EQ(report.changed, 2u);
  EXPECT_THAT(report.findings, ElementsAre());
}

TEST_F(SnapshotVerify, NamesAPhotoThatOnlyOneOfThemHas) {
  Save();
  std::vector<uint64_t> photos = All();
  photos[6] = 700;
  Forge(photos);
  const SnapshotReport report = Verify();
  EXPECT_EQ(report.state, State::kDamaged);
  EXPECT_THAT(report.findings, ElementsAre(HasSubstr("photo 7: stored, and not in"), HasSubstr("photo 700: in the snapshot, and not stored")));
}

TEST_F(SnapshotVerify, NamesAPhotoThatIsTwiceInIt) {
  Save();
  std::vector<uint64_t> photos = All();
  photos.push_back(5);
  Forge(photos);
  EXPECT_THAT(Verify().findings, ElementsAre("photo 5: twice in the snapshot"));
}

TEST_F(SnapshotVerify, NoticesAnotherVector) {
  Save();
  Forge(All(), "other");
  EXPECT_EQ(Verify().faults, kPhotos);
}

TEST_F(SnapshotVerify, NoticesAFlippedBitAndACut) {
  Save();
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-40, std::ios::end);
  file.put('x');
  file.close();
  EXPECT_THAT(Verify().findings, ElementsAre(HasSubstr("checksum")));
  std::filesystem::resize_file(path(), 100);
  EXPECT_EQ(Verify().state, State::kDamaged);
}

TEST_F(SnapshotVerify, TellsOneThatAStartWouldNotTake) {
  Save();
  Store("new");
  Forge(All());  // of an epoch that the store has not written one for
  EXPECT_EQ(Verify().state, State::kUnused);
  EXPECT_EQ(Verify().faults, 0u);
}

}  // namespace
}  // namespace fovea::indexer
