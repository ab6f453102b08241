// The towers against stored features of the reference, on weights that follow from the tensors' names.
// label: integration
#include "encoder/clip_towers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "encoder/device_choice.h"
#include "indexer/unit_vector.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/reference_features.h"
#include "tests/support/reference_noise.h"
#include "tests/support/reference_weights.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;

constexpr double kTolerance = 2e-5;  // for norms near 5, fp32 against the reference's fp64

std::vector<std::vector<int64_t>> TinyRows() {
  std::vector<std::vector<int64_t>> rows = {{510, 5, 6, 7, 511}, {510, 100, 200, 300, 400, 1, 2, 3, 511}, {510, 511}};
  for (auto& row : rows) row.resize(77, 0);
  return rows;
}

const ReferenceRow kVitImages[] = {
    {5.770878, {1.245730f, 0.952660f, 0.797460f, -1.003902f, -0.370825f, -0.714039f, -0.399958f, 0.580704f}},
    {4.922602, {0.155350f, 0.949540f, 0.513593f, -1.357072f, -0.141235f, -0.919512f, -0.154842f, 0.904660f}}};
const ReferenceRow kVitTexts[] = {
    {6.598919, {-0.390576f, -1.066118f, -0.389491f, 1.845603f, 0.151789f, -1.279805f, 1.670671f, 1.686650f}},
    {6.530926, {-0.062445f, -1.264499f, -0.081011f, 0.508337f, -0.071128f, -1.472511f, 1.566768f, 0.607100f}},
    {5.160958, {-0.024676f, -1.450259f, 0.294557f, 0.543421f, -1.084668f, -0.797863f, 0.419168f, 0.215427f}}};

void ExpectTinyVit(const ClipTowers& towers, double tolerance) {
  const Result<Features> images = towers.EncodeScaled(ReferencePictures(2, 64));
  ASSERT_THAT(images, IsOk());
  ExpectRows(*images, kVitImages, tolerance);
  const Result<Features> texts = towers.EncodeTokens(TinyRows());
  ASSERT_THAT(texts, IsOk());
  ExpectRows(*texts, kVitTexts, tolerance);
}

// The similarities of the reference's head: products of unit vectors, scaled by exp(logit_scale).
void ExpectLogits(const ClipTowers& towers, const std::array<std::array<double, 3>, 2>& expected) {
  Result<Features> images = towers.EncodeScaled(ReferencePictures(2, 64)), texts = towers.EncodeTokens(TinyRows());
  ASSERT_THAT(images, IsOk());
  ASSERT_THAT(texts, IsOk());
  ASSERT_THAT(indexer::MakeUnitRows(*images), IsOk());
  ASSERT_THAT(indexer::MakeUnitRows(*texts), IsOk());
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t t = 0; t < 3; ++t) {
      const auto image = images->Row(i), text = texts->Row(t);
      const double cosine = std::inner_product(image.begin(), image.end(), text.begin(), 0.0);
      EXPECT_NEAR(std::exp(2.65926) * cosine, expected[static_cast<size_t>(i)][static_cast<size_t>(t)], 1e-4) << "picture " << i << ", text " << t;
    }
  }
}

TEST(ClipTowers, GivesTheReferencesFeaturesForATransformer) {
  const auto towers = TowersFromFolder(TinyVit());
  ExpectTinyVit(*towers, kTolerance);
  ExpectLogits(*towers, {{{1.561482, 2.881082, -1.340117}, {2.948445, 4.229348, -2.403747}}});
}

TEST(ClipTowers, GivesTheSameFeaturesFromTheHuggingFaceLayout) {
  ClipConfig config = TinyVit();
  config.layout = Layout::kHuggingFace;
  ExpectTinyVit(*TowersFromFolder(config), kTolerance);
}

TEST(ClipTowers, ReadsWeightsThatAreStoredInHalfPrecision) {
  const TempDir folder;
  const ClipConfig config = TinyVit();
  std::vector<StoredWeight> stored = StoredReferenceWeights(config);
  for (StoredWeight& weight : stored) weight.type = "F16";
  WriteSafetensors(folder / "open_clip_model.safetensors", stored);
  const Result<ModelWeights> weights = ModelWeights::Open(folder.path(), config);
  ASSERT_THAT(weights, IsOk());
  const auto towers = ClipTowers::Build(config, *weights, Device::kCpu, NumberFormat::kFloat32);
  ASSERT_THAT(towers, IsOk());
  ExpectTinyVit(**towers, 2e-2);
}

