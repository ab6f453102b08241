#include "daemon/serve.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "base/log.h"
#include "daemon/daemon_file.h"
#include "daemon/model_encoders.h"
#include "daemon/model_loader.h"
#include "daemon/progress.h"
#include "daemon/shutdown.h"
#include "daemon/signals.h"
#include "daemon/version.h"
#include "daemon/wiring.h"

namespace fovea::daemon {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{500};

// Waits for the request to stop; shows progress meanwhile when somebody looks.
Status WaitForStop(StopRequest& stop, const indexer::Library& library, bool show_progress) {
  Progress progress(Progress::StyleOfOutput());
  bool was_running = false;
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    if (auto reason = stop.WaitUntil(show_progress ? now + kBetweenLooks : now + std::chrono::hours(1))) {
      progress.End();
      return *std::move(reason);
    }
    if (!show_progress) continue;
    const ProgressFigures figures = FiguresOf(library);
    progress.Show(figures, now);
    if (std::exchange(was_running, figures.running) && !figures.running) {
      const indexer::LibraryStatus status = library.GetStatus();
      std::cout << "indexed: " << status.photos << " photos, " << status.failures << " files failed" << std::endl;
    }
  }
}

Result<std::vector<std::string>> RootsToWatch(const CommandLine& line, const Settings& settings) {
  std::vector<std::string> roots = settings.roots;
  roots.insert(roots.end(), line.roots.begin(), line.roots.end());
  return ResolveRoots(roots);
}

// The model that --model names, or the one that the library was switched to since the same was asked for.
indexer::ModelOrigin OriginOf(const Settings& settings, const indexer::Library& library) {
  const std::string asked = StableSource(settings.model);
  return {.source = library.SourceToLoad(asked), .asked = asked};
}

Result<std::unique_ptr<ModelSupply>> MakeSupply(const CommandLine& line, const Settings& settings, const std::string& model) {
  Settings chosen = settings;
  chosen.model = model;
  return ModelSupply::Make(chosen, line.pull ? ModelSupply::Missing::kPull : ModelSupply::Missing::kFail);
}

}  // namespace

Result<ExitCode> RunServe(const CommandLine& line, const LoadedSettings& loaded) {
  const Settings& settings = loaded.settings;
  LogInfo("fovea ", Version(), ", settings in force: ", DescribeSettings(loaded));
  ASSIGN_OR_RETURN(const std::vector<std::string> roots, RootsToWatch(line, settings));
  ASSIGN_OR_RETURN(api::ServerOptions server_options, MakeServerOptions(settings));
  RETURN_IF_ERROR(InitProcess(settings));

  StopRequest stop;
  ASSIGN_OR_RETURN(const std::unique_ptr<Signals> signals, Signals::Listen(stop));
  const SystemClock clock;
  Metrics metrics;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, OpenCatalog(settings));
  const std::vector<encoder::ClipModelOptions> devices = MakeDeviceOptions(settings, encoder::CudaDevices());
  ModelEncoders encoders(devices);
  indexer::LibraryOptions library_options = MakeLibraryOptions(settings);
  library_options.load_model = [&encoders](const std::string& source) { return encoders.Load(source); };
  indexer::Library library(*catalog, clock, metrics, library_options);
  const indexer::ModelOrigin origin = OriginOf(settings, library);
  ASSIGN_OR_RETURN(const std::unique_ptr<ModelSupply> supply, MakeSupply(line, settings, origin.source));
  server_options.fetching = [&supply = *supply] { return supply.Fetching(); };
  RETURN_IF_ERROR(AddRoots(library, roots));
  ASSIGN_OR_RETURN(const std::unique_ptr<api::Server> server, api::Server::Bind(server_options, library, metrics));
  ASSIGN_OR_RETURN(std::unique_ptr<DaemonFile> daemon_file, DaemonFile::Write(settings.data, server->url()));
  std::cout << "fovea: " << server->url() << "/" << std::endl;

  Thread loader = StartLoader(*supply, devices, origin, library, stop);
  const Status reason = WaitForStop(stop, library, line.progress || ::isatty(STDOUT_FILENO) == 1);
  daemon_file.reset();
  StopInOrder({.server = server.get(), .loader = loader, .library = library, .catalog = *catalog});
  if (!reason.ok()) return Failed(reason);
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
