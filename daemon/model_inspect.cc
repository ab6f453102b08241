#include "daemon/model_inspect.h"

#include <iostream>

#include "api/json.h"
#include "daemon/model_folder.h"
#include "daemon/wiring.h"
#include "encoder/clip_model.h"

namespace fovea::daemon {

Result<ExitCode> RunModelInspect(const CommandLine& line, const LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const std::string folder, FindModel(line.model));
  RETURN_IF_ERROR(InitProcess(loaded.settings));
  ASSIGN_OR_RETURN(const std::unique_ptr<encoder::ClipModel> model, encoder::ClipModel::Load(folder, MakeModelOptions(loaded.settings)));
  const encoder::ModelInfo& info = model->info();
  api::Json json;
  json["folder"] = folder;
  json["id"] = info.id;
  json["name"] = info.name;
  json["layout"] = info.layout;
  json["architecture"] = info.architecture;
  json["description"] = info.description;
  json["image_size_px"] = info.image_size;
  json["dim"] = info.embed_dim;
  json["context_length"] = info.context_length;
  json["vocab_size"] = info.vocab_size;
  json["parameters"] = info.parameters;
  json["device"] = info.device;
  json["precision"] = info.precision;
  json["precision_reason"] = info.precision_reason;
  std::cout << json.dump(2, ' ', false, api::Json::error_handler_t::replace) << std::endl;
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
