#include "daemon/verify_command.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "api/json.h"
#include "base/log.h"
#include "indexer/snapshot_verify.h"
#include "storage/catalog.h"

namespace fovea::daemon {
namespace {

void ShowOnTerminal(const std::string& what, uint64_t done) {
  std::cerr << "\r\033[K" << what << (done > 0 ? StrCat(": ", done) : std::string("…")) << std::flush;
}

struct Report {
  storage::VerifyReport store;  // with the findings of the index
  indexer::SnapshotReport index;
};

Result<Report> Verify(const storage::Catalog& catalog) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto show = [terminal](const std::string& what, uint64_t done) {
    if (terminal) ShowOnTerminal(what, done);
    return true;
  };
  Report report;
  ASSIGN_OR_RETURN(report.store, catalog.Verify(show));
  ASSIGN_OR_RETURN(report.index, indexer::VerifySnapshot(catalog, [&show] { return show("index", 0); }));
  if (terminal) std::cerr << "\r\033[K" << std::flush;
  report.store.faults += report.index.faults;
  for (const std::string& finding : report.index.findings) report.store.findings.push_back("index: " + finding);
  return report;
}

api::Json JsonOf(const Report& all) {
  const storage::VerifyReport& report = all.store;
  const api::Json index = {{"state", StateName(all.index.state)}, {"vectors", all.index.vectors}, {"changed", all.index.changed}};
  return {{"sound", report.faults == 0},       {"photos", report.photos},     {"vectors", report.vectors},       {"contents", report.contents},
          {"locations", report.locations},     {"paths", report.paths},       {"failures", report.failures},     {"thumbnails", report.thumbnails},
          {"tags", report.tags},               {"index", index},              {"faults", report.faults},     {"findings", report.findings}};
}

void PrintForPeople(const Report& all) {
  const storage::VerifyReport& report = all.store;
  for (const std::string& finding : report.findings) std::cout << finding << "\n";
  if (report.faults > report.findings.size()) std::cout << "… and " << report.faults - report.findings.size() << " more\n";
  std::cout << (report.faults == 0 ? "sound" : "DAMAGED") << ": " << report.photos << " photos, " << report.vectors << " vectors, " << report.paths
            << " paths, " << report.failures << " failures, " << report.thumbnails << " thumbnails, index snapshot " << StateName(all.index.state) << "; "
            << report.faults << " faults" << std::endl;
}

}  // namespace

Result<ExitCode> RunVerify(const CommandLine& line, const LoadedSettings& loaded) {
  const std::string& data = loaded.settings.data;
  if (!std::filesystem::is_directory(data + "/catalog")) return Failed(NotFound(StrCat("no library in \"", data, "\"")));
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, storage::Catalog::Open({.folder = data, .read_only = true}));
  ASSIGN_OR_RETURN(const Report report, Verify(*catalog));
  if (line.json) {
    std::cout << api::Dump(JsonOf(report)) << std::endl;
  } else {
    PrintForPeople(report);
  }
  return report.store.faults == 0 ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace fovea::daemon
