#include "daemon/model_list.h"

#include <filesystem>
#include <iostream>

#include "api/json.h"
#include "base/log.h"
#include "daemon/model_folder.h"
#include "encoder/model_folder.h"

namespace fovea::daemon {
namespace {

constexpr std::string_view kHowToUseOthers =
    "fovea-tiny knows drawings of everyday things, not photographs: it is there so that the first minute needs no download.\n"
    "For photographs take a real CLIP model. With a folder that holds one in Hugging Face layout (config.json, model.safetensors,\n"
    "tokenizer files) or in open_clip layout (open_clip_config.json, *.safetensors):\n"
    "  fovea serve --model DIR FOLDER\n"
    "A folder put into one of these places is found by its name:\n";

uint64_t BytesIn(const std::string& folder) {
  uint64_t bytes = 0;
  std::error_code unreadable;  // counts as nothing: the size is for the eye
  for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable)) {
    if (entry.is_regular_file(unreadable)) bytes += entry.file_size(unreadable);
  }
  return bytes;
}

api::Json Describe(const FoundModel& model) {
  api::Json json;
  json["name"] = model.name;
  json["folder"] = model.folder;
  json["bytes"] = BytesIn(model.folder);
  const auto opened = encoder::OpenModelFolder(model.folder, encoder::SpecialLiterals::kOrdinaryText);
  if (!opened) {
    json["error"] = opened.error().message();
    return json;
  }
  const encoder::ClipConfig& config = opened->config;
  json["id"] = opened->id;
  json["description"] = opened->description;
  json["layout"] = config.layout == encoder::Layout::kOpenClip ? "open_clip" : "huggingface";
  json["dim"] = config.embed_dim;
  json["image_size_px"] = config.ImageSize();
  json["architecture"] = config.Architecture();
  return json;
}

void PrintForPeople(const api::Json& models) {
  for (const api::Json& model : models) {
    std::cout << model.value("name", "") << "  (" << (model.value("bytes", uint64_t{0}) >> 20) << " MiB, " << model.value("folder", "") << ")\n";
    if (model.contains("error")) {
      std::cout << "  cannot be used: " << model.value("error", "") << "\n";
    } else {
      std::cout << "  " << model.value("architecture", "") << "; vectors of " << model.value("dim", 0) << ", "
                << model.value("layout", "") << " layout\n";
      if (!model.value("description", "").empty()) std::cout << "  " << model.value("description", "") << "\n";
    }
  }
  if (models.empty()) std::cout << "no models found\n";
  std::cout << "\n" << kHowToUseOthers;
  for (const std::string& place : ModelPlaces()) std::cout << "  " << place << "\n";
  std::cout << std::flush;
}

}  // namespace

Result<ExitCode> RunModelList(const CommandLine& line) {
  api::Json models = api::Json::array();
  for (const FoundModel& model : ListModels()) models.push_back(Describe(model));
  if (line.json) {
    std::cout << api::Dump(models) << std::endl;
  } else {
    PrintForPeople(models);
  }
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
