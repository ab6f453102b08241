#include "encoder/thumbnail.h"

#include <vips/vips.h>

#include <algorithm>
#include <memory>

#include "base/log.h"
#include "encoder/preprocess.h"
#include "encoder/vips_source.h"

namespace fovea::encoder {
namespace {

constexpr int kQuality = 78;
constexpr int kEffort = 2;  // of 0..6: a third of the default's time for a few percent more bytes

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

Status Refused() {
  Status status = Internal(StrCat("write a thumbnail: ", vips_error_buffer()));
  vips_error_clear();
  return status;
}

Result<std::string> WriteWebp(std::vector<uint8_t>& rgb, int width, int height, const std::string& icc_profile) {
  const Image image(vips_image_new_from_memory(rgb.data(), rgb.size(), width, height, 3, VIPS_FORMAT_UCHAR));
  if (!image) return Failed(Refused());
  if (!icc_profile.empty()) vips_image_set_blob_copy(image.get(), VIPS_META_ICC_NAME, icc_profile.data(), icc_profile.size());
  void* data = nullptr;
  size_t size = 0;
  if (vips_webpsave_buffer(image.get(), &data, &size, "Q", kQuality, "effort", kEffort, nullptr) != 0) return Failed(Refused());
  std::string bytes(static_cast<const char*>(data), size);
  g_free(data);
  return bytes;
}

}  // namespace

Result<std::string> MakeThumbnail(const Pixels& pixels, int side_px) {
  const int64_t longer = std::max(pixels.width, pixels.height);
  if (pixels.width < 1 || pixels.height < 1 || pixels.rgb.empty()) return Failed(InvalidArgument("make a thumbnail of an empty picture"));
  if (side_px < 1) return Failed(InvalidArgument(StrCat("make a thumbnail of ", side_px, " pixels")));
  const PictureThread thread;
  const int64_t side = std::min<int64_t>(side_px, longer);
  const int width = static_cast<int>(std::max<int64_t>(1, (pixels.width * side + longer / 2) / longer));
  const int height = static_cast<int>(std::max<int64_t>(1, (pixels.height * side + longer / 2) / longer));
  std::vector<uint8_t> rgb =
      ResizePart(ViewOf(pixels), width, height, Interpolation::kBicubic, {.x = 0, .y = 0, .width = width, .height = height});
  return WriteWebp(rgb, width, height, pixels.icc_profile);
}

}  // namespace fovea::encoder
