#pragma once
// ClipTowers runs the two networks of a CLIP model: the level below ClipModel, where pictures are numbers and texts are ids.
//
// Owns:    the weights on their device; immutable after Build.
// Threads: one call at a time.
// Errors:  kUnsupported for a tower that is not there; kInvalidArgument for a wrong size or an id outside the vocabulary, kCorrupt or kIo while reading weights,
//          kBusy when its memory does not hold so many rows, kInternal with Torch's first line when the device fails. Never
//          throws: this is the adapter that catches.
// Shapes:  features as encoder/encoder.h says.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/encoder.h"
#include "encoder/model_weights.h"

namespace fovea::encoder {

enum class Device { kCpu, kCuda };
// What matrices and convolutions compute in: kFloat16 on a GPU, kBfloat16 and kInt8 on a CPU.
enum class NumberFormat { kFloat32, kFloat16, kBfloat16, kInt8 };

// Whether the Torch we run on and the machine have a CUDA device.
bool CudaIsThere();

class ClipTowers {
 public:
  static Result<std::unique_ptr<ClipTowers>> Build(const ClipConfig& config, const ModelWeights& weights, Device device, NumberFormat format,
                                                   int cuda_index = 0);
  ~ClipTowers();
  ClipTowers(const ClipTowers&) = delete;
  ClipTowers& operator=(const ClipTowers&) = delete;

  // Pictures as bytes, side x side x 3 each.
  Result<Features> EncodePictures(std::span<const ModelInput> pictures) const;
  // Pictures already scaled by mean and std: n x 3 x side x side, row-major.
  Result<Features> EncodeScaled(std::span<const float> pictures) const;
  // One row of ids per text, at most context_length each; what follows the first largest id has no influence.
  Result<Features> EncodeTokens(std::span<const std::vector<int64_t>> rows) const;

 private:
  struct Impl;
  explicit ClipTowers(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::encoder
