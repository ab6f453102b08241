#include "daemon/pull/file_hash.h"

#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "base/log.h"
#include "base/unique_fd.h"

namespace fovea::daemon {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string Hexadecimal(const unsigned char* bytes, unsigned count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (unsigned i = 0; i < count; ++i) digits += {kDigits[bytes[i] >> 4], kDigits[bytes[i] & 15]};
  return digits;
}

Result<std::string> HashOf(int fd, FileHash::Kind kind, const std::stop_token& stop) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  EVP_DigestInit_ex(context.get(), kind == FileHash::Kind::kSha256 ? EVP_sha256() : EVP_sha1(), nullptr);
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Failed(FromErrno(errno, "stat"));
  const std::string head = StrCat("blob ", info.st_size);
  if (kind == FileHash::Kind::kGitBlob) EVP_DigestUpdate(context.get(), head.c_str(), head.size() + 1);
  std::vector<char> chunk(kChunkBytes);
  while (!stop.stop_requested()) {
    const ssize_t got = ::read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(FromErrno(errno, "read"));
    if (got > 0) {
      EVP_DigestUpdate(context.get(), chunk.data(), static_cast<size_t>(got));
      continue;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context.get(), digest.data(), &size);
    return Hexadecimal(digest.data(), size);
  }
  return Failed(Cancelled("stopped"));
}

}  // namespace

Status CheckHash(const std::string& path, const FileHash& expected, const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenForRead(path));
  const auto found = HashOf(fd.get(), expected.kind, stop);
  if (!found) return found.error().WithContext(StrCat("\"", path, "\""));
  if (*found == expected.digits) return {};
  return Corrupt(StrCat("wrong ", expected.kind == FileHash::Kind::kSha256 ? "SHA-256" : "git hash", ": expected ", expected.digits, ", found ", *found));
}

}  // namespace fovea::daemon
