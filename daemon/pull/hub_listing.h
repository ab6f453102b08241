#pragma once
// ListRepository asks a Hugging Face server which files a repository has at a revision, how long they are, and their hashes.
//
// Owns:    nothing.
// Threads: any; the HttpsClient's rules hold.
// Errors:  kBusy when it is worth another try; kNotFound (no such repository or revision), kIo (401, 403 and others), each in
//          one line that says what to do; kCorrupt for an answer that makes no sense.
// Units:   bytes.
#include <cstdint>
#include <map>
#include <string>

#include "base/status.h"
#include "daemon/pull/file_hash.h"
#include "daemon/pull/https_client.h"
#include "daemon/pull/model_source.h"
#include "daemon/pull/pull_settings.h"

namespace fovea::daemon {

struct HubFile {
  uint64_t bytes = 0;
  FileHash hash;
};
struct HubListing {
  std::string commit;  // what the revision means today
  std::map<std::string, HubFile> files;  // by name; those in folders are left out
};

Result<HubListing> ListRepository(HttpsClient& client, const PullSettings& settings, const ModelSource& source);
std::string HubFileUrl(const PullSettings& settings, const ModelSource& source, const std::string& commit, const std::string& file);

// What an answer other than 200 or 206 means, in one line. kBusy: the server may answer otherwise soon.
Status RefusalOf(const HttpsHead& head, const std::string& url, const PullSettings& settings);

}  // namespace fovea::daemon
