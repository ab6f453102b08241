#pragma once
// VipsSource reads pictures with libvips: the seven formats besides JPEG, and JPEGs whose colours are inks.
//
// Owns:    libvips' image.
// Threads: each object belongs to one thread; libvips' pixels are computed on that thread.
// Errors:  kCorrupt for bytes that do not decode, kUnsupported for samples of a kind that is not read. Never throws.
// Units:   pixels.
#include <memory>
#include <string_view>

#include "encoder/picture_source.h"

namespace fovea::encoder {

// Starts libvips with only the loaders that VipsSource calls; once per process.
Status InitVipsSource(int threads_per_picture);

// Frees, when it goes, what libvips keeps for the calling thread. Outlives every VipsSource of its thread.
struct PictureThread {
  PictureThread() = default;
  ~PictureThread();
  PictureThread(const PictureThread&) = delete;
  PictureThread& operator=(const PictureThread&) = delete;
};

class VipsSource : public PictureSource {
 public:
  static Result<std::unique_ptr<PictureSource>> Open(std::string_view bytes, const Options& options);
  ~VipsSource() override;

  int width() const override;
  int height() const override;
  SampleKind kind() const override;
  std::string_view exif_block() const override;
  std::string_view icc_profile() const override;
  int orientation() const override;
  bool Shrink(int factor) override;
  Status ReadRows(const TakeRow& take) override;

 private:
  struct Impl;
  explicit VipsSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::encoder
