// The published vocabulary: ids that the reference's tokenizer gave for the same texts.
// label: model
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <random>

#include "encoder/byte_alphabet.h"
#include "encoder/byte_pairs.h"
#include "encoder/tokenizer.h"
#include "encoder/unicode_text.h"
#include "encoder/vocabulary_files.h"
#include "tests/support/clip_vocabulary.h"
#include "tests/support/matchers.h"

namespace fovea::test {
namespace {

using namespace encoder;
using Ids = std::vector<int64_t>;

struct Case {
  const char* text;
  Ids ids;  // without start and end
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {"a diagram", {320, 22697}},
      {"a dog", {320, 1929}},
      {"a cat", {320, 2368}},
      {"Hello, World!", {3306, 267, 1002, 256}},
      {"a photo of a cat.", {320, 1125, 539, 320, 2368, 269}},
      {"You should've done this", {592, 1535, 1200, 1700, 589}},
      {"you're, don't, her's", {592, 982, 267, 847, 713, 267, 899, 568}},
      {"CLIP ViT-L/14@336px", {9289, 35580, 268, 331, 270, 272, 275, 287, 274, 274, 277, 10262}},
      {"3.14159 & 2021", {274, 269, 272, 275, 272, 276, 280, 261, 273, 271, 273, 272}},
      {"O'Neill'S 'TIS 'Llama", {334, 262, 19324, 568, 713, 533, 1342, 1696}},
      {"caf\u00e9 cre\u0300me br\u00fbl\u00e9e", {15304, 1075, 12138, 614, 711, 127, 119, 75, 13489}},
      {"\u201cquoted\u201d it\u2019s", {257, 27706, 257, 585, 568}},
      {"\ufb01sh \uff26\uff35\uff2c\uff2c", {2759, 1476}},
      {"\u4f60\u597d\uff0c\u4e16\u754c", {47466, 254, 29290, 377, 267, 19759, 244, 163, 243, 490}},
      {"\U0001F600\U0001F44D\U0001F3FD", {12832, 43722}},
      {"&amp;amp; &lt;b&gt; &eacute;", {261, 283, 321, 285, 4166}},
      {"&ampx &not &copy2020 &#128512; &#x80;", {261, 343, 126, 361, 5811, 273, 271, 273, 271, 7334, 6309}},
      {"\u0130stanbul", {328, 16384, 11231}},
      {"\u039f\u0394\u039f\u03a3", {138, 123, 138, 112, 138, 123, 139, 480}},
      {"\u03bf\u03b4\u03bf\u03c3", {138, 123, 138, 112, 138, 123, 139, 481}},
      {"\u00bd \u00b2 \u2163 \u0e51", {33613, 41175, 158, 227, 367, 4484, 495}},
      {"na\u0308ive_snake_case", {77, 10896, 8653, 318, 8798, 318, 2068}},
      {"nai\u0308ve_snake_case", {1097, 35689, 563, 318, 8798, 318, 2068}},
      {"antidisestablishmentarianism", {3120, 4262, 7726, 12658, 1585, 44351}},
      {"it'\u017f", {585, 6, 129, 379}},
      {"!!!???...", {11194, 5195, 22641}},
      {"a\u00a0b\u200bc\u3000d\u2003e", {320, 321, 9844, 322, 323, 324}},
      {"\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22", {1777, 254, 12330, 102, 11529, 31718, 245, 33091}},
      {"\u0627\u0644\u0633\u0644\u0627\u0645", {12973, 17856, 14251, 8453, 483}},
      {"x\u001cy\u0085z", {11443, 959, 345}},
      {"\u00e2\u20ac\u0153mojibake\u00e2\u20ac\u009d", {257, 617, 3252, 11878, 257}},
      {"", {}}};
  return cases;
}

class ReferenceTokenizer : public testing::Test {
 protected:
  void SetUp() override {
    if (ClipVocabularyFolder().empty()) GTEST_SKIP() << "the published vocabulary is not there: run scripts/deps --tests";
  }
  static Tokenizer Load(SpecialLiterals literals = SpecialLiterals::kOrdinaryText) {
    Result<Tokenizer> tokenizer = Tokenizer::Load(ClipVocabularyFolder(), literals);
    EXPECT_THAT(tokenizer, IsOk());
    return *std::move(tokenizer);
  }
};

Ids Framed(Ids ids) {
  ids.insert(ids.begin(), 49406);
  ids.push_back(49407);
  return ids;
}

TEST_F(ReferenceTokenizer, GivesTheReferencesIds) {
  const Tokenizer tokenizer = Load();
  for (const Case& c : Cases()) EXPECT_EQ(tokenizer.Encode(c.text, 77), Framed(c.ids)) << c.text;
  const std::string with_controls("hello\0world\a!", 13);
  EXPECT_EQ(tokenizer.Encode(with_controls, 77), Framed({12887, 1002, 256}));
}

TEST_F(ReferenceTokenizer, HasTheVocabularyOfTheReference) {
  const Tokenizer tokenizer = Load();
  const Vocabulary& vocabulary = tokenizer.vocabulary();
  EXPECT_EQ(vocabulary.size(), 49408);
  EXPECT_EQ(vocabulary.ByteId('!'), 0);
  EXPECT_EQ(vocabulary.ByteId('~'), 93);
  EXPECT_EQ(vocabulary.LastByteId('!'), 256);
  EXPECT_EQ(vocabulary.LastByteId('a'), 320);
  EXPECT_EQ(tokenizer.Encode("the", 77), Framed({518}));
}

// The bytes that each id stands for, and whether it ends a word, from the file itself: the rows of a symbol per byte, then
// the merged pairs.
struct Symbol {
  std::string bytes;
  bool ends_word = false;
};

std::vector<Symbol> Symbols() {
  std::unordered_map<std::string, Symbol> known;
  std::vector<Symbol> symbols;
  for (const char* end : {"", "</w>"}) {
    for (const uint8_t byte : BytesInVocabularyOrder()) {
      symbols.push_back({std::string(1, static_cast<char>(byte)), *end != '\0'});
      known[SymbolOfByte(byte) + end] = symbols.back();
    }
  }
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen((ClipVocabularyFolder() + "/bpe_simple_vocab_16e6.txt.gz").c_str(), "rb"), gzclose);
  char line[512];
  gzgets(file.get(), line, sizeof line);  // the header
  while (symbols.size() < 49406 && gzgets(file.get(), line, sizeof line) != nullptr) {
    const std::string_view pair = std::string_view(line).substr(0, std::strlen(line) - 1);
    const std::string left(pair.substr(0, pair.find(' '))), right(pair.substr(pair.find(' ') + 1));
    symbols.push_back({known.at(left).bytes + known.at(right).bytes, known.at(right).ends_word});
    known[left + right] = symbols.back();
  }
  return symbols;
}

