#include "daemon/model_loader.h"

#include <utility>

#include "daemon/model_encoders.h"

namespace fovea::daemon {
namespace {

Status LoadAndStart(ModelSupply& supply, const std::vector<encoder::ClipModelOptions>& devices, const indexer::ModelOrigin& origin,
                    indexer::Library& library, const std::stop_token& stopping) {
  auto folder = supply.Get(stopping);
  if (!folder) return folder.error().code() == StatusCode::kCancelled ? Status() : folder.error();
  ASSIGN_OR_RETURN(std::vector<std::unique_ptr<encoder::Encoder>> models, LoadEncoders(*folder, devices));
  if (stopping.stop_requested()) return {};
  return library.Start(std::move(models), origin);
}

}  // namespace

Thread StartLoader(ModelSupply& supply, std::vector<encoder::ClipModelOptions> devices, indexer::ModelOrigin origin, indexer::Library& library,
                   StopRequest& stop) {
  return Thread("model-load", [&supply, devices = std::move(devices), origin = std::move(origin), &library, &stop](const std::stop_token& stopping) {
    const Status status = LoadAndStart(supply, devices, origin, library, stopping);
    if (!status.ok()) stop.Ask(status);
  });
}

}  // namespace fovea::daemon
