// The variables that Hugging Face's own programs read mean the same here.
// label: unit
#include "daemon/pull/pull_settings.h"

#include <gmock/gmock.h>

#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

PullSettings Read(std::map<std::string, std::string> environment) { return ReadPullSettings(environment, "https://o.test/clip/"); }

TEST(PullSettings, HaveDefaults) {
  const PullSettings settings = Read({{"HOME", "/home/me"}});
  EXPECT_EQ(settings.hub, "https://huggingface.co");
  EXPECT_EQ(settings.openai, "https://o.test/clip");
  EXPECT_EQ(settings.hub_cache, "/home/me/.cache/huggingface/hub");
  EXPECT_EQ(settings.token, "");
  EXPECT_FALSE(settings.offline);
  EXPECT_EQ(settings.timeout_s, 10);
}

TEST(PullSettings, TheCacheIsWhereTheVariablesSay) {
  EXPECT_EQ(Read({{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}}).hub_cache, "/c/huggingface/hub");
  EXPECT_EQ(Read({{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}, {"HF_HOME", "~/hf"}}).hub_cache, "/h/hf/hub");
  EXPECT_EQ(Read({{"HOME", "/h"}, {"HF_HOME", "/hf"}, {"HUGGINGFACE_HUB_CACHE", "/old"}}).hub_cache, "/old");
  EXPECT_EQ(Read({{"HF_HOME", "/hf"}, {"HUGGINGFACE_HUB_CACHE", "/old"}, {"HF_HUB_CACHE", "/new"}}).hub_cache, "/new");
  EXPECT_EQ(Read({}).hub_cache, "");
}

TEST(PullSettings, TheTokenComesFromTheVariableOrTheFile) {
  const test::TempDir home;
  home.Write("token", "hf_file\n");
  const std::string other = home.Write("other", "hf_other");
  EXPECT_EQ(Read({{"HF_HOME", home.path()}}).token, "hf_file");
  EXPECT_EQ(Read({{"HF_HOME", home.path()}, {"HF_TOKEN", " hf_variable\r\n"}}).token, "hf_variable") << "no line end may get into a header";
  EXPECT_EQ(Read({{"HF_HOME", home.path()}, {"HF_TOKEN_PATH", other}}).token, "hf_other");
  EXPECT_EQ(Read({{"HF_HOME", home.path()}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}}).token, "");
}

TEST(PullSettings, OfflineIsWhatHuggingFaceTakesForIt) {
  for (const char* on : {"1", "ON", "yes", "True"}) EXPECT_TRUE(Read({{"HF_HUB_OFFLINE", on}}).offline) << on;
  for (const char* off : {"0", "", "no", "offline"}) EXPECT_FALSE(Read({{"HF_HUB_OFFLINE", off}}).offline) << off;
}

TEST(PullSettings, TimeoutAndCertificates) {
  EXPECT_EQ(Read({{"HF_HUB_DOWNLOAD_TIMEOUT", "3"}}).timeout_s, 3);
  for (const char* wrong : {"0", "-1", "soon", "99999"}) EXPECT_EQ(Read({{"HF_HUB_DOWNLOAD_TIMEOUT", wrong}}).timeout_s, 10) << wrong;
  EXPECT_EQ(Read({{"SSL_CERT_FILE", "/s"}}).ca_file, "/s");
  EXPECT_EQ(Read({{"SSL_CERT_FILE", "/s"}, {"CURL_CA_BUNDLE", "/c"}}).ca_file, "/c");
  EXPECT_EQ(Read({{"HF_ENDPOINT", "https://mirror.test/"}}).hub, "https://mirror.test");
}

}  // namespace
}  // namespace fovea::daemon
