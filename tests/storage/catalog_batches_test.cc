// Operations on very many paths: told batch by batch, ended early, gone on with.
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
  // Writes down what it hears, and ends the operation after `last` batches.
  Catalog::BatchDone Listener(size_t last) {
    return [this, last](uint64_t paths, std::span<const PhotoId> gone) {
      heard_.push_back(paths);
      gone_ += gone.size();
      return heard_.size() < last;
    };
  }

  const TempDir folder_;
  std::unique_ptr<Catalog> catalog_;
  RootId root_;
  std::vector<uint64_t> heard_;
  size_t gone_ = 0;
};

TEST_F(CatalogBatches, TellsEachBatchOfARootThatIsRemoved) {
  EXPECT_THAT(catalog_->RemoveRoot(root_, Listener(100)), IsOkAndHolds(SizeIs(kPaths)));
  EXPECT_THAT(heard_, ElementsAre(1000, 2000, 2500));
  EXPECT_EQ(gone_, kPaths);
}

TEST_F(CatalogBatches, EndsARemovalEarlyAndGoesOnWithTheRest) {
  EXPECT_THAT(catalog_->RemoveRoot(root_, Listener(1)), StatusIs(StatusCode::kCancelled));
  EXPECT_EQ(gone_, 1000u) << "what went was told, though the call failed";
  EXPECT_EQ(catalog_->photo_count(), 1500u);
  EXPECT_THAT(catalog_->GetRoot(root_), IsOk());
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
  EXPECT_THAT(catalog_->RemoveRoot(root_), IsOkAndHolds(SizeIs(1500)));
  EXPECT_EQ(catalog_->photo_count(), 0u);
}

TEST_F(CatalogBatches, EndsARenameEarlyAndGoesOnWithTheRest) {
  EXPECT_THAT(catalog_->MoveFolder({root_, "all"}, {root_, "other"}, Listener(2)), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(heard_, ElementsAre(1000, 2000));
  EXPECT_EQ(Below("other"), 2000u);
  EXPECT_EQ(Below("all"), 500u);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
  EXPECT_THAT(catalog_->MoveFolder({root_, "all"}, {root_, "other"}), IsOk());
  EXPECT_EQ(Below("other"), kPaths);
  EXPECT_EQ(Below("all"), 0u);
  EXPECT_EQ(catalog_->photo_count(), kPaths);
}

TEST_F(CatalogBatches, TellsWhatARenameReplaced) {
  ASSERT_THAT(catalog_->StoreFiles(std::vector{FileOf({root_, "other/7"}, "replaced")}), IsOk());
  EXPECT_THAT(catalog_->MoveFolder({root_, "all"}, {root_, "other"}, Listener(100)), IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(gone_, 1u);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
}

TEST_F(CatalogBatches, EndsTheRemovalOfAFolderEarly) {
  EXPECT_THAT(catalog_->RemoveFolder({root_, "all"}, Listener(1)), StatusIs(StatusCode::kCancelled));
  EXPECT_EQ(Below("all"), 1500u);
  EXPECT_EQ(gone_, 1000u);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
}

// A photo that lies in two folders stays when one of them goes.
TEST_F(CatalogBatches, KeepsPhotosThatLieElsewhereToo) {
  std::vector<IndexedFile> copies;
  for (size_t i = 0; i < 1200; ++i) copies.push_back(FileOf({root_, "copy/" + std::to_string(i)}, std::to_string(i)));
  ASSERT_THAT(catalog_->StoreFiles(copies), IsOk());
  EXPECT_THAT(catalog_->RemoveFolder({root_, "all"}, Listener(100)), IsOkAndHolds(SizeIs(kPaths - 1200)));
  EXPECT_EQ(catalog_->photo_count(), 1200u);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
}

}  // namespace
}  // namespace fovea::storage
