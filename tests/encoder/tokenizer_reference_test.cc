// The published vocabulary: ids that the reference's tokenizer gave for the same texts.
// label: model
#include <gtest/gtest.h>

#include <filesystem>

#include "encoder/tokenizer.h"
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
