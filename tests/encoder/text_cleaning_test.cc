// What happens to a text before it is cut into pieces.
// label: unit
#include "encoder/text_cleaning.h"

#include <gtest/gtest.h>

#include "encoder/html_entities.h"
#include "encoder/text_pieces.h"
#include "encoder/text_repair.h"
#include "encoder/unicode_text.h"

namespace fovea::test {
namespace {

using namespace encoder;

TEST(CleanText, CollapsesWhitespaceAndLowersLetters) {
  EXPECT_EQ(CleanText("  A\t\tDOG \r\n on\u00a0a \u2003beach "), U"a dog on a beach");
  EXPECT_EQ(CleanText("\u0130"), U"i\u0307");
  EXPECT_EQ(CleanText("\u039f\u0394\u039f\u03a3"), U"\u03bf\u03b4\u03bf\u03c2");
  EXPECT_EQ(CleanText(""), U"");
}

TEST(CleanText, HandlesPlainTextLikeAnyOther) {
  std::string ascii;
  for (int c = 0; c < 0x80; ++c) ascii += std::string("A") + static_cast<char>(c) + " b";
  std::u32string beside = CleanText(ascii + "\u4f60");
  beside.pop_back();
  EXPECT_EQ(CleanText(ascii), beside);
  for (int c = 0; c < 0x80; ++c) {
    const std::string one = std::string(" X") + static_cast<char>(c) + static_cast<char>(c) + "Y ";
    EXPECT_EQ(CleanText(one) + U" \u4f60", CleanText(one + " \u4f60")) << c;
  }
}

TEST(CleanText, TakesBytesThatAreNoUtf8) { EXPECT_EQ(CleanText("a\xff\xfe z"), U"a\ufffd\ufffd z"); }

TEST(CleanText, UnescapesEntitiesThatWereEscapedTwice) { EXPECT_EQ(CleanText("&amp;amp;lt;b&gt;"), U"<b>"); }

TEST(RepairText, StraightensQuotesLigaturesAndWidth) {
  EXPECT_EQ(RepairText(U"\u201c\ufb01\u2019\uff21\u3000\u0149"), U"\"fi'A 'n");
  EXPECT_EQ(RepairText(U"\u0132\u01c4\u01f3\ufb05"), U"IJD\u017ddz\u017ft");
}

TEST(RepairText, RemovesControlsAndTerminalCodes) {
  EXPECT_EQ(RepairText(U"a\x1b[1;31mb\x7f\ufeff\u206a"), U"ab");
  EXPECT_EQ(RepairText(U"\x1b[1;31"), U"[1;31") << "no letter ends it: only the escape goes";
  EXPECT_EQ(RepairText(U"a\r\nb\rc\u2028d"), U"a\nb\nc\nd");
}

TEST(RepairText, TakesDigitsOfAllScriptsInTerminalCodes) { EXPECT_EQ(RepairText(U"a\x1b[\u0663;1mb"), U"ab"); }

TEST(RepairText, RepairsWrongCodePagesLineByLine) {
  EXPECT_EQ(RepairText(U"cafÃ© &Atilde;&copy;\n你好 Ã©"), U"café é\n你好 é");
  EXPECT_EQ(RepairText(U"<p>Ã©"), U"<p>é");
}

TEST(RepairText, ReadsC1ControlsAsWindows1252) { EXPECT_EQ(RepairText(U"\u0085\u0080\u0081"), U"\u2026\u20ac\u0081"); }

// A text escaped n times used to cost n rounds over n characters: 64 KB took ten seconds.
TEST(RepairText, EndsSoonOnATextEscapedThousandsOfTimes) {
  std::u32string text = U"&";
  for (int i = 0; i < 4000; ++i) text += U"amp;";
  EXPECT_LT(RepairText(text).size(), text.size());
}

TEST(RepairText, KeepsEntitiesFromTheFirstLineWithATagOn) {
  EXPECT_EQ(RepairText(U"&eacute;\n<b>&eacute;\n&eacute;"), U"\u00e9\n<b>&eacute;\n&eacute;");
}

TEST(UnescapeHtml, FollowsHtml5) {
  const std::pair<const char32_t*, const char32_t*> cases[] = {
      {U"&amp;", U"&"},         {U"&amp", U"&"},           {U"&notit;", U"\u00acit;"},     {U"&bogus;", U"&bogus;"},
      {U"&#65;&#x41;", U"AA"},  {U"&#65", U"A"},           {U"&#0;", U"\ufffd"},           {U"&#128;", U"\u20ac"},
      {U"&#xD800;", U"\ufffd"}, {U"&#99999999999;", U"\ufffd"}, {U"&#1;&#xFFFF;", U""},    {U"&ngE;", U"\u2267\u0338"},
      {U"&", U"&"},             {U"&#", U"&#"},            {U"&#x;", U"&#x;"},             {U"& amp;", U"& amp;"}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(UnescapeHtml(text), expected) << ToUtf8(text);
}

TEST(UnescapeTerminatedHtml, NeedsTheSemicolonAndKnowsCapitals) {
  const std::pair<const char32_t*, const char32_t*> cases[] = {{U"&amp", U"&amp"},         {U"&EACUTE;", U"\u00c9"}, {U"&SZLIG;", U"SS"},
                                                               {U"&GTDOT;", U"&GTDOT;"},   {U"&#65", U"&#65"},       {U"&#65;", U"A"},
                                                               {U"&#59;", U"&#59;"},       {U"&notit;", U"&notit;"}, {U"&Eacute;", U"\u00c9"}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(UnescapeTerminatedHtml(text), expected) << ToUtf8(text);
}

std::vector<std::u32string> Pieces(std::u32string_view text) {
  std::vector<std::u32string> pieces;
  for (SkipToPiece(text); !text.empty(); SkipToPiece(text)) {
    pieces.emplace_back(FirstPiece(text));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

TEST(FirstPiece, CutsAsTheVocabularyExpects) {
  using List = std::vector<std::u32string>;
  EXPECT_EQ(Pieces(U"should've 'tis 2021 \u00bd!!?"), List({U"should", U"'ve", U"'t", U"is", U"2", U"0", U"2", U"1", U"\u00bd", U"!!?"}));
  EXPECT_EQ(Pieces(U"it'\u017f a_b"), List({U"it", U"'\u017f", U"a", U"_", U"b"}));
  EXPECT_EQ(Pieces(U"'r 'l x'"), List({U"'", U"r", U"'", U"l", U"x", U"'"}));
  EXPECT_EQ(Pieces(U"\u0e01\u0e34\u0e01"), List({U"\u0e01", U"\u0e34", U"\u0e01"}));
  EXPECT_EQ(Pieces(U"!\u0345!"), List({U"!", U"!"}));
  EXPECT_EQ(Pieces(U"a\u1c89\U00016130!"), List({U"a\u1c89", U"\U00016130", U"!"})) << "a letter and a digit of Unicode 16";
  EXPECT_EQ(Pieces(U"  "), List());
}

}  // namespace
}  // namespace fovea::test
