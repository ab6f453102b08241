#include "encoder/clip_model.h"

#include "base/log.h"
#include "encoder/clip_towers.h"
#include "encoder/model_folder.h"
#include "encoder/tokenizer.h"

namespace fovea::encoder {
namespace {

struct Choice {
  Device device = Device::kCpu;
  int cuda_index = 0;
  NumberFormat format = NumberFormat::kFloat32;
  std::string reason;
};

// Device and number format from what was asked for and what the machine has.
Result<Choice> Choose(const ClipModelOptions& options) {
  const std::string& precision = options.precision;
  if (precision != "auto" && precision != "fp32" && precision != "fp16") {
    return Failed(InvalidArgument("precision: found \"" + precision + "\", expected auto, fp32 or fp16"));
  }
  const bool cuda = options.device != DeviceChoice::kCpu && CudaIsThere();
  if (options.device == DeviceChoice::kCuda && !cuda) {
    return Failed(Unsupported("device: cuda was asked for, but this LibTorch or this machine has no CUDA device"));
  }
  if (cuda && (options.cuda_index < 0 || options.cuda_index >= CudaDevices())) {
    return Failed(Unsupported(StrCat("device: cuda:", options.cuda_index, " was asked for, this machine has ", CudaDevices(), ", from cuda:0 on")));
  }
  if (!cuda && precision == "fp16") return Failed(Unsupported("precision: fp16 needs a CUDA device; on a CPU it is slower than fp32"));
  Choice choice;
  choice.device = cuda ? Device::kCuda : Device::kCpu;
  choice.cuda_index = options.cuda_index;
  if (precision == "fp32") {
    choice.reason = "asked for in the settings";
  } else if (cuda) {
    choice.format = NumberFormat::kFloat16;
    choice.reason = precision == "auto" ? "a CUDA device computes fastest in fp16" : "asked for in the settings";
  } else {
    choice.reason = options.device == DeviceChoice::kCpu ? "the CPU was asked for; it computes in fp32" : "no CUDA device; the CPU computes in fp32";
  }
  return choice;
}

ModelInfo Describe(const ModelFolder& folder, const Choice& choice) {
  ModelInfo info;
  info.id = folder.id;
  info.name = folder.name;
  info.layout = folder.config.layout == Layout::kHuggingFace ? "huggingface" : "open_clip";
  info.architecture = folder.config.Architecture();
  info.description = folder.description;
  info.image_size = folder.config.ImageSize();
  info.embed_dim = folder.config.embed_dim;
  info.context_length = folder.config.text.context_length;
  info.vocab_size = folder.config.text.vocab_size;
  info.parameters = folder.weights.parameters();
  info.device = choice.device == Device::kCuda ? StrCat("cuda:", choice.cuda_index) : "cpu";
  info.precision = choice.format == NumberFormat::kFloat16 ? "fp16" : "fp32";
  info.precision_reason = choice.reason;
  return info;
}

}  // namespace

struct ClipModel::Impl {
  ModelInfo info;
  PreprocessProfile preprocess;
  Tokenizer tokenizer;
  std::unique_ptr<ClipTowers> towers;
};

ClipModel::ClipModel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClipModel::~ClipModel() = default;

Result<std::unique_ptr<ClipModel>> ClipModel::Load(const std::string& folder, const ClipModelOptions& options) {
  ASSIGN_OR_RETURN(const Choice choice, Choose(options));
  const SpecialLiterals literals = options.text_rules == TextRules::kReference ? SpecialLiterals::kAsReference : SpecialLiterals::kOrdinaryText;
  ASSIGN_OR_RETURN(ModelFolder model, OpenModelFolder(folder, literals));
  ASSIGN_OR_RETURN(std::unique_ptr<ClipTowers> towers, ClipTowers::Build(model.config, model.weights, choice.device, choice.format,
                                                                                        choice.cuda_index));
  ModelInfo info = Describe(model, choice);
  return std::unique_ptr<ClipModel>(new ClipModel(std::make_unique<Impl>(
      Impl{.info = std::move(info), .preprocess = model.config.preprocess, .tokenizer = std::move(model.tokenizer), .towers = std::move(towers)})));
}

const ModelInfo& ClipModel::info() const { return impl_->info; }

const PreprocessProfile& ClipModel::preprocess() const { return impl_->preprocess; }

Result<Features> ClipModel::EncodeImages(std::span<const ModelInput> inputs) { return impl_->towers->EncodePictures(inputs); }

Result<Features> ClipModel::EncodeTexts(std::span<const std::string> texts) {
  std::vector<std::vector<int64_t>> rows;
  rows.reserve(texts.size());
  for (const std::string& text : texts) rows.push_back(impl_->tokenizer.Encode(text, impl_->info.context_length));
  return impl_->towers->EncodeTokens(rows);
}

}  // namespace fovea::encoder
