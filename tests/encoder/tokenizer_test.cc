// The tokenizer on a small vocabulary that the test writes itself.
// label: unit
#include "encoder/tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(Tokenizer, HasAnAnswerForOddTexts) {
  const Tokenizer tokenizer = MakeTokenizer();
  EXPECT_EQ(tokenizer.Encode(std::string("ca\0t\0", 5), 77), tokenizer.Encode("cat", 77)) << "NUL vanishes";
  EXPECT_EQ(tokenizer.Encode(std::string(3, '\0'), 77), Ids({kStart, kEnd}));
  EXPECT_EQ(tokenizer.Encode("cat \xff\xc3", 77), tokenizer.Encode("cat \uFFFD\uFFFD", 77));
  EXPECT_EQ(tokenizer.Encode("\U0001F600\U0001F44D", 77).size(), 10u) << "eight bytes and the frame";
}

// Each was made to be slow: one line of a megabyte that takes many rounds, or marks that normalising sorts one by one.
TEST(Tokenizer, IsQuickOnAMegabyte) {
  const Tokenizer tokenizer = MakeTokenizer();
  const auto many = [](std::string_view unit) {
    std::string text;
    while (text.size() < (1 << 20)) text += unit;
    return text;
  };
  for (const std::string& text : {many("a"), many("cat "), many(" "), "&" + many("amp;"), many("\u0327\u0301"), many("caf\u00c3\u00a9 \u0436"),
                                  many("\u00c3\u0192\u00c2\u00a9\u0219 "), many("\x1b[1"), many("&#1114112;"), many("\xff")}) {
    EXPECT_LE(tokenizer.Encode(text, 77).size(), 77u) << text.substr(0, 8);
  }
  EXPECT_EQ(tokenizer.Encode(many("cat "), 77), Ids([] {
              Ids ids(77, kFirstMerge + 1);
              ids.front() = kStart;
              ids.back() = kEnd;
              return ids;
            }()));
}

TEST(Tokenizer, CutsAHugeTextBetweenCharacters) {
  const Tokenizer tokenizer = MakeTokenizer();
  for (size_t spaces = (1 << 14) - 4; spaces <= (1 << 14); ++spaces) {  // the limit falls inside the character, or beside it
    const Ids ids = tokenizer.Encode(std::string(spaces, ' ') + "\U0001F600", 77);
    EXPECT_EQ(ids.size(), spaces + 4 <= (1 << 14) ? 6u : 2u) << spaces;
  }
}

TEST(Tokenizer, ReadsASpecialInTheReferencesWay) {
  const Tokenizer tokenizer = MakeTokenizer(SpecialLiterals::kAsReference);
  EXPECT_EQ(tokenizer.Encode("\u0345<|endoftext|>cat", 77), Ids({kStart, kEnd, kFirstMerge + 1, kEnd}));
  EXPECT_EQ(tokenizer.Encode("<|STARTOFTEXT|>", 77), Ids({kStart, kStart, kEnd}));
  const Ids long_s = tokenizer.Encode("<|\u017ftartoftext|>", 77);
  EXPECT_EQ(long_s.size(), 2 + std::string_view("<|\u017ftartoftext|>").size()) << "one piece, no merges";
  EXPECT_EQ(std::count_if(long_s.begin(), long_s.end(), [](int64_t id) { return id >= 256 && id < kFirstMerge; }), 1) << "one word end";
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
