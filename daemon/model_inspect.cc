#include "daemon/model_inspect.h"

#include <iostream>

#include "api/json.h"
#include "daemon/model_folder.h"
#include "daemon/wiring.h"
#include "encoder/clip_model.h"
#include "encoder/model_folder.h"

namespace fovea::daemon {
namespace {

api::Json PreprocessJson(const encoder::PreprocessProfile& profile) {
  using encoder::Interpolation, encoder::ResizeMode;
  api::Json json;
  json["resize"] = profile.resize_mode == ResizeMode::kShortest ? "shortest side" : profile.resize_mode == ResizeMode::kLongest ? "longest side" : "squash";
  json["resize_to_px"] = profile.resize_to;
  json["crop_px"] = profile.image_size;
  json["interpolation"] = profile.interpolation == Interpolation::kBicubic ? "bicubic" : "bilinear";
  json["mean"] = profile.mean;
  json["std"] = profile.std;
  return json;
}

}  // namespace

Result<ExitCode> RunModelInspect(const CommandLine& line, const LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const std::string folder, FindModel(line.model));
  RETURN_IF_ERROR(InitProcess(loaded.settings));
  ASSIGN_OR_RETURN(const encoder::ModelFolder opened, encoder::OpenModelFolder(folder, encoder::SpecialLiterals::kOrdinaryText));
  ASSIGN_OR_RETURN(const std::unique_ptr<encoder::ClipModel> model, encoder::ClipModel::Load(folder, MakeModelOptions(loaded.settings)));
  const encoder::ModelInfo& info = model->info();
  api::Json json;
  json["folder"] = folder;
  json["id"] = info.id;
  json["name"] = info.name;
  json["layout"] = info.layout;
  json["architecture"] = info.architecture;
  json["description"] = info.description;
  json["towers"] = api::Json::array();
  json["dim"] = info.embed_dim;
  json["parameters"] = info.parameters;
  if (info.has_image_tower) {
    json["towers"].push_back("image");
    json["image_size_px"] = info.image_size;
    json["preprocessing"] = PreprocessJson(model->preprocess());
  }
  if (info.has_text_tower) {
    json["towers"].push_back("text");
    json["context_length"] = info.context_length;
    json["vocab_size"] = info.vocab_size;
  }
  json["notes"] = opened.notes;  // what is unusual
  json["device"] = info.device;
  json["precision"] = info.precision;
  json["precision_reason"] = info.precision_reason;
  std::cout << json.dump(2, ' ', false, api::Json::error_handler_t::replace) << std::endl;
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
