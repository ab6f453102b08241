#include "daemon/embed.h"

#include <iostream>

#include "api/json.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/model_folder.h"
#include "daemon/wiring.h"
#include "encoder/clip_model.h"
#include "encoder/decoder.h"
#include "encoder/preprocess.h"
#include "indexer/unit_vector.h"

namespace fovea::daemon {
namespace {

Result<encoder::ModelInput> ReadPicture(const std::string& path, const encoder::PreprocessProfile& profile, const CommandLine& line,
                                        const encoder::DecodeLimits& limits) {
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenForRead(path));
  encoder::DecodeOptions options;
  options.limits = limits;
  options.mode = line.parity ? encoder::DecodeMode::kParity : encoder::DecodeMode::kFast;
  if (!line.parity) options.min_short_side_px = profile.resize_to;
  auto decoded = encoder::Decode(fd.get(), options);
  if (!decoded) return Failed(decoded.error().WithContext(StrCat("picture \"", path, "\"")));
  return encoder::Preprocess(decoded->pixels, profile);
}

// The features of inputs[begin, end), which are all of one kind.
Result<encoder::Features> EncodeRun(encoder::ClipModel& model, const CommandLine& line, const Settings& settings, size_t begin, size_t end) {
  if (line.inputs[begin].kind == Input::Kind::kText) {
    std::vector<std::string> texts;
    for (size_t i = begin; i < end; ++i) texts.push_back(line.inputs[i].value);
    return model.EncodeTexts(texts);
  }
  if (!model.info().has_image_tower) return model.EncodeImages({});  // which says so
  const encoder::DecodeLimits limits = MakeLibraryOptions(settings).limits;
  std::vector<encoder::ModelInput> pictures;
  for (size_t i = begin; i < end; ++i) {
    ASSIGN_OR_RETURN(encoder::ModelInput picture, ReadPicture(line.inputs[i].value, model.preprocess(), line, limits));
    pictures.push_back(std::move(picture));
  }
  return model.EncodeImages(pictures);
}

Result<encoder::Features> EncodeAll(encoder::ClipModel& model, const CommandLine& line, const Settings& settings) {
  encoder::Features all{.rows = 0, .dim = model.info().embed_dim, .values = {}};
  const auto batch = static_cast<size_t>(settings.batch_size);
  for (size_t begin = 0; begin < line.inputs.size();) {
    size_t end = begin + 1;
    while (end < line.inputs.size() && end - begin < batch && line.inputs[end].kind == line.inputs[begin].kind) ++end;
    ASSIGN_OR_RETURN(const encoder::Features features, EncodeRun(model, line, settings, begin, end));
    all.rows += features.rows;
    all.values.insert(all.values.end(), features.values.begin(), features.values.end());
    begin = end;
  }
  return all;
}

}  // namespace

Result<ExitCode> RunEmbed(const CommandLine& line, const LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const std::string folder, FindModel(loaded.settings.model));
  RETURN_IF_ERROR(InitProcess(loaded.settings));
  encoder::ClipModelOptions options = MakeModelOptions(loaded.settings);
  if (line.parity) options.text_rules = encoder::TextRules::kReference;
  ASSIGN_OR_RETURN(const std::unique_ptr<encoder::ClipModel> model, encoder::ClipModel::Load(folder, options));
  ASSIGN_OR_RETURN(encoder::Features features, EncodeAll(*model, line, loaded.settings));
  if (!line.raw) RETURN_IF_ERROR(indexer::MakeUnitRows(features));
  api::Json json;
  json["features"] = api::FeaturesJson(features);
  json["model"] = model->info().name;
  json["dim"] = features.dim;
  std::cout << api::Dump(json) << std::endl;
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
