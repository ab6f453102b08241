#include "daemon/pull/file_download.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/pull/hub_listing.h"
#include "daemon/pull/retry.h"

namespace fovea::daemon {
namespace {

constexpr uint64_t kMostUnannouncedBytes = uint64_t{16} << 30;
constexpr int64_t kMostTagBytes = 1024;

std::optional<uint64_t> NumberIn(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(number) : std::nullopt;
}

// "bytes 100-199/200"
struct ContentRange {
  uint64_t begin = 0;
  uint64_t total = 0;
};
std::optional<ContentRange> ParseContentRange(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  const size_t dash = text.find('-'), slash = text.find('/');
  if (!text.starts_with(kUnit) || dash == std::string_view::npos || slash == std::string_view::npos) return std::nullopt;
  const auto begin = NumberIn(text.substr(kUnit.size(), dash - kUnit.size())), total = NumberIn(text.substr(slash + 1));
  return begin && total ? std::optional(ContentRange{*begin, *total}) : std::nullopt;
}

Status Remove(const std::string& path) {
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Status() : FromErrno(errno, StrCat("remove \"", path, "\""));
}

// One file on its way.
class Download {
 public:
  Download(const DownloadContext& context, const FileToPull& file, const std::string& folder, uint64_t bytes_before)
      : context_(context), file_(file), bytes_before_(bytes_before), path_(StrCat(folder, "/", file.name)), partial_(path_ + ".partial"),
        tag_(path_ + ".etag"), bytes_(file.bytes) {}

  Status Run();

 private:
  // One request for what is missing.
  Status FetchRest();
  Status TakeHead(const HttpsHead& head, uint64_t asked_from);
  Status TakeBytes(std::string_view bytes);
  // Tries FetchRest until the file is as long as it should be.
  Status FetchAll();
  Status Finish();
  Status DropPartial();

