// Two published shapes at full size, on weights that follow from the tensors' names, against the reference's features.
// label: model
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/reference_features.h"
#include "tests/support/reference_weights.h"

namespace fovea::test {
namespace {

using namespace encoder;

constexpr double kTolerance = 5e-5;  // for norms of 22 to 32

const std::vector<std::vector<int64_t>> kTexts = {{49406, 320, 1125, 539, 320, 2368, 269, 49407}, {49406, 320, 22697, 49407}};

TEST(FullSize, VitB32GivesTheReferencesFeatures) {
  ClipConfig written = VitB32();
  written.layout = Layout::kHuggingFace;
  const auto towers = TowersFromFolder(written);
  const Result<Features> images = towers->EncodeScaled(ReferencePictures(2, 224)), texts = towers->EncodeTokens(kTexts);
  ASSERT_THAT(images, IsOk());
  ASSERT_THAT(texts, IsOk());
  const ReferenceRow image_rows[] = {
      {22.956660, {-0.739915f, -0.324060f, -0.410002f, 0.355709f, -1.548796f, -0.313184f, -0.361678f, -1.657605f}},
      {22.910532, {-1.554507f, 0.077427f, 0.117700f, 0.148861f, -1.252878f, -0.660671f, -0.889159f, -1.906055f}}};
  const ReferenceRow text_rows[] = {
      {22.174600, {1.446093f, 0.095778f, 0.061831f, 0.109508f, 1.394689f, 0.400709f, 0.326535f, -0.268233f}},
      {22.409187, {1.381658f, -0.315773f, 0.649112f, -0.403247f, 1.733973f, -0.186789f, 0.248770f, -0.696115f}}};
  ExpectRows(*images, image_rows, kTolerance);
  ExpectRows(*texts, text_rows, kTolerance);
}

TEST(FullSize, Resnet50GivesTheReferencesFeatures) {
  const auto towers = TowersFromFolder(Resnet50());
  const Result<Features> images = towers->EncodeScaled(ReferencePictures(2, 224)), texts = towers->EncodeTokens(std::span(kTexts).first(1));
  ASSERT_THAT(images, IsOk());
  ASSERT_THAT(texts, IsOk());
  const ReferenceRow image = {27.254629, {0.518188f, 0.442304f, 0.121664f, -0.081143f, 1.115201f, 0.253318f, -0.143315f, -0.081013f}};
  const ReferenceRow text = {32.290907, {-0.377043f, 0.501157f, -1.230975f, -0.237813f, -0.501036f, -1.255472f, 1.006834f, 0.965045f}};
  ExpectRows(*images, std::span(&image, 1), kTolerance);
  ExpectRows(*texts, std::span(&text, 1), kTolerance);
}

}  // namespace
}  // namespace fovea::test