TEST(ClipTowers, GivesTheReferencesFeaturesForAResnet) {
  const auto towers = TowersFromFolder(TinyResnet());
  const Result<Features> images = towers->EncodeScaled(ReferencePictures(2, 64));
  ASSERT_THAT(images, IsOk());
  const ReferenceRow image_rows[] = {
      {1.679552, {-0.030484f, 0.452540f, 0.329049f, 0.073935f, 0.789662f, -0.377356f, 0.139382f, 0.239066f}},
      {1.660447, {-0.032985f, 0.444226f, 0.326054f, 0.069127f, 0.781884f, -0.373759f, 0.138586f, 0.237179f}}};
  const ReferenceRow text_rows[] = {
      {6.818304, {0.995609f, 1.362998f, -0.198005f, -0.802398f, 0.210121f, 0.658099f, -0.162890f, -0.591474f}},
      {5.774895, {0.092190f, 1.184603f, 0.265774f, 0.387472f, -0.378981f, 0.641872f, -0.431996f, -0.639251f}},
      {6.417286, {1.764742f, 1.564845f, -0.451340f, -0.377956f, -0.320286f, 1.014657f, -0.309629f, -0.324535f}}};
  const Result<Features> texts = towers->EncodeTokens(TinyRows());
  ASSERT_THAT(texts, IsOk());
  ExpectRows(*images, image_rows, kTolerance);
  ExpectRows(*texts, text_rows, kTolerance);
  ExpectLogits(*towers, {{{0.051617, -0.323058, -0.565188}, {0.126021, -0.239578, -0.501442}}});
}

// The same model said in the words of both configurations.
void ExpectTinyOpenClip(Activation activation, Layout layout, const std::array<ReferenceRow, 4>& expected) {
  ClipConfig config = TinyOpenClip(activation);
  config.layout = layout;
  const auto towers = TowersFromFolder(config);
  const Result<Features> images = towers->EncodeScaled(ReferencePictures(2, 48));
  const std::vector<std::vector<int64_t>> rows = {{510, 5, 6, 7, 511}, {510, 9, 511}};
  const Result<Features> texts = towers->EncodeTokens(rows);
  ASSERT_THAT(images, IsOk());
  ASSERT_THAT(texts, IsOk());
  ExpectRows(*images, std::span(expected).first(2), kTolerance);
  ExpectRows(*texts, std::span(expected).last(2), kTolerance);
}

TEST(ClipTowers, TakesHeadSizeMlpRatioAndGeluFromTheConfiguration) {
  constexpr std::array<ReferenceRow, 4> expected = {
      {{4.854963, {-0.694019f, -1.163036f, 0.242617f, 1.278976f, -0.134371f, -1.624229f, -0.281693f, -0.396999f}},
       {4.426759, {-0.946358f, -0.759418f, -0.154153f, 0.814438f, -0.632248f, -0.453648f, -0.947715f, -0.307229f}},
       {5.055212, {1.564451f, -0.288409f, -1.923799f, -1.279159f, 0.072701f, -0.448367f, -0.651424f, -0.289372f}},
       {4.758042, {0.915621f, -0.761077f, -0.994992f, -0.971565f, 0.313274f, 0.921304f, -1.118610f, 0.300714f}}}};
  for (const Layout layout : {Layout::kOpenClip, Layout::kHuggingFace}) ExpectTinyOpenClip(Activation::kGelu, layout, expected);
}

TEST(ClipTowers, TellsQuickGeluFromGelu) {
  constexpr std::array<ReferenceRow, 4> expected = {
      {{4.857373, {-0.697265f, -1.155944f, 0.235045f, 1.285459f, -0.132162f, -1.623277f, -0.280129f, -0.392825f}},
       {4.419783, {-0.945566f, -0.752114f, -0.157673f, 0.813920f, -0.627476f, -0.448876f, -0.940754f, -0.297642f}},
       {5.064969, {1.571440f, -0.299637f, -1.934028f, -1.267735f, 0.072479f, -0.435161f, -0.660678f, -0.278584f}},
       {4.764950, {0.929814f, -0.769701f, -0.995373f, -0.980311f, 0.333955f, 0.909873f, -1.126200f, 0.295014f}}}};
  for (const Layout layout : {Layout::kOpenClip, Layout::kHuggingFace}) ExpectTinyOpenClip(Activation::kQuickGelu, layout, expected);
}

