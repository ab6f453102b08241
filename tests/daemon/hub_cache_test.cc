// Models in the cache of Hugging Face's own programs, laid out as these do it.
// label: unit
#include "daemon/pull/hub_cache.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/log.h"
#include "encoder/model_folder.h"
#include "tests/support/hub_server.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;
using test::IsOk;

constexpr const char* kCommit = test::HubServer::kCommit;

class HubCache : public testing::Test {
 protected:
  // blobs/<hash> with the content, snapshots/<commit>/<name> linked to it, refs/main with the commit.
  void Add(const std::string& repository, const std::map<std::string, std::string>& files) const {
    const std::string folder = cache_ / ("models--" + repository);
    fs::create_directories(StrCat(folder, "/snapshots/", kCommit));
    fs::create_directories(folder + "/blobs");
    for (const auto& [name, content] : files) {
      const std::string blob = test::DigestOf(content, "sha256");
      cache_.Write(StrCat("models--", repository, "/blobs/", blob), content);
      fs::create_symlink("../../blobs/" + blob, StrCat(folder, "/snapshots/", kCommit, "/", name));
    }
    cache_.Write(StrCat("models--", repository, "/refs/main"), kCommit);
  }
  std::string Find(const std::string& text) const { return FindInHubCache(cache_.path(), *ParseModelSource(text)); }

  const test::TempDir cache_;
};

TEST_F(HubCache, AWholeModelIsUsedWhereItLiesUnderItsOwnName) {
  Add("test--tiny", test::FilesOfFoveaTiny());
  const std::string folder = Find("test/tiny");
  EXPECT_EQ(folder, cache_ / StrCat("models--test--tiny/snapshots/", kCommit));
  EXPECT_EQ(Find(StrCat("test/tiny@", kCommit)), folder);
  EXPECT_EQ(Find("test/tiny@other"), "");
  const auto model = encoder::OpenModelFolder(folder, encoder::SpecialLiterals::kOrdinaryText);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->name, "tiny");
  EXPECT_THAT(model->id, testing::StartsWith("tiny@"));
}

TEST_F(HubCache, APartOfAModelIsNoModel) {
  auto files = test::FilesOfFoveaTiny();
  files.erase("open_clip_model.safetensors");
  Add("only--tokenizer", files);
  EXPECT_EQ(Find("only/tokenizer"), "");
  Add("broken--link", test::FilesOfFoveaTiny());
  fs::remove_all(cache_ / "models--broken--link/blobs");
  EXPECT_EQ(Find("broken/link"), "");
}

TEST_F(HubCache, AnExportOfOneTowerNeedsNoVocabularyOrNoPreprocessingAWholeModelDoes) {
  for (const char* missing : {"preprocessor_config.json", "tokenizer.json"}) {
    std::map<std::string, std::string> files = {{"config.json", R"({"model_type":"clip"})"}, {"preprocessor_config.json", "{}"}, {"tokenizer.json", "{}"}, {"model.safetensors", ""}};
    files.erase(missing);
    Add("a--whole" + std::string(missing), files);
    EXPECT_EQ(Find("a/whole" + std::string(missing)), "");
    files["config.json"] = R"({"model_type":"clip_vision_model"})";
    Add("a--tower" + std::string(missing), files);
    EXPECT_NE(Find("a/tower" + std::string(missing)), "");
  }
}

TEST_F(HubCache, ListsClipModelsOnly) {
  Add("test--tiny", test::FilesOfFoveaTiny());
  Add("some--language-model", {{"config.json", R"({"model_type":"gpt2"})"}, {"preprocessor_config.json", "{}"}, {"vocab.json", "{}"}, {"merges.txt", ""}, {"model.safetensors", ""}});
  cache_.Write("models--strange/x", "");
  cache_.Write("version.txt", "1");
  const std::vector<CachedModel> models = ListHubCache(cache_.path());
  ASSERT_EQ(models.size(), 1u);
  EXPECT_EQ(models[0].repository, "test/tiny");
  EXPECT_TRUE(ListHubCache("").empty());
  EXPECT_TRUE(ListHubCache(cache_ / "absent").empty());
}

}  // namespace
}  // namespace fovea::daemon
