#include "encoder/vips_source.h"

#include <vips/vips.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.h"
#include "encoder/exif_block.h"

namespace fovea::encoder {
namespace {

constexpr int kRowsPerStrip = 64;

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using Image = std::unique_ptr<VipsImage, Unref>;
using Region = std::unique_ptr<VipsRegion, Unref>;

// The one loader that each format is given to. Nothing else in libvips may read a file's bytes.
struct Loader {
  const char* operation;
  const char* type;
};
constexpr Loader kLoaders[] = {
    {"jpegload_buffer", "VipsForeignLoadJpegBuffer"}, {"pngload_buffer", "VipsForeignLoadPngBuffer"},
    {"webpload_buffer", "VipsForeignLoadWebpBuffer"}, {"gifload_buffer", "VipsForeignLoadNsgifBuffer"},
    {"tiffload_buffer", "VipsForeignLoadTiffBuffer"}, {"heifload_buffer", "VipsForeignLoadHeifBuffer"},
    {"heifload_buffer", "VipsForeignLoadHeifBuffer"}, {"jxlload_buffer", "VipsForeignLoadJxlBuffer"},
};

const Loader& LoaderOf(PictureFormat format) { return kLoaders[static_cast<size_t>(format)]; }

void LogFromVips(const gchar* /*domain*/, GLogLevelFlags /*level*/, const gchar* message, gpointer /*data*/) {
  LogDebug("libvips: ", message);
}

// libvips keeps one error text for the whole process, so that lines of other threads' pictures may stand in it: only the
// lines that this picture's loader may have written are believed.
std::string TakeError(PictureFormat format) {
  char* const text = vips_error_buffer_copy();
  std::string_view rest(text);
  std::string found;
  const std::string_view name = FormatName(format);
  const auto mentions = [&](std::string_view line) {
    std::string lower(line.substr(0, line.find(' ')));
    std::ranges::transform(lower, lower.begin(), [](char c) { return static_cast<char>(std::tolower(static_cast<uint8_t>(c))); });
    const bool heif = (format == PictureFormat::kHeic || format == PictureFormat::kAvif) && lower.find("heif") != std::string::npos;
    return heif || lower.find(name) != std::string::npos;
  };
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    if (found.empty() && mentions(line)) found = line.substr(0, 160);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  g_free(text);
  std::erase_if(found, [](char c) { return static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) > 0x7e; });
  return found.empty() ? "no cause given" : found;
}

Status Damaged(PictureFormat format, std::string_view what) {
  const std::string cause = TakeError(format);
  const std::string message = StrCat("the ", FormatName(format), " picture ", what, ": ", cause);
  const bool unknown_kind = cause.find("nsupported") != std::string::npos || cause.find("not supported") != std::string::npos;
  return unknown_kind ? Unsupported(message) : Corrupt(message);
}

// The picture's header; nullptr if libvips refuses.
Image Load(std::string_view bytes, PictureFormat format, int jpeg_shrink) {
  VipsBlob* const blob = vips_blob_new(nullptr, bytes.data(), bytes.size());
  VipsImage* loaded = nullptr;
  const char* const operation = LoaderOf(format).operation;
  const int failed = jpeg_shrink > 1 ? vips_call(operation, blob, &loaded, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR,
                                                 "shrink", jpeg_shrink, nullptr)
                                     : vips_call(operation, blob, &loaded, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, nullptr);
  vips_area_unref(VIPS_AREA(blob));
  return Image(failed == 0 ? loaded : nullptr);
}

// Applies a libvips operation of one input and one output; the old image is released.
template <typename Operation>
bool Apply(Image& image, Operation operation) {
  VipsImage* out = nullptr;
  if (operation(image.get(), &out) != 0) return false;
  image.reset(out);
  return true;
}

// Brings what is not plain grey, RGB or (for PIL's formula) CMYK of 8 or 16 bits to 8-bit sRGB; false if libvips refuses.
bool Simplify(Image& image, bool like_pil) {
  const VipsInterpretation meaning = vips_image_guess_interpretation(image.get());
  const bool plain = image->BandFmt == VIPS_FORMAT_UCHAR || image->BandFmt == VIPS_FORMAT_USHORT;
  switch (meaning) {
    case VIPS_INTERPRETATION_CMYK:
      return (like_pil && plain) || Apply(image, [](VipsImage* in, VipsImage** out) {
               return vips_icc_transform(in, out, "srgb", "embedded", TRUE, "input_profile", "cmyk", nullptr);
             });
    case VIPS_INTERPRETATION_LAB:
    case VIPS_INTERPRETATION_LABQ:
    case VIPS_INTERPRETATION_LABS:
    case VIPS_INTERPRETATION_XYZ:
    case VIPS_INTERPRETATION_scRGB:
      return Apply(image, [](VipsImage* in, VipsImage** out) { return vips_colourspace(in, out, VIPS_INTERPRETATION_sRGB, nullptr); });
    default:
      return true;
  }
}

Result<SampleKind> KindOf(const VipsImage* image, const PictureSource::Options& options) {
  if (image->BandFmt != VIPS_FORMAT_UCHAR && image->BandFmt != VIPS_FORMAT_USHORT) {
    return Failed(Unsupported(StrCat("the ", FormatName(options.format), " picture has samples of kind ",
                                     vips_enum_nick(VIPS_TYPE_BAND_FORMAT, image->BandFmt), "; read are 8 and 16 bits")));
  }
  SampleKind kind{.bands = image->Bands, .bits = image->BandFmt == VIPS_FORMAT_UCHAR ? 8 : 16, .like_pil = options.like_pil};
  kind.cmyk = vips_image_guess_interpretation(image) == VIPS_INTERPRETATION_CMYK;
  kind.grey = image->Bands < 3;
  kind.alpha = image->Bands == 2 || (image->Bands == 4 && !kind.cmyk);
  return kind;
}

std::string_view Blob(VipsImage* image, const char* name) {
  const void* data = nullptr;
  size_t size = 0;
  if (vips_image_get_typeof(image, name) != VIPS_TYPE_BLOB || vips_image_get_blob(image, name, &data, &size) != 0) return {};
  return {static_cast<const char*>(data), size};
}

// The text of a PNG's comment that holds an EXIF block in hexadecimal digits; empty if there is none.
std::string_view RawProfileText(VipsImage* image) {
  char** const fields = vips_image_get_fields(image);
  std::string_view text;
  for (char** field = fields; *field != nullptr; ++field) {
    const std::string_view name(*field);
    const char* value = nullptr;
    if (!name.starts_with("png-comment-") || !(name.ends_with("Raw profile type exif") || name.ends_with("Raw profile type APP1"))) continue;
    if (vips_image_get_string(image, *field, &value) == 0) text = value;
  }
  g_strfreev(fields);
  return text;
}

}  // namespace

