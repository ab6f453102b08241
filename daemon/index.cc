#include "daemon/index.h"

#include <algorithm>
#include <iostream>

#include "base/log.h"
#include "daemon/model_encoders.h"
#include "daemon/model_loader.h"
#include "daemon/progress.h"
#include "daemon/shutdown.h"
#include "daemon/signals.h"
#include "daemon/wiring.h"

namespace fovea::daemon {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{250};
constexpr size_t kFailuresToPrint = 10;
constexpr size_t kPage = 1000;

// Until everything is indexed, or the reason why it ended before that.
std::optional<Status> WaitForEnd(StopRequest& stop, const indexer::Library& library, Progress& progress) {
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    if (!library.ready()) {
      if (auto reason = stop.WaitUntil(now + kBetweenLooks)) return reason;
      continue;
    }
    const bool idle = library.WaitUntilIdle(now + kBetweenLooks);
    // A store that could not write stays so until it is opened anew: waiting would not end.
    if (const Status trouble = library.Health(); trouble.code() == StatusCode::kIo) return trouble;
    if (stop.asked()) return stop.WaitUntil(now);
    progress.Show(FiguresOf(library), std::chrono::steady_clock::now());
    if (idle) return std::nullopt;
  }
}

struct Failures {
  uint64_t count = 0;
  std::vector<std::string> first;  // "path: reason"
};

// The failures below the given folders; of all folders when none is given.
Result<Failures> CollectFailures(const indexer::Library& library, const std::vector<std::string>& roots) {
  Failures failures;
  const std::vector<indexer::RootStatus> known = library.Roots();
  std::optional<storage::Location> after;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<storage::FailureRecord> page, library.Failures(after, kPage));
    for (const storage::FailureRecord& failure : page) {
      const auto root = std::find_if(known.begin(), known.end(), [&](const indexer::RootStatus& r) { return r.root.id == failure.location.root; });
      if (root == known.end()) continue;
      const bool asked_for = roots.empty() || std::find(roots.begin(), roots.end(), root->root.path) != roots.end();
      if (!asked_for) continue;
      ++failures.count;
      if (failures.first.size() < kFailuresToPrint) {
        failures.first.push_back(StrCat(root->root.path, "/", failure.location.path, ": ", failure.reason));
      }
    }
    if (page.size() < kPage) return failures;
    after = page.back().location;
  }
}

Result<ExitCode> Report(const indexer::Library& library, const std::vector<std::string>& roots) {
  ASSIGN_OR_RETURN(const Failures failures, CollectFailures(library, roots));
  std::cout << "indexed: " << library.GetStatus().photos << " photos in the library, " << failures.count << " files failed" << std::endl;
  for (const std::string& line : failures.first) std::cerr << "fovea: failed: " << line << '\n';
  if (failures.count > failures.first.size()) std::cerr << "fovea: and " << failures.count - failures.first.size() << " more\n";
  return failures.count > 0 ? ExitCode::kSomeFilesFailed : ExitCode::kOk;
}

}  // namespace

Result<ExitCode> RunIndex(const CommandLine& line, const LoadedSettings& loaded) {
  const Settings& settings = loaded.settings;
  ASSIGN_OR_RETURN(const std::vector<std::string> roots, ResolveRoots(line.roots));
  RETURN_IF_ERROR(InitProcess(settings));
  StopRequest stop;
  ASSIGN_OR_RETURN(const std::unique_ptr<Signals> signals, Signals::Listen(stop));
  const SystemClock clock;
  Metrics metrics;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, OpenCatalog(settings));
  indexer::LibraryOptions options = MakeLibraryOptions(settings);
  options.watch = false;
  indexer::Library library(*catalog, clock, metrics, options);
  Settings chosen = settings;
  chosen.model = library.SourceToLoad(StableSource(settings.model));
  ASSIGN_OR_RETURN(const std::unique_ptr<ModelSupply> supply, ModelSupply::Make(chosen, ModelSupply::Missing::kFail));
  RETURN_IF_ERROR(AddRoots(library, roots));

  Thread loader = StartLoader(*supply, MakeDeviceOptions(settings, encoder::CudaDevices()), {}, library, stop);
  Progress progress(line.progress ? Progress::Style::kBar : Progress::StyleOfOutput());
  const std::optional<Status> ended = WaitForEnd(stop, library, progress);
  progress.End();
  Result<ExitCode> code = ended ? Result<ExitCode>(ExitCode::kInterrupted) : Report(library, roots);
  if (ended && !ended->ok()) code = Failed(*ended);
  StopInOrder({.loader = loader, .library = library, .catalog = *catalog});
  if (code && *code == ExitCode::kInterrupted) std::cerr << "fovea: interrupted; the next run goes on from here\n";
  return code;
}

}  // namespace fovea::daemon
