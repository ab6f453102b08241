#include "daemon/model_list.h"

#include <filesystem>
#include <iomanip>
#include <iostream>
#include <set>

#include "api/json.h"
#include "base/log.h"
#include "daemon/model_folder.h"
#include "daemon/pull/known_models.h"
#include "encoder/model_folder.h"

namespace fovea::daemon {
namespace {

constexpr std::string_view kHowToGetOthers =
    "memory: of the weights as fp32, which is how a CPU runs them. Any other CLIP model in the layout of Hugging Face transformers or\n"
    "open_clip: fovea model pull OWNER/MODEL[@REVISION], or fovea serve --model DIR. A folder put into one of these places is found by name:\n";

uint64_t BytesIn(const std::string& folder) {
  uint64_t bytes = 0;
  std::error_code unreadable;  // counts as nothing: the size is for the eye
  for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable)) {
    if (entry.is_regular_file(unreadable)) bytes += entry.file_size(unreadable);
  }
  return bytes;
}

// What the table knows beyond a model's own files; null for what it does not.
void AddOpinion(const KnownModel* known, api::Json& json) {
  const auto text = [&](std::string_view KnownModel::*field) { return known == nullptr ? api::Json() : api::Json(std::string(known->*field)); };
  json["languages"] = text(&KnownModel::languages);
  json["licence"] = text(&KnownModel::licence);
  json["quality"] = text(&KnownModel::quality);
}

api::Json DescribeHere(const FoundModel& model) {
  api::Json json;
  json["name"] = model.name;
  json["here"] = true;
  json["folder"] = model.folder;
  json["in_hugging_face_cache"] = model.in_hub_cache;
  json["bytes"] = BytesIn(model.folder);
  AddOpinion(FindKnownModel(model.name), json);
  const auto opened = encoder::OpenModelFolder(model.folder, encoder::SpecialLiterals::kOrdinaryText);
  if (!opened) {
    json["error"] = opened.error().message();
    return json;
  }
  const encoder::ClipConfig& config = opened->config;
  json["id"] = opened->id;
  json["description"] = opened->description;
  json["layout"] = encoder::LayoutName(config.layout);
  json["dim"] = config.embed_dim;
  if (config.HasImageTower()) json["image_size_px"] = config.ImageSize();
  json["parameters"] = opened->weights.parameters();
  json["memory_mib"] = opened->weights.parameters() * 4 / (1 << 20);
  json["architecture"] = config.Architecture();
  json["notes"] = opened->notes;
  return json;
}

api::Json DescribeKnown(const KnownModel& model) {
  api::Json json;
  json["name"] = std::string(model.name);
  json["here"] = false;
  json["bytes"] = static_cast<uint64_t>(model.download_mib) << 20;  // about
  json["dim"] = model.dim;
  json["image_size_px"] = model.image_px;
  json["parameters"] = model.parameters;
  json["memory_mib"] = model.MemoryMib();
  AddOpinion(&model, json);
  return json;
}

std::string Size(int64_t mib) {
  if (mib < 1000) return StrCat(mib, " MiB");
  return StrCat(mib / 1024, ".", mib % 1024 * 10 / 1024, " GiB");
}

void PrintHere(const api::Json& model) {
  const auto size = static_cast<int64_t>(model.value("bytes", uint64_t{0}) >> 20);
  std::cout << "  " << model.value("name", "") << "  (" << Size(size) << ", " << model.value("folder", "") << ")\n";
  if (model.contains("error")) {
    std::cout << "    cannot be used: " << model.value("error", "") << "\n";
    return;
  }
  std::cout << "    " << model.value("architecture", "") << "; vectors of " << model.value("dim", 0) << ", " << model.value("layout", "")
            << " layout, memory " << Size(model.value("memory_mib", int64_t{0})) << "\n";
  if (!model.value("description", "").empty()) std::cout << "    " << model.value("description", "") << "\n";
}

void PrintKnown(const api::Json& model) {
  const auto size = static_cast<int64_t>(model.value("bytes", uint64_t{0}) >> 20);
  std::cout << "  " << std::left << std::setw(48) << model.value("name", "") << std::right << std::setw(9) << Size(size) << std::setw(9)
            << Size(model.value("memory_mib", int64_t{0})) << std::setw(6) << model.value("dim", 0) << std::setw(5) << model.value("image_size_px", 0)
            << "  " << model.value("languages", "") << "; " << model.value("quality", "") << "; " << model.value("licence", "") << "\n";
}

void PrintForPeople(const api::Json& models) {
  const auto print = [&](bool here, void (*one)(const api::Json&)) {
    for (const api::Json& model : models) {
      if (model.value("here", false) == here) one(model);
    }
  };
  std::cout << "Here:\n";
  print(true, PrintHere);
  std::cout << "\nTo be had by `fovea model pull NAME`:\n  " << std::left << std::setw(48) << "name" << std::right << std::setw(9) << "download"
            << std::setw(9) << "memory" << std::setw(6) << "dim" << std::setw(5) << "px" << "  languages; quality; licence\n";
  print(false, PrintKnown);
  std::cout << kHowToGetOthers;
  for (const std::string& place : ModelPlaces()) std::cout << "  " << place << "\n";
  std::cout << std::flush;
}

}  // namespace

Result<ExitCode> RunModelList(const CommandLine& line) {
  api::Json models = api::Json::array();
  std::set<std::string> here;
  for (const FoundModel& model : ListModels()) {
    models.push_back(DescribeHere(model));
    here.insert(model.name);
  }
  for (const KnownModel& model : KnownModels()) {
    if (!here.contains(std::string(model.name))) models.push_back(DescribeKnown(model));
  }
  if (line.json) {
    std::cout << api::Dump(models) << std::endl;
  } else {
    PrintForPeople(models);
  }
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
