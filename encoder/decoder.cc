#include "encoder/decoder.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/log.h"
#include "base/unique_fd.h"
#include "encoder/backdrop.h"
#include "encoder/box_shrink.h"
#include "encoder/exif_facts.h"
#include "encoder/orientation.h"
#include "encoder/picture_format.h"
#include "encoder/picture_source.h"

namespace fovea::encoder {
namespace {

constexpr size_t kMaxProfileBytes = 64 << 10;

Status CheckSize(int64_t width, int64_t height, int64_t max_pixels) {
  if (width * height <= max_pixels) return Status();
  return InvalidArgument(StrCat("the picture has ", width, " x ", height, " = ", width * height, " pixels, the limit is ", max_pixels));
}

// How many pixels of the file may become one while the shorter side keeps `times` what the caller can use.
int UsableShrink(const PictureSource& source, const DecodeOptions& options, int times) {
  if (options.min_short_side_px <= 0) return 1;
  const int64_t shorter = std::min(source.width(), source.height());
  return static_cast<int>(std::max<int64_t>(1, shorter / (int64_t{times} * options.min_short_side_px)));
}

// The largest shrink of a JPEG's own that leaves twice what the caller can use.
int JpegShrink(PictureFormat format, const PictureSource& source, const DecodeOptions& options) {
  if (format != PictureFormat::kJpeg) return 1;
  const int usable = UsableShrink(source, options, 2);
  return usable >= 8 ? 8 : usable >= 4 ? 4 : usable >= 2 ? 2 : 1;
}

// A container of these kinds states how it is turned itself, the reading library obeys, and EXIF is to be ignored.
bool TurnsItself(PictureFormat format) {
  return format == PictureFormat::kHeic || format == PictureFormat::kAvif || format == PictureFormat::kJxl;
}

PictureFacts ReadFacts(PictureFormat format, const PictureSource& source) {
  PictureFacts facts{.format = std::string(FormatName(format)), .width = source.width(), .height = source.height()};
  if (const int orientation = source.orientation(); orientation >= 1 && orientation <= 8) facts.orientation = orientation;
  ReadExif(source.exif_block(), facts);
  if (TurnsItself(format)) facts.orientation = 1;
  return facts;
}

// Browsers show untagged pictures as sRGB: such a profile says nothing.
std::string UsefulProfile(std::string_view profile) {
  const bool srgb = profile.find("sRGB") != std::string_view::npos || profile.find("_SRG_") != std::string_view::npos ||
                    profile.find(std::string_view("\0s\0R\0G\0B", 8)) != std::string_view::npos;
  return srgb || profile.size() > kMaxProfileBytes ? std::string() : std::string(profile);
}

Status ReadShrunk(PictureSource& source, int factor, Pixels& pixels) {
  BoxShrink shrink(source.width(), source.height(), source.has_alpha() ? 4 : 3, std::min(factor, BoxShrink::kMaxFactor));
  RETURN_IF_ERROR(source.ReadRows([&shrink](std::span<const uint8_t> row) { shrink.AddRow(row); }));
  pixels.width = shrink.width();
  pixels.height = shrink.height();
  pixels.rgb = shrink.Take();
  if (source.has_alpha()) pixels.rgb = PutOnBackdrop(pixels.rgb);
  return Status();
}

Status ReadLikePil(PictureSource& source, Pixels& pixels) {
  pixels.width = source.width();
  pixels.height = source.height();
  pixels.model = source.pil_model();
  const size_t count = static_cast<size_t>(pixels.width) * static_cast<size_t>(pixels.height);
  pixels.rgb.reserve(count * 3);
  const bool keep_alpha = pixels.model == ColourModel::kAlpha;
  if (keep_alpha) pixels.alpha.reserve(count);
  const size_t channels = source.has_alpha() ? 4 : 3;
  return source.ReadRows([&](std::span<const uint8_t> row) {
    for (size_t i = 0; i < row.size(); i += channels) {
      pixels.rgb.insert(pixels.rgb.end(), row.begin() + static_cast<std::ptrdiff_t>(i), row.begin() + static_cast<std::ptrdiff_t>(i + 3));
      if (keep_alpha) pixels.alpha.push_back(row[i + 3]);
    }
  });
}

Result<Decoded> DecodeAs(PictureFormat format, std::string_view bytes, const DecodeOptions& options) {
  const bool like_pil = options.mode == DecodeMode::kParity;
  ASSIGN_OR_RETURN(PictureSource source, PictureSource::Open(bytes, {.format = format, .like_pil = like_pil}));
  RETURN_IF_ERROR(CheckSize(source.width(), source.height(), options.limits.max_pixels));
  Decoded decoded{.pixels = {}, .facts = ReadFacts(format, source)};
  decoded.pixels.icc_profile = UsefulProfile(source.icc_profile());
  if (like_pil) {
    RETURN_IF_ERROR(ReadLikePil(source, decoded.pixels));
    return decoded;
  }
  const int jpeg_shrink = JpegShrink(format, source, options);
  if (jpeg_shrink > 1) {
    ASSIGN_OR_RETURN(source, PictureSource::Open(bytes, {.format = format, .jpeg_shrink = jpeg_shrink}));
  }
  // Averages of blocks are coarser than a JPEG's own scaling: they leave three times what is needed.
  RETURN_IF_ERROR(ReadShrunk(source, UsableShrink(source, options, 3), decoded.pixels));
  decoded.pixels = ApplyOrientation(std::move(decoded.pixels), decoded.facts.orientation);
  if (decoded.facts.orientation >= 5) std::swap(decoded.facts.width, decoded.facts.height);
  return decoded;
}

}  // namespace

Status InitDecoder(int threads_per_picture) {
  RETURN_IF_ERROR(InitPictureSource(threads_per_picture));
  InitExif();
  return Status();
}

Result<Decoded> Decode(int fd, const DecodeOptions& options) {
  // Read, not mapped: a file that is cut while it is mapped would end the process.
  ASSIGN_OR_RETURN(const std::string bytes, ReadAll(fd, options.limits.max_file_bytes));
  return DecodeBytes(bytes, options);
}

Result<Decoded> DecodeBytes(std::string_view bytes, const DecodeOptions& options) {
  if (static_cast<int64_t>(bytes.size()) > options.limits.max_file_bytes) {
    return Failed(InvalidArgument(StrCat("the picture has ", bytes.size(), " bytes, the limit is ", options.limits.max_file_bytes)));
  }
  ASSIGN_OR_RETURN(const PictureFormat format, SniffFormat(bytes));
  const PictureThread thread;
  return DecodeAs(format, bytes, options);
}

}  // namespace fovea::encoder
