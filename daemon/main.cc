// fovea: reads the command line and the settings, runs one command, and says in one line what went wrong.
#include <iostream>

#include "base/log.h"
#include "daemon/backup_command.h"
#include "daemon/command_line.h"
#include "daemon/duplicates_command.h"
#include "daemon/embed.h"
#include "daemon/export_command.h"
#include "daemon/import_command.h"
#include "daemon/index.h"
#include "daemon/model_inspect.h"
#include "daemon/model_list.h"
#include "daemon/model_pull_command.h"
#include "daemon/model_remove.h"
#include "daemon/model_switch_command.h"
#include "daemon/search.h"
#include "daemon/serve.h"
#include "daemon/settings_loader.h"
#include "daemon/signals.h"
#include "daemon/status_command.h"
#include "daemon/verify_command.h"
#include "daemon/wiring.h"

namespace fovea::daemon {
namespace {

Result<ExitCode> RunCommand(const CommandLine& line) {
  if (line.command == Command::kModelList) return RunModelList(line);
  if (line.command == Command::kModelRemove) return RunModelRemove(line);
  ASSIGN_OR_RETURN(LoadedSettings loaded, LoadSettings({line.config_file, ReadEnvironment(), line.settings}));
  // Commands that end by themselves speak up only when something is wrong, unless asked for more.
  if (line.command != Command::kServe && !loaded.origin.contains("log_level")) loaded.settings.log_level = "warning";
  SetLogLevelFrom(loaded.settings);
  switch (line.command) {
    case Command::kServe: return RunServe(line, loaded);
    case Command::kIndex: return RunIndex(line, loaded);
    case Command::kSearch: return RunSearch(line, loaded);
    case Command::kEmbed: return RunEmbed(line, loaded);
    case Command::kStatus: return RunStatus(line, loaded);
    case Command::kModelList: return RunModelList(line);
    case Command::kModelPull: return RunModelPull(line, loaded);
    case Command::kModelRemove: return RunModelRemove(line);
    case Command::kModelInspect: return RunModelInspect(line, loaded);
    case Command::kModelSwitch: return RunModelSwitch(line, loaded);
    case Command::kBackup: return RunBackup(line, loaded);
    case Command::kRestore: return RunRestore(line, loaded);
    case Command::kVerify: return RunVerify(line, loaded);
    case Command::kExport: return RunExport(line, loaded);
    case Command::kImport: return RunImport(line, loaded);
    case Command::kDuplicates: return RunDuplicates(line, loaded);
  }
  return Failed(Internal("a command without code"));
}

int Main(int argc, const char* const* argv) {
  Signals::IgnoreWriteSignals();
  const auto parsed = ParseCommandLine(argc, argv);
  if (const auto* code = std::get_if<ExitCode>(&parsed)) return static_cast<int>(*code);
  const Result<ExitCode> code = RunCommand(std::get<CommandLine>(parsed));
  if (code) return static_cast<int>(*code);
  std::cerr << "fovea: " << code.error().message() << std::endl;
  return static_cast<int>(ExitCode::kFailed);
}

}  // namespace
}  // namespace fovea::daemon

int main(int argc, char** argv) { return fovea::daemon::Main(argc, argv); }
