#pragma once
// JpegSource reads JPEG with libjpeg-turbo: grey and colour, and inks where PIL's formula is wanted.
//
// Owns:    libjpeg-turbo's state. Borrows the bytes, which must outlive it.
// Threads: each object belongs to one thread.
// Errors:  kCorrupt for bytes that do not decode and for data that ends early (only the end marker of a picture of one scan
//          may be missing), kUnsupported for processes that libjpeg-turbo does not know. Damage within the data that
//          libjpeg-turbo can step over is no error. Never throws.
// Units:   pixels. A progressive picture's coefficients stand in memory whole: 2 bytes per sample of the full size.
#include <memory>
#include <string_view>

#include "encoder/picture_source.h"

namespace fovea::encoder {

class JpegSource : public PictureSource {
 public:
  // Reads the header only; nullptr if the colours are of a kind that is not read here.
  static Result<std::unique_ptr<PictureSource>> Open(std::string_view bytes, const Options& options);
  ~JpegSource() override;

  int width() const override;
  int height() const override;
  SampleKind kind() const override;
  std::string_view exif_block() const override;
  std::string_view icc_profile() const override;
  int orientation() const override { return 1; }
  bool Shrink(int factor) override;
  Status ReadRows(const TakeRow& take) override;

 private:
  struct Impl;
  explicit JpegSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::encoder
