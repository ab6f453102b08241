#pragma once
// DownloadFile brings one file into a folder: it goes on where an earlier attempt was cut, and the file's name appears only
// when its size and hash are right and its bytes are on disk.
//
// Owns:    <folder>/<name>.partial and <name>.etag (what the server called those bytes) until the file is whole.
// Threads: one per folder (see TakeLock). Waits a little between attempts; a requested stop ends it within a second.
// Errors:  kCorrupt for a wrong size or hash (what came is thrown away); kIo for a full disk and for what the server refuses;
//          kBusy when it was cut again and again: the next call goes on from there; kCancelled.
// Units:   bytes.
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "daemon/pull/file_hash.h"
#include "daemon/pull/https_client.h"
#include "daemon/pull/pull_events.h"
#include "daemon/pull/pull_meter.h"
#include "daemon/pull/pull_settings.h"

namespace fovea::daemon {

struct FileToPull {
  std::string name;
  std::string url = {};
  std::string token = {};
  std::optional<uint64_t> bytes = {};  // nothing: what the server says
  FileHash hash = {};
};

struct DownloadContext {
  HttpsClient& client;
  const PullSettings& settings;
  const PullEvents& events;
  PullMeter& meter;
  std::stop_token stop;
};

// `bytes_before` is the size of the files that came before it, for the progress.
Status DownloadFile(const DownloadContext& context, const FileToPull& file, const std::string& folder, uint64_t bytes_before);

// The size of a file, or 0.
uint64_t BytesOf(const std::string& path);

}  // namespace fovea::daemon
