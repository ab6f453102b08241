#pragma once
// PullSettings are where models come from and how to get there: the variables that Hugging Face's own programs read, the
// address of OpenAI's files, and the certificate authorities.
//
// Owns:    plain values. The token is a secret: it is never logged.
// Threads: filled once at start.
// Errors:  none; a wrong address is found out when it is used.
// Units:   seconds.
#include <map>
#include <string>

namespace fovea::daemon {

struct PullSettings {
  std::string hub;        // HF_ENDPOINT; without a slash at the end
  std::string openai;     // what stands before "/models/<sha256>/<file>"
  std::string hub_cache;  // HF_HUB_CACHE, $HF_HOME/hub, ~/.cache/huggingface/hub; empty when there is no home
  std::string token;      // HF_TOKEN, or the file at HF_TOKEN_PATH or $HF_HOME/token; empty: none
  std::string ca_file;    // CURL_CA_BUNDLE, SSL_CERT_FILE; empty: the system's
  bool offline = false;   // HF_HUB_OFFLINE: nothing is asked of the net
  int timeout_s = 10;     // HF_HUB_DOWNLOAD_TIMEOUT: to connect, and for a connection on which nothing comes
};

PullSettings ReadPullSettings(const std::map<std::string, std::string>& environment, std::string openai_endpoint);

}  // namespace fovea::daemon
