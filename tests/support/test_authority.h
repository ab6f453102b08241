#pragma once
// TestAuthority is a certificate authority that exists for one test, and a server's certificate for localhost by it.
//
// Owns:    the files, in a folder that goes away with it. Made by the program `openssl`.
// Threads: a value of one thread.
// Errors:  ends the test program if the certificates cannot be made.
// Units:   none.
#include <string>

#include "tests/support/temp_dir.h"

namespace fovea::test {

class TestAuthority {
 public:
  TestAuthority();
  std::string ca_file() const { return folder_ / "ca.pem"; }
  std::string certificate_file() const { return folder_ / "server.pem"; }  // for localhost and 127.0.0.1
  std::string key_file() const { return folder_ / "server.key"; }

 private:
  const TempDir folder_;
};

}  // namespace fovea::test