TEST(ClipTowers, GivesATextTheSameFeaturesAloneAndInAnyCompany) {
  const auto towers = TowersFromFolder(TinyVit());
  std::vector<std::vector<int64_t>> rows;
  for (int64_t length = 2; length <= 77; length += 3) {
    std::vector<int64_t> row(static_cast<size_t>(length), 510);
    for (size_t i = 1; i + 1 < row.size(); ++i) row[i] = static_cast<int64_t>((i * 37 + static_cast<size_t>(length)) % 500);
    row.back() = 511;
    rows.insert(rows.begin() + length % 2, row);
  }
  const Result<Features> together = towers->EncodeTokens(rows);
  ASSERT_THAT(together, IsOk());
  for (size_t i = 0; i < rows.size(); ++i) {
    const Result<Features> alone = towers->EncodeTokens(std::span(&rows[i], 1));
    ASSERT_THAT(alone, IsOk());
    EXPECT_LT(Distance(alone->Row(0), together->Row(static_cast<int64_t>(i))), 2e-6) << "row " << i;
  }
}

TEST(ClipTowers, LooksAtNothingAfterTheEndOfAText) {
  const auto towers = TowersFromFolder(TinyVit());
  std::vector<std::vector<int64_t>> rows = {{510, 5, 6, 511}, {510, 5, 6, 511, 0, 0}, {510, 5, 6, 511, 511, 99}, {510, 5, 6, 511}, {510, 5, 6, 511}};
  rows[3].resize(77, 0);
  rows[4].resize(77, 511);
  const auto same = static_cast<int64_t>(rows.size());
  for (const std::vector<int64_t>& other : {std::vector<int64_t>{510, 5, 7, 511}, {510, 4, 6, 511}, {509, 5, 6, 511}, {510, 5, 6, 6, 511}}) rows.push_back(other);
  const Result<Features> features = towers->EncodeTokens(rows);
  ASSERT_THAT(features, IsOk());
  for (int64_t i = 1; i < features->rows; ++i) {
    const double distance = Distance(features->Row(i), features->Row(0));
    EXPECT_TRUE(i < same ? distance < 2e-6 : distance > 1e-2) << "row " << i << ": " << distance;
  }
}

class EachTower : public testing::TestWithParam<bool> {
 protected:
  ClipConfig Config() const { return GetParam() ? TinyResnet() : TinyVit(); }
};

TEST_P(EachTower, GivesAPictureTheSameFeaturesAloneAndInAnyCompany) {
  const auto towers = TowersFromFolder(Config());
  const std::vector<float> pictures = ReferencePictures(70, 64);
  const size_t numbers = pictures.size() / 70;
  for (const size_t batch : {size_t{2}, size_t{8}, size_t{33}, size_t{70}}) {
    const Result<Features> together = towers->EncodeScaled(std::span(pictures).first(batch * numbers));
    ASSERT_THAT(together, IsOk());
    for (const size_t i : {size_t{0}, batch / 2, batch - 1}) {
      const Result<Features> alone = towers->EncodeScaled(std::span(pictures).subspan(i * numbers, numbers));
      ASSERT_THAT(alone, IsOk());
      EXPECT_LT(Distance(alone->Row(0), together->Row(static_cast<int64_t>(i))), 2e-6) << "picture " << i << " of " << batch;
    }
  }
}

TEST_P(EachTower, ScalesBytesAsTheConfigurationSays) {
  const ClipConfig config = Config();
  const auto towers = TowersFromFolder(config);
  constexpr size_t kPictures = 66;  // more than one run takes
  std::vector<ModelInput> inputs;
  std::vector<float> scaled;
  const std::vector<uint8_t> pixels = ReferenceBytes("pixels", kPictures * 64 * 64 * 3);
  for (size_t p = 0; p < kPictures; ++p) {
    const auto begin = pixels.begin() + static_cast<std::ptrdiff_t>(p * 64 * 64 * 3);
    inputs.push_back({std::vector<uint8_t>(begin, begin + 64 * 64 * 3)});
    for (size_t channel = 0; channel < 3; ++channel) {
      for (size_t i = 0; i < 64 * 64; ++i) {
        scaled.push_back((static_cast<float>(inputs[p].rgb[i * 3 + channel]) / 255.0f - config.preprocess.mean[channel]) / config.preprocess.std[channel]);
      }
    }
  }
  const Result<Features> from_bytes = towers->EncodePictures(inputs), from_numbers = towers->EncodeScaled(scaled);
  ASSERT_THAT(from_bytes, IsOk());
  ASSERT_THAT(from_numbers, IsOk());
  for (int64_t i = 0; i < from_bytes->rows; ++i) EXPECT_LT(Distance(from_bytes->Row(i), from_numbers->Row(i)), 2e-6);
}

