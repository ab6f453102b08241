// From bytes to the numbers the image tower reads, bit for bit.
// label: unit
#include "encoder/pixel_scale.h"

#include <gtest/gtest.h>

#include <vector>

namespace fovea::test {
namespace {

using namespace encoder;

TEST(PixelScale, RoundsEachOfTheThreeOperationsToFp32) {
  const PreprocessProfile profile;
  const PixelScale scale(profile);
  std::vector<uint8_t> rgb;
  for (int byte = 0; byte < 256; ++byte) rgb.insert(rgb.end(), 3, static_cast<uint8_t>(byte));
  std::vector<float> scaled(rgb.size());
  scale.Apply(rgb, scaled);
  for (size_t i = 0; i < rgb.size(); ++i) {
    volatile float value = static_cast<float>(rgb[i]);
    value = value / 255.0f;
    value = value - profile.mean[i % 3];
    value = value / profile.std[i % 3];
    EXPECT_EQ(scaled[i], value) << "byte " << int{rgb[i]} << " channel " << i % 3;
  }
}

TEST(PixelScale, GivesTheReferencesTensor) {
  std::vector<float> scaled(3);
  PixelScale(PreprocessProfile{}).Apply(std::vector<uint8_t>{113, 153, 138}, scaled);
  EXPECT_FLOAT_EQ(scaled[0], -0.14264035f);
  EXPECT_FLOAT_EQ(scaled[1], 0.54409146f);
  EXPECT_FLOAT_EQ(scaled[2], 0.48214942f);
}

}  // namespace
}  // namespace fovea::test
