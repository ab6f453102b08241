#include "base/sha256.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

namespace fovea {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Context Begin() {
  Context context(EVP_MD_CTX_new());
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  return context;
}

Sha256Digest Finish(const Context& context) {
  Sha256Digest digest{};
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  return digest;
}

}  // namespace

Sha256Digest Sha256(std::string_view bytes) {
  Context context = Begin();
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  return Finish(context);
}

Result<Sha256Digest> Sha256OfFile(int fd) {
  Context context = Begin();
  std::vector<char> chunk(1 << 18);
  for (off_t offset = 0;;) {
    const ssize_t got = ::pread(fd, chunk.data(), chunk.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(FromErrno(errno, "read"));
    if (got == 0) return Finish(context);
    EVP_DigestUpdate(context.get(), chunk.data(), static_cast<size_t>(got));
    offset += got;
  }
}

std::string ToHex(const Sha256Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(64);
  for (const uint8_t byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace fovea
