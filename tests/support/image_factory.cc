#include "tests/support/image_factory.h"

#include <exiv2/exiv2.hpp>
#include <vips/vips.h>
#include <zlib.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>

namespace fovea::test {
namespace {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "ImageFactory: %s: %s\n", what.c_str(), vips_error_buffer());
  std::abort();
}

void StartVips() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (VIPS_INIT("image_factory") != 0) Die("start libvips");
    vips_operation_block_set("VipsForeignSaveJxl", FALSE);
  });
}

uint64_t Mix(uint64_t value) {  // splitmix64's finaliser
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

int Draw(uint64_t seed, uint64_t index, int below) { return static_cast<int>(Mix(seed * 1000 + index) % static_cast<uint64_t>(below)); }

bool HasAlpha(PictureKind kind) { return kind == PictureKind::kRgba || kind == PictureKind::kGreyAlpha; }

// The samples in the order that the file stores, 8 or 16 bits each.
Image AsImage(const PictureSpec& spec) {
  const std::vector<uint8_t> rgb = DrawPicture(spec);
  const bool grey = spec.kind == PictureKind::kGrey || spec.kind == PictureKind::kGreyAlpha || spec.kind == PictureKind::kGrey16;
  const bool wide = spec.kind == PictureKind::kRgb16 || spec.kind == PictureKind::kGrey16;
  const bool cmyk = spec.kind == PictureKind::kCmyk;
  const int bands = (grey ? 1 : cmyk ? 4 : 3) + (HasAlpha(spec.kind) ? 1 : 0);
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < rgb.size(); i += 3) {
    for (size_t c = 0; c < (grey ? 1u : 3u); ++c) {
      const uint8_t sample = cmyk ? static_cast<uint8_t>(255 - rgb[i + c]) : rgb[i + (grey ? 1 : c)];
      bytes.insert(bytes.end(), wide ? 2 : 1, sample);  // v * 257
    }
    if (cmyk) bytes.push_back(0);
    if (HasAlpha(spec.kind)) bytes.push_back(spec.alpha);
  }
  Image image(vips_image_new_from_memory_copy(bytes.data(), bytes.size(), spec.width, spec.height, bands,
                                              wide ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR));
  if (!image) Die("wrap pixels");
  const VipsInterpretation meaning = cmyk   ? VIPS_INTERPRETATION_CMYK
                                     : grey ? (wide ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W)
                                     : wide ? VIPS_INTERPRETATION_RGB16
                                            : VIPS_INTERPRETATION_sRGB;
  VipsImage* tagged = nullptr;
  if (vips_copy(image.get(), &tagged, "interpretation", meaning, nullptr) != 0) Die("name the colours");
  return Image(tagged);
}

// libheif and libjxl take EXIF from the image's metadata; the other formats get theirs from exiv2 afterwards.
bool ExifTravelsInVips(PictureFormat format) { return format == PictureFormat::kHeic || format == PictureFormat::kAvif; }

void AttachMetadata(VipsImage* image, const PictureSpec& spec) {
  if (!spec.icc_profile.empty()) {
    VipsBlob* profile = nullptr;
    if (vips_profile_load(spec.icc_profile.c_str(), &profile, nullptr) != 0) Die("load the profile");
    size_t size = 0;
    const void* data = vips_blob_get(profile, &size);
    vips_image_set_blob_copy(image, VIPS_META_ICC_NAME, data, size);
    vips_area_unref(VIPS_AREA(profile));
  }
  if (!ExifTravelsInVips(spec.format)) return;
  const std::string block = MakeExifBlock(spec.exif);
  if (block.empty()) return;
  const std::string blob = std::string("Exif\0\0", 6) + block;
  vips_image_set_blob_copy(image, VIPS_META_EXIF_NAME, blob.data(), blob.size());
  if (spec.exif.orientation != 0) vips_image_set_int(image, VIPS_META_ORIENTATION, spec.exif.orientation);
}

