#include "tests/support/scripted_encoder.h"

#include <utility>

namespace fovea::test {

using encoder::Features;
using encoder::ModelInput;

namespace {
constexpr uint8_t kGrey = 127;
}

ModelInput Pixel(uint8_t value) { return {.rgb = {value, value, value}}; }

std::vector<ModelInput> Pixels(size_t count, uint8_t value) { return std::vector<ModelInput>(count, Pixel(value)); }

ScriptedEncoder::ScriptedEncoder(const std::string& device) {
  info_.id = "scripted-1";
  info_.name = "scripted";
  info_.image_size = 1;
  info_.embed_dim = 1;
  info_.device = device;
  info_.precision = "fp32";
  info_.precision_reason = "it is all there is";
}

void ScriptedEncoder::Note(std::string note) {
  MutexLock lock(mutex_);
  notes_.push_back(std::move(note));
}

std::vector<std::string> ScriptedEncoder::Notes() const {
  MutexLock lock(mutex_);
  return notes_;
}

void ScriptedEncoder::Hold() {
  MutexLock lock(mutex_);
  held_ = true;
}

void ScriptedEncoder::AllowRuns(int count) {
  MutexLock lock(mutex_);
  runs_allowed_ += count;
  allowed_.NotifyAll();
}

void ScriptedEncoder::LetGo() {
  MutexLock lock(mutex_);
  held_ = false;
  allowed_.NotifyAll();
}

Result<Features> ScriptedEncoder::EncodeImages(std::span<const ModelInput> inputs) {
  const bool probe = inputs.size() == 1 && inputs[0].rgb == Pixel(kGrey).rgb;
  Note(probe ? "probe" : "pictures " + std::to_string(inputs.size()));
  {
    MutexLock lock(mutex_);
    while (held_ && runs_allowed_ == 0) allowed_.Wait(mutex_);
    if (held_) --runs_allowed_;
  }
  if (on_pictures) RETURN_IF_ERROR(on_pictures(inputs));
  Features features{.rows = static_cast<int64_t>(inputs.size()), .dim = 1, .values = {}};
  for (const ModelInput& input : inputs) features.values.push_back(input.rgb.front());
  return features;
}

Result<Features> ScriptedEncoder::EncodeTexts(std::span<const std::string> texts) {
  std::string note = "texts";
  for (const std::string& text : texts) note += " " + text;
  Note(note);
  if (on_texts) RETURN_IF_ERROR(on_texts(texts));
  Features features{.rows = static_cast<int64_t>(texts.size()), .dim = 1, .values = {}};
  for (const std::string& text : texts) features.values.push_back(static_cast<float>(text.size()));
  return features;
}

}  // namespace fovea::test
