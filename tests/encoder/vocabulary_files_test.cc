// The three kinds of vocabulary file, and what is wrong with broken ones.
// label: unit
#include "encoder/vocabulary_files.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>

#include "tests/support/clip_vocabulary.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using nlohmann::json;
using testing::HasSubstr;

const std::vector<std::string> kMerges = {"a t</w>", "c at</w>"};

void ExpectSmallVocabulary(const std::string& folder) {
  const Result<Vocabulary> vocabulary = LoadVocabulary(folder);
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->size(), 516);
  EXPECT_EQ(vocabulary->start_id(), 514);
  EXPECT_EQ(vocabulary->end_id(), 515);
  EXPECT_EQ(vocabulary->ByteId('!'), 0);
  EXPECT_EQ(vocabulary->LastByteId('a'), 320);
  const auto merge = vocabulary->FindMerge(vocabulary->ByteId('a'), vocabulary->LastByteId('t'));
  ASSERT_TRUE(merge.has_value());
  EXPECT_EQ(merge->id, 512);
  EXPECT_EQ(merge->rank, 0);
  EXPECT_FALSE(vocabulary->FindMerge(0, 1).has_value());
}

TEST(LoadVocabulary, ReadsVocabAndMerges) {
  const TempDir folder;
  for (const auto& [name, content] : VocabularyFileContents(kMerges)) folder.Write(name, content);
  ExpectSmallVocabulary(folder.path());
}

TEST(LoadVocabulary, ReadsTokenizerJsonWithEitherFormOfMerges) {
  const json vocab = json::parse(VocabularyFileContents(kMerges)["vocab.json"]);
  const json forms[] = {json::array({"a t</w>", "c at</w>"}), json::parse(R"([["a", "t</w>"], ["c", "at</w>"]])")};
  for (const json& merges : forms) {
    const TempDir folder;
    folder.Write("tokenizer.json", json{{"model", {{"vocab", vocab}, {"merges", merges}, {"end_of_word_suffix", "</w>"}}}}.dump());
    ExpectSmallVocabulary(folder.path());
  }
}

TEST(LoadVocabulary, ReadsTheOriginalsGzip) {
  const TempDir folder;
  const std::string text = "\"bpe_simple_vocab_16e6.txt#version: 0.2\na t</w>\nc at</w>\n";
  const gzFile file = gzopen((folder / "bpe_simple_vocab_16e6.txt.gz").c_str(), "wb");
  ASSERT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
  gzclose(file);
  ExpectSmallVocabulary(folder.path());
  folder.Write("bpe_simple_vocab_16e6.txt.gz", "\x1f\x8b\x08 nonsense, not gzip data");
  EXPECT_THAT(LoadVocabulary(folder.path()), StatusIs(StatusCode::kCorrupt));
}

TEST(LoadVocabulary, NamesWhatItLookedFor) {
  const TempDir folder;
  EXPECT_THAT(LoadVocabulary(folder.path()), StatusIs(StatusCode::kNotFound, HasSubstr("vocab.json and merges.txt")));
}

TEST(BuiltInVocabulary, IsTheOriginals) {
  const Result<Vocabulary> built_in = BuiltInVocabulary();
  ASSERT_THAT(built_in, IsOk());
  EXPECT_EQ(built_in->size(), kBuiltInVocabularySize);
  EXPECT_EQ(built_in->end_id(), 49407);
  if (ClipVocabularyFolder().empty()) GTEST_SKIP() << "the original is not here: scripts/deps --tests installs it";
  const Result<Vocabulary> original = LoadVocabulary(ClipVocabularyFolder());
  ASSERT_THAT(original, IsOk());
  EXPECT_EQ(original->size(), built_in->size());
  for (int32_t left = 0; left < 512; ++left) {
    for (int32_t right = 0; right < 512; ++right) {
      const auto expected = original->FindMerge(left, right), found = built_in->FindMerge(left, right);
      ASSERT_EQ(found.has_value(), expected.has_value());
      ASSERT_TRUE(!expected || (found->id == expected->id && found->rank == expected->rank)) << left << " " << right;
    }
  }
}

TEST(LoadVocabulary, NamesFileAndEntryOfABrokenOne) {
  struct Break {
    const char* file;
    std::function<std::string(std::string)> change;
    const char* message;
  };
  const auto without = [](const char* key) {
    return [key](const std::string& text) {
      json vocab = json::parse(text);
      vocab.erase(key);
      return vocab.dump();
    };
  };
  const auto with = [](const char* key, const json& value) {
    return [key, value](const std::string& text) {
      json vocab = json::parse(text);
      vocab[key] = value;
      return vocab.dump();
    };
  };
  const std::vector<Break> breaks = {
      {"vocab.json", without("a</w>"), "\"a</w>\" is not in the vocabulary"},
      {"vocab.json", without("cat</w>"), "\"cat</w>\" is not in the vocabulary"},
      {"vocab.json", without("<|endoftext|>"), "<|endoftext|>"},
      {"vocab.json", with("late", 999), "expected the two highest"},
      {"vocab.json", with("late", -1), "expected an id"},
      {"vocab.json", with("late", "x"), "expected an id"},
      {"vocab.json", [](const std::string& text) { return text.substr(0, text.size() / 2); }, "not valid JSON"},
      {"merges.txt", [](const std::string& text) { return text + "one two three\n"; }, "merges.txt:4"},
      {"merges.txt", [](const std::string& text) { return text + "c \xff\n"; }, "is not in the vocabulary"}};
  for (const Break& b : breaks) {
    const TempDir folder;
    for (const auto& [name, content] : VocabularyFileContents(kMerges)) folder.Write(name, name == b.file ? b.change(content) : content);
    EXPECT_THAT(LoadVocabulary(folder.path()), StatusIs(StatusCode::kCorrupt, HasSubstr(b.message)));
  }
}

}  // namespace
}  // namespace fovea::test
