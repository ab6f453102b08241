#include "daemon/model_loader.h"

#include <utility>

#include "base/clock.h"
#include "base/log.h"

namespace fovea::daemon {
namespace {

Status LoadAndStart(const std::string& folder, const encoder::ClipModelOptions& options, indexer::Library& library,
                    const std::stop_token& stopping) {
  const auto start = std::chrono::steady_clock::now();
  auto model = encoder::ClipModel::Load(folder, options);
  if (!model) return model.error();
  const encoder::ModelInfo& info = (*model)->info();
  LogInfo("model ", info.name, ": ", info.architecture, ", ", info.layout, " layout, ", info.device, " ", info.precision, " (",
          info.precision_reason, "), loaded in ", MillisecondsSince(start), " ms");
  if (stopping.stop_requested()) return {};
  return library.Start(*std::move(model));
}

}  // namespace

Thread StartLoader(std::string model_folder, encoder::ClipModelOptions options, indexer::Library& library, StopRequest& stop) {
  return Thread("model-load", [folder = std::move(model_folder), options = std::move(options), &library, &stop](const std::stop_token& stopping) {
    const Status status = LoadAndStart(folder, options, library, stopping);
    if (!status.ok()) stop.Ask(status);
  });
}

}  // namespace fovea::daemon
