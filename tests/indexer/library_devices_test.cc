// Library with real models: weights that hold a NaN, two devices, and a store that another model made.
// label: model
#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "encoder/clip_model.h"
#include "indexer/library.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

namespace fs = std::filesystem;
using test::IsOk;
using test::MakePicture;
using test::StatusIs;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kModel = FOVEA_SOURCE_DIR "/models/fovea-tiny";

std::unique_ptr<encoder::Encoder> LoadModel(const std::string& folder) {
  auto model = encoder::ClipModel::Load(folder, {.device = encoder::DeviceChoice::kCpu});
  EXPECT_THAT(model, IsOk());
  return model ? *std::move(model) : nullptr;
}

// Writes a NaN over the first number of a tensor (fp32 or fp16) of a safetensors file.
void PoisonTensor(const std::string& file, const std::string& tensor) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  uint64_t header_bytes = 0;
  stream.read(reinterpret_cast<char*>(&header_bytes), sizeof header_bytes);
  std::string header(header_bytes, '\0');
  stream.read(header.data(), static_cast<std::streamsize>(header_bytes));
  const nlohmann::json entry = nlohmann::json::parse(header).at(tensor);
  const std::string nan = entry.at("dtype") == "F32" ? std::string("\x00\x00\xc0\x7f", 4) : std::string("\x00\x7e", 2);
  stream.seekp(static_cast<std::streamoff>(sizeof header_bytes + header_bytes + entry.at("data_offsets")[0].get<uint64_t>()));
  stream.write(nan.data(), static_cast<std::streamsize>(nan.size()));
  ASSERT_TRUE(stream.good());
}

class LibraryDevices : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kModel)) GTEST_SKIP() << "no model in " << kModel;
    ASSERT_THAT(encoder::InitDecoder(1), IsOk());
    auto catalog = storage::Catalog::Open({.folder = data_ / "library"});
    ASSERT_THAT(catalog, IsOk());
    catalog_ = *std::move(catalog);
    MakeLibrary();
  }
  void TearDown() override {
    if (library_) library_->Stop();
  }
  void MakeLibrary() { library_ = std::make_unique<Library>(*catalog_, clock_, metrics_, test::RunningLibrary::QuickOptions(false)); }
  void AddPictures(uint64_t count) {
    for (uint64_t seed = 1; seed <= count; ++seed) pictures_.Write("p" + std::to_string(seed) + ".jpg", Bytes(seed));
    ASSERT_THAT(library_->AddRoot(pictures_.path()), IsOk());
  }
  void WaitIdle() { ASSERT_TRUE(library_->WaitUntilIdle(std::chrono::steady_clock::now() + std::chrono::seconds(120))); }
  // A copy of fovea-tiny under another name.
  std::string CopyModel(const std::string& name) const {
    const std::string copy = data_ / name;
    fs::copy(kModel, copy, fs::copy_options::recursive);
    return copy;
  }
  static std::string Bytes(uint64_t seed) { return MakePicture({.width = 200, .height = 140, .seed = seed}); }

  test::TempDir pictures_;
  test::TempDir data_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<storage::Catalog> catalog_;
  std::unique_ptr<Library> library_;
};

TEST_F(LibraryDevices, NeverStoresFeaturesThatAreNotFinite) {
  const std::string model = CopyModel("poisoned");
  PoisonTensor(model + "/open_clip_model.safetensors", "visual.attnpool.c_proj.bias");
  AddPictures(5);
  ASSERT_THAT(library_->Start(LoadModel(model)), IsOk());
  WaitIdle();
  EXPECT_EQ(library_->GetStatus().photos, 0u);
  EXPECT_EQ(library_->GetStatus().vectors, 0u);
  EXPECT_EQ(catalog_->photo_count(), 0u);
  const auto failures = library_->Failures(std::nullopt, 10);
  ASSERT_THAT(failures, IsOk());
  ASSERT_EQ(failures->size(), 5u);
  for (const storage::FailureRecord& failure : *failures) EXPECT_THAT(failure.reason, AllOf(HasSubstr(".jpg"), HasSubstr("not finite")));
  EXPECT_THAT(library_->Search({.query = ImageQuery{Bytes(1)}, .k = 3}), StatusIs(StatusCode::kInternal, HasSubstr("not finite")));
  for (const auto scale : {Library::Scale::kRaw, Library::Scale::kUnit}) {
    EXPECT_THAT(library_->EmbedPictures({Bytes(1)}, scale), StatusIs(StatusCode::kInternal, HasSubstr("not finite")));
  }
  EXPECT_THAT(library_->EmbedTexts({"a cat"}, Library::Scale::kRaw), IsOk()) << "the text tower is whole";
}

