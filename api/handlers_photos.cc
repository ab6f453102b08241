#include "api/handlers.h"

#include <sys/stat.h>

#include <cerrno>

#include "api/cursor.h"
#include "api/filter_fields.h"
#include "api/http_range.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/url.h"
#include "api/utf8.h"
#include "base/log.h"

namespace fovea::api {
namespace {

constexpr IntegerRange kPhotosPerPage{.min = 1, .max = 1000, .otherwise = 100};
constexpr IntegerRange kSkip{.min = 0, .max = INT64_MAX, .otherwise = 0};
constexpr IntegerRange kThumbnailSide{.min = 16, .max = 2048, .otherwise = 320};
constexpr const char* kThumbnailCache = "private, max-age=86400";
constexpr const char* kFileCache = "private, no-cache";

Answer<storage::PhotoId> PhotoIdOf(const Request& request) {
  TRY_ASSIGN(const uint64_t id, IdOf(request, UINT64_MAX, "photo"));
  return storage::PhotoId{id};
}

// A file that cannot be had because its root is not there is told apart from one that is gone.
Problem FileProblem(const Status& status, const Context& context, storage::PhotoId id) {
  Problem problem = AsProblem(status);
  if (status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kUnsupported) problem.fault = Fault::kPictureUnreadable;
  if (status.code() != StatusCode::kNotFound && status.code() != StatusCode::kIo) return problem;
  const auto photo = context.library.GetPhoto(id);
  if (photo && photo->offline()) problem.fault = Fault::kOffline;
  return problem;
}

std::string ContentTypeOf(std::string_view format) {
  if (format == "jxl") return "image/jxl";
  if (format == "jpeg" || format == "png" || format == "webp" || format == "gif" || format == "tiff" || format == "heic" || format == "avif") {
    return "image/" + std::string(format);
  }
  return "application/octet-stream";
}

// `inline; filename="plain ASCII"; filename*=UTF-8''exact`, without a byte that could end the header or the quotes.
std::string Disposition(std::string_view path) {
  const std::string name = ToUtf8(path.substr(path.rfind('/') + 1));
  std::string plain;
  for (const char c : name) plain += c >= ' ' && c < 0x7F && c != '"' && c != '\\' && c != '%' ? c : '_';
  return "inline; filename=\"" + plain + "\"; filename*=UTF-8''" + EncodePercent(name);
}

Answer<std::string> FileTag(int fd, int64_t& bytes) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return std::unexpected(AsProblem(FromErrno(errno, "ask for the size of a picture")));
  bytes = info.st_size;
  return StrCat('"', std::hex, info.st_ino, '-', info.st_size, '-', info.st_mtim.tv_sec, '-', info.st_mtim.tv_nsec, '"');
}

}  // namespace

Answer<Response> ListPhotos(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {"limit", "cursor", "skip", "filter"}));
  TRY_ASSIGN(const int64_t limit, IntegerParameter(request, "limit", kPhotosPerPage));
  TRY_ASSIGN(const storage::PhotoId after, PhotoCursorOf(request));
  TRY_ASSIGN(const int64_t skip, IntegerParameter(request, "skip", kSkip));
  TRY_ASSIGN(const auto filter, FilterParameter(request));
  TRY_ASSIGN(const indexer::Library::PhotoPage page, context.library.ListPhotos(after, static_cast<size_t>(limit), filter, static_cast<uint64_t>(skip)));
  Json photos = Json::array();
  for (const indexer::Photo& photo : page.photos) photos.push_back(PhotoSummaryJson(photo));
  return JsonResponse({{"photos", std::move(photos)}, {"next", page.next ? Json(PhotoCursor(*page.next)) : Json()}, {"total", page.total}});
}

Answer<Response> ShowPhoto(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const storage::PhotoId id, PhotoIdOf(request));
  TRY_ASSIGN(const indexer::Photo photo, context.library.GetPhoto(id));
  return JsonResponse(PhotoJson(photo));
}

Answer<Response> ShowThumbnail(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {"size"}));
  TRY_ASSIGN(const int64_t side, IntegerParameter(request, "size", kThumbnailSide));
  TRY_ASSIGN(const storage::PhotoId id, PhotoIdOf(request));
  TRY_ASSIGN(const indexer::Photo photo, context.library.GetPhoto(id));
  const std::string etag = StrCat('"', ToHex(photo.record.content).substr(0, 32), '-', side, '"');
  if (IsNotModified(request, etag)) return NotModified(etag, kThumbnailCache);
  auto webp = context.library.Thumbnail(id, static_cast<int>(side));
  if (!webp) return std::unexpected(FileProblem(webp.error(), context, id));
  Response response{.status = 200, .body = *std::move(webp)};
  response.Set("Content-Type", "image/webp");
  if (photo.offline()) {  // a smaller one may stand in until the file is there again
    response.Set("Cache-Control", "no-store");
    return response;
  }
  response.Set("ETag", etag);
  response.Set("Cache-Control", kThumbnailCache);
  return response;
}

Answer<Response> SendFile(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const storage::PhotoId id, PhotoIdOf(request));
  auto file = context.library.OpenFile(id);
  if (!file) return std::unexpected(FileProblem(file.error(), context, id));
  int64_t bytes = 0;
  TRY_ASSIGN(const std::string etag, FileTag(file->fd.get(), bytes));
  if (IsNotModified(request, etag)) return NotModified(etag, kFileCache);
  TRY_ASSIGN(const auto part, RequestedRange(request, bytes, etag));

  Response response{.status = part ? 206 : 200};
  if (part) response.Set("Content-Range", StrCat("bytes ", part->first, '-', part->last, '/', bytes));
  response.Set("Content-Type", ContentTypeOf(file->format));
  response.Set("Content-Disposition", Disposition(file->path));
  response.Set("Content-Security-Policy", "default-src 'none'; sandbox");
  response.Set("Accept-Ranges", "bytes");
  response.Set("ETag", etag);
  response.Set("Cache-Control", kFileCache);
  response.body = FileSlice{.fd = std::move(file->fd), .offset = part ? part->first : 0, .length = part ? part->length() : bytes};
  return response;
}

}  // namespace fovea::api
