// One head of attention by the CPU's bf16 instructions against the formula in double.
// label: unit
#include "encoder/bf16_attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace fovea::test {
namespace {

using namespace encoder;

struct Case {
  int64_t tokens, width;
  bool causal;
};

// softmax(q k^T / sqrt(width)) v of the head that starts at `offset` of rows [q | k | v].
std::vector<double> Reference(const std::vector<Bfloat16>& rows, const Bf16Attention::Shape& shape, int64_t third, int64_t offset) {
  const auto at = [&](int64_t token, int64_t place) { return static_cast<double>(ToFloat(rows[static_cast<size_t>(token * shape.stride + place)])); };
  std::vector<double> out(static_cast<size_t>(shape.tokens * shape.width));
  for (int64_t i = 0; i < shape.tokens; ++i) {
    const int64_t count = shape.causal ? i + 1 : shape.tokens;
    std::vector<double> weights;
    double sum = 0;
    for (int64_t j = 0; j < count; ++j) {
      double score = 0;
      for (int64_t d = 0; d < shape.width; ++d) score += at(i, offset + d) * at(j, third + offset + d);
      weights.push_back(std::exp(score / std::sqrt(static_cast<double>(shape.width))));
      sum += weights.back();
    }
    for (int64_t d = 0; d < shape.width; ++d) {
      double value = 0;
      for (int64_t j = 0; j < count; ++j) value += weights[static_cast<size_t>(j)] / sum * at(j, 2 * third + offset + d);
      out[static_cast<size_t>(i * shape.width + d)] = value;
    }
  }
  return out;
}

TEST(Bf16Attention, GivesWhatTheFormulaSays) {
  if (!Bf16Attention::IsThere()) GTEST_SKIP() << "this CPU has no bf16 instructions";
  for (const Case c : {Case{1, 16, false}, Case{5, 24, true}, Case{50, 64, false}, Case{77, 64, true}, Case{66, 80, false}, Case{257, 88, false},
                       Case{64, 104, true}, Case{13, 40, false}}) {
    SCOPED_TRACE(testing::Message() << c.tokens << " tokens, " << c.width << " wide, causal " << c.causal);
    constexpr int64_t kHeads = 3;
    const int64_t all = kHeads * c.width;
    const Bf16Attention::Shape shape{.tokens = c.tokens, .width = c.width, .stride = 3 * all, .out_stride = all, .causal = c.causal};
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0, 1.5f);
    std::vector<Bfloat16> rows(static_cast<size_t>(c.tokens * 3 * all)), out(static_cast<size_t>(c.tokens * all));
    for (Bfloat16& value : rows) value = ToBfloat16(normal(random));
    Bf16Attention attention(shape);
    for (int64_t head = 0; head < kHeads; ++head) {
      const Bfloat16* q = rows.data() + head * c.width;
      attention.Run({.q = q, .k = q + all, .v = q + 2 * all, .out = out.data() + head * c.width});
    }
    for (int64_t head = 0; head < kHeads; ++head) {
      const std::vector<double> expected = Reference(rows, shape, all, head * c.width);
      for (int64_t i = 0; i < c.tokens; ++i) {
        for (int64_t d = 0; d < c.width; ++d) {
          const double found = ToFloat(out[static_cast<size_t>(i * all + head * c.width + d)]);
          ASSERT_NEAR(found, expected[static_cast<size_t>(i * c.width + d)], 0.02) << "head " << head << ", token " << i << ", number " << d;
        }
      }
    }
  }
}

}  // namespace
}  // namespace fovea::test