TEST_F(LibraryDevices, AnswersAQuestionWhoseFeaturesAreNotFiniteWithAnError) {
  const std::string model = CopyModel("poisoned");
  PoisonTensor(model + "/open_clip_model.safetensors", "text_projection");
  AddPictures(3);
  ASSERT_THAT(library_->Start(LoadModel(model)), IsOk());
  WaitIdle();
  EXPECT_EQ(library_->GetStatus().vectors, 3u);
  EXPECT_THAT(library_->Search({.query = TextQuery{"a cat"}, .k = 3}), StatusIs(StatusCode::kInternal, HasSubstr("not finite")));
  EXPECT_THAT(library_->EmbedTexts({"a cat"}, Library::Scale::kRaw), StatusIs(StatusCode::kInternal));
  EXPECT_THAT(library_->Search({.query = ImageQuery{Bytes(1)}, .k = 3}), IsOk());
}

TEST_F(LibraryDevices, RunsTwoModelsAsTwoDevicesOverOneQueue) {
  AddPictures(20);
  std::vector<std::unique_ptr<encoder::Encoder>> models;
  for (int i = 0; i < 2; ++i) models.push_back(LoadModel(kModel));
  ASSERT_THAT(library_->Start(std::move(models)), IsOk());
  WaitIdle();
  const LibraryStatus status = library_->GetStatus();
  EXPECT_EQ(status.photos, 20u);
  ASSERT_EQ(status.encoding.devices.size(), 2u);
  EXPECT_EQ(status.encoding.devices[0].name, "cpu#0");
  EXPECT_EQ(status.encoding.devices[1].name, "cpu#1");
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const auto answer = library_->Search({.query = ImageQuery{Bytes(seed)}, .k = 1});
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->hits.front().photo.paths.front().path, pictures_ / ("p" + std::to_string(seed) + ".jpg"));
    EXPECT_GT(answer->hits.front().score, 0.9999f);
  }
}

TEST_F(LibraryDevices, RefusesDevicesWithDifferentModels) {
  const std::string other = CopyModel("other");
  PoisonTensor(other + "/open_clip_model.safetensors", "text_projection");
  std::vector<std::unique_ptr<encoder::Encoder>> models;
  models.push_back(LoadModel(kModel));
  models.push_back(LoadModel(other));
  EXPECT_THAT(library_->Start(std::move(models)), StatusIs(StatusCode::kInvalidArgument, HasSubstr("different models")));
}

TEST_F(LibraryDevices, RefusesAnotherModelThanTheStoresWithTheCommandsThatSwitch) {
  AddPictures(2);
  ASSERT_THAT(library_->Start(LoadModel(kModel)), IsOk());
  WaitIdle();
  library_->Stop();
  MakeLibrary();
  // The same dimension, other weights and another name.
  const std::string other = CopyModel("other");
  PoisonTensor(other + "/open_clip_model.safetensors", "text_projection");
  EXPECT_THAT(library_->Start(LoadModel(other)),
              StatusIs(StatusCode::kUnsupported,
                       AllOf(HasSubstr("holds 2 photos as vectors of model fovea-tiny@"), HasSubstr("asked for other@"), HasSubstr("--model 'fovea-tiny'"),
                             HasSubstr("fovea index --model 'other' --data '" + (data_ / "library.other") + "' FOLDER"))));
}

}  // namespace
}  // namespace fovea::indexer
