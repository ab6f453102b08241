#include "daemon/model_encoders.h"

#include <filesystem>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/model_folder.h"
#include "daemon/pull/pull_lock.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;

Result<std::unique_ptr<encoder::Encoder>> LoadOne(const std::string& folder, const encoder::ClipModelOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(std::unique_ptr<encoder::Encoder> model, encoder::ClipModel::Load(folder, options));
  const encoder::ModelInfo& info = model->info();
  LogInfo("model ", info.name, ": ", info.architecture, ", ", info.layout, " layout, ", info.device, " ", info.precision, " (",
          info.precision_reason, "), loaded in ", MillisecondsSince(start), " ms");
  return model;
}

}  // namespace

std::string StableSource(const std::string& name_or_folder) {
  std::error_code absent;  // then it is a name, or will be refused
  if (!fs::exists(name_or_folder, absent)) return name_or_folder;
  return fs::absolute(name_or_folder, absent).lexically_normal().string();
}

Result<std::vector<std::unique_ptr<encoder::Encoder>>> LoadEncoders(const std::string& folder, const std::vector<encoder::ClipModelOptions>& devices) {
  std::vector<std::unique_ptr<encoder::Encoder>> models;
  for (const encoder::ClipModelOptions& device : devices) {
    ASSIGN_OR_RETURN(std::unique_ptr<encoder::Encoder> model, LoadOne(folder, device));
    models.push_back(std::move(model));
  }
  return models;
}

Result<std::vector<std::unique_ptr<encoder::Encoder>>> ModelEncoders::Load(const std::string& source) {
  ASSIGN_OR_RETURN(const std::string folder, FindModel(source));
  std::error_code unreadable;
  auto hold = HoldFolder(fs::is_directory(folder, unreadable) ? folder : fs::path(folder).parent_path().string());
  if (!hold && hold.error().code() == StatusCode::kBusy) return Failed(Busy(StrCat("model folder \"", folder, "\" is being removed")));
  if (!hold) LogWarning("the model could be removed while it is in use: ", hold.error().message());
  auto encoders = LoadEncoders(folder, devices_);
  if (hold && encoders) {
    MutexLock lock(mutex_);
    holds_.push_back(*std::move(hold));
  }
  return encoders;
}

}  // namespace fovea::daemon
