// The generator of reference weights against its own check values: every stored feature stands on it.
// label: unit
#include "tests/support/reference_weights.h"

#include <gmock/gmock.h>

#include "tests/support/reference_noise.h"

namespace fovea::test {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

std::vector<float> First(std::vector<float> values, size_t count) {
  values.resize(count);
  return values;
}

TEST(ReferenceNoise, HasTheCheckValues) {
  EXPECT_EQ(NoiseHash("visual.conv1.weight"), 0xaf6e9c46e8876164u);
  EXPECT_EQ(NoiseHash("image"), 0x2ab612888528489au);
  const double weights[] = {0.56858945, 0.59522414, 0.10354334, 0.07226211}, image[] = {0.69176573, 0.94837815, 0.63128507};
  for (size_t i = 0; i < std::size(weights); ++i) EXPECT_NEAR(ReferenceNoise("visual.conv1.weight", i), weights[i], 1e-8);
  for (size_t i = 0; i < std::size(image); ++i) EXPECT_NEAR(ReferenceNoise("image", i), image[i], 1e-8);
}

TEST(ReferenceWeight, HasTheSpotValuesOfTheTinyTransformer) {
  EXPECT_THAT(First(ReferenceWeight("visual.conv1.weight", {128, 3, 16, 16}), 4),
              ElementsAre(FloatEq(0.00857368f), FloatEq(0.01190302f), FloatEq(-0.04955708f), FloatEq(-0.05346724f)));
  EXPECT_THAT(First(ReferenceWeight("visual.ln_pre.weight", {128}), 2), ElementsAre(FloatEq(1.0267545f), FloatEq(0.9217802f)));
  EXPECT_THAT(First(ReferenceWeight("visual.class_embedding", {128}), 2), ElementsAre(FloatEq(-0.41996354f), FloatEq(-0.41707927f)));
  EXPECT_THAT(First(ReferenceWeight("visual.proj", {128, 32}), 2), ElementsAre(testing::FloatNear(0.00126705f, 1e-8f), testing::FloatNear(-0.00724252f, 1e-8f)));
}

TEST(ReferenceWeight, FollowsTheRuleOfEachKindOfTensor) {
  const auto range = [](const std::string& key, const encoder::Shape& shape) {
    const std::vector<float> values = ReferenceWeight(key, shape);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return std::pair(*least, *most);
  };
  const auto expect = [&](const std::string& key, const encoder::Shape& shape, float least, float most) {
    const auto [low, high] = range(key, shape);
    EXPECT_NEAR(low, least, 0.01f * (most - least)) << key;
    EXPECT_NEAR(high, most, 0.01f * (most - least)) << key;
  };
  expect("visual.bn1.running_var", {4096}, 0.5f, 1.5f);
  expect("visual.bn1.running_mean", {4096}, -0.1f, 0.1f);
  expect("transformer.resblocks.0.attn.in_proj_bias", {4096}, -0.1f, 0.1f);
  expect("visual.attnpool.positional_embedding", {64, 64}, -0.1f, 0.1f);
  expect("token_embedding.weight", {64, 64}, -0.5f, 0.5f);
  expect("ln_final.weight", {4096}, 0.9f, 1.1f);
  expect("text_projection", {300, 64}, -0.1f, 0.1f);     // sqrt(3 / 300): multiplied from the right
  expect("mlp.c_fc.weight", {64, 300}, -0.1f, 0.1f);     // sqrt(3 / 300)
  EXPECT_THAT(ReferenceWeight("logit_scale", {}), ElementsAre(FloatEq(2.65926f)));
}

}  // namespace
}  // namespace fovea::test
