// Library with the model in the box: vectors belong to their pictures, whatever else is in the batch.
// label: model
#include <gmock/gmock.h>

#include <filesystem>

#include "encoder/clip_model.h"
#include "indexer/library.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::MakePicture;

constexpr const char* kModel = FOVEA_SOURCE_DIR "/models/fovea-tiny";
constexpr uint64_t kPictures = 24;

std::string Name(uint64_t seed) { return "p" + std::to_string(seed) + ".jpg"; }
std::string Bytes(uint64_t seed) { return MakePicture({.width = 200, .height = 140, .seed = seed}); }

class LibraryModel : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kModel)) GTEST_SKIP() << "no model in " << kModel;
    ASSERT_THAT(encoder::InitDecoder(1), IsOk());
    for (uint64_t seed = 1; seed <= kPictures; ++seed) pictures_.Write(Name(seed), Bytes(seed));
    auto catalog = storage::Catalog::Open({.folder = data_.path()});
    ASSERT_THAT(catalog, IsOk());
    catalog_ = *std::move(catalog);
    auto model = encoder::ClipModel::Load(kModel, {.device = encoder::DeviceChoice::kCpu});
    ASSERT_THAT(model, IsOk());
    library_ = std::make_unique<Library>(*catalog_, clock_, metrics_, test::RunningLibrary::QuickOptions(false));
    ASSERT_THAT(library_->AddRoot(pictures_.path()), IsOk());
    ASSERT_THAT(library_->Start(*std::move(model)), IsOk());
    ASSERT_TRUE(library_->WaitUntilIdle(std::chrono::steady_clock::now() + std::chrono::seconds(120)));
  }
  void TearDown() override {
    if (library_) library_->Stop();
  }

  test::TempDir pictures_;
  test::TempDir data_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<storage::Catalog> catalog_;
  std::unique_ptr<Library> library_;
};

TEST_F(LibraryModel, HasEveryPictureFindItselfThoughItWasEncodedInABatch) {
  ASSERT_EQ(library_->GetStatus().photos, kPictures);
  for (uint64_t seed = 1; seed <= kPictures; ++seed) {
    const auto answer = library_->Search({.query = ImageQuery{Bytes(seed)}, .k = 1});
    ASSERT_THAT(answer, IsOk());
    ASSERT_EQ(answer->hits.size(), 1u);
    EXPECT_EQ(answer->hits[0].photo.paths.front().path, pictures_ / Name(seed));
    EXPECT_GT(answer->hits[0].score, 0.9999f) << "the same picture alone";
  }
}

TEST_F(LibraryModel, AnswersATextAndSaysWhichModelDid) {
  const auto answer = library_->Search({.query = TextQuery{"a drawing of a cat"}, .k = 5});
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->hits.size(), 5u);
  EXPECT_EQ(answer->model, "fovea-tiny");
  EXPECT_FALSE(library_->GetStatus().model->description.empty());
}

}  // namespace
}  // namespace fovea::indexer
