#include "tests/support/fake_encoder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <utility>

#include "base/log.h"

namespace fovea::test {

using encoder::Features;
using encoder::ModelInput;

namespace {

constexpr int kGrid = 4;
constexpr int kCell = FakeEncoder::kImageSize / kGrid;
constexpr float kFloor = 0.05f;  // in a place of its own, so that a grey picture has a direction too

struct Colour {
  std::string_view name;
  std::array<uint8_t, 3> rgb;
};
constexpr std::array<Colour, 8> kColours = {{{"red", {230, 20, 20}},
                                             {"green", {20, 200, 40}},
                                             {"blue", {20, 40, 230}},
                                             {"yellow", {240, 230, 20}},
                                             {"purple", {150, 20, 200}},
                                             {"orange", {245, 140, 10}},
                                             {"white", {250, 250, 250}},
                                             {"black", {5, 5, 5}}}};

float Scaled(double mean) { return static_cast<float>((mean - 127.5) / 127.5); }

void EncodePicture(const ModelInput& input, std::span<float> row) {
  for (int cell = 0; cell < kGrid * kGrid; ++cell) {
    std::array<int, 3> sums{};
    for (int pixel = 0; pixel < kCell * kCell; ++pixel) {
      const int x = cell % kGrid * kCell + pixel % kCell;
      const int y = cell / kGrid * kCell + pixel / kCell;
      const uint8_t* rgb = &input.rgb[static_cast<size_t>((y * FakeEncoder::kImageSize + x) * 3)];
      for (size_t c = 0; c < 3; ++c) sums[c] += rgb[c];
    }
    for (size_t c = 0; c < 3; ++c) row[static_cast<size_t>(cell) * 3 + c] = Scaled(static_cast<double>(sums[c]) / (kCell * kCell));
  }
  row[kGrid * kGrid * 3] = kFloor;
}

const Colour* ColourIn(const std::string& text) {
  for (const Colour& colour : kColours) {
    if (text.find(colour.name) != std::string::npos) return &colour;
  }
  return nullptr;
}

void EncodeText(const std::string& text, std::span<float> row) {
  if (const Colour* colour = ColourIn(text)) {
    for (size_t i = 0; i < kGrid * kGrid * 3; ++i) row[i] = Scaled(colour->rgb[i % 3]);
    row[kGrid * kGrid * 3] = kFloor;
    return;
  }
  std::seed_seq seed(text.begin(), text.end());
  std::mt19937 random(seed);
  for (float& value : row) value = static_cast<float>(random() % 2001) / 1000.0f - 1.0f;
}

Features Empty(size_t rows) {
  Features features{.rows = static_cast<int64_t>(rows), .dim = FakeEncoder::kDim, .values = {}};
  features.values.assign(rows * FakeEncoder::kDim, 0.0f);
  return features;
}

std::span<float> Row(Features& features, size_t row) {
  return std::span(features.values).subspan(row * FakeEncoder::kDim, FakeEncoder::kDim);
}

}  // namespace

void FakeEncoderControl::Hold() {
  MutexLock lock(mutex_);
  held_ = true;
}

void FakeEncoderControl::LetGo() {
  MutexLock lock(mutex_);
  held_ = false;
  let_go_.NotifyAll();
}

void FakeEncoderControl::FailWith(Status status) {
  MutexLock lock(mutex_);
  failure_ = std::move(status);
}

Status FakeEncoderControl::Enter() {
  ++calls_;
  MutexLock lock(mutex_);
  while (held_) let_go_.Wait(mutex_);
  return failure_;
}

Features FakeEncoder::Turned(Features features) const {
  for (int64_t row = 0; row < features.rows; ++row) {
    const auto values = Row(features, static_cast<size_t>(row));
    std::rotate(values.begin(), values.begin() + turn_, values.end());
  }
  return features;
}

FakeEncoder::FakeEncoder(FakeEncoderControl& control, std::string id, int turn) : control_(control), turn_(turn) {
  info_.id = std::move(id);
  info_.name = "fake";
  info_.layout = "huggingface";
  info_.architecture = "mean colours of a 4 x 4 grid";
  info_.description = "knows colours, for tests";
  info_.image_size = kImageSize;
  info_.embed_dim = kDim;
  info_.context_length = 77;
  info_.vocab_size = 512;
  info_.device = "cpu";
  info_.precision = "fp32";
  info_.precision_reason = "it is all there is";
  profile_.image_size = kImageSize;
  profile_.resize_to = kImageSize;
}

Result<Features> FakeEncoder::EncodeImages(std::span<const ModelInput> inputs) {
  RETURN_IF_ERROR(control_.Enter());
  Features features = Empty(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].rgb.size() != size_t{kImageSize} * kImageSize * 3) {
      return Failed(InvalidArgument(StrCat("picture ", i, " has ", inputs[i].rgb.size(), " bytes")));
    }
    if (control_.refuses && control_.refuses(inputs[i])) return Failed(Internal("a picture in the batch is refused"));
    EncodePicture(inputs[i], Row(features, i));
  }
  control_.pictures_ += inputs.size();
  return Turned(std::move(features));
}

Result<Features> FakeEncoder::EncodeTexts(std::span<const std::string> texts) {
  Features features = Empty(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) EncodeText(texts[i], Row(features, i));
  return Turned(std::move(features));
}

}  // namespace fovea::test