// What runs on a GPU in fp16 runs here on the CPU: slow, but the rules about which numbers stay fp32 are the same. So does
// bf16 on a CPU without instructions for it.
TEST_P(EachTower, StaysCloseInShorterNumberFormats) {
  struct Case {
    NumberFormat format;
    double tolerance;  // of the norm
  };
  const auto full = TowersFromFolder(Config());
  std::vector<float> pictures = ReferencePictures(2, 64);
  pictures.resize(pictures.size() * 2, -1.7f);
  const Result<Features> images = full->EncodeScaled(pictures), texts = full->EncodeTokens(TinyRows());
  for (const auto& [format, tolerance] : {Case{NumberFormat::kFloat16, 4e-3}, Case{NumberFormat::kBfloat16, 3e-2}, Case{NumberFormat::kInt8, 4e-2}}) {
    SCOPED_TRACE(ToString(format));
    const auto shorter = TowersFromFolder(Config(), format);
    const Result<Features> short_images = shorter->EncodeScaled(pictures), short_texts = shorter->EncodeTokens(TinyRows());
    ASSERT_THAT(short_images, IsOk());
    ASSERT_THAT(short_texts, IsOk());
    for (int64_t i = 0; i < 4; ++i) EXPECT_LT(Distance(short_images->Row(i), images->Row(i)), tolerance);
    for (int64_t i = 0; i < 3; ++i) EXPECT_LT(Distance(short_texts->Row(i), texts->Row(i)), tolerance);
  }
}

// All black, all white, and a checkerboard of single pixels.
std::vector<ModelInput> ExtremePictures(size_t side) {
  std::vector<ModelInput> pictures(3, {std::vector<uint8_t>(side * side * 3)});
  std::fill(pictures[1].rgb.begin(), pictures[1].rgb.end(), uint8_t{255});
  for (size_t i = 0; i < side * side * 3; ++i) pictures[2].rgb[i] = (i / 3 + i / 3 / side) % 2 == 0 ? 0 : 255;
  return pictures;
}

TEST_P(EachTower, StaysFiniteOnExtremePictures) {
  for (const auto format : {NumberFormat::kFloat32, NumberFormat::kFloat16, NumberFormat::kBfloat16, NumberFormat::kInt8}) {
    const Result<Features> features = TowersFromFolder(Config(), format)->EncodePictures(ExtremePictures(64));
    ASSERT_THAT(features, IsOk());
    for (const float value : features->values) ASSERT_TRUE(std::isfinite(value)) << ToString(format);
    for (int64_t i = 0; i < 3; ++i) EXPECT_GT(Norm(features->Row(i)), 0.1) << ToString(format);
  }
}

TEST_P(EachTower, TakesNothingAndRefusesWhatDoesNotFit) {
  const auto towers = TowersFromFolder(Config());
  const Result<Features> none = towers->EncodePictures({});
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ(none->rows, 0);
  const std::vector<ModelInput> small = {{std::vector<uint8_t>(10)}};
  EXPECT_THAT(towers->EncodePictures(small), StatusIs(StatusCode::kInvalidArgument, testing::HasSubstr("expected 64 x 64 x 3")));
  const std::vector<std::vector<int64_t>> outside = {{510, 512, 511}}, negative = {{-1}}, too_long = {std::vector<int64_t>(78, 1)}, empty = {{}};
  for (const auto& rows : {outside, negative, too_long, empty}) EXPECT_THAT(towers->EncodeTokens(rows), StatusIs(StatusCode::kInvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(ClipTowers, EachTower, testing::Bool(), [](const auto& param) { return param.param ? "Resnet" : "Transformer"; });

}  // namespace
}  // namespace fovea::test
