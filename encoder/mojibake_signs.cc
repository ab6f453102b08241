#include "encoder/mojibake_signs.h"

#include <algorithm>
#include <vector>

#include "encoder/mojibake_characters.h"
#include "encoder/unicode_text.h"

namespace fovea::encoder {
namespace {

// Kinds beside those of the table; they say what may stand beside mojibake.
constexpr uint32_t kSmallAscii = 1U << kMojibakeKinds;
constexpr uint32_t kCapitalAscii = 2U << kMojibakeKinds;
constexpr uint32_t kSpace = 4U << kMojibakeKinds;  // U+0020 only
constexpr uint32_t kWhitespace = 8U << kMojibakeKinds;  // any
constexpr uint32_t kWordPart = 16U << kMojibakeKinds;  // letter, number, underscore
constexpr uint32_t kNoAscii = 32U << kMojibakeKinds;  // no ASCII letter
constexpr uint32_t kNoLineFeed = 64U << kMojibakeKinds;  // anything else
constexpr uint32_t kSentenceSign = 128U << kMojibakeKinds;
constexpr uint32_t kAsciiLetter = kSmallAscii | kCapitalAscii;
constexpr uint32_t kAccented = kUpperAccented | kLowerAccented;
constexpr uint32_t kSuspicious = kAccented | kBoxDrawing | kOpening | kClosing | kCurrencySign | kNumericSign | kLawSign;

// One character of a rule: any of these kinds, or one of these.
struct Set {
  uint32_t kinds = 0;
  std::u32string_view also = {};
  bool empty() const { return kinds == 0 && also.empty(); }
};
using Rule = std::array<Set, 7>;  // up to the first empty set

constexpr Set kAfterArabicLead = {kCommonSign | kCurrencySign | kBadSign | kNumericSign | kOpening, U"ŸŠ®°µ»"};
constexpr uint32_t kBetweenLeads = kC1Control | kBadSign | kOpening | kClosing | kCurrencySign;

constexpr Rule kRules[] = {
    {{{kC1Control}}},
    {{{kBadSign | kSuspicious}, {kBadSign}}},
    {{{kAsciiLetter}, {kLowerCommon | kUpperCommon}, {kBadSign}}},
    {{{kBadSign}, {kSuspicious}}},
    {{{kLowerAccented | kLowerCommon | kBoxDrawing | kClosing | kCurrencySign | kNumericSign}, {kUpperAccented}}},
    {{{kBoxDrawing | kClosing | kCurrencySign | kNumericSign}, {kLowerAccented}}},
    {{{kLowerAccented | kBoxDrawing | kClosing}, {kCurrencySign}}},
    {{{kWhitespace}, {kUpperAccented}, {kCurrencySign}}},
    {{{kUpperAccented | kBoxDrawing}, {kNumericSign | kLawSign}}},
    {{{kAccented | kBoxDrawing | kCurrencySign | kClosing}, {kOpening}, {kNumericSign}}},
    {{{kAccented | kCurrencySign | kNumericSign | kBoxDrawing | kLawSign}, {kClosing}, {kOpening}}},
    {{{kCurrencySign | kNumericSign | kBoxDrawing}, {kOpening}}},
    {{{kSmallAscii}, {kUpperAccented}, {kOpening | kCurrencySign}}},
    {{{kBoxDrawing}, {kFacePart}}},
    {{{kAccented | kCurrencySign | kNumericSign | kOpening | kClosing | kLawSign}, {kBoxDrawing}}},
    {{{kBoxDrawing}, {kClosing}}},
    {{{kAccented}, {kOpening | kClosing}, {kWordPart}}},
    {{{0, U"Œœ"}, {kNoAscii}}},
    {{{kUpperAccented}, {0, U"°"}}},
    // Windows-1252: two characters; South Asian; Arabic, whose signs are common, so twice
    {{{0, U"ÂÃÎÐ"}, {kOpening | kClosing, U"€œŠš¢£Ÿž\u00A0\u00AD®©°·»–—´"}}},
    {{{0, U"×"}, {0, U"²³"}}},
    {{{0, U"ØÙ"}, kAfterArabicLead, {0, U"ØÙ"}, kAfterArabicLead}},
    {{{0, U"à"}, {0, U"²µ¹¼½¾"}}},
    // Mac Roman
    {{{0, U"√"}, {0, U"±∂†≠®™´≤≥¥µø"}}},
    {{{0, U"≈"}, {0, U"°¢"}}},
    {{{0, U"‚"}, {0, U"Ä"}, {0, U"ìîïòôúùû†°¢π"}}},
    {{{0, U"‚"}, {0, U"âó"}, {0, U"àä°ê"}}},
    // Windows-1251; the last on top of a mix-up of Latin-1 and Windows-1252
    {{{0, U"в"}, {0, U"Ђ"}}},
    {{{0, U"ВГРС"}, {kBetweenLeads, U"°µ"}, {0, U"ВГРС"}}},
    {{{0, U"Г"}, {0, U"ў"}, {0, U"В"}, {0, U"Ђ"}, {0, U"В"}, {kNoLineFeed}, {kAsciiLetter | kSpace}}},
    // small a with grave accent and the no-break space; a capital A before the character that it encodes
    {{{kSmallAscii}, {0, U"ÃÂ"}, {kSpace}}},
    {{{kSmallAscii}, {kWhitespace}, {0, U"ÃÂ"}, {kSpace}}},
    {{{kSmallAscii | kSentenceSign | kClosing}, {0, U"Â"}, {kSpace | kOpening | kClosing}}},
    // Windows-1253
    {{{0, U"β"}, {0, U"€"}, {0, U"™\u00A0Ά\u00AD®°"}}},
    {{{0, U"ΒΓΞΟ"}, {kBetweenLeads, U"°"}, {0, U"ΒΓΞΟ"}}},
};
constexpr Rule kRuleAtStart = {{{0, U"ÃÂ"}, {kSpace}}};

// What every rule asks for at least once: a text without any of it is well.
constexpr Set kNeeded = {kBadSign | kC1Control | kSuspicious, U"ЂÙ°"};

struct Character {
  char32_t point;
  uint32_t kinds;
};

uint32_t AsciiKinds(char32_t c) {
  if (c >= U'a' && c <= U'z') return kSmallAscii | kWordPart;
  if (c >= U'A' && c <= U'Z') return kCapitalAscii | kWordPart;
  if ((c >= U'0' && c <= U'9') || c == U'_') return kWordPart | kNoAscii;
  if (c == U' ') return kSpace | kWhitespace | kNoAscii;
  if ((c >= 0x9 && c <= 0xD) || (c >= 0x1C && c <= 0x1F)) return kWhitespace | kNoAscii;
  return c == U'.' || c == U',' || c == U'?' || c == U'!' ? kSentenceSign | kNoAscii : kNoAscii;
}

uint32_t NeighbourKinds(char32_t c) {
  if (c < 0x80) return AsciiKinds(c) | (c == U'\n' ? 0 : kNoLineFeed);
  return kNoAscii | kNoLineFeed | (IsWhitespace(c) ? kWhitespace : 0) | (IsLetter(c) || IsNumber(c) ? kWordPart : 0);
}

bool Fits(const Set& set, const Character& c) { return (set.kinds & c.kinds) != 0 || set.also.find(c.point) != std::u32string_view::npos; }

bool Begins(const Rule& rule, const Character* at, const Character* end) {
  for (const Set& set : rule) {
    if (set.empty()) return true;
    if (at == end || !Fits(set, *at)) return false;
    ++at;
  }
  return true;
}

}  // namespace

bool HasMojibakeSigns(std::u32string_view text) {
  std::vector<Character> characters;
  characters.reserve(text.size());
  bool needed = false;
  for (const char32_t c : text) {
    characters.push_back({c, MojibakeKindsOf(c)});
    needed = needed || Fits(kNeeded, characters.back());
  }
  if (!needed) return false;
  for (Character& c : characters) c.kinds |= NeighbourKinds(c.point);
  const Character* const end = characters.data() + characters.size();
  if (Begins(kRuleAtStart, characters.data(), end)) return true;
  return std::any_of(characters.begin(), characters.end(), [end](const Character& at) {
    return std::any_of(std::begin(kRules), std::end(kRules), [&](const Rule& rule) { return Begins(rule, &at, end); });
  });
}

}  // namespace fovea::encoder
