#include "api/handlers.h"

#include <algorithm>

#include "api/http_range.h"
#include "api/web_assets.h"

namespace fovea::api {
namespace {

constexpr const char* kCache = "no-cache";  // kept, but asked for again: a new version shows at once
constexpr const char* kPolicy =
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

}  // namespace

Answer<Response> SendWebAsset(const Request& request, const Context&) {
  const auto assets = WebAssets();
  const auto asset = std::ranges::find(assets, std::string_view(request.path), &WebAsset::path);
  if (asset == assets.end()) return Refuse(Fault::kNoSuchRoute, "there is no such file");
  if (IsNotModified(request, asset->etag)) return NotModified(asset->etag, kCache);
  Response response{.status = 200, .body = asset->body};
  response.Set("Content-Type", std::string(asset->content_type));
  response.Set("ETag", std::string(asset->etag));
  response.Set("Cache-Control", kCache);
  response.Set("Content-Security-Policy", kPolicy);
  return response;
}

}  // namespace fovea::api
