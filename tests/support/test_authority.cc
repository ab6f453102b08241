#include "tests/support/test_authority.h"

#include <cstdio>
#include <cstdlib>

#include "base/log.h"

namespace fovea::test {
namespace {

void Run(const std::string& command) {
  if (std::system((command + " 2>/dev/null").c_str()) == 0) return;
  std::fprintf(stderr, "failed: %s\n", command.c_str());
  std::abort();
}

}  // namespace

TestAuthority::TestAuthority() {
  const std::string key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
  Run(StrCat("openssl req -x509 ", key, " -subj /CN=fovea-test-authority -keyout ", folder_ / "ca.key", " -out ", ca_file()));
  Run(StrCat("openssl req ", key, " -subj /CN=localhost -keyout ", key_file(), " -out ", folder_ / "server.csr"));
  const std::string names = folder_.Write("names", "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  Run(StrCat("openssl x509 -req -days 2 -in ", folder_ / "server.csr", " -CA ", ca_file(), " -CAkey ", folder_ / "ca.key", " -CAcreateserial -extfile ",
             names, " -out ", certificate_file()));
}

}  // namespace fovea::test
