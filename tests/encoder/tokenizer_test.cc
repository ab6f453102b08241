// The tokenizer on a small vocabulary that the test writes itself.
// label: unit
#include "encoder/tokenizer.h"

#include <gtest/gtest.h>

#include <random>

#include "encoder/byte_pairs.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using Ids = std::vector<int64_t>;

const std::vector<std::string> kMerges = {"a t</w>", "c at</w>", "d o", "do g</w>", "a a", "aa aa", "a b", "aaaa b</w>", "' s</w>"};
constexpr int64_t kFirstMerge = 512;
constexpr int64_t kStart = kFirstMerge + 9, kEnd = kStart + 1;

Tokenizer MakeTokenizer(SpecialLiterals literals = SpecialLiterals::kOrdinaryText) {
  const TempDir folder;
  for (const auto& [name, content] : VocabularyFileContents(kMerges)) folder.Write(name, content);
  Result<Tokenizer> tokenizer = Tokenizer::Load(folder.path(), literals);
  EXPECT_THAT(tokenizer, IsOk());
  return *std::move(tokenizer);
}

TEST(Tokenizer, FramesAndMerges) {
  const Tokenizer tokenizer = MakeTokenizer();
  EXPECT_EQ(tokenizer.Encode("Cat's  DOG\n", 77), Ids({kStart, kFirstMerge + 1, kFirstMerge + 8, kFirstMerge + 3, kEnd}));
  EXPECT_EQ(tokenizer.Encode("", 77), Ids({kStart, kEnd}));
  EXPECT_EQ(tokenizer.Encode("  \n ", 77), Ids({kStart, kEnd}));
}

TEST(Tokenizer, KeepsTheFirstIdsOfATextThatIsTooLong) {
  const Tokenizer tokenizer = MakeTokenizer();
  EXPECT_EQ(tokenizer.Encode("cat cat", 4), Ids({kStart, kFirstMerge + 1, kFirstMerge + 1, kEnd}));
  EXPECT_EQ(tokenizer.Encode("cat cat dog", 4), Ids({kStart, kFirstMerge + 1, kFirstMerge + 1, kEnd}));
  EXPECT_EQ(tokenizer.Encode("cat", 2), Ids({kStart, kEnd}));
}

TEST(Tokenizer, TakesAnyBytesAndFramesOnce) {
  const Tokenizer tokenizer = MakeTokenizer();
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(round % 2 == 0 ? random() % 256 : 32 + random() % 95);
    const Ids ids = tokenizer.Encode(text, 20);
    ASSERT_GE(ids.size(), 2u);
    ASSERT_LE(ids.size(), 20u);
    EXPECT_EQ(ids.front(), kStart);
    EXPECT_EQ(ids.back(), kEnd);
    for (size_t i = 1; i + 1 < ids.size(); ++i) EXPECT_LT(ids[i], kStart) << "in " << round;
  }
}

// All occurrences of the best pair at once, from the left: the definition, slow.
Ids MergeByDefinition(const Vocabulary& vocabulary, std::string_view piece) {
  Ids ids;
  for (size_t i = 0; i < piece.size(); ++i) {
    const auto byte = static_cast<uint8_t>(piece[i]);
    ids.push_back(i + 1 == piece.size() ? vocabulary.LastByteId(byte) : vocabulary.ByteId(byte));
  }
  for (;;) {
    std::optional<Vocabulary::Merge> best;
    std::pair<int64_t, int64_t> pair;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto merge = vocabulary.FindMerge(static_cast<int32_t>(ids[i]), static_cast<int32_t>(ids[i + 1]));
      if (merge && (!best || merge->rank < best->rank)) {
        best = merge;
        pair = {ids[i], ids[i + 1]};
      }
    }
    if (!best) return ids;
    Ids next;
    for (size_t i = 0; i < ids.size(); ++i) {
      const bool here = i + 1 < ids.size() && ids[i] == pair.first && ids[i + 1] == pair.second;
      next.push_back(here ? best->id : ids[i]);
      i += here ? 1 : 0;
    }
    ids = next;
  }
}

Ids Merged(const Vocabulary& vocabulary, std::string_view piece) {
  Ids ids;
  MergeBytePairs(vocabulary, piece, ids);
  return ids;
}

TEST(MergeBytePairs, AgreesWithTheDefinition) {
  const Tokenizer tokenizer = MakeTokenizer();
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    std::string piece(1 + random() % 24, 'a');
    for (char& c : piece) c = "aaabcdogt"[random() % 9];
    EXPECT_EQ(Merged(tokenizer.vocabulary(), piece), MergeByDefinition(tokenizer.vocabulary(), piece)) << piece;
  }
}

TEST(MergeBytePairs, IsQuickOnOneEndlessWord) {
  const Tokenizer tokenizer = MakeTokenizer();
  EXPECT_EQ(Merged(tokenizer.vocabulary(), std::string(1 << 18, 'a')).size(), (1u << 16) + 2u);
}

}  // namespace
}  // namespace fovea::test
