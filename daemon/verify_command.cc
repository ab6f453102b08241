#include "daemon/verify_command.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "api/json.h"
#include "base/log.h"
#include "storage/catalog.h"

namespace fovea::daemon {
namespace {

void ShowOnTerminal(const std::string& what, uint64_t done) {
  std::cerr << "\r\033[K" << what << (done > 0 ? StrCat(": ", done) : std::string("…")) << std::flush;
}

api::Json JsonOf(const storage::VerifyReport& report) {
  return {{"sound", report.faults == 0},       {"photos", report.photos},     {"vectors", report.vectors},       {"contents", report.contents},
          {"locations", report.locations},     {"paths", report.paths},       {"failures", report.failures},     {"thumbnails", report.thumbnails},
          {"faults", report.faults},           {"findings", report.findings}};
}

void PrintForPeople(const storage::VerifyReport& report) {
  for (const std::string& finding : report.findings) std::cout << finding << "\n";
  if (report.faults > report.findings.size()) std::cout << "… and " << report.faults - report.findings.size() << " more\n";
  std::cout << (report.faults == 0 ? "sound" : "DAMAGED") << ": " << report.photos << " photos, " << report.vectors << " vectors, " << report.paths
            << " paths, " << report.failures << " failures, " << report.thumbnails << " thumbnails; " << report.faults << " faults" << std::endl;
}

}  // namespace

Result<ExitCode> RunVerify(const CommandLine& line, const LoadedSettings& loaded) {
  const std::string& data = loaded.settings.data;
  if (!std::filesystem::is_directory(data + "/catalog")) return Failed(NotFound(StrCat("no library in \"", data, "\"")));
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, storage::Catalog::Open({.folder = data, .read_only = true}));
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto report = catalog->Verify([terminal](const std::string& what, uint64_t done) {
    if (terminal) ShowOnTerminal(what, done);
    return true;
  });
  if (terminal) std::cerr << "\r\033[K" << std::flush;
  if (!report) return Failed(report.error());
  if (line.json) {
    std::cout << api::Dump(JsonOf(*report)) << std::endl;
  } else {
    PrintForPeople(*report);
  }
  return report->faults == 0 ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace fovea::daemon
