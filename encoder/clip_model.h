#pragma once
// ClipModel is a CLIP model read from a folder in Hugging Face or open_clip layout and run on LibTorch.
//
// Owns:    the weights and the tokenizer; immutable after Load.
// Threads: one call at a time (see Encoder); Torch's own threads are set once by SetTorchThreads.
// Errors:  Load: kNotFound, kCorrupt, kUnsupported with one line that names the file and the key or shape.
// Shapes:  as Encoder. Formulas: CLIP (Radford et al. 2021); what is left out and why stands in encoder/README.md.
#include <memory>
#include <string>

#include "base/status.h"
#include "encoder/encoder.h"
#include "encoder/preprocess.h"

namespace fovea::encoder {

enum class DeviceChoice { kAuto, kCpu, kCuda };

// What "<|endoftext|>" inside a text does: nothing special, or (as the original has it) it ends the text there.
enum class TextRules { kSafe, kReference };

struct ClipModelOptions {
  DeviceChoice device = DeviceChoice::kAuto;
  int cuda_index = 0;              // which of the CUDA devices, when it is one
  std::string precision = "auto";  // "auto", "fp32", "fp16" (CUDA), "bf16" and "int8" (CPU); see device_choice.h
  TextRules text_rules = TextRules::kSafe;
};

// How many threads Torch's operators use; once per process, before the first model runs.
void SetTorchThreads(int threads);
// How many CUDA devices this LibTorch and this machine have.
int CudaDevices();

class ClipModel final : public Encoder {
 public:
  static Result<std::unique_ptr<ClipModel>> Load(const std::string& folder, const ClipModelOptions& options);
  ~ClipModel() override;

  const ModelInfo& info() const override;
  const PreprocessProfile& preprocess() const override;
  Result<Features> EncodeImages(std::span<const ModelInput> inputs) override;
  Result<Features> EncodeTexts(std::span<const std::string> texts) override;

 private:
  struct Impl;
  explicit ClipModel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::encoder
