#include "encoder/picture_source.h"

#include "encoder/jpeg_source.h"
#include "encoder/vips_source.h"

namespace fovea::encoder {

Result<std::unique_ptr<PictureSource>> PictureSource::Open(std::string_view bytes, const Options& options) {
  if (options.format == PictureFormat::kJpeg) {
    ASSIGN_OR_RETURN(std::unique_ptr<PictureSource> jpeg, JpegSource::Open(bytes, options));
    if (jpeg) return jpeg;
  }
  return VipsSource::Open(bytes, options);
}

}  // namespace fovea::encoder
