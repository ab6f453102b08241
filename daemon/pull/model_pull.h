#pragma once
// PullModel brings a model into the folder of models, whole or not at all: it lies in a hidden folder beside the others
// until every file is there and right, and its name appears by one rename.
//
// Owns:    <models>/.pull/<name>/: the lock, and what an unfinished pull has got so far, from which the next one goes on.
// Threads: any, one pull per process; other processes that pull the same model wait.
// Errors:  one line each: kInvalidArgument, kNotFound, kIo (network, TLS, refused, disk), kBusy (cut again and again),
//          kCorrupt (size, hash), kUnsupported (no CLIP model), kCancelled. No name is left behind.
// Units:   bytes.
#include <functional>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "daemon/pull/file_download.h"
#include "daemon/pull/model_source.h"
#include "daemon/pull/pull_settings.h"

namespace fovea::daemon {

struct PullRequest {
  ModelSource source;
  std::string models;     // the folder of models
  PullSettings settings;
  // Says whether a folder is a model that can be used; asked before the name appears.
  std::function<Status(const std::string& folder)> check;
  // Says whether its configuration alone can be read; asked before the weights are fetched. May be empty.
  std::function<Status(const std::string& folder)> check_config = {};
};

// The folder to use: <models>/<name>, or the snapshot in Hugging Face's cache if the model is there already.
Result<std::string> PullModel(const PullRequest& request, const PullEvents& events, const std::stop_token& stop);

// The hidden folder of a model's pull.
std::string PullFolder(const std::string& models, const std::string& name);

}  // namespace fovea::daemon