std::string Save(VipsImage* image, const PictureSpec& spec) {
  void* data = nullptr;
  size_t size = 0;
  int failed = 0;
  const int quality = spec.quality;
  const gboolean interlaced = spec.interlaced ? TRUE : FALSE;
  switch (spec.format) {
    case PictureFormat::kJpeg:
      failed = vips_jpegsave_buffer(image, &data, &size, "Q", quality, "interlace", interlaced, nullptr);
      break;
    case PictureFormat::kPng:
      failed = vips_pngsave_buffer(image, &data, &size, "interlace", interlaced, "palette",
                                   spec.kind == PictureKind::kPalette ? TRUE : FALSE, nullptr);
      break;
    case PictureFormat::kWebp:
      failed = vips_webpsave_buffer(image, &data, &size, "Q", quality, nullptr);
      break;
    case PictureFormat::kGif:
      failed = vips_gifsave_buffer(image, &data, &size, nullptr);
      break;
    case PictureFormat::kTiff:
      failed = vips_tiffsave_buffer(image, &data, &size, "compression", VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE, nullptr);
      break;
    case PictureFormat::kHeic:
      failed = vips_heifsave_buffer(image, &data, &size, "Q", quality, "compression", VIPS_FOREIGN_HEIF_COMPRESSION_HEVC, nullptr);
      break;
    case PictureFormat::kAvif:
      failed = vips_heifsave_buffer(image, &data, &size, "Q", quality, "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1,
                                    "effort", 1, nullptr);
      break;
    case PictureFormat::kJxl:
      failed = vips_jxlsave_buffer(image, &data, &size, "Q", quality, "effort", 3, nullptr);
      break;
  }
  if (failed != 0) Die("encode " + Name(spec.format));
  std::string bytes(static_cast<const char*>(data), size);
  g_free(data);
  return bytes;
}

std::string Degrees(double value) {  // EXIF: degrees, minutes, seconds as fractions
  const double total = std::abs(value);
  const int whole = static_cast<int>(total);
  const int minutes = static_cast<int>((total - whole) * 60);
  const auto seconds = std::lround((total - whole - minutes / 60.0) * 3600 * 1000);
  return std::to_string(whole) + "/1 " + std::to_string(minutes) + "/1 " + std::to_string(seconds) + "/1000";
}

Exiv2::ExifData AsExifData(const ExifSpec& exif) {
  Exiv2::ExifData data;
  const auto set = [&data](const char* key, const std::string& value) {
    if (!value.empty()) data[key] = value;
  };
  if (exif.orientation != 0) data["Exif.Image.Orientation"] = static_cast<uint16_t>(exif.orientation);
  set("Exif.Image.Make", exif.make);
  set("Exif.Image.Model", exif.model);
  set("Exif.Image.DateTime", exif.date_time);
  set("Exif.Photo.DateTimeOriginal", exif.date_time_original);
  set("Exif.Photo.DateTimeDigitized", exif.date_time_digitized);
  set("Exif.Photo.OffsetTimeOriginal", exif.offset_time_original);
  set("Exif.Photo.LensModel", exif.lens);
  if (exif.latitude) {
    set("Exif.GPSInfo.GPSLatitudeRef", *exif.latitude < 0 ? "S" : "N");
    set("Exif.GPSInfo.GPSLatitude", Degrees(*exif.latitude));
  }
  if (exif.longitude) {
    set("Exif.GPSInfo.GPSLongitudeRef", *exif.longitude < 0 ? "W" : "E");
    set("Exif.GPSInfo.GPSLongitude", Degrees(*exif.longitude));
  }
  return data;
}

std::string Big32(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string Box(std::string_view kind, std::string_view body) {
  return Big32(static_cast<uint32_t>(body.size() + 8)) + std::string(kind) + std::string(body);
}

// JPEG XL's container form: the bare codestream in a box, the EXIF block in one before it.
std::string WithJxlExif(const std::string& codestream, const std::string& block) {
  return Box("JXL ", "\x0d\x0a\x87\x0a") + Box("ftyp", std::string("jxl \0\0\0\0jxl ", 12)) +
         Box("Exif", std::string(4, '\0') + block) + Box("jxlc", codestream);
}

std::string PngChunk(std::string_view kind, std::string_view body) {
  const std::string checked = std::string(kind) + std::string(body);
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return Big32(static_cast<uint32_t>(body.size())) + checked + Big32(static_cast<uint32_t>(crc));
}

std::string WithPngExif(const std::string& file, const std::string& block) {
  constexpr size_t kAfterHeader = 8 + 25;  // signature and IHDR
  return file.substr(0, kAfterHeader) + PngChunk("eXIf", block) + file.substr(kAfterHeader);
}

std::string WithExif(const std::string& file, const PictureSpec& spec) {
  const std::string block = MakeExifBlock(spec.exif);
  if (block.empty() || ExifTravelsInVips(spec.format) || spec.format == PictureFormat::kGif) return file;
  if (spec.format == PictureFormat::kJxl) return WithJxlExif(file, block);
  if (spec.format == PictureFormat::kPng) return WithPngExif(file, block);
  auto image = Exiv2::ImageFactory::open(reinterpret_cast<const Exiv2::byte*>(file.data()), static_cast<long>(file.size()));
  image->readMetadata();
  const Exiv2::ExifData wanted = AsExifData(spec.exif);
  for (const auto& datum : wanted) image->exifData().add(datum);
  image->writeMetadata();
  Exiv2::BasicIo& io = image->io();
  io.open();
  const Exiv2::DataBuf bytes = io.read(static_cast<long>(io.size()));
  return std::string(reinterpret_cast<const char*>(bytes.pData_), static_cast<size_t>(bytes.size_));
}

}  // namespace