  const DownloadContext& context_;
  const FileToPull& file_;
  const uint64_t bytes_before_;
  const std::string path_, partial_, tag_;
  std::optional<uint64_t> bytes_;  // of the whole file
  UniqueFd out_;
  uint64_t at_ = 0;                // bytes that are there
};

Status Download::DropPartial() {
  RETURN_IF_ERROR(Remove(tag_));
  return Remove(partial_);
}

Status Download::TakeHead(const HttpsHead& head, uint64_t asked_from) {
  if (head.status == 416 && head.Get("content-range") == StrCat("bytes */", asked_from)) {  // nothing is missing
    bytes_ = at_ = asked_from;
    return {};
  }
  if (head.status == 416) {  // those bytes are not the server's
    RETURN_IF_ERROR(DropPartial());
    return Busy(StrCat(file_.name, ": the server has another content by now"));
  }
  if (head.status != 200 && head.status != 206) return RefusalOf(head, file_.url, context_.settings);
  std::optional<uint64_t> total = NumberIn(head.Get("content-length"));
  at_ = 0;
  if (head.status == 206) {
    const auto range = ParseContentRange(head.Get("content-range"));
    if (!range || range->begin != asked_from) return Corrupt(StrCat(WithoutQuery(file_.url), ": the server sends another part than was asked for"));
    total = range->total;
    at_ = asked_from;
  }
  if (bytes_ && total && *total != *bytes_) {
    return Corrupt(StrCat(WithoutQuery(file_.url), ": wrong size: expected ", *bytes_, " bytes, the server sends ", *total));
  }
  if (!bytes_ && total) {
    bytes_ = total;
    context_.meter.AddToTotal(*total);
  }
  context_.meter.BeginFile(file_.name, bytes_before_, at_);
  if (::ftruncate(out_.get(), static_cast<off_t>(at_)) != 0) return FromErrno(errno, StrCat("cut \"", partial_, "\""));
  const std::string tag = head.Get("etag");
  // A weak tag may stand for other bytes: without a strong one a cut file begins anew.
  return tag.starts_with('"') ? WriteFileAtomically(tag_, tag) : Remove(tag_);
}

Status Download::TakeBytes(std::string_view bytes) {
  if (at_ + bytes.size() > bytes_.value_or(kMostUnannouncedBytes)) {
    return Corrupt(StrCat(WithoutQuery(file_.url), ": wrong size: more than ", bytes_.value_or(kMostUnannouncedBytes), " bytes come"));
  }
  const size_t count = bytes.size();
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(out_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at_));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FromErrno(errno, StrCat("write \"", partial_, "\""));
    at_ += static_cast<uint64_t>(put);
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  context_.meter.AddReceived(count, std::chrono::steady_clock::now());
  context_.events.progress(context_.meter.figures());
  return {};
}

Status Download::FetchRest() {
  const std::string tag = ReadFile(tag_, kMostTagBytes).value_or("");
  const uint64_t from = tag.empty() ? 0 : BytesOf(partial_);
  out_ = UniqueFd(::open(partial_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!out_.valid()) return FromErrno(errno, StrCat("create \"", partial_, "\""));
  const auto head = context_.client.Get({.url = file_.url,
                                         .token = file_.token,
                                         .from_byte = from,
                                         .if_range = tag,
                                         .most_bytes = bytes_.value_or(kMostUnannouncedBytes) + 1,
                                         .on_head = [&](const HttpsHead& got) { return TakeHead(got, from); },
                                         .on_body = [&](std::string_view bytes) { return TakeBytes(bytes); }});
  if (!head) return head.error();
  if (bytes_ && at_ < *bytes_) return Busy(StrCat(WithoutQuery(file_.url), ": the connection was cut"));
  bytes_ = at_;
  return {};
}

Status Download::FetchAll() {
  for (int tries = 0;;) {
    const uint64_t before = BytesOf(partial_);
    if (bytes_ && before == *bytes_) return {};
    if (bytes_ && before > *bytes_) RETURN_IF_ERROR(DropPartial());
    const Status status = FetchRest();
    if (status.code() == StatusCode::kCorrupt) RETURN_IF_ERROR(DropPartial());
    if (status.code() != StatusCode::kBusy) return status;
    const uint64_t after = BytesOf(partial_);
    tries = after > before ? 1 : tries + 1;
    const Retry retry{.fault = status, .tries = tries, .asked = context_.client.retry_after(), .detail = after > 0 ? StrCat(" from byte ", after) : ""};
    RETURN_IF_ERROR(WaitBeforeRetry(retry, context_.events, context_.stop));
  }
}

Status Download::Finish() {
  context_.meter.BeginCheck();
  context_.events.progress(context_.meter.figures());
  if (Status status = CheckHash(partial_, file_.hash, context_.stop); !status.ok()) {
    if (status.code() == StatusCode::kCorrupt) RETURN_IF_ERROR(DropPartial());
    return status.WithContext(WithoutQuery(file_.url));
  }
  if (!out_.valid()) out_ = UniqueFd(::open(partial_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!out_.valid() || ::fsync(out_.get()) != 0) return FromErrno(errno, StrCat("sync \"", partial_, "\""));
  if (::rename(partial_.c_str(), path_.c_str()) != 0) return FromErrno(errno, StrCat("rename to \"", path_, "\""));
  return Remove(tag_);
}

Status Download::Run() {
  if (BytesOf(path_) > 0) {  // from an earlier pull that did not come to its end
    context_.meter.BeginFile(file_.name, bytes_before_, BytesOf(path_));
    context_.meter.BeginCheck();
    context_.events.progress(context_.meter.figures());
    const Status right = CheckHash(path_, file_.hash, context_.stop);
    if (right.code() != StatusCode::kCorrupt) return right;
    RETURN_IF_ERROR(Remove(path_));
  }
  context_.meter.BeginFile(file_.name, bytes_before_, BytesOf(partial_));
  RETURN_IF_ERROR(FetchAll());
  return Finish();
}

}  // namespace

uint64_t BytesOf(const std::string& path) {
  std::error_code absent;
  const uintmax_t bytes = std::filesystem::file_size(path, absent);
  return absent ? 0 : bytes;
}

Status DownloadFile(const DownloadContext& context, const FileToPull& file, const std::string& folder, uint64_t bytes_before) {
  return Download(context, file, folder, bytes_before).Run();
}

}  // namespace fovea::daemon
