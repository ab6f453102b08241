#pragma once
// ScriptedEncoder is an Encoder that does what a test tells it: it writes down every run, can be held up, and fails, throws or
// runs out of memory on command. A picture's feature is its first byte, a text's is its length.
//
// Owns:    the notes.
// Threads: one call at a time, as Encoder; everything else from any thread.
// Errors:  those that `on_pictures` and `on_texts` give or throw.
// Shapes:  1 x 1 x 3 bytes in, 1 float out.
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "encoder/encoder.h"

namespace fovea::test {

// A picture of one pixel.
encoder::ModelInput Pixel(uint8_t value);
std::vector<encoder::ModelInput> Pixels(size_t count, uint8_t value = 1);

class ScriptedEncoder final : public encoder::Encoder {
 public:
  explicit ScriptedEncoder(const std::string& device = "cpu");

  const encoder::ModelInfo& info() const override { return info_; }
  const encoder::PreprocessProfile& preprocess() const override { return profile_; }
  Result<encoder::Features> EncodeImages(std::span<const encoder::ModelInput> inputs) override;
  Result<encoder::Features> EncodeTexts(std::span<const std::string> texts) override;

  // Runs of pictures wait from now on; AllowRuns lets that many end, LetGo all.
  void Hold() EXCLUDES(mutex_);
  void AllowRuns(int count) EXCLUDES(mutex_);
  void LetGo() EXCLUDES(mutex_);
  // Every run as it began: "pictures 3", "texts cat dog", and "probe" for the grey picture that asks whether the device works.
  std::vector<std::string> Notes() const EXCLUDES(mutex_);

  // Set them before the encoder runs. Not ok: the run fails with it.
  std::function<Status(std::span<const encoder::ModelInput>)> on_pictures;
  std::function<Status(std::span<const std::string>)> on_texts;

 private:
  void Note(std::string note) EXCLUDES(mutex_);

  encoder::ModelInfo info_;
  encoder::PreprocessProfile profile_;
  mutable Mutex mutex_;
  CondVar allowed_;
  bool held_ GUARDED_BY(mutex_) = false;
  int runs_allowed_ GUARDED_BY(mutex_) = 0;
  std::vector<std::string> notes_ GUARDED_BY(mutex_);
};

}  // namespace fovea::test
