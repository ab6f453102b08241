#include "encoder/exif_block.h"

#include <cstdint>

namespace fovea::encoder {
namespace {

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The rest of `text` after `count` line breaks.
std::string_view AfterLines(std::string_view text, int count) {
  for (; count > 0; --count) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

std::string_view FindJxlExif(std::string_view file) {
  while (file.size() >= 8) {
    uint64_t size = BigEndian(file.substr(0, 4));
    size_t header = 8;
    if (size == 1 && file.size() >= 16) {
      size = BigEndian(file.substr(8, 8));
      header = 16;
    } else if (size == 0) {
      size = file.size();
    }
    if (size < header || size > file.size()) return {};
    if (file.substr(4, 4) == "Exif") {
      std::string_view body = file.substr(header, size - header);
      if (body.size() < 4) return {};
      const uint64_t offset = BigEndian(body.substr(0, 4));
      body.remove_prefix(4);
      return offset < body.size() ? body.substr(offset) : std::string_view();
    }
    file.remove_prefix(size);
  }
  return {};
}

std::string DecodeRawProfile(std::string_view text) {
  text = AfterLines(text, 3);
  std::string block;
  int high = -1;
  for (const char c : text) {
    const int value = HexValue(c);
    if (value < 0) continue;
    if (high < 0) {
      high = value;
    } else {
      block.push_back(static_cast<char>(high << 4 | value));
      high = -1;
    }
  }
  return block;
}

}  // namespace fovea::encoder
