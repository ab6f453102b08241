#include "daemon/model_loader.h"

#include <utility>

#include "base/clock.h"
#include "base/log.h"

namespace fovea::daemon {
namespace {

Result<std::unique_ptr<encoder::Encoder>> LoadOne(const std::string& folder, const encoder::ClipModelOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(std::unique_ptr<encoder::Encoder> model, encoder::ClipModel::Load(folder, options));
  const encoder::ModelInfo& info = model->info();
  LogInfo("model ", info.name, ": ", info.architecture, ", ", info.layout, " layout, ", info.device, " ", info.precision, " (",
          info.precision_reason, "), loaded in ", MillisecondsSince(start), " ms");
  return model;
}

Status LoadAndStart(ModelSupply& supply, const std::vector<encoder::ClipModelOptions>& devices, indexer::Library& library,
                    const std::stop_token& stopping) {
  auto folder = supply.Get(stopping);
  if (!folder) return folder.error().code() == StatusCode::kCancelled ? Status() : folder.error();
  std::vector<std::unique_ptr<encoder::Encoder>> models;
  for (const encoder::ClipModelOptions& device : devices) {
    ASSIGN_OR_RETURN(std::unique_ptr<encoder::Encoder> model, LoadOne(*folder, device));
    models.push_back(std::move(model));
    if (stopping.stop_requested()) return {};
  }
  return library.Start(std::move(models));
}

}  // namespace

Thread StartLoader(ModelSupply& supply, std::vector<encoder::ClipModelOptions> devices, indexer::Library& library, StopRequest& stop) {
  return Thread("model-load", [&supply, devices = std::move(devices), &library, &stop](const std::stop_token& stopping) {
    const Status status = LoadAndStart(supply, devices, library, stopping);
    if (!status.ok()) stop.Ask(status);
  });
}

}  // namespace fovea::daemon
