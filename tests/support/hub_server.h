#pragma once
// HubServer is a Hugging Face server with one repository, and OpenAI's file server beside it, for tests: it speaks their
// paths over TLS, serves ranges, and a test may change every answer before it goes out.
//
// Owns:    a TlsServer.
// Threads: `change` is called on the server's threads.
// Errors:  as TlsServer.
// Units:   bytes.
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/tls_server.h"

namespace fovea::test {

class HubServer {
 public:
  struct Options {
    std::string repository = "test/tiny";
    std::map<std::string, std::string> files = {};   // name -> content
    std::map<std::string, std::string> openai = {};  // path after the address -> content
    // Changes the right answer into another one; may be empty.
    std::function<void(const TlsRequest&, TlsAnswer&)> change = {};
    // Changes what the repository says about its files; may be empty.
    std::function<void(nlohmann::json&)> change_listing = {};
  };
  static constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

  HubServer(const TestAuthority& authority, Options options);
  TlsServer& tls() { return *server_; }
  // For HF_ENDPOINT, and for FOVEA_OPENAI_ENDPOINT.
  std::string hub_url() const { return server_->url() + "/hub"; }
  std::string openai_url() const { return server_->url() + "/clip"; }
  // How often a path that ends in `name` was asked for.
  size_t CountOf(const std::string& name) const;
  // The last request for a path that ends in `name`.
  TlsRequest LastOf(const std::string& name) const;

 private:
  TlsAnswer Answer(const TlsRequest& request) const;
  TlsAnswer AnswerListing() const;

  const Options options_;
  std::unique_ptr<TlsServer> server_;
};

// The files of models/fovea-tiny.
std::map<std::string, std::string> FilesOfFoveaTiny();
// The bytes from the one that a request's Range names, as a 206; the whole as a 200 when its If-Range is another tag.
TlsAnswer AnswerWithRange(const TlsRequest& request, const std::string& content, const std::string& tag);
std::string DigestOf(const std::string& bytes, const char* algorithm);  // "sha256", "sha1"; hexadecimal

}  // namespace fovea::test
