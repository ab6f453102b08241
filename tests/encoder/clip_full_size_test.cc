// The published shapes at full size, on weights that follow from the tensors' names, against the reference's features.
// label: model
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "encoder/clip_towers.h"
#include "encoder/huggingface_config.h"
#include "encoder/open_clip_config.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/reference_weights.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;

constexpr double kTolerance = 5e-5;  // for norms of 22 to 32

void ExpectRow(std::span<const float> row, double norm, const std::array<float, 8>& first) {
  EXPECT_NEAR(std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0)), norm, kTolerance);
  for (size_t i = 0; i < first.size(); ++i) EXPECT_NEAR(row[i], first[i], kTolerance) << "component " << i;
}

const std::vector<std::vector<int64_t>> kTexts = {{49406, 320, 1125, 539, 320, 2368, 269, 49407}, {49406, 320, 22697, 49407}};

TEST(FullSize, VitB32GivesTheReferencesFeatures) {
  const TempDir folder;
  ClipConfig written = VitB32();
  written.layout = Layout::kHuggingFace;
  WriteModelFolder(folder.path(), written);
  const Result<ClipConfig> config = ReadHuggingFaceConfig(folder.path());
  ASSERT_THAT(config, IsOk());
  const Result<ModelWeights> weights = ModelWeights::Open(folder.path(), *config);
  ASSERT_THAT(weights, IsOk());
  EXPECT_EQ(weights->parameters(), 151'277'313 - 1) << "all but logit_scale";
  const auto towers = ClipTowers::Build(*config, *weights, Device::kCpu, NumberFormat::kFloat32);
  ASSERT_THAT(towers, IsOk());
  const Result<Features> images = (*towers)->EncodeScaled(ReferencePictures(2, 224)), texts = (*towers)->EncodeTokens(kTexts);
  ASSERT_THAT(images, IsOk());
  ASSERT_THAT(texts, IsOk());
  ExpectRow(images->Row(0), 22.956660, {-0.739915f, -0.324060f, -0.410002f, 0.355709f, -1.548796f, -0.313184f, -0.361678f, -1.657605f});
  ExpectRow(images->Row(1), 22.910532, {-1.554507f, 0.077427f, 0.117700f, 0.148861f, -1.252878f, -0.660671f, -0.889159f, -1.906055f});
  ExpectRow(texts->Row(0), 22.174600, {1.446093f, 0.095778f, 0.061831f, 0.109508f, 1.394689f, 0.400709f, 0.326535f, -0.268233f});
  ExpectRow(texts->Row(1), 22.409187, {1.381658f, -0.315773f, 0.649112f, -0.403247f, 1.733973f, -0.186789f, 0.248770f, -0.696115f});
}

TEST(FullSize, Resnet50GivesTheReferencesFeatures) {
  const TempDir folder;
  WriteModelFolder(folder.path(), Resnet50());
  const Result<ClipConfig> config = ReadOpenClipConfig(folder.path());
  ASSERT_THAT(config, IsOk());
  const Result<ModelWeights> weights = ModelWeights::Open(folder.path(), *config);
  ASSERT_THAT(weights, IsOk());
  const auto towers = ClipTowers::Build(*config, *weights, Device::kCpu, NumberFormat::kFloat32);
  ASSERT_THAT(towers, IsOk());
  const Result<Features> images = (*towers)->EncodeScaled(ReferencePictures(2, 224)), texts = (*towers)->EncodeTokens(std::span(kTexts).first(1));
  ASSERT_THAT(images, IsOk());
  ASSERT_THAT(texts, IsOk());
  ExpectRow(images->Row(0), 27.254629, {0.518188f, 0.442304f, 0.121664f, -0.081143f, 1.115201f, 0.253318f, -0.143315f, -0.081013f});
  ExpectRow(texts->Row(0), 32.290907, {-0.377043f, 0.501157f, -1.230975f, -0.237813f, -0.501036f, -1.255472f, 1.006834f, 0.965045f});
}

}  // namespace
}  // namespace fovea::test