std::string MakePicture(const PictureSpec& spec) {
  StartVips();
  const Image image = AsImage(spec);
  AttachMetadata(image.get(), spec);
  return WithExif(Save(image.get(), spec), spec);
}

std::vector<uint8_t> DrawPicture(const PictureSpec& spec) {
  std::vector<uint8_t> rgb(static_cast<size_t>(spec.width) * static_cast<size_t>(spec.height) * 3);
  const uint64_t seed = spec.seed;
  for (int y = 0; y < spec.height; ++y) {
    for (int x = 0; x < spec.width; ++x) {
      const int across = x * 256 / spec.width;
      const int down = y * 256 / spec.height;
      uint8_t* pixel = &rgb[(static_cast<size_t>(y) * static_cast<size_t>(spec.width) + static_cast<size_t>(x)) * 3];
      for (uint64_t c = 0; c < 3; ++c) {  // a ramp between two colours of the seed
        const int from = Draw(seed, c, 256);
        const int to = Draw(seed, c + 3, 256);
        pixel[c] = static_cast<uint8_t>(spec.colour ? (*spec.colour)[c] : from + (to - from) * (across + down) / 512);
      }
      for (uint64_t disc = 0; disc < 4 && !spec.colour; ++disc) {
        const int dx = across - Draw(seed, 10 + disc * 10, 256);
        const int dy = down - Draw(seed, 11 + disc * 10, 256);
        const int radius = 25 + Draw(seed, 12 + disc * 10, 50);
        if (dx * dx + dy * dy > radius * radius) continue;
        for (uint64_t c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>(Draw(seed, 13 + disc * 10 + c, 256));
      }
    }
  }
  return rgb;
}

std::string Extension(PictureFormat format) {
  return format == PictureFormat::kJpeg ? "jpg" : format == PictureFormat::kTiff ? "tif" : Name(format);
}

std::string Name(PictureFormat format) {
  static const char* const kNames[] = {"jpeg", "png", "webp", "gif", "tiff", "heic", "avif", "jxl"};
  return kNames[static_cast<int>(format)];
}

const std::vector<PictureFormat>& AllPictureFormats() {
  static const std::vector<PictureFormat> kAll = {PictureFormat::kJpeg, PictureFormat::kPng,  PictureFormat::kWebp, PictureFormat::kGif,
                                                  PictureFormat::kTiff, PictureFormat::kHeic, PictureFormat::kAvif, PictureFormat::kJxl};
  return kAll;
}

std::string MakePngHeader(uint32_t width, uint32_t height) {
  const std::string header = Big32(width) + Big32(height) + std::string("\x08\x02\x00\x00\x00", 5);
  const std::string empty_zlib = "\x78\x9c\x03";  // cut on purpose
  return std::string("\x89PNG\r\n\x1a\n", 8) + PngChunk("IHDR", header) + PngChunk("IDAT", empty_zlib) + PngChunk("IEND", "");
}

std::string MakeExifBlock(const ExifSpec& exif) {
  const Exiv2::ExifData data = AsExifData(exif);
  if (data.empty()) return {};
  Exiv2::Blob blob;
  Exiv2::ExifParser::encode(blob, Exiv2::littleEndian, data);
  return std::string(blob.begin(), blob.end());
}

}  // namespace fovea::test
