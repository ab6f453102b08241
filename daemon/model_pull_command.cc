#include "daemon/model_pull_command.h"

#include <filesystem>
#include <iostream>

#include "base/log.h"
#include "daemon/model_folder.h"
#include "daemon/pull_board.h"
#include "encoder/huggingface_config.h"
#include "encoder/model_folder.h"
#include "encoder/open_clip_config.h"
#include "encoder/vocabulary_files.h"

namespace fovea::daemon {
namespace {

Status CheckConfig(const std::string& folder) {
  std::error_code absent;
  if (std::filesystem::exists(folder + "/open_clip_config.json", absent)) return AsStatus(encoder::ReadOpenClipConfig(folder));
  if (!std::filesystem::exists(folder + "/config.json", absent)) return {};  // the tensors tell all
  ASSIGN_OR_RETURN(const encoder::ClipConfig config, encoder::ReadHuggingFaceConfig(folder));
  return config.HasTextTower() ? AsStatus(encoder::VocabularyFiles(folder)) : Status();
}

}  // namespace

Result<PullRequest> MakePullRequest(const std::string& model, const Settings& settings) {
  ASSIGN_OR_RETURN(ModelSource source, ParseModelSource(model));
  PullRequest request{.source = std::move(source), .models = ModelsFolder(), .settings = ReadPullSettings(ReadEnvironment(), settings.openai_endpoint), .check = {}, .check_config = CheckConfig};
  if (request.models.empty()) return Failed(InvalidArgument("no place for models: set HOME or XDG_DATA_HOME"));
  request.check = [](const std::string& folder) { return AsStatus(encoder::OpenModelFolder(folder, encoder::SpecialLiterals::kOrdinaryText)); };
  return request;
}

Result<ExitCode> RunModelPull(const CommandLine& line, const LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const PullRequest request, MakePullRequest(line.model, loaded.settings));
  PullDisplay display(Progress::StyleOfOutput());
  const auto folder = PullModel(request, display.Events(), std::stop_token());
  display.End();
  if (!folder) return Failed(folder.error());
  std::cout << request.source.name << " is in " << *folder << "\n"
            << "  fovea serve --model " << request.source.name << " FOLDER" << std::endl;
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
