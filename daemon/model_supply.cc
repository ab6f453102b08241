#include "daemon/model_supply.h"

#include <filesystem>

#include "base/log.h"
#include "daemon/model_folder.h"
#include "daemon/model_pull_command.h"
#include "daemon/pull/pull_lock.h"

namespace fovea::daemon {

Result<std::unique_ptr<ModelSupply>> ModelSupply::Make(const Settings& settings, Missing missing) {
  std::unique_ptr<ModelSupply> supply(new ModelSupply());
  auto folder = FindModel(settings.model);
  if (!folder && missing == Missing::kFail) return Failed(folder.error());
  if (folder) {
    supply->folder_ = *std::move(folder);
  } else {
    ASSIGN_OR_RETURN(supply->request_, MakePullRequest(settings.model, settings));
  }
  return supply;
}

Result<std::string> ModelSupply::Get(const std::stop_token& stop) {
  if (folder_.empty()) {
    LogInfo("model ", request_->source.name, " is not here: fetching it");
    auto fetched = PullModel(*request_, EventsForDaemon(board_), stop);
    board_.Clear();
    if (!fetched) return fetched;
    folder_ = *std::move(fetched);
  }
  std::error_code unreadable;
  const std::filesystem::path path = folder_;
  auto hold = HoldFolder(std::filesystem::is_directory(path, unreadable) ? folder_ : path.parent_path().string());
  if (!hold && hold.error().code() == StatusCode::kBusy) return Failed(Busy(StrCat("model folder \"", folder_, "\" is being removed")));
  if (!hold) LogWarning("the model could be removed while it is in use: ", hold.error().message());
  if (hold) hold_ = *std::move(hold);
  return folder_;
}

std::optional<api::FetchProgress> ModelSupply::Fetching() const {
  const std::optional<PullFigures> figures = board_.Read();
  if (!figures) return std::nullopt;
  return api::FetchProgress{.model = figures->name, .file = figures->file, .done_bytes = figures->done_bytes, .total_bytes = figures->total_bytes,
                            .bytes_per_s = figures->rate, .left_s = figures->left_s};
}

}  // namespace fovea::daemon
