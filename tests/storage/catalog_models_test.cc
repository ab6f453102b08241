// Two models in one store: one answers, the other is filled, kept and forgotten, and a kill loses nothing.
// label: integration
#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "base/log.h"
#include "storage/other_models.h"
#include "tests/support/catalog_files.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::storage {
namespace {

using test::ChildProcess;
using test::FileOf;
using test::IsOk;
using test::IsOkAndHolds;
using test::OpenBound;
using test::StatusIs;
using test::TempDir;
using test::WhatIsInconsistent;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kOther = "other@1";

// The vector of a photo by the other model, which has two values.
std::vector<float> OtherVector(PhotoId id) { return {std::cos(static_cast<float>(id.value)), std::sin(static_cast<float>(id.value))}; }

Status StoreOther(Catalog& catalog, uint32_t number, const std::vector<PhotoId>& photos) {
  std::vector<std::vector<float>> vectors;
  std::vector<OtherModels::PhotoVector> rows;
  for (const PhotoId id : photos) vectors.push_back(OtherVector(id));
  for (size_t i = 0; i < photos.size(); ++i) rows.push_back({photos[i], vectors[i]});
  return OtherModels(catalog).Store(number, rows);
}

std::vector<uint64_t> IdsOf(const Catalog& catalog, uint32_t number) {
  std::vector<uint64_t> ids;
  EXPECT_THAT(catalog.ForEachVector([&](PhotoId id, std::span<const float>) { return ids.push_back(id.value), true; }, number), IsOk());
  return ids;
}

uint64_t FaultsOf(const Catalog& catalog) {
  const auto report = catalog.Verify([](const std::string&, uint64_t) { return true; });
  EXPECT_THAT(report, IsOk());
  for (const std::string& finding : report->findings) ADD_FAILURE() << finding;
  return report->faults;
}

class CatalogModels : public testing::Test {
 protected:
  void SetUp() override {
    Open();
    root_ = catalog_->AddRoot("/photos").value().id;
    Add("a");
    Add("b");
    Add("c");
    ASSERT_THAT(OtherModels(*catalog_).Begin(kOther, 2, "other"), IsOk());
    other_ = catalog_->Models().Filling()->number;
  }
  void Open() {
    catalog_.reset();
    catalog_ = *Catalog::Open({.folder = folder_.path()});
  }
  void Add(const std::string& name) {
    ASSERT_THAT(catalog_->BindModel(test::kTestModel, test::kTestDim), IsOk());
    ASSERT_THAT(catalog_->StoreFiles(std::vector{FileOf({root_, name}, name)}), IsOk());
  }
  void FillAndSwitch(int64_t keep_until_ms) {
    ASSERT_THAT(StoreOther(*catalog_, other_, {{1}, {2}, {3}}), IsOk());
    ASSERT_THAT(OtherModels(*catalog_).SwitchTo(other_, {}, keep_until_ms), IsOk());
  }

