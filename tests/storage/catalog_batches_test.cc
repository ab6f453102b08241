// Operations on very many paths: batch by batch, cut short, gone on with.
// label: integration
#include <gtest/gtest.h>

#include "storage/catalog.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::storage {
namespace {

using test::FileOf;
using test::IsOk;
using test::IsOkAndHolds;
using test::OpenBound;
using test::StatusIs;
using test::TempDir;
using testing::ElementsAre;
using testing::SizeIs;

constexpr size_t kPaths = 2500;  // two batches and a half

class CatalogBatches : public testing::Test {
 protected:
  CatalogBatches() : catalog_(OpenBound(folder_.path())), root_(catalog_->AddRoot("/photos").value().id) {
    std::vector<IndexedFile> files;
    for (size_t i = 0; i < kPaths; ++i) files.push_back(FileOf({root_, "all/" + std::to_string(i)}, std::to_string(i)));
    EXPECT_THAT(catalog_->StoreFiles(files), IsOk());
  }
  size_t Below(const std::string& folder) {
    size_t paths = 0;
    EXPECT_THAT(catalog_->ForEachPath(root_, folder + "/", [&](const PathRecord&) { return ++paths, true; }), IsOk());
    return paths;
  }
  // Takes up to `batches` batches of a removal, or of a rename to `to`.
  void Sweep(PathSweep& sweep, size_t batches, const std::string& to = "") {
    for (; batches > 0 && !sweep.done; --batches) {
      const auto swept = to.empty() ? catalog_->RemovePaths(sweep) : catalog_->MovePaths(sweep, {root_, to});
      ASSERT_THAT(swept, IsOk());
      sizes_.push_back(swept->paths.size());
      gone_ += swept->gone.size();
    }
  }

  const TempDir folder_;
  std::unique_ptr<Catalog> catalog_;
  RootId root_;
  std::vector<size_t> sizes_;  // of the batches
  size_t gone_ = 0;
};

TEST_F(CatalogBatches, RemovesARootBatchByBatch) {
  ASSERT_THAT(catalog_->BeginRemoval(root_), IsOk());
  PathSweep sweep{.root = root_};
  Sweep(sweep, 100);
  EXPECT_THAT(sizes_, ElementsAre(1000, 1000, 500, 0)) << "the last looks whether something came behind it";
  EXPECT_EQ(gone_, kPaths);
  EXPECT_THAT(catalog_->ForgetRoot(root_), IsOk());
  EXPECT_TRUE(catalog_->ListRoots().empty());
}

TEST_F(CatalogBatches, TakesASmallFolderInOneBatch) {
  ASSERT_THAT(catalog_->StoreFiles(std::vector{FileOf({root_, "small/1"}, "x"), FileOf({root_, "small/2"}, "y")}), IsOk());
  PathSweep sweep{.root = root_, .folder = "small"};
  Sweep(sweep, 1, "tiny");
  EXPECT_TRUE(sweep.done);
  EXPECT_EQ(Below("tiny"), 2u);
}

TEST_F(CatalogBatches, RemembersARemovalThatWasCutShort) {
  ASSERT_THAT(catalog_->BeginRemoval(root_), IsOk());
  PathSweep sweep{.root = root_};
  Sweep(sweep, 1);
  EXPECT_EQ(gone_, 1000u);
  EXPECT_THAT(catalog_->ForgetRoot(root_), StatusIs(StatusCode::kBusy)) << "it has paths";
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
  catalog_.reset();
  catalog_ = OpenBound(folder_.path());
  EXPECT_EQ(catalog_->GetRoot(root_).value().state, RootState::kRemoving);
  EXPECT_EQ(catalog_->photo_count(), 1500u);
  ASSERT_THAT(catalog_->SetRootState(root_, RootState::kOnline), IsOk());
  EXPECT_EQ(catalog_->GetRoot(root_).value().state, RootState::kRemoving) << "a scan that ends late does not undo it";
  EXPECT_THAT(test::RemoveRoot(*catalog_, root_), IsOkAndHolds(SizeIs(1500)));
  EXPECT_EQ(catalog_->photo_count(), 0u);
}

TEST_F(CatalogBatches, StoresNothingForARootThatIsBeingRemoved) {
  ASSERT_THAT(catalog_->BeginRemoval(root_), IsOk());
  const auto stored = catalog_->StoreFiles(std::vector{FileOf({root_, "late"}, "late")});
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->front().photo, PhotoId{});
  FailureRecord failure;
  failure.location = {root_, "late"};
  EXPECT_THAT(catalog_->StoreFailure(failure), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog_->GetPath({root_, "late"}), StatusIs(StatusCode::kNotFound));
}

TEST_F(CatalogBatches, KeepsTheRestOfARootThatIsAddedAgain) {
  EXPECT_THAT(catalog_->AddRoot("/photos"), StatusIs(StatusCode::kAlreadyExists));
  ASSERT_THAT(catalog_->BeginRemoval(root_), IsOk());
  PathSweep sweep{.root = root_};
  Sweep(sweep, 1);
  const auto added = catalog_->AddRoot("/photos");
  ASSERT_THAT(added, IsOk());
  EXPECT_EQ(added->id, root_);
  EXPECT_THAT(catalog_->RemovePaths(sweep), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(catalog_->ForgetRoot(root_), StatusIs(StatusCode::kCancelled));
  EXPECT_EQ(catalog_->indexed_path_count(root_), 1500u);
}

TEST_F(CatalogBatches, EndsARenameEarlyAndGoesOnWithTheRest) {
  PathSweep sweep{.root = root_, .folder = "all"};
  Sweep(sweep, 2, "other");
  EXPECT_FALSE(sweep.done);
  EXPECT_EQ(Below("other"), 2000u);
  EXPECT_EQ(Below("all"), 500u);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
  Sweep(sweep, 100, "other");
  EXPECT_EQ(Below("other"), kPaths);
  EXPECT_EQ(Below("all"), 0u);
  EXPECT_EQ(catalog_->photo_count(), kPaths);
}

TEST_F(CatalogBatches, TellsWhatARenameReplaced) {
  ASSERT_THAT(catalog_->StoreFiles(std::vector{FileOf({root_, "other/7"}, "replaced")}), IsOk());
  EXPECT_THAT(test::MoveFolder(*catalog_, {root_, "all"}, {root_, "other"}), IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
}

// A photo that lies in two folders stays when one of them goes.
TEST_F(CatalogBatches, KeepsPhotosThatLieElsewhereToo) {
  std::vector<IndexedFile> copies;
  for (size_t i = 0; i < 1200; ++i) copies.push_back(FileOf({root_, "copy/" + std::to_string(i)}, std::to_string(i)));
  ASSERT_THAT(catalog_->StoreFiles(copies), IsOk());
  EXPECT_THAT(test::RemoveFolder(*catalog_, {root_, "all"}), IsOkAndHolds(SizeIs(kPaths - 1200)));
  EXPECT_EQ(catalog_->photo_count(), 1200u);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
}

}  // namespace
}  // namespace fovea::storage
