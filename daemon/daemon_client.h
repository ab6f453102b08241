#pragma once
// DaemonClient: what the commands need that talk to a running daemon: where it is, and its answers as JSON.
//
// Owns:    nothing.
// Threads: any thread; a call blocks until its answer is there.
// Errors:  kNotFound when no daemon runs; kIo with the URL and the daemon's own words when it refuses, or answers without JSON.
// Units:   none.
#include <string>

#include "api/json.h"
#include "base/status.h"
#include "daemon/http_client.h"
#include "daemon/settings.h"

namespace fovea::daemon {

// The URL that --server names, else of the daemon that runs on the data.
Result<std::string> FindServer(const Settings& settings);

Result<api::Json> AskJson(const HttpQuestion& question);
// The object in an answer below 300; `who` begins the error's text.
Result<api::Json> JsonOf(const std::string& who, const HttpAnswer& answer);

// Between two looks at how far a job is.
void PauseBetweenLooks();

}  // namespace fovea::daemon
