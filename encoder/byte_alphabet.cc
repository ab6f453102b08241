#include "encoder/byte_alphabet.h"

namespace fovea::encoder {
namespace {

constexpr int kPrintableBytes = 188;

constexpr bool IsPrintable(int byte) { return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174; }

constexpr std::array<uint8_t, 256> MakeOrder() {
  std::array<uint8_t, 256> order{};
  size_t at = 0;
  for (const bool printable : {true, false}) {
    for (int byte = 0; byte < 256; ++byte) {
      if (IsPrintable(byte) == printable) order[at++] = static_cast<uint8_t>(byte);
    }
  }
  return order;
}
constexpr std::array<uint8_t, 256> kOrder = MakeOrder();

// A printable byte stands for itself; the n-th other byte for U+0100 + n.
int CodePointOf(uint8_t byte) {
  if (IsPrintable(byte)) return byte;
  int index = kPrintableBytes;
  while (kOrder[static_cast<size_t>(index)] != byte) ++index;
  return 256 + index - kPrintableBytes;
}

}  // namespace

const std::array<uint8_t, 256>& BytesInVocabularyOrder() { return kOrder; }

std::string SymbolOfByte(uint8_t byte) {
  const int code_point = CodePointOf(byte);
  if (code_point < 0x80) return std::string(1, static_cast<char>(code_point));
  return {static_cast<char>(0xC0 | (code_point >> 6)), static_cast<char>(0x80 | (code_point & 0x3F))};
}

}  // namespace fovea::encoder
