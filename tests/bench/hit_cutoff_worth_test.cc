// What FindHitCut is worth on a made-up library whose truth is known: 100,000 pictures, among them clusters of 1 to 20,000, and
// questions that differ from pictures as texts do: a constant offset, a weak part towards what they ask for; some ask for what
// is not there. The constants of the rule were chosen on another draw of such a library.
// label: integration
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "bench/synthetic_random.h"
#include "indexer/hit_cutoff.h"
#include "tests/support/hit_worth.h"

namespace fovea::bench {
namespace {

constexpr size_t kDim = 128;
constexpr size_t kPictures = 100'000, kTopics = 80, kSample = 512;
constexpr size_t kQuestionsPerSize = 10, kAbsent = 30, kProbes = 24;
constexpr size_t kKept = 40'000;
struct ClusterSize { size_t pictures, clusters; };
constexpr std::array<ClusterSize, 14> kSizes = {{{20'000, 1}, {10'000, 1}, {5'000, 2}, {2'000, 4}, {1'000, 6}, {500, 8}, {200, 16},
                                                {100, 24}, {50, 30}, {20, 40}, {10, 60}, {5, 60}, {2, 60}, {1, 60}}};
constexpr size_t kNowhere = ~size_t{0};

using Vector = std::array<float, kDim>;

float Dot(const Vector& a, const Vector& b) {
  float sum = 0;
  for (size_t i = 0; i < kDim; ++i) sum += a[i] * b[i];
  return sum;
}

Vector Unit(Vector vector) {
  const float scale = 1 / std::sqrt(Dot(vector, vector));
  for (float& value : vector) value *= scale;
  return vector;
}

void AddTo(Vector& to, float scale, const Vector& vector) {
  for (size_t i = 0; i < kDim; ++i) to[i] += scale * vector[i];
}

class World {
 public:
  explicit World(uint64_t seed) : random_(seed, 0) {
    for (Vector& topic : topics_) topic = Direction(true);
    picture_centre_ = Direction(true);
    text_centre_ = picture_centre_;
    for (float& value : text_centre_) value *= 0.3f;
    AddTo(text_centre_, 1, Direction(true));
    text_centre_ = Unit(text_centre_);
    for (size_t size = 0; size < kSizes.size(); ++size) {
      for (size_t i = 0; i < kSizes[size].clusters; ++i) AddCluster(size);
    }
    while (pictures_.size() < kPictures) AddPicture(Something(), kNowhere);
  }

  Vector Question(const Vector& wanted) {
    Vector text{};
    AddTo(text, 0.8f, text_centre_);
    AddTo(text, 0.45f + 0.2f * static_cast<float>(random_.Unit()), wanted);
    AddTo(text, 0.38f, Direction(false));
    return Unit(text);
  }
  // What a picture may show: a kind of a topic.
  Vector Something() {
    Vector kind = Direction(true);
    for (float& value : kind) value *= 0.85f;
    AddTo(kind, 0.55f, topics_[random_.Below(kTopics)]);
    return Unit(kind);
  }
  size_t AnyClusterOf(size_t size) { return first_of_size_[size] + random_.Below(static_cast<uint32_t>(kSizes[size].clusters)); }
  const Vector& centre(size_t cluster) const { return centres_[cluster]; }
  const std::vector<Vector>& pictures() const { return pictures_; }

  std::vector<test::Judged> Ask(const Vector& question, size_t cluster) const {
    std::vector<test::Judged> judged;
    for (size_t i = 0; i < kPictures; ++i) judged.push_back({Dot(question, pictures_[i]), cluster != kNowhere && cluster_of_[i] == cluster});
    return judged;
  }

 private:
  void AddCluster(size_t size) {
    if (first_of_size_[size] == kNowhere) first_of_size_[size] = centres_.size();
    centres_.push_back(Something());
    for (size_t i = 0; i < kSizes[size].pictures; ++i) AddPicture(centres_.back(), centres_.size() - 1);
  }
  void AddPicture(const Vector& shows, size_t cluster) {
    Vector picture{};
    AddTo(picture, 0.7f, picture_centre_);
    AddTo(picture, 0.6f, shows);
    AddTo(picture, 0.5f * (0.7f + 0.6f * static_cast<float>(random_.Unit())), Direction(true));
    pictures_.push_back(Unit(picture));
    cluster_of_.push_back(cluster);
  }
  // Of unit length; pictures spread more along the first axes.
  Vector Direction(bool as_pictures) {
    Vector direction;
    for (size_t i = 0; i < kDim; i += 2) {
      const double length = std::sqrt(-2 * std::log(1 - random_.Unit())), turn = 2 * std::numbers::pi * random_.Unit();
      direction[i] = static_cast<float>(length * std::cos(turn));
      direction[i + 1] = static_cast<float>(length * std::sin(turn));
    }
    if (as_pictures) {
      for (size_t i = 0; i < kDim; ++i) direction[i] *= std::pow(1 + static_cast<float>(i) / 8, -0.3f);
    }
    return Unit(direction);
  }

  SyntheticRandom random_;
  std::array<Vector, kTopics> topics_;
  Vector picture_centre_, text_centre_;
  std::vector<Vector> centres_;
  std::array<size_t, kSizes.size()> first_of_size_ = [] { std::array<size_t, kSizes.size()> none; none.fill(kNowhere); return none; }();
  std::vector<Vector> pictures_;
  std::vector<size_t> cluster_of_;
};

// As indexer/background_scores measures it.
indexer::ScoreBackground Background(World& world) {
  double means = 0, deviations = 0;
  for (size_t probe = 0; probe < kProbes; ++probe) {
    const Vector question = world.Question(world.Something());
    double sum = 0, squares = 0;
    for (size_t i = 0; i < kSample; ++i) {
      const double score = Dot(question, world.pictures()[i * (kPictures / kSample)]);
      sum += score;
      squares += score * score;
    }
    const double mean = sum / kSample;
    means += mean;
    deviations += std::sqrt(squares / kSample - mean * mean);
  }
  return {.mean = means / kProbes, .deviation = deviations / kProbes};
}

TEST(HitCutoff, BeatsEveryThresholdAndCountInAMadeUpLibrary) {
  World world(20261121);
  const indexer::ScoreBackground background = Background(world);
  test::HitWorth worth(kKept), absent(kKept);
  for (size_t size = 0; size < kSizes.size(); ++size) {
    for (size_t i = 0; i < kQuestionsPerSize; ++i) {
      const size_t cluster = world.AnyClusterOf(size);
      worth.AddQuestion(world.Ask(world.Question(world.centre(cluster)), cluster));
    }
  }
  for (size_t i = 0; i < kAbsent; ++i) {
    const std::vector<test::Judged> judged = world.Ask(world.Question(world.Something()), kNowhere);
    worth.AddQuestion(judged);
    absent.AddQuestion(judged);
  }
  const auto rule = [&](std::span<const float> best, size_t pictures) { return indexer::FindHitCut({best, pictures}, background).hits; };
  const double f1 = worth.F1(rule);
  worth.Print("a made-up library of 100,000", f1);
  std::printf("  questions for what is not there that get no hit: %.0f %%\n", 100 * absent.F1(rule));
  EXPECT_GT(f1, worth.BestThreshold().f1);
  EXPECT_GT(f1, worth.BestCount().f1);
  EXPECT_GT(f1, worth.BestShareOfTheBest().f1);
  EXPECT_GT(absent.F1(rule), 0.5);
}

}  // namespace
}  // namespace fovea::bench