struct VipsSource::Impl {
  std::string_view bytes;
  Options options;
  Image image;
  SampleKind kind;              // of the rows of `image`
  bool profile_applies = false;  // the colours are still those of the file
  std::string raw_profile;      // an EXIF block decoded from text
};

Status InitVipsSource(int threads_per_picture) {
  g_log_set_handler("VIPS", static_cast<GLogLevelFlags>(G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION), LogFromVips, nullptr);
  if (VIPS_INIT("fovea") != 0) {
    Status status = Internal(StrCat("start libvips: ", vips_error_buffer()));
    vips_error_clear();
    return status;
  }
  vips_concurrency_set(threads_per_picture);
  vips_cache_set_max(0);
  vips_cache_set_max_mem(0);
  vips_cache_set_max_files(0);
  vips_block_untrusted_set(TRUE);
  vips_operation_block_set("VipsForeignLoad", TRUE);
  for (const Loader& loader : kLoaders) {
    if (vips_type_find("VipsOperation", loader.operation) == 0) {
      return Unsupported(StrCat("start libvips: it has no ", loader.operation, "; install a libvips with it"));
    }
    vips_operation_block_set(loader.type, FALSE);
  }
  return Status();
}

VipsSource::VipsSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VipsSource::~VipsSource() = default;
PictureThread::~PictureThread() { vips_thread_shutdown(); }

Result<std::unique_ptr<PictureSource>> VipsSource::Open(std::string_view bytes, const Options& options) {
  auto impl = std::make_unique<Impl>();
  impl->bytes = bytes;
  impl->options = options;
  impl->image = Load(bytes, options.format, 1);
  if (!impl->image) return Failed(Damaged(options.format, "cannot be opened"));
  const VipsInterpretation stored = vips_image_guess_interpretation(impl->image.get());
  if (!Simplify(impl->image, options.like_pil)) return Failed(Damaged(options.format, "has colours that cannot be converted"));
  ASSIGN_OR_RETURN(impl->kind, KindOf(impl->image.get(), options));
  impl->profile_applies = stored == VIPS_INTERPRETATION_sRGB || stored == VIPS_INTERPRETATION_RGB16 || stored == VIPS_INTERPRETATION_RGB;
  impl->raw_profile = DecodeRawProfile(RawProfileText(impl->image.get()));
  return std::unique_ptr<PictureSource>(new VipsSource(std::move(impl)));
}

int VipsSource::width() const { return impl_->image->Xsize; }
int VipsSource::height() const { return impl_->image->Ysize; }
SampleKind VipsSource::kind() const { return impl_->kind; }
int VipsSource::orientation() const { return vips_image_get_orientation(impl_->image.get()); }

std::string_view VipsSource::exif_block() const {
  if (impl_->options.format == PictureFormat::kTiff) return impl_->bytes;
  if (impl_->options.format == PictureFormat::kJxl) return FindJxlExif(impl_->bytes);
  const std::string_view block = Blob(impl_->image.get(), VIPS_META_EXIF_NAME);
  return block.empty() ? std::string_view(impl_->raw_profile) : block;
}

std::string_view VipsSource::icc_profile() const {
  return impl_->profile_applies ? Blob(impl_->image.get(), VIPS_META_ICC_NAME) : std::string_view();
}

bool VipsSource::Shrink(int factor) {
  Image smaller = impl_->options.format == PictureFormat::kJpeg ? Load(impl_->bytes, PictureFormat::kJpeg, factor) : nullptr;
  if (!smaller || !Simplify(smaller, impl_->options.like_pil)) return false;
  impl_->image = std::move(smaller);
  return true;
}

Status VipsSource::ReadRows(const TakeRow& take) {
  const Region region(vips_region_new(impl_->image.get()));
  for (int y = 0; y < height(); y += kRowsPerStrip) {
    const VipsRect strip{.left = 0, .top = y, .width = width(), .height = std::min(kRowsPerStrip, height() - y)};
    if (vips_region_prepare(region.get(), &strip) != 0) return Damaged(impl_->options.format, StrCat("ends or is damaged near row ", y));
    for (int i = 0; i < strip.height; ++i) take(VIPS_REGION_ADDR(region.get(), 0, y + i));
  }
  return Status();
}

}  // namespace fovea::encoder
