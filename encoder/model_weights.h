#pragma once
// ModelWeights finds every tensor of a CLIP model in the files of a model folder and checks names, shapes and types.
//
// Owns:    the open weights files; tensor data stays in them until it is read.
// Threads: after Open, any thread may call any method.
// Errors:  kNotFound (no weights file), kCorrupt (missing, mis-shaped or unexpected tensors, named), kUnsupported. Never throws.
// Shapes:  of the internal (OpenAI) layout; see encoder/expected_weights.h.
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/stored_tensors.h"
#include "encoder/weight_files.h"

namespace fovea::encoder {

// One tensor: the parts' rows one under another, then transposed if `transposed`.
struct WeightSource {
  struct Part {
    const TensorFile* file = nullptr;
    const StoredTensor* tensor = nullptr;
  };
  std::vector<Part> parts;
  bool transposed = false;
};

// kUnsupported for networks that go by CLIP's name, or near it, but are none of its own: timm towers, SigLIP, CoCa.
Status CheckFamiliar(const WeightFiles& files);

class ModelWeights {
 public:
  static Result<ModelWeights> Open(const std::string& folder, const ClipConfig& config);
  // Of files that are open already.
  static Result<ModelWeights> Take(WeightFiles files, const ClipConfig& config);

  const WeightFiles& files() const { return files_; }
  const std::map<std::string, WeightSource>& sources() const { return sources_; }
  // Requires: `key` is one that ExpectedWeights lists for the configuration given to Open.
  const WeightSource& Source(const std::string& key) const { return sources_.at(key); }
  // Numbers in all tensors that are used.
  int64_t parameters() const { return parameters_; }

 private:
  WeightFiles files_;
  std::map<std::string, WeightSource> sources_;
  int64_t parameters_ = 0;
};

}  // namespace fovea::encoder
