// Made-up vectors: the same ones for a seed, and texts that lie elsewhere than pictures, as CLIP's do.
// label: unit
#include "bench/synthetic_vectors.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace fovea::bench {
namespace {

constexpr int64_t kDim = 512;
constexpr uint64_t kPictures = 2000;
constexpr uint64_t kTexts = 50;

using Vector = std::vector<float>;

double Cosine(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

class SyntheticVectorsTest : public testing::Test {
 protected:
  static const SyntheticVectors& Made() {
    static const SyntheticVectors vectors(kDim, 1);
    return vectors;
  }
  static Vector Picture(uint64_t picture) {
    Vector vector(kDim);
    Made().Picture(picture, vector);
    return vector;
  }
  static Vector Text(uint64_t text) {
    Vector vector(kDim);
    Made().Text(text, vector);
    return vector;
  }
  static const std::vector<Vector>& Pictures() {
    static const std::vector<Vector> pictures = [] {
      std::vector<Vector> made;
      for (uint64_t i = 0; i < kPictures; ++i) made.push_back(Picture(i));
      return made;
    }();
    return pictures;
  }
  // The best cosine of `query` to a picture other than `itself`.
  static double Best(const Vector& query, uint64_t itself) {
    double best = -1;
    for (uint64_t i = 0; i < kPictures; ++i) {
      if (i != itself) best = std::max(best, Cosine(query, Pictures()[i]));
    }
    return best;
  }
};

TEST_F(SyntheticVectorsTest, HaveUnitLengthInAnyDimension) {
  for (const int64_t dim : {8, 100, 128, 768}) {
    const SyntheticVectors vectors(dim);
    Vector vector(static_cast<size_t>(dim));
    vectors.Picture(123'456, vector);
    EXPECT_NEAR(Cosine(vector, vector), 1, 1e-5) << dim;
    vectors.Text(7, vector);
    EXPECT_NEAR(Cosine(vector, vector), 1, 1e-5) << dim;
  }
}

TEST_F(SyntheticVectorsTest, AreTheSameForASeedAndOthersForAnother) {
  const SyntheticVectors again(kDim, 1), other(kDim, 2);
  Vector same(kDim), different(kDim);
  again.Picture(999'999, same);
  other.Picture(999'999, different);
  EXPECT_EQ(same, Picture(999'999));
  EXPECT_LT(Cosine(different, same), 0.9);
}

TEST_F(SyntheticVectorsTest, PutTextsFarFromPicturesAsClipDoes) {
  double nearest_to_pictures = 0, nearest_to_texts = 0, any_text = 0;
  for (uint64_t i = 0; i < kTexts; ++i) {
    nearest_to_pictures += Best(Pictures()[i * 37], i * 37) / kTexts;
    nearest_to_texts += Best(Text(i), kPictures) / kTexts;
    any_text += Cosine(Text(i), Pictures()[i * 31]) / kTexts;
  }
  EXPECT_GT(nearest_to_pictures, 0.8);
  EXPECT_LT(nearest_to_texts, 0.45);
  EXPECT_GT(nearest_to_texts, any_text + 0.05) << "a text prefers some pictures";
  EXPECT_NEAR(any_text, 0.2, 0.06) << "and has a constant cosine to all others";
}

TEST_F(SyntheticVectorsTest, PutTextsCloserToWhatTheyAskFor) {
  double asked = 0, others = 0, pairs = 0;
  for (uint64_t text = 0; text < 400; ++text) {
    const Vector query = Text(text);
    for (uint64_t i = 0; i < kPictures; i += 7) {
      if (Made().ClusterOf(i) != Made().TargetOf(text)) continue;
      asked += Cosine(query, Pictures()[i]);
      others += Cosine(query, Pictures()[(i + 997) % kPictures]);
      ++pairs;
    }
  }
  ASSERT_GT(pairs, 10);
  EXPECT_GT(asked / pairs, others / pairs + 0.08);
}

TEST_F(SyntheticVectorsTest, FormClustersOfUnevenSizeAndTightBursts) {
  std::map<uint32_t, int> topics;
  double bursts = 0, in_bursts = 0;
  for (uint64_t i = 0; i < 20'000; ++i) ++topics[Made().ClusterOf(i) / SyntheticVectors::kKinds];
  for (uint64_t i = 0; i + 1 < kPictures; i += SyntheticVectors::kBurstPictures) {
    if (!Made().InBurst(i)) continue;
    ++bursts;
    in_bursts += Cosine(Pictures()[i], Pictures()[i + 1]);
  }
  const auto size = [](const auto& a, const auto& b) { return a.second < b.second; };
  EXPECT_GT(std::max_element(topics.begin(), topics.end(), size)->second, 20 * std::min_element(topics.begin(), topics.end(), size)->second);
  ASSERT_GT(bursts, 5);
  EXPECT_GT(in_bursts / bursts, 0.97);
}

// A few directions hold most of what differs, and no single value does: what makes quantising by parts hard.
TEST_F(SyntheticVectorsTest, VaryAlongFewDirectionsThatNoCoordinateShows) {
  Vector mean(kDim), variance(kDim);
  for (const Vector& picture : Pictures()) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += picture[i] / kPictures;
  }
  for (const Vector& picture : Pictures()) {
    for (size_t i = 0; i < mean.size(); ++i) variance[i] += (picture[i] - mean[i]) * (picture[i] - mean[i]);
  }
  const double whole = std::accumulate(variance.begin(), variance.end(), 0.0);
  EXPECT_LT(*std::max_element(variance.begin(), variance.end()) / whole, 0.02);
  // The squared cosine of two centred pictures is 1 / 512 when all directions count alike.
  double squares = 0;
  for (uint64_t i = 0; i + 1000 < kPictures; ++i) {
    double dot = 0, a = 0, b = 0;
    for (size_t j = 0; j < mean.size(); ++j) {
      const double x = Pictures()[i][j] - mean[j], y = Pictures()[i + 1000][j] - mean[j];
      dot += x * y, a += x * x, b += y * y;
    }
    squares += dot * dot / (a * b) / (kPictures - 1000);
  }
  EXPECT_GT(squares, 4.0 / kDim);
}

}  // namespace
}  // namespace fovea::bench
