#include "daemon/pull/model_pull.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/log.h"
#include "daemon/pull/hub_cache.h"
#include "daemon/pull/hub_listing.h"
#include "daemon/pull/model_files.h"
#include "daemon/pull/pull_lock.h"
#include "daemon/pull/retry.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSpareBytes = 16 << 20;  // left free on the disk

// What to fetch, small files first.
struct Plan {
  std::vector<FileToPull> files;
  size_t small = 0;      // how many of them are no weights
  std::string revision;  // the commit, or the SHA-256
};

Plan PlanFromOpenAi(const PullRequest& request) {
  const KnownModel& model = *request.source.known;
  FileToPull weights{.name = model.FileName(), .hash = {FileHash::Kind::kSha256, std::string(model.sha256)}};
  weights.url = StrCat(request.settings.openai, "/models/", model.sha256, "/", weights.name);
  return {.files = {std::move(weights)}, .small = 0, .revision = std::string(model.sha256)};
}

Result<Plan> PlanFromHub(HttpsClient& client, const PullRequest& request) {
  ASSIGN_OR_RETURN(const HubListing listing, ListRepository(client, request.settings, request.source));
  std::set<std::string> names;
  for (const auto& [name, file] : listing.files) names.insert(name);
  auto chosen = ChooseModelFiles(names);
  if (!chosen) return Failed(chosen.error().WithContext(request.source.repository));
  const size_t small = chosen->small.size();
  std::vector<std::string> wanted = std::move(chosen->small);
  wanted.insert(wanted.end(), chosen->weights.begin(), chosen->weights.end());
  Plan plan{.files = {}, .small = small, .revision = listing.commit};
  for (const std::string& name : wanted) {
    const HubFile& file = listing.files.at(name);
    plan.files.push_back({.name = name, .url = HubFileUrl(request.settings, request.source, listing.commit, name), .token = request.settings.token,
                          .bytes = file.bytes, .hash = file.hash});
  }
  return plan;
}

Result<Plan> MakePlan(HttpsClient& client, const PullRequest& request, const PullEvents& events, const std::stop_token& stop) {
  if (request.source.repository.empty()) return PlanFromOpenAi(request);
  for (int tries = 1;; ++tries) {
    auto plan = PlanFromHub(client, request);
    if (plan || plan.error().code() != StatusCode::kBusy) return plan;
    RETURN_IF_ERROR(WaitBeforeRetry({.fault = plan.error(), .tries = tries, .asked = client.retry_after()}, events, stop));
  }
}

// What is missing must fit, with a little to spare.
Status CheckRoom(const Plan& plan, const std::string& folder) {
  uint64_t missing = 0;
  for (const FileToPull& file : plan.files) {
    const std::string path = StrCat(folder, "/", file.name);
    const uint64_t there = std::max(BytesOf(path), BytesOf(path + ".partial"));
    missing += file.bytes.value_or(0) - std::min(there, file.bytes.value_or(0));
  }
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return FromErrno(errno, StrCat("look at the disk of \"", folder, "\""));
  const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  if (missing == 0 || missing + kSpareBytes <= free) return {};
  return IoError(StrCat("the disk is too full: ", (missing + kSpareBytes) >> 20, " MiB are needed, ", free >> 20, " MiB are free at \"", folder, "\""));
}

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  return error ? FromErrno(error.value(), StrCat("create \"", folder, "\"")) : Status();
}

// fovea.json says what the model is and where it came from; only a folder with a "source" is ours to remove.
Status WriteOrigin(const PullRequest& request, const Plan& plan, const std::string& folder) {
  const ModelSource& source = request.source;
  const std::string from = source.repository.empty() ? "OpenAI" : source.repository;
  std::string description = StrCat("CLIP from ", from, ".");
  if (source.known != nullptr) {
    description = StrCat("CLIP from ", from, ". For photographs; texts in ", source.known->languages, ". Licence: ", source.known->licence, ".");
  }
  const nlohmann::json json = {{"description", description}, {"source", source.repository.empty() ? plan.files.back().url : source.repository},
                               {"revision", plan.revision}};
  return WriteFileAtomically(folder + "/fovea.json", json.dump(2) + "\n");
}

