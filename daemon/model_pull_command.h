#pragma once
// RunModelPull is `fovea model pull`: it brings a model onto this machine.
//
// Owns:    nothing.
// Threads: called by the main thread. An interrupt ends the process; what has come stays for the next run.
// Errors:  PullModel's, as one line.
// Units:   none.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/pull/model_pull.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunModelPull(const CommandLine& line, const LoadedSettings& loaded);

// What it takes to pull the model of that name with these settings.
Result<PullRequest> MakePullRequest(const std::string& model, const Settings& settings);

}  // namespace fovea::daemon