  TempDir folder_;
  std::unique_ptr<Catalog> catalog_;
  RootId root_;
  uint32_t other_ = 0;
};

TEST_F(CatalogModels, LeavesTheAnsweringModelAloneWhileAnotherIsFilled) {
  const uint64_t epoch = catalog_->vector_epoch();
  ASSERT_THAT(StoreOther(*catalog_, other_, {{1}, {3}}), IsOk());
  EXPECT_EQ(catalog_->model()->id, test::kTestModel);
  EXPECT_THAT(catalog_->GetVector({1}), IsOkAndHolds(testing::ElementsAreArray(test::VectorOf("a"))));
  EXPECT_THAT(catalog_->GetVector({1}, other_), IsOkAndHolds(OtherVector({1})));
  EXPECT_THAT(catalog_->GetVector({2}, other_), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(OtherModels(*catalog_).HasVector({2}, other_), IsOkAndHolds(false));
  EXPECT_THAT(OtherModels(*catalog_).HasVector({3}, other_), IsOkAndHolds(true));
  EXPECT_EQ(catalog_->vector_epoch(), epoch) << "the index of the answering model has nothing to catch up";
  EXPECT_EQ(WhatIsInconsistent(*catalog_), "");
  EXPECT_EQ(FaultsOf(*catalog_), 0u);
}

TEST_F(CatalogModels, SwitchesOnlyWhenEveryPhotoHasAVector) {
  ASSERT_THAT(StoreOther(*catalog_, other_, {{1}, {3}}), IsOk());
  EXPECT_THAT(OtherModels(*catalog_).SwitchTo(other_, {1}, 5), StatusIs(StatusCode::kBusy, HasSubstr("photo 2")));
  EXPECT_EQ(catalog_->model()->id, test::kTestModel);
  ASSERT_THAT(StoreOther(*catalog_, other_, {{2}}), IsOk());
  Add("d");  // came meanwhile, has a vector of the answering model alone
  EXPECT_THAT(OtherModels(*catalog_).SwitchTo(other_, {3}, 5), StatusIs(StatusCode::kBusy, HasSubstr("photo 4")));
  ASSERT_THAT(StoreOther(*catalog_, other_, {{4}}), IsOk());
  EXPECT_THAT(OtherModels(*catalog_).SwitchTo(other_, {3}, 5), IsOk());
  EXPECT_EQ(catalog_->model()->id, kOther);
  EXPECT_EQ(WhatIsInconsistent(*catalog_), "");
}

TEST_F(CatalogModels, AnswersWithTheNewModelAfterTheSwitchAndAfterReopening) {
  const uint64_t epoch = catalog_->vector_epoch();
  FillAndSwitch(1000);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(catalog_->model()->id, kOther);
    EXPECT_EQ(catalog_->model()->dim, 2);
    EXPECT_THAT(catalog_->GetVector({2}), IsOkAndHolds(OtherVector({2})));
    EXPECT_THAT(catalog_->GetVector({2}, 1), IsOkAndHolds(testing::ElementsAreArray(test::VectorOf("b")))) << "kept";
    EXPECT_GT(catalog_->vector_epoch(), epoch);
    EXPECT_THAT(catalog_->VectorChangesSince(epoch), StatusIs(StatusCode::kNotFound)) << "a snapshot of the old vectors is of no use";
    EXPECT_THAT(catalog_->VectorChangesSince(catalog_->vector_epoch()), IsOkAndHolds(IsEmpty()));
    EXPECT_EQ(FaultsOf(*catalog_), 0u);
    Open();
  }
  EXPECT_THAT(catalog_->BindModel(test::kTestModel, test::kTestDim), StatusIs(StatusCode::kUnsupported, HasSubstr(kOther)));
  EXPECT_THAT(catalog_->BindModel(kOther, 2), IsOk());
}

TEST_F(CatalogModels, TakesThePhotosVectorsOfAllModelsAlong) {
  FillAndSwitch(1000);
  ASSERT_THAT(OtherModels(*catalog_).Begin("third@1", 2, "third"), IsOk());
  const uint32_t third = catalog_->Models().Filling()->number;
  ASSERT_THAT(StoreOther(*catalog_, third, {{1}, {2}}), IsOk());
  ASSERT_THAT(catalog_->RemovePath({root_, "b"}), IsOkAndHolds(PhotoId{2}));
  EXPECT_THAT(IdsOf(*catalog_, 1), ElementsAre(1u, 3u));
  EXPECT_THAT(IdsOf(*catalog_, other_), ElementsAre(1u, 3u));
  EXPECT_THAT(IdsOf(*catalog_, third), ElementsAre(1u));
  ASSERT_THAT(StoreOther(*catalog_, third, {{2}, {3}}), IsOk()) << "encoded before it went";
  EXPECT_THAT(IdsOf(*catalog_, third), ElementsAre(1u, 3u));
  EXPECT_EQ(FaultsOf(*catalog_), 0u);
}

TEST_F(CatalogModels, ForgetsAKeptModelWhenItsTimeIsOver) {
  FillAndSwitch(1000);
  EXPECT_THAT(OtherModels(*catalog_).Forget(999), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(IdsOf(*catalog_, 1), SizeIs(3));
  const auto gone = OtherModels(*catalog_).Forget(1000);
  ASSERT_THAT(gone, IsOk());
  ASSERT_THAT(*gone, SizeIs(1));
  EXPECT_EQ(gone->front().id, test::kTestModel);
  EXPECT_THAT(catalog_->GetVector({1}, 1), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog_->GetVector({1}), IsOkAndHolds(OtherVector({1})));
  Open();
  EXPECT_THAT(catalog_->Models().models, SizeIs(1));
  EXPECT_EQ(FaultsOf(*catalog_), 0u);
  // It comes back under a number that was never used: what is left of the old files is not in its way.
  EXPECT_EQ(OtherModels(*catalog_).Begin(test::kTestModel, test::kTestDim, "test")->number, 3u);
  EXPECT_THAT(IdsOf(*catalog_, 3), IsEmpty());
}

TEST_F(CatalogModels, GoesBackWithTheVectorsThatWereKept) {
  FillAndSwitch(1000);
  const auto back = OtherModels(*catalog_).Begin(test::kTestModel, test::kTestDim, "test");
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->number, 1u);
  EXPECT_EQ(back->complete_to, PhotoId{3});
  EXPECT_THAT(OtherModels(*catalog_).Forget(INT64_MAX), IsOkAndHolds(IsEmpty())) << "it is not kept, it is being filled";
  ASSERT_THAT(OtherModels(*catalog_).SwitchTo(1, back->complete_to, 2000), IsOk());
  EXPECT_THAT(catalog_->GetVector({1}), IsOkAndHolds(testing::ElementsAreArray(test::VectorOf("a"))));
  EXPECT_EQ(FaultsOf(*catalog_), 0u);
}

TEST_F(CatalogModels, RefusesWhatDoesNotBelongToTheModelThatIsFilled) {
  const std::vector<float> vector = OtherVector({1}), half = {0.5F, 0};
  using Row = OtherModels::PhotoVector;
  EXPECT_THAT(OtherModels(*catalog_).Store(other_, std::vector{Row{{1}, half}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(OtherModels(*catalog_).Store(other_, std::vector{Row{{1}, test::VectorOf("a")}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(OtherModels(*catalog_).Store(1, std::vector{Row{{1}, test::VectorOf("a")}}), StatusIs(StatusCode::kNotFound)) << "it answers";
  EXPECT_THAT(OtherModels(*catalog_).Store(77, std::vector{Row{{1}, vector}}), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(OtherModels(*catalog_).Begin("third@1", 2, "third"), StatusIs(StatusCode::kBusy, HasSubstr(kOther)));
  EXPECT_THAT(OtherModels(*catalog_).Begin(test::kTestModel, test::kTestDim, ""), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(IdsOf(*catalog_, other_), IsEmpty());
}

TEST_F(CatalogModels, RemembersPauseSourceAndWhatWasAskedFor) {
  ASSERT_THAT(OtherModels(*catalog_).Pause(other_, true), IsOk());
  ASSERT_THAT(catalog_->RememberSource("/models/test", "test"), IsOk());
  Open();
  EXPECT_TRUE(catalog_->Models().Filling()->paused);
  EXPECT_EQ(catalog_->Models().Filling()->source, "other");
  EXPECT_EQ(catalog_->Models().Answering()->source, "/models/test");
  EXPECT_EQ(catalog_->Models().asked, "test");
  ASSERT_THAT(OtherModels(*catalog_).Keep(other_, 50), IsOk());
  EXPECT_EQ(catalog_->Models().Filling(), nullptr);
  EXPECT_THAT(OtherModels(*catalog_).Forget(50), IsOkAndHolds(SizeIs(1)));
}

// Fills and switches to and fro without end, while photos come and go. Run only by the test below.
TEST(CatalogModelsKillChild, DISABLED_SwitchesWithoutEnd) {
  const auto catalog = Catalog::Open({.folder = ChildProcess::Argument()}).value();
  const RootId root = catalog->ListRoots().front().id;
  for (int round = 0;; ++round) {
    const bool to_other = catalog->model()->id == test::kTestModel;
    const auto begun = OtherModels(*catalog).Begin(to_other ? kOther : test::kTestModel, to_other ? 2 : test::kTestDim, "");
    ASSERT_THAT(begun, IsOk());
    const auto photos = catalog->ListPhotos({}, SIZE_MAX).value();
    for (const PhotoRecord& photo : photos) {
      if (to_other) {
        ASSERT_THAT(StoreOther(*catalog, begun->number, {photo.id}), IsOk());
      } else {
        const std::string content = catalog->LocationsOf(photo.id).value().front().path;
        ASSERT_THAT(OtherModels(*catalog).Store(begun->number, std::vector{OtherModels::PhotoVector{photo.id, test::VectorOf(content)}}), IsOk());
      }
    }
    ASSERT_THAT(OtherModels(*catalog).SwitchTo(begun->number, {}, round % 2 == 0 ? 0 : INT64_MAX), IsOk());
    ASSERT_THAT(OtherModels(*catalog).Forget(1), IsOk());
    ASSERT_THAT(catalog->RemovePath(catalog->LocationsOf(photos.front().id).value().front()), IsOk());
    const bool is_other = catalog->model()->id == kOther;
    IndexedFile file = FileOf({root, StrCat("new-", photos.back().id.value)}, StrCat("new-", photos.back().id.value));
    const std::vector<float> vector = OtherVector({1});
    if (is_other) file.vector = vector;
    ASSERT_THAT(catalog->StoreFiles(std::vector{file}), IsOk());
    ChildProcess::Say(catalog->model()->id);
  }
}

TEST(CatalogModelsKill, HasOneModelWithAllVectorsAfterEachKill) {
  const TempDir folder;
  {
    const auto catalog = OpenBound(folder.path());
    const RootId root = catalog->AddRoot("/photos").value().id;
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
      ASSERT_THAT(catalog->StoreFiles(std::vector{FileOf({root, name}, name)}), IsOk());
    }
  }
  std::set<std::string> answering;
  for (int round = 0; round < 8; ++round) {
    {
      ChildProcess child("CatalogModelsKillChild.DISABLED_SwitchesWithoutEnd", folder.path());
      for (int i = 0; i <= round; ++i) child.ReadLine();
      child.Kill();
    }
    const auto catalog = Catalog::Open({.folder = folder.path()}).value();
    EXPECT_EQ(WhatIsInconsistent(*catalog), "");
    EXPECT_EQ(FaultsOf(*catalog), 0u);
    // Each kill may have fallen between the removal of one photo and the coming of another.
    EXPECT_LE(catalog->photo_count(), 8u);
    EXPECT_GE(catalog->photo_count(), 7u - static_cast<uint64_t>(round));
    answering.insert(catalog->model()->id);
    const ModelTable models = catalog->Models();
    if (models.Filling() != nullptr) {
      ASSERT_THAT(OtherModels(*catalog).Keep(models.Filling()->number, INT64_MAX), IsOk());
    }
  }
  EXPECT_FALSE(answering.empty());
}

}  // namespace
}  // namespace fovea::storage
