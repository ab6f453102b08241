#pragma once
// ModifiedResnet is CLIP's image tower of the convolutional kind: a three-layer stem, pools in place of strides, and
// attention in place of the last pool.
//
// Owns:    its weights; every BatchNorm is folded into the convolution before it.
// Threads: const methods from any thread.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Memory:  the first lone picture makes a second copy of the 1 x 1 convolutions' weights (docs/decisions/005-cpu-kernels.md).
// Shapes:  pictures are [batch, side, side, 3] fp32, scaled by mean and std; features [batch, embed_dim].
#include <ATen/core/Tensor.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "encoder/clip_config.h"
#include "encoder/linear_layer.h"
#include "encoder/onednn_operators.h"
#include "encoder/weight_reader.h"

namespace fovea::encoder {

// A convolution with the BatchNorm that follows it.
class FoldedConvolution {
 public:
  enum class After { kNothing, kRelu };
  struct Options {
    int64_t side = 0;  // of the input, in pixels
    int64_t stride = 1;
    After after = After::kNothing;
  };
  FoldedConvolution(WeightReader& reader, const std::string& convolution, const std::string& norm, const Options& options);
  at::Tensor operator()(const at::Tensor& x) const;
  // sum = relu(sum + convolution(x)), in place.
  void AddReluTo(at::Tensor& sum, const at::Tensor& x) const;

 private:
  // Laid out as oneDNN wants it for one picture alone; for more it wants 1 x 1 kernels in blocks of another width.
  struct LoneForm {
    std::once_flag made;
    at::Tensor weight;
  };
  const at::Tensor& WeightFor(const at::Tensor& x) const;

  at::Tensor weight_, bias_;
  onednn::ConvolutionShape shape_;
  After after_;
  bool packed_ = false;
  std::unique_ptr<LoneForm> lone_;  // of a packed 1 x 1 kernel in fp32; bf16 wants the same for one as for many
};

class Bottleneck {
 public:
  enum class Place { kFirstOfStage, kLater };
  struct Options {
    int64_t side = 0;  // of the input, in pixels
    int64_t stride = 1;
    Place place = Place::kLater;
  };
  Bottleneck(WeightReader& reader, const std::string& prefix, const Options& options);
  at::Tensor Forward(at::Tensor x) const;

 private:
  int64_t stride_;
  FoldedConvolution first_, second_, third_;
  std::optional<FoldedConvolution> shortcut_;
};

// Attention whose query is the mean of all places.
class AttentionPool {
 public:
  AttentionPool(WeightReader& reader, int64_t heads);
  at::Tensor Forward(const at::Tensor& x) const;

 private:
  int64_t heads_;
  at::Tensor positions_;
  LinearLayer query_, key_value_, out_;
};

class ModifiedResnet {
 public:
  ModifiedResnet(WeightReader& reader, const ModifiedResnetConfig& config);
  at::Tensor Forward(const at::Tensor& pictures) const;

 private:
  at::ScalarType type_;
  std::vector<FoldedConvolution> stem_;
  std::vector<Bottleneck> blocks_;
  AttentionPool pool_;
};

}  // namespace fovea::encoder
