#include "daemon/pull/hub_listing.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/url.h"
#include "base/log.h"

namespace fovea::daemon {
namespace {

using nlohmann::json;

constexpr uint64_t kMostListingBytes = 16 << 20;
constexpr uint64_t kMostFileBytes = uint64_t{1} << 40;

bool IsHexadecimal(const std::string& text, size_t digits) {
  const auto is_digit = [](char letter) { return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f'); };
  return text.size() == digits && std::all_of(text.begin(), text.end(), is_digit);
}

std::string TextOf(const json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

// Large files have the SHA-256 of their content, small ones git's own hash.
Result<HubFile> FileOf(const json& entry, const std::string& name) {
  HubFile file;
  const bool large = entry.contains("lfs") && entry["lfs"].is_object();
  const json& of = large ? entry["lfs"] : entry;
  file.hash.kind = large ? FileHash::Kind::kSha256 : FileHash::Kind::kGitBlob;
  file.hash.digits = large ? TextOf(of, "sha256") : TextOf(of, "blobId");
  const bool has_size = of.contains("size") && of["size"].is_number_unsigned();
  if (has_size) file.bytes = of["size"].get<uint64_t>();
  if (!has_size || file.bytes > kMostFileBytes || !IsHexadecimal(file.hash.digits, large ? 64 : 40)) {
    return Failed(Corrupt(StrCat("the server names no size or no hash of ", name)));
  }
  return file;
}

Result<HubListing> ParseListing(const std::string& body) {
  const json answer = json::parse(body, nullptr, /*allow_exceptions=*/false);
  HubListing listing;
  listing.commit = TextOf(answer, "sha");
  if (!IsHexadecimal(listing.commit, 40) || !answer.contains("siblings") || !answer["siblings"].is_array()) {
    return Failed(Corrupt("the server's answer is no list of files; is it a Hugging Face server?"));
  }
  for (const json& entry : answer["siblings"]) {
    const std::string name = TextOf(entry, "rfilename");
    if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos) continue;
    ASSIGN_OR_RETURN(listing.files[name], FileOf(entry, name));
  }
  return listing;
}

}  // namespace

Status RefusalOf(const HttpsHead& head, const std::string& url, const PullSettings& settings) {
  const std::string what = StrCat(WithoutQuery(url), ": ", head.status);
  const std::string said = head.Get("x-error-message").substr(0, 200);
  const std::string why = said.empty() ? "" : StrCat(" (\"", said, "\")");
  switch (head.status) {
    case 401:
      if (!settings.token.empty()) return IoError(StrCat(what, ": there is no such repository, or the token is not accepted", why));
      return IoError(StrCat(what, ": there is no such repository, or it needs a token (HF_TOKEN=…)", why));
    case 403:
      return IoError(StrCat(what, ": access must be granted first: ask for it on the model's page in a browser",
                            settings.token.empty() ? ", and set HF_TOKEN" : "", why));
    case 404: return NotFound(StrCat(what, ": there is no such repository, revision or file", why));
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504: return Busy(StrCat(what, ": the server is busy or broken", why));
    default: return IoError(StrCat(what, ": not what was asked for", why));
  }
}

Result<HubListing> ListRepository(HttpsClient& client, const PullSettings& settings, const ModelSource& source) {
  const std::string url = StrCat(settings.hub, "/api/models/", source.repository, "/revision/", api::EncodePercent(source.revision), "?blobs=true");
  std::string body;
  const auto take = [&](std::string_view bytes) {
    body += bytes;
    return Status();
  };
  ASSIGN_OR_RETURN(const HttpsHead head, client.Get({.url = url, .token = settings.token, .most_bytes = kMostListingBytes, .on_body = take}));
  if (head.status != 200) return Failed(RefusalOf(head, url, settings));
  auto listing = ParseListing(body);
  if (!listing) return Failed(listing.error().WithContext(WithoutQuery(url)));
  return listing;
}

std::string HubFileUrl(const PullSettings& settings, const ModelSource& source, const std::string& commit, const std::string& file) {
  return StrCat(settings.hub, "/", source.repository, "/resolve/", commit, "/", api::EncodePercent(file));
}

}  // namespace fovea::daemon
