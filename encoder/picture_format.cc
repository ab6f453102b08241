#include "encoder/picture_format.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"

namespace fovea::encoder {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kWhatIsRead = "read are JPEG, PNG, WebP, GIF, TIFF, HEIC, AVIF and JPEG XL";

struct Signature {
  std::string_view start;
  PictureFormat format;
};
constexpr Signature kSignatures[] = {
    {"\xff\xd8\xff"sv, PictureFormat::kJpeg},
    {"\x89PNG\r\n\x1a\n"sv, PictureFormat::kPng},
    {"GIF87a"sv, PictureFormat::kGif},
    {"GIF89a"sv, PictureFormat::kGif},
    {"II*\0"sv, PictureFormat::kTiff},
    {"MM\0*"sv, PictureFormat::kTiff},
    {"II+\0"sv, PictureFormat::kTiff},
    {"MM\0+"sv, PictureFormat::kTiff},
    {"\xff\x0a"sv, PictureFormat::kJxl},
    {"\0\0\0\x0cJXL \r\n\x87\n"sv, PictureFormat::kJxl},
};

struct Other {
  std::string_view start;
  std::string_view what;
};
constexpr Other kOthers[] = {
    {"%PDF"sv, "a PDF document"},
    {"%!PS"sv, "PostScript or EPS"},
    {"\xc5\xd0\xd3\xc6"sv, "EPS with a preview"},
    {"BM"sv, "a BMP picture"},
    {"\0\0\1\0"sv, "an icon (ICO)"},
    {"8BPS"sv, "a Photoshop document"},
    {"\x1f\x8b"sv, "gzip data (perhaps SVGZ)"},
    {"PK\3\4"sv, "a ZIP archive or office document"},
    {"Rar!"sv, "a RAR archive"},
    {"7z\xbc\xaf"sv, "a 7z archive"},
    {"\x76\x2f\x31\x01"sv, "an OpenEXR picture"},
    {"#?RADIANCE"sv, "a Radiance HDR picture"},
    {"\0\0\0\x0cjP  "sv, "a JPEG 2000 picture"},
    {"\xff\x4f\xff\x51"sv, "a JPEG 2000 codestream"},
    {"\x1a\x45\xdf\xa3"sv, "a Matroska or WebM video"},
    {"\x7f" "ELF"sv, "a program"},
    {"FUJIFILMCCD-RAW"sv, "a camera raw file"},
    {"IIRO"sv, "a camera raw file"},
    {"IIU\0"sv, "a camera raw file"},
    {"ID3"sv, "a sound file"},
    {"SIMPLE  ="sv, "a FITS picture"},
};

// The brands in the `ftyp` box of an ISO media file: the major one first.
std::vector<std::string_view> Brands(std::string_view bytes) {
  if (bytes.size() < 16 || bytes.substr(4, 4) != "ftyp") return {};
  const auto at = [bytes](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(bytes[i])); };
  const size_t size = at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
  std::vector<std::string_view> brands = {bytes.substr(8, 4)};
  for (size_t i = 16; i + 4 <= std::min({size, bytes.size(), size_t{256}}); i += 4) brands.push_back(bytes.substr(i, 4));
  return brands;
}

std::optional<PictureFormat> FormatOfBrands(const std::vector<std::string_view>& brands) {
  const auto has = [&brands](std::initializer_list<std::string_view> wanted) {
    return std::ranges::any_of(brands, [&](std::string_view brand) { return std::ranges::find(wanted, brand) != wanted.end(); });
  };
  if (has({"avif", "avis"})) return PictureFormat::kAvif;
  if (has({"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"})) return PictureFormat::kHeic;
  return std::nullopt;
}

bool LooksLikeSvg(std::string_view bytes) { return bytes.substr(0, 4096).find("<svg") != std::string_view::npos; }

bool LooksLikeText(std::string_view bytes) {
  return std::ranges::all_of(bytes.substr(0, 512), [](char c) {
    const auto value = static_cast<uint8_t>(c);
    return value >= 0x20 ? value != 0x7f : value == '\n' || value == '\r' || value == '\t' || value == '\f';
  });
}

std::string WhatItSeems(std::string_view bytes, const std::vector<std::string_view>& brands) {
  if (!brands.empty()) return StrCat("a video or other ISO media file of brand \"", LooksLikeText(brands[0]) ? brands[0] : "?", "\"");
  for (const Other& other : kOthers) {
    if (bytes.starts_with(other.start)) return std::string(other.what);
  }
  if (bytes.starts_with("RIFF")) return "a RIFF file that is not WebP (sound or video)";
  if (LooksLikeSvg(bytes)) return "an SVG drawing";
  if (LooksLikeText(bytes)) return "text";
  return "of an unknown kind";
}

}  // namespace

Result<PictureFormat> SniffFormat(std::string_view bytes) {
  if (bytes.empty()) return Failed(Corrupt("the file is empty"));
  for (const Signature& signature : kSignatures) {
    if (bytes.starts_with(signature.start)) return signature.format;
  }
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return PictureFormat::kWebp;
  const std::vector<std::string_view> brands = Brands(bytes);
  if (const auto format = FormatOfBrands(brands)) return *format;
  return Failed(Unsupported(StrCat("the content is ", WhatItSeems(bytes, brands), "; ", kWhatIsRead)));
}

std::string_view FormatName(PictureFormat format) {
  static constexpr std::array<std::string_view, 8> kNames = {"jpeg", "png", "webp", "gif", "tiff", "heic", "avif", "jxl"};
  return kNames[static_cast<size_t>(format)];
}

}  // namespace fovea::encoder