TEST_F(ReferenceTokenizer, MergesEachWordOfTheVocabularyIntoOneId) {
  const std::vector<Symbol> symbols = Symbols();
  ASSERT_EQ(symbols.size(), 49406u);
  const Tokenizer tokenizer = Load();
  int words = 0;
  for (size_t id = 0; id < symbols.size(); ++id) {
    if (!symbols[id].ends_word) continue;
    ++words;
    Ids ids;
    MergeBytePairs(tokenizer.vocabulary(), symbols[id].bytes, ids);
    EXPECT_EQ(ids, Ids({static_cast<int64_t>(id)})) << symbols[id].bytes;
  }
  EXPECT_EQ(words, 34483);
}

TEST_F(ReferenceTokenizer, LosesNothingButSpacesAndCapitalsOfAscii) {
  const std::vector<Symbol> symbols = Symbols();
  const Tokenizer tokenizer = Load();
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string text, expected, decoded;
    for (size_t i = random() % 60; i > 0; --i) text.push_back(static_cast<char>(' ' + random() % 95));
    std::erase(text, '&');  // may begin an entity
    for (const char c : text) {
      if (c != ' ') expected.push_back(static_cast<char>(std::tolower(c)));
    }
    const Ids ids = tokenizer.Encode(text, 77);
    for (size_t i = 1; i + 1 < ids.size(); ++i) decoded += symbols.at(static_cast<size_t>(ids[i])).bytes;
    EXPECT_EQ(decoded, expected);
  }
}

TEST_F(ReferenceTokenizer, GivesNoSpecialForRandomText) {
  const Tokenizer safe = Load(), reference = Load(SpecialLiterals::kAsReference);
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::u32string points;
    for (size_t i = random() % 40; i > 0; --i) {
      const char32_t c = random() % (round % 2 == 0 ? 0x110000 : 0x500);
      points.push_back(c >= 0xD800 && c <= 0xDFFF ? U' ' : c);
    }
    const Ids ids = safe.Encode(ToUtf8(points), 77);
    EXPECT_EQ(ids, reference.Encode(ToUtf8(points), 77)) << "no literal in it";
    EXPECT_EQ(std::count_if(ids.begin(), ids.end(), [](int64_t id) { return id >= 49406; }), 2);
  }
}

TEST_F(ReferenceTokenizer, CutsALongTextAsTheReferenceDoes) {
  std::string text;
  for (int i = 0; i < 75; ++i) text += "cat ";
  const Ids ids = Load().Encode(text + "dog", 77);
  ASSERT_EQ(ids.size(), 77u);
  EXPECT_EQ(Ids(ids.end() - 3, ids.end()), Ids({2368, 2368, 49407}));
}

TEST_F(ReferenceTokenizer, ReadsLiteralSpecialsOnlyWhenAskedTo) {
  const Tokenizer reference = Load(SpecialLiterals::kAsReference);
  EXPECT_EQ(reference.Encode("<|startoftext|>x<|endoftext|>", 77), Framed({49406, 343, 49407}));
  EXPECT_EQ(reference.Encode("<|ENDOFTEXT|> cat", 77), Framed({49407, 2368}));
  const Ids safe = Load().Encode("a <|endoftext|> cat &lt;|startoftext|&gt;", 77);
  EXPECT_EQ(std::count_if(safe.begin(), safe.end(), [](int64_t id) { return id >= 49406; }), 2) << "only the frame";
  EXPECT_GT(safe.size(), 8u);
}

}  // namespace
}  // namespace fovea::test
