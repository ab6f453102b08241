#pragma once
// ModelSupply finds the model that the settings name, or fetches it, and keeps it from being removed while it is in use.
//
// Owns:    a shared lock on the model's folder.
// Threads: Get is called by one thread; Fetching by any.
// Errors:  Make: kNotFound when the model is not here, with the command that fetches it; kInvalidArgument for a name that
//          cannot be fetched. Get: PullModel's.
// Units:   as FetchProgress.
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "api/fetch_progress.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "daemon/pull/model_pull.h"
#include "daemon/pull_board.h"
#include "daemon/settings.h"

namespace fovea::daemon {

class ModelSupply {
 public:
  enum class Missing { kFail, kPull };
  static Result<std::unique_ptr<ModelSupply>> Make(const Settings& settings, Missing missing);

  // The model's folder, as long as this object lives; may take long when it must be fetched.
  Result<std::string> Get(const std::stop_token& stop);
  std::optional<api::FetchProgress> Fetching() const;

 private:
  ModelSupply() = default;

  std::string folder_;                  // empty: to be fetched
  std::optional<PullRequest> request_;
  PullBoard board_;
  UniqueFd hold_;
};

}  // namespace fovea::daemon
