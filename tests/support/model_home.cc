#include "tests/support/model_home.h"

namespace fovea::test {

ModelHome::ModelHome(const TestAuthority& authority, const HubServer& server)
    : environment_({{"XDG_DATA_HOME", folder_ / "share"},
                    {"HF_HOME", folder_ / "huggingface"},
                    {"HF_ENDPOINT", server.hub_url()},
                    {"FOVEA_OPENAI_ENDPOINT", server.openai_url()},
                    {"HF_HUB_DOWNLOAD_TIMEOUT", "2"},
                    {"SSL_CERT_FILE", authority.ca_file()}}) {}

ProcessOptions ModelHome::Options(std::vector<std::string> arguments) const {
  return {.arguments = std::move(arguments), .environment = environment_};
}

}  // namespace fovea::test
