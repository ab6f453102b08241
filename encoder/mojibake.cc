#include "encoder/mojibake.h"

#include <algorithm>
#include <optional>

#include "encoder/html_entities.h"
#include "encoder/lenient_utf8.h"
#include "encoder/mojibake_characters.h"
#include "encoder/mojibake_signs.h"

namespace fovea::encoder {
namespace {

// The whole text as UTF-8 that was read in one of the code pages.
std::optional<std::u32string> DecodeAgain(std::u32string_view text) {
  for (const CodePage page : kCodePages) {
    std::optional<std::string> bytes = ToCodePage(text, page);
    if (!bytes) continue;
    if (page != CodePage::kMacRoman) bytes = RestoreByteA0(*bytes);  // its byte D0 is a dash, which a space may follow
    if (IsLenient(page)) bytes = ReplaceLostSequences(*bytes);
    if (std::optional<std::u32string> decoded = DecodeLenientUtf8(*bytes)) return decoded;
  }
  return std::nullopt;
}

// The length of what looks like one UTF-8 sequence at the beginning of `text`, or 0.
size_t SequenceLength(std::u32string_view text) {
  const uint32_t lead = MojibakeKindsOf(text.front());
  for (size_t length = 2; length <= std::min<size_t>(text.size(), 4) && (MojibakeKindsOf(text[length - 1]) & kContinuation) != 0; ++length) {
    if ((lead & (kFirstOfTwo << (length - 2))) != 0) return length;
  }
  return 0;
}

size_t SequencesLength(std::u32string_view text) {
  size_t length = 0;
  while (length < text.size()) {
    const size_t more = SequenceLength(text.substr(length));
    if (more == 0) break;
    length += more;
  }
  return length;
}

// Runs of sequences inside a text that is otherwise well.
std::u32string RepairEmbedded(std::u32string_view text) {
  std::u32string out;
  for (size_t at = 0; at < text.size();) {
    const bool after_rest = at > 0 && (MojibakeKindsOf(text[at - 1]) & kContinuationOnly) != 0;
    const size_t length = after_rest ? 0 : SequencesLength(text.substr(at));
    const std::u32string_view found = text.substr(at, std::max<size_t>(length, 1));
    const bool repair = length > 0 && length < text.size() && HasMojibakeSigns(found);
    out += repair ? RepairMojibake(found) : found;
    at += found.size();
  }
  return out;
}

std::u32string RepairStep(std::u32string_view text) {
  if (!HasMojibakeSigns(text)) return std::u32string(text);
  if (std::optional<std::u32string> decoded = DecodeAgain(text)) return *std::move(decoded);
  std::u32string repaired = RepairEmbedded(text);
  return repaired == text ? RepairC1Controls(text) : repaired;
}

// Text that was spoilt n times needs n steps and is longer each time: this many cannot happen by mistake.
constexpr int kMostSteps = 50;

}  // namespace

std::u32string RepairC1Controls(std::u32string_view text) {
  std::u32string out(text);
  for (char32_t& c : out) c = c >= 0x80 && c <= 0x9F ? Windows1252Character(c) : c;
  return out;
}

std::u32string RepairMojibake(std::u32string_view line) {
  std::u32string text(line);
  for (int step = 0; step < kMostSteps; ++step) {
    std::u32string next = RepairStep(text);
    if (next == text) break;
    text = std::move(next);
  }
  return text;
}

}  // namespace fovea::encoder