Status Fetch(const PullRequest& request, const PullEvents& events, const std::string& folder, const std::stop_token& stop) {
  const PullSettings& settings = request.settings;
  ASSIGN_OR_RETURN(const auto client, HttpsClient::Make({.ca_file = settings.ca_file, .timeout_s = settings.timeout_s}, stop));
  ASSIGN_OR_RETURN(const Plan plan, MakePlan(*client, request, events, stop));
  RETURN_IF_ERROR(CheckRoom(plan, folder));
  PullMeter meter(request.source.name);
  for (const FileToPull& file : plan.files) meter.AddToTotal(file.bytes.value_or(0));
  const DownloadContext context{.client = *client, .settings = settings, .events = events, .meter = meter, .stop = stop};
  uint64_t before = 0;
  for (size_t i = 0; i < plan.files.size(); ++i) {
    if (i == plan.small && i > 0 && request.check_config) RETURN_IF_ERROR(request.check_config(folder));
    RETURN_IF_ERROR(DownloadFile(context, plan.files[i], folder, before));
    before += BytesOf(StrCat(folder, "/", plan.files[i].name));
  }
  return WriteOrigin(request, plan, folder);
}

// The name appears: after this the model is there, also after a loss of power.
Status Publish(const std::string& from, const std::string& to) {
  const std::string parent = fs::path(to).parent_path().string();
  RETURN_IF_ERROR(SyncFolder(from));
  RETURN_IF_ERROR(MakeFolder(parent));
  if (::rename(from.c_str(), to.c_str()) != 0) return FromErrno(errno, StrCat("rename to \"", to, "\""));
  return SyncFolder(parent);
}

// The model as it is on this machine already, or "".
std::string FindHere(const PullRequest& request, const std::string& target) {
  if (request.check(target).ok()) return target;
  return FindInHubCache(request.settings.hub_cache, request.source);
}

}  // namespace

std::string PullFolder(const std::string& models, const std::string& name) {
  std::string flat = name;
  if (const size_t slash = flat.find('/'); slash != std::string::npos) flat.replace(slash, 1, "--");
  return StrCat(models, "/.pull/", flat);
}

Result<std::string> PullModel(const PullRequest& request, const PullEvents& events, const std::stop_token& stop) {
  const std::string target = StrCat(request.models, "/", request.source.name);
  if (std::string here = FindHere(request, target); !here.empty()) return here;
  if (request.settings.offline) {
    return Failed(NotFound(StrCat("model \"", request.source.name, "\" is neither in \"", request.models, "\" nor in Hugging Face's cache \"",
                                  request.settings.hub_cache, "\", and HF_HUB_OFFLINE forbids to fetch it")));
  }
  const std::string pull = PullFolder(request.models, request.source.name), files = pull + "/files";
  RETURN_IF_ERROR(MakeFolder(files));
  const auto tell = [&] { events.note(StrCat("another process pulls ", request.source.name, ": waiting for it")); };
  ASSIGN_OR_RETURN(const UniqueFd lock, TakeLock(pull + "/lock", tell, stop));
  if (std::string here = FindHere(request, target); !here.empty()) return here;
  std::error_code absent;
  if (fs::exists(target, absent)) return Failed(AlreadyExists(StrCat("\"", target, "\" is there, but is no whole model: remove it first")));
  RETURN_IF_ERROR(MakeFolder(files));
  if (Status status = Fetch(request, events, files, stop); !status.ok()) return Failed(status.WithContext(StrCat("pull ", request.source.name)));
  if (Status status = request.check(files); !status.ok()) {
    return Failed(status.WithContext(StrCat("pull ", request.source.name, ": everything came, but fovea cannot use it")));
  }
  RETURN_IF_ERROR(Publish(files, target));
  return target;
}

}  // namespace fovea::daemon
