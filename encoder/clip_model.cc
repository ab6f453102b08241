#include "encoder/clip_model.h"

#include <optional>

#include "base/log.h"
#include "encoder/clip_towers.h"
#include "encoder/device_choice.h"
#include "encoder/model_folder.h"
#include "encoder/tokenizer.h"

namespace fovea::encoder {
namespace {

ModelInfo Describe(const ModelFolder& folder, const DeviceAndFormat& choice) {
  ModelInfo info;
  info.id = folder.id;
  info.name = folder.name;
  info.layout = LayoutName(folder.config.layout);
  info.architecture = folder.config.Architecture();
  info.description = folder.description;
  info.has_image_tower = folder.config.HasImageTower();
  info.has_text_tower = folder.config.HasTextTower();
  if (info.has_image_tower) info.image_size = folder.config.ImageSize();
  info.embed_dim = folder.config.embed_dim;
  info.context_length = folder.config.text.context_length;
  info.vocab_size = folder.config.text.vocab_size;
  info.parameters = folder.weights.parameters();
  info.device = choice.device == Device::kCuda ? StrCat("cuda:", choice.cuda_index) : "cpu";
  info.precision = ToString(choice.format);
  info.precision_reason = choice.reason;
  return info;
}

}  // namespace

struct ClipModel::Impl {
  ModelInfo info;
  PreprocessProfile preprocess;
  std::optional<Tokenizer> tokenizer;
  std::unique_ptr<ClipTowers> towers;
};

ClipModel::ClipModel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClipModel::~ClipModel() = default;

Result<std::unique_ptr<ClipModel>> ClipModel::Load(const std::string& folder, const ClipModelOptions& options) {
  const SpecialLiterals literals = options.text_rules == TextRules::kReference ? SpecialLiterals::kAsReference : SpecialLiterals::kOrdinaryText;
  ASSIGN_OR_RETURN(ModelFolder model, OpenModelFolder(folder, literals));
  ASSIGN_OR_RETURN(const DeviceAndFormat choice, ChooseDevice(options, model.config));
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
  if (!impl_->tokenizer) return impl_->towers->EncodeTokens(rows);  // which says that there is no text tower
  for (const std::string& text : texts) rows.push_back(impl_->tokenizer->Encode(text, impl_->info.context_length));
  return impl_->towers->EncodeTokens(rows);
}

}  // namespace fovea::encoder
