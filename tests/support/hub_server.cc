#include "tests/support/hub_server.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/log.h"
#include "base/unique_fd.h"

namespace fovea::test {
namespace {

constexpr int64_t kMostFileBytes = int64_t{64} << 20;

TlsAnswer NotThere() { return {.status = 404, .body = "not there"}; }

std::string PathOf(const TlsRequest& request) { return request.target.substr(0, request.target.find('?')); }

}  // namespace

std::string DigestOf(const std::string& bytes, const char* algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_get_digestbyname(algorithm), nullptr);
  std::string digits;
  for (unsigned i = 0; i < size; ++i) digits += {"0123456789abcdef"[digest[i] >> 4], "0123456789abcdef"[digest[i] & 15]};
  return digits;
}

std::map<std::string, std::string> FilesOfFoveaTiny() {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(StrCat(FOVEA_SOURCE_DIR, "/models/fovea-tiny"))) {
    const std::string name = entry.path().filename().string();
    if (name != "fovea.json") files[name] = ReadFile(entry.path().string(), kMostFileBytes).value_or("");
  }
  return files;
}

TlsAnswer AnswerWithRange(const TlsRequest& request, const std::string& content, const std::string& tag) {
  TlsAnswer answer{.fields = {{"ETag", tag}}, .body = content};
  const std::string range = request.Field("Range"), if_range = request.Field("If-Range");
  constexpr std::string_view kUnit = "bytes=";
  if (!range.starts_with(kUnit) || (!if_range.empty() && if_range != tag)) return answer;
  const size_t begin = std::strtoull(range.c_str() + kUnit.size(), nullptr, 10);
  if (begin >= content.size()) return {.status = 416, .fields = {{"Content-Range", StrCat("bytes */", content.size())}}};
  answer.status = 206;
  answer.body = content.substr(begin);
  answer.fields.emplace_back("Content-Range", StrCat("bytes ", begin, "-", content.size() - 1, "/", content.size()));
  return answer;
}

HubServer::HubServer(const TestAuthority& authority, Options options) : options_(std::move(options)) {
  server_ = std::make_unique<TlsServer>(authority, [this](const TlsRequest& request) {
    TlsAnswer answer = Answer(request);
    if (options_.change) options_.change(request, answer);
    return answer;
  });
}

TlsAnswer HubServer::AnswerListing() const {
  nlohmann::json listing = {{"id", options_.repository}, {"sha", kCommit}, {"siblings", nlohmann::json::array()}};
  for (const auto& [name, content] : options_.files) {
    const std::string blob = DigestOf(StrCat("blob ", content.size()) + '\0' + content, "sha1");
    nlohmann::json file = {{"rfilename", name}, {"size", content.size()}, {"blobId", blob}};
    if (content.size() > 1'000'000) file["lfs"] = {{"sha256", DigestOf(content, "sha256")}, {"size", content.size()}, {"pointerSize", 134}};
    listing["siblings"].push_back(std::move(file));
  }
  if (options_.change_listing) options_.change_listing(listing);
  return {.fields = {{"Content-Type", "application/json"}}, .body = listing.dump()};
}

TlsAnswer HubServer::Answer(const TlsRequest& request) const {
  const std::string path = PathOf(request);
  const auto after = [&](const std::string& prefix) { return path.starts_with(prefix) ? path.substr(prefix.size()) : ""; };
  const auto serve = [&](const std::map<std::string, std::string>& files, const std::string& name) {
    const auto found = files.find(name);
    return found == files.end() ? NotThere() : AnswerWithRange(request, found->second, StrCat('"', DigestOf(found->second, "sha256"), '"'));
  };
  if (after("/hub/api/models/" + options_.repository + "/revision/") == "main") return AnswerListing();
  const std::string file = after(StrCat("/hub/", options_.repository, "/resolve/", kCommit, "/"));
  if (!file.empty()) return serve(options_.files, file);
  if (const std::string cdn = after("/cdn/"); !cdn.empty()) return serve(options_.files, cdn);
  const std::string openai = after("/clip/");
  return openai.empty() ? NotThere() : serve(options_.openai, openai);
}

size_t HubServer::CountOf(const std::string& name) const {
  const std::vector<TlsRequest> requests = server_->Requests();
  return static_cast<size_t>(std::count_if(requests.begin(), requests.end(), [&](const TlsRequest& request) { return PathOf(request).ends_with(name); }));
}

TlsRequest HubServer::LastOf(const std::string& name) const {
  const std::vector<TlsRequest> requests = server_->Requests();
  const auto found = std::find_if(requests.rbegin(), requests.rend(), [&](const TlsRequest& request) { return PathOf(request).ends_with(name); });
  return found == requests.rend() ? TlsRequest{} : *found;
}

}  // namespace fovea::test
