#include "tests/support/reference_weights.h"

#include <cmath>

#include "tests/support/reference_noise.h"

namespace fovea::test {
namespace {

int64_t CountOf(const encoder::Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

// value = offset + factor * r, with r in [-1, 1).
struct Rule {
  double offset = 0;
  double factor = 0;
};

Rule RuleFor(const std::string& key, const encoder::Shape& shape) {
  const std::string leaf = key.substr(key.rfind('.') + 1);
  if (key == "logit_scale") return {2.65926, 0};
  if (leaf == "num_batches_tracked") return {0, 0};
  if (leaf == "running_var") return {1, 0.5};
  if (leaf == "running_mean" || leaf.find("bias") != std::string::npos || leaf == "positional_embedding") return {0, 0.1};
  if (leaf == "class_embedding" || key.ends_with("token_embedding.weight")) return {0, 0.5};
  if (shape.size() == 1) return {1, 0.1};
  const bool right_hand = leaf == "proj" || leaf == "text_projection";
  const int64_t fan = right_hand ? shape[0] : CountOf(shape) / shape[0];
  return {0, std::sqrt(3.0 / static_cast<double>(fan))};
}

}  // namespace

std::vector<float> ReferenceWeight(const std::string& key, const encoder::Shape& shape) {
  const uint64_t hash = NoiseHash(key);
  const Rule rule = RuleFor(key, shape);
  std::vector<float> values(static_cast<size_t>(CountOf(shape)));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(rule.offset + rule.factor * (2 * ReferenceNoise(hash, i) - 1));
  }
  return values;
}

std::vector<float> ReferencePictures(int64_t count, int64_t side) {
  const uint64_t hash = NoiseHash("image");
  std::vector<float> values(static_cast<size_t>(count * 3 * side * side));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(1.5 * (2 * ReferenceNoise(hash, i) - 1));
  return values;
}

}  // namespace fovea::test
