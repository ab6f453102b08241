// Two more published shapes at full size: as clip_full_size_test.cc, which runs always; these take a minute each.
// label: slow
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/reference_features.h"
#include "tests/support/reference_weights.h"

namespace fovea::test {
namespace {

using namespace encoder;

ClipConfig VitB16() {
  ClipConfig config = VitB32();
  std::get<VisionTransformerConfig>(config.vision).patch_size = 16;
  return config;
}

ClipConfig Resnet50x4() {
  ClipConfig config = Resnet50();
  config.embed_dim = 640;
  config.vision = ModifiedResnetConfig{.blocks = {4, 6, 10, 6}, .width = 80, .heads = 40, .image_size = 288};
  config.text.transformer = {.width = 640, .layers = 12, .heads = 10, .mlp_width = 2560};
  config.preprocess.image_size = config.preprocess.resize_to = 288;
  return config;
}

TEST(FullSize, VitB16GivesTheReferencesFeatures) {
  const Result<Features> images = TowersFromFolder(VitB16())->EncodeScaled(ReferencePictures(1, 224));
  ASSERT_THAT(images, IsOk());
  const ReferenceRow image = {22.603283, {-0.544622f, -0.422564f, -0.074171f, -0.196133f, -1.151737f, -0.181192f, -0.477134f, -1.894456f}};
  ExpectRows(*images, std::span(&image, 1), 5e-5);
}

TEST(FullSize, Resnet50x4GivesTheReferencesFeatures) {
  const auto towers = TowersFromFolder(Resnet50x4());
  const std::vector<std::vector<int64_t>> rows = {{49406, 320, 1125, 539, 320, 2368, 269, 49407}};
  const Result<Features> images = towers->EncodeScaled(ReferencePictures(1, 288)), texts = towers->EncodeTokens(rows);
  ASSERT_THAT(images, IsOk());
  ASSERT_THAT(texts, IsOk());
  const ReferenceRow image = {65.450368, {-2.573736f, 4.035446f, -3.469321f, 1.311055f, 1.042055f, 4.339977f, -2.389745f, -4.685881f}};
  const ReferenceRow text = {25.084927, {-0.907739f, 1.340383f, -1.556175f, -0.698879f, -1.201074f, 0.232342f, -0.333628f, -1.075158f}};
  ExpectRows(*images, std::span(&image, 1), 5e-5);
  ExpectRows(*texts, std::span(&text, 1), 5e-5);
}

}  // namespace
}  // namespace fovea::test
