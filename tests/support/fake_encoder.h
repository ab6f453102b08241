#pragma once
// FakeEncoder is a small deterministic Encoder: a picture's features are the mean colours of a 4 x 4 grid, a text that names
// a colour has the features of a picture in that colour, any other text features made from its bytes.
//
// Owns:    nothing; borrows a FakeEncoderControl, through which a test counts, holds up and disturbs its work.
// Threads: one call at a time, as Encoder; the control from any thread.
// Errors:  those that the control asks for.
// Shapes:  32 x 32 x 3 bytes in, 64 floats out, not normalised, never zero.
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/mutex.h"
#include "encoder/encoder.h"

namespace fovea::test {

class FakeEncoderControl {
 public:
  uint64_t pictures() const { return pictures_; }  // encoded so far
  uint64_t calls() const { return calls_; }        // batches that were begun, those held up or refused included
  // Every call for pictures waits from now on until LetGo.
  void Hold() EXCLUDES(mutex_);
  void LetGo() EXCLUDES(mutex_);
  // Every call fails with this while it is not ok.
  void FailWith(Status status) EXCLUDES(mutex_);
  // A call with such a picture in it fails with kInternal. Set it before the encoder runs.
  std::function<bool(const encoder::ModelInput&)> refuses = {};

 private:
  friend class FakeEncoder;
  Status Enter() EXCLUDES(mutex_);

  std::atomic<uint64_t> pictures_ = 0;
  std::atomic<uint64_t> calls_ = 0;
  Mutex mutex_;
  CondVar let_go_;
  bool held_ GUARDED_BY(mutex_) = false;
  Status failure_ GUARDED_BY(mutex_);
};

class FakeEncoder final : public encoder::Encoder {
 public:
  static constexpr int kImageSize = 32;
  static constexpr int kDim = 64;

  // Vectors of different ids never mix; a test that changes the model changes the id.
  // Models with another `turn` give other vectors of the same pictures, whose cosines among themselves are the same.
  explicit FakeEncoder(FakeEncoderControl& control, std::string id = "fake-1", int turn = 0);

  const encoder::ModelInfo& info() const override { return info_; }
  const encoder::PreprocessProfile& preprocess() const override { return profile_; }
  Result<encoder::Features> EncodeImages(std::span<const encoder::ModelInput> inputs) override;
  Result<encoder::Features> EncodeTexts(std::span<const std::string> texts) override;

 private:
  encoder::Features Turned(encoder::Features features) const;

  FakeEncoderControl& control_;
  const int turn_;
  encoder::ModelInfo info_;
  encoder::PreprocessProfile profile_;
};

}  // namespace fovea::test
