#include "encoder/pil_mode.h"

#include <algorithm>

namespace fovea::encoder {
namespace {

// Reads numbers from a header; outside the bytes it reads 0.
struct Header {
  std::string_view bytes;
  bool big_endian = false;

  uint64_t At(uint64_t offset, size_t size = 1) const {
    if (offset > bytes.size() || bytes.size() - offset < size) return 0;
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value |= uint64_t{static_cast<uint8_t>(bytes[offset + i])} << 8 * (big_endian ? size - 1 - i : i);
    return value;
  }
};

PilMode OfPng(std::string_view bytes) {
  const Header header{bytes};
  const uint64_t depth = header.At(24);
  switch (header.At(25)) {  // the colour type
    case 0:
      return {depth == 1 ? ColourModel::kPalette : depth == 16 ? ColourModel::kDeepGrey : ColourModel::kColour};
    case 3:
      return {ColourModel::kPalette};
    case 4:
    case 6:
      return {ColourModel::kAlpha};
    default:
      return {};  // RGB; a transparent colour is no alpha channel
  }
}

// The offset after the sub-blocks that begin at `offset`.
uint64_t AfterBlocks(const Header& header, uint64_t offset) {
  while (const uint64_t size = header.At(offset)) offset += 1 + size;
  return offset + 1;
}

struct GifPalette {
  uint64_t offset = 0;
  uint64_t colours = 0;  // 0: there is none
};

GifPalette PaletteAt(uint64_t offset, uint64_t flags) {
  return {offset, (flags & 0x80) != 0 ? uint64_t{2} << (flags & 7) : 0};
}

PilMode OfGif(std::string_view bytes) {
  const Header header{bytes};
  GifPalette palette = PaletteAt(13, header.At(10));
  uint64_t background = 0;
  uint64_t at = 13 + 3 * palette.colours;
  while (header.At(at) == '!') {
    if (header.At(at + 1) == 0xF9 && (header.At(at + 3) & 1) != 0) background = header.At(at + 6);
    at = AfterBlocks(header, at + 2);
  }
  if (const uint64_t flags = header.At(at + 9); (flags & 0x80) != 0) palette = PaletteAt(at + 10, flags);
  bool grey = true;  // every colour is its own index
  for (uint64_t i = 0; i < palette.colours * 3; ++i) grey = grey && header.At(palette.offset + i) == i / 3;
  std::array<uint8_t, 3> behind{};
  if (background >= palette.colours) background = 0;
  for (uint64_t i = 0; i < 3; ++i) behind[i] = static_cast<uint8_t>(header.At(palette.offset + background * 3 + i));
  return {grey ? ColourModel::kColour : ColourModel::kPalette, behind};
}

// The first value of a field in a TIFF's first directory; 0 if it is absent.
uint64_t TiffField(const Header& header, uint64_t tag) {
  const bool big = header.At(2, 2) == 43;
  const size_t word = big ? 8 : 4;
  const uint64_t directory = header.At(big ? 8 : 4, word);
  const uint64_t fields = std::min<uint64_t>(header.At(directory, big ? 8 : 2), 4096);
  for (uint64_t i = 0; i < fields; ++i) {
    const uint64_t field = directory + (big ? 8 : 2) + i * (4 + 2 * word);
    if (header.At(field, 2) != tag) continue;
    const size_t size = header.At(field + 2, 2) == 3 ? 2 : 4;  // 16 or 32 bits
    const uint64_t count = header.At(field + 4, word);
    const uint64_t value = field + 4 + word;
    return header.At(count * size <= word ? value : header.At(value, word), size);
  }
  return 0;
}

PilMode OfTiff(std::string_view bytes, const SampleKind& kind) {
  constexpr uint64_t kBitsPerSample = 258;
  constexpr uint64_t kPhotometric = 262;
  const Header header{bytes, bytes.starts_with("MM")};
  const uint64_t bits = TiffField(header, kBitsPerSample);
  const uint64_t photometric = TiffField(header, kPhotometric);
  if (photometric == 3 || (photometric <= 1 && bits <= 1)) return {ColourModel::kPalette};
  if (kind.cmyk) return {ColourModel::kInk};
  if (kind.grey && kind.bits == 16) return {ColourModel::kDeepGrey};
  return {kind.alpha ? ColourModel::kAlpha : ColourModel::kColour};
}

}  // namespace

PilMode PilModeOf(PictureFormat format, std::string_view bytes, const SampleKind& kind) {
  switch (format) {
    case PictureFormat::kPng:
      return OfPng(bytes);
    case PictureFormat::kGif:
      return OfGif(bytes);
    case PictureFormat::kTiff:
      return OfTiff(bytes, kind);
    default:
      return {kind.cmyk ? ColourModel::kInk : kind.alpha ? ColourModel::kAlpha : ColourModel::kColour};
  }
}

}  // namespace fovea::encoder
