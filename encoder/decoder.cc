#include "encoder/decoder.h"

#include <algorithm>
#include <functional>
#include <memory>
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
#include "encoder/pil_pixels.h"
#include "encoder/vips_source.h"

namespace fovea::encoder {
namespace {

constexpr size_t kMaxProfileBytes = 64 << 10;
// How many times what the caller can use the shorter side keeps (docs/decisions/002-fast-decode.md has the figures).
constexpr int kJpegMargin = 2;
constexpr int kBoxMargin = 9;

Status CheckSize(int64_t width, int64_t height, int64_t max_pixels) {
  if (width * height <= max_pixels) return Status();
  return InvalidArgument(StrCat("the picture has ", width, " x ", height, " = ", width * height, " pixels, the limit is ", max_pixels));
}

// How many pixels may become one while the shorter side keeps `times` what the caller can use.
int UsableShrink(int width, int height, int min_short_side_px, int times) {
  if (min_short_side_px <= 0) return 1;
  return static_cast<int>(std::max<int64_t>(1, std::min(width, height) / (int64_t{times} * min_short_side_px)));
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

// Hands every row of the source to `take` as 8-bit RGB or RGBA.
Status ReadConverted(PictureSource& source, const std::function<void(std::span<const uint8_t>)>& take) {
  const SampleKind kind = source.kind();
  const size_t row_bytes = static_cast<size_t>(source.width()) * static_cast<size_t>(OutputChannels(kind));
  if (IsConverted(kind)) return source.ReadRows([&](const void* row) { take({static_cast<const uint8_t*>(row), row_bytes}); });
  std::vector<uint8_t> converted(row_bytes);
  return source.ReadRows([&](const void* row) {
    ConvertRow(row, source.width(), kind, converted.data());
    take(converted);
  });
}

Status ReadShrunk(PictureSource& source, int factor, Pixels& pixels) {
  const bool has_alpha = source.kind().alpha;
  BoxShrink shrink(source.width(), source.height(), has_alpha ? 4 : 3, factor);
  RETURN_IF_ERROR(ReadConverted(source, [&shrink](std::span<const uint8_t> row) { shrink.AddRow(row); }));
  pixels.width = shrink.width();
  pixels.height = shrink.height();
  pixels.rgb = shrink.Take();
  if (has_alpha) pixels.rgb = PutOnBackdrop(pixels.rgb);
  return Status();
}

Result<Decoded> DecodeAs(PictureFormat format, std::string_view bytes, const DecodeOptions& options) {
  const bool like_pil = options.mode == DecodeMode::kParity;
  ASSIGN_OR_RETURN(const std::unique_ptr<PictureSource> source, PictureSource::Open(bytes, {.format = format, .like_pil = like_pil}));
  RETURN_IF_ERROR(CheckSize(source->width(), source->height(), options.limits.max_pixels));
  Decoded decoded{.pixels = {}, .facts = ReadFacts(format, *source)};
  decoded.pixels.icc_profile = UsefulProfile(source->icc_profile());
  if (like_pil) {
    RETURN_IF_ERROR(ReadLikePil(*source, PilModeOf(format, bytes, source->kind()), decoded.pixels));
    return decoded;
  }
  const int jpeg_shrink = format == PictureFormat::kJpeg ? JpegShrink(source->width(), source->height(), options.min_short_side_px) : 1;
  if (jpeg_shrink > 1 && !source->Shrink(jpeg_shrink)) return Failed(Internal(StrCat("decode a picture at 1/", jpeg_shrink)));
  // Averages of blocks are coarser than a JPEG's own scaling, and reading such a file costs far more than the resize.
  const int factor = std::min(UsableShrink(source->width(), source->height(), options.min_short_side_px, kBoxMargin), BoxShrink::kMaxFactor);
  RETURN_IF_ERROR(ReadShrunk(*source, factor, decoded.pixels));
  if (const int shrink = jpeg_shrink * factor; shrink > 1) {
    decoded.pixels.frame = {.shrink = shrink, .width = decoded.facts.width, .height = decoded.facts.height};
  }
  decoded.pixels = ApplyOrientation(std::move(decoded.pixels), decoded.facts.orientation);
  if (decoded.facts.orientation >= 5) std::swap(decoded.facts.width, decoded.facts.height);
  return decoded;
}

}  // namespace

int JpegShrink(int width, int height, int min_short_side_px) {
  const int usable = UsableShrink(width, height, min_short_side_px, kJpegMargin);
  // Not 8: a block's mean, rounded half up from steps of the quantiser, comes out too light, by up to a quarter of a level.
  return usable >= 4 ? 4 : usable >= 2 ? 2 : 1;
}

Status InitDecoder(int threads_per_picture) {
  RETURN_IF_ERROR(InitVipsSource(threads_per_picture));
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
