// Text whose UTF-8 was read in a wrong code page. What is expected here is what ftfy 6.3.1 gave for the same texts.
// label: unit
#include "encoder/mojibake.h"

#include <gtest/gtest.h>

#include "encoder/lenient_utf8.h"
#include "encoder/mojibake_characters.h"
#include "encoder/mojibake_signs.h"
#include "encoder/unicode_text.h"

namespace fovea::test {
namespace {

using namespace encoder;

// One text for each rule: no other rule finds it.
TEST(HasMojibakeSigns, KnowsEachRule) {
  for (const char32_t* sign :
       {U"\u0088", U"ґ¨",  U"ZΧ‡", U"†Ÿ",  U"┐Ć",   U"∑å",   U"┬¢", U"\nĐ€", U"█≡", U"č‘≤", U"µ›¿",  U"╢‚",     U"aĂ΄", U"▒Ú",  U"ť╚", U"┌”",  U"á‘õ", U"œ‚",
        U"Ř°",     U"Ã΄", U"×³",  U"Ù≡Ù¬", U"Ù·Ù·", U"à¾",  U"√±", U"≈°",   U"‚Äù", U"‚óê", U"вЂ", U"Г°Р", U"ГўВЂВ┐ ", U"aÂ ", U"a\u00A0Â ", U"Â ", U".Â ", U"β€°", U"Ξ¤Ξ", U"Γ°Γ"}) {
    EXPECT_TRUE(HasMojibakeSigns(sign)) << ToUtf8(sign);
  }
}

TEST(HasMojibakeSigns, LeavesNeighboursThatPeopleWrite) {
  for (const char32_t* text : {U"", U"café", U"Ångström «Ö» €5", U"¿Qué?", U"Ελλάδα", U"Привет", U"“quoted”", U"œuvre", U"20 °C", U"½ × 2", U"ÄÖÜ ß", U"Ù·Ù",
                               U"x Â", U"ГўВЂВ\n ", U"你好", U"À\n", U"a°", U"\U0001F600"}) {
    EXPECT_FALSE(HasMojibakeSigns(text)) << ToUtf8(text);
  }
}

TEST(RepairMojibake, ReadsTheWholeTextAgain) {
  const std::pair<const char32_t*, const char32_t*> cases[] = {
      {U"cafÃ©", U"café"},                                   // Latin-1
      {U"â€œquotedâ€\u009D", U"“quoted”"},                   // Windows-1252
      {U"вЂ” РџСЂРёРІРµС‚", U"— Привет"},                     // Windows-1251
      {U"Ă©tĂ©", U"été"},                                   // Windows-1250
      {U"β€™ Γ©", U"’ é"},                                   // Windows-1253
      {U"√©t√©", U"été"},                                   // Mac Roman
      {U"├⌐t├⌐", U"été"},                                   // code page 437
      {U"cafÃƒÂ©", U"café"},                                 // twice
      {U"â€œ like this â€\uFFFD", U"“ like this \uFFFD"},    // a byte was lost
      {U"Ã?Ã©", U"\uFFFDé"},                                // a question mark for the lost byte
      {U"\u00ED\u00A0½\u00ED¸\u0080 Ã©", U"\U0001F600 é"}};  // surrogates
  for (const auto& [text, expected] : cases) EXPECT_EQ(RepairMojibake(text), expected) << ToUtf8(text);
}

TEST(RepairMojibake, ReadsOnlyWhatIsWrongInATextThatIsWellOtherwise) {
  EXPECT_EQ(RepairMojibake(U"naïve cafÃ© 你好"), U"naïve café 你好");
  EXPECT_EQ(RepairMojibake(U"Ã©ș"), U"éș");
  EXPECT_EQ(RepairMojibake(U"a\u0085b\u0081"), U"a…b\u0081") << "controls that Windows-1252 has characters for";
  EXPECT_EQ(RepairMojibake(U"Ångström «Ö» €5"), U"Ångström «Ö» €5");
}

TEST(RepairMojibake, TakesASpaceForALostNoBreakSpace) {
  EXPECT_EQ(RepairMojibake(U"Ã la mode"), U"à la mode");
  EXPECT_EQ(RepairMojibake(U"voilÃ le travail"), U"voilà le travail");
  EXPECT_EQ(RepairMojibake(U"Ã s vezes"), U"às vezes");
  EXPECT_EQ(RepairMojibake(U"√© – √©"), U"√© – √©") << "in Mac Roman the dash before a space is a dash";
}

// Spoilt again and again, a text doubles each time: 2^50 characters do not exist.
TEST(RepairMojibake, EndsOnATextThatWasSpoiltManyTimes) {
  std::u32string text = U"é";
  for (int i = 0; i < 12; ++i) {
    std::u32string next;
    for (const char byte : ToUtf8(text)) next.push_back(static_cast<unsigned char>(byte));
    text = next;
  }
  EXPECT_EQ(RepairMojibake(text), U"é");
}

TEST(RestoreByteA0, ChangesSpacesThatCompleteALikelyCharacter) {
  EXPECT_EQ(RestoreByteA0("\xC5 x \xE2 \x81"), "\xC5\xA0x \xE2\xA0\x81");
  EXPECT_EQ(RestoreByteA0("\xF0\x9F  \xF0\x9F\x98 "), "\xF0\x9F  \xF0\x9F\x98\xA0");
  EXPECT_EQ(RestoreByteA0("\xE1 \x80 \xE2\x85 "), "\xE1 \x80 \xE2\x85 ") << "unlikely characters";
}

TEST(ReplaceLostSequences, NeedsAMarkInsideASequence) {
  EXPECT_EQ(ReplaceLostSequences("\xC4\x1A \xE2?\x80 \xF0\x9F\x98? \x1A"), "\uFFFD \uFFFD \uFFFD \uFFFD");
  EXPECT_EQ(ReplaceLostSequences("\xED\xA0?\xED\xB0\x80 \xED\xA0\x80\xED\xB0\x1A"), "\uFFFD \uFFFD");
  EXPECT_EQ(ReplaceLostSequences("\xC4? \xE2?? what?"), "\xC4? \xE2?? what?");
}

TEST(DecodeLenientUtf8, TakesSurrogatesAndNullButNothingElse) {
  EXPECT_EQ(DecodeLenientUtf8("a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80"), U"aé你\U0001F600");
  EXPECT_EQ(DecodeLenientUtf8("\xED\xA0\xBD\xED\xB8\x80\xC0\x80"), std::u32string(U"\U0001F600") + U'\0');
  EXPECT_EQ(DecodeLenientUtf8("\xC0\n"), std::u32string(1, U'\0')) << "ftfy's slip at the end of a line";
  EXPECT_EQ(DecodeLenientUtf8("\xED\xA0\x80\xED\xB0\n"), U"\U0001000A") << "the same slip";
  for (const char* bytes : {"\x80", "\xC0\x81", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xE4\xBD", "\xED\xA0\x80", "\xED\xB0\x80\xED\xB0\x80",
                            "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC0\nx"}) {
    EXPECT_EQ(DecodeLenientUtf8(bytes), std::nullopt) << testing::PrintToString(std::string(bytes));
  }
}

TEST(ToCodePage, RefusesWhatThePageLacks) {
  EXPECT_EQ(ToCodePage(U"é\u0081\x1A", CodePage::kLatin1), "\xE9\x81\x1A");
  EXPECT_EQ(ToCodePage(U"€", CodePage::kLatin1), std::nullopt);
  EXPECT_EQ(ToCodePage(U"€\u0081\uFFFD", CodePage::kWindows1252), "\x80\x81\x1A");
  EXPECT_EQ(ToCodePage(U"\x1A", CodePage::kWindows1252), std::nullopt) << "stands for a lost byte there";
  EXPECT_EQ(ToCodePage(U"\u0080", CodePage::kWindows1252), std::nullopt);
  EXPECT_EQ(ToCodePage(U"├é", CodePage::kDos437), "\xC3\x82");
}

}  // namespace
}  // namespace fovea::test
