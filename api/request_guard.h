#pragma once
// RequestGuard refuses requests that a foreign web page could make a browser send: unknown Host (DNS rebinding), foreign
// Origin, cross-site fetches.
//
// Owns:    its list of names.
// Threads: any thread may call.
// Errors:  host_not_allowed, origin_not_allowed, invalid_request (no Host, or two).
// Units:   none.
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.h"

namespace fovea::api {

class RequestGuard {
 public:
  // `address` is what the server listens on; on a wildcard address every literal IP address is its own.
  RequestGuard(std::string address, std::vector<std::string> allowed_hosts);

  Answer<void> Check(const Request& request) const;

 private:
  bool IsOurHost(std::string_view host) const;
  Answer<void> CheckOrigin(const Request& request, std::string_view host_header) const;
  Answer<void> CheckFetchSite(const Request& request) const;

  const std::string address_;
  const bool any_address_;
  std::vector<std::string> allowed_;  // lower case, fixed after construction
};

}  // namespace fovea::api
