#pragma once
// PictureSource opens the bytes of a picture with libvips, tells what the header says, and hands out its rows in 8-bit
// RGB or RGBA.
//
// Owns:    libvips' image. Borrows the bytes, which must outlive it.
// Threads: each object belongs to one thread; libvips' pixels are computed on that thread.
// Errors:  kCorrupt for bytes that do not decode, kUnsupported for samples of a kind that is not read. Never throws.
// Units:   pixels.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/status.h"
#include "encoder/decoder.h"
#include "encoder/picture_format.h"

namespace fovea::encoder {

// Starts libvips with only the loaders that PictureSource calls; once per process.
Status InitPictureSource(int threads_per_picture);

// Frees, when it goes, what libvips keeps for the calling thread. Outlives every PictureSource of its thread.
struct PictureThread {
  PictureThread() = default;
  ~PictureThread();
  PictureThread(const PictureThread&) = delete;
  PictureThread& operator=(const PictureThread&) = delete;
};

class PictureSource {
 public:
  struct Options {
    PictureFormat format = PictureFormat::kJpeg;
    int jpeg_shrink = 1;    // 1, 2, 4 or 8: scaled while decoding, sizes rounded down
    bool like_pil = false;  // CMYK by PIL's formula, 16-bit samples cut as PIL cuts them
  };
  // Reads the header only.
  static Result<PictureSource> Open(std::string_view bytes, const Options& options);
  ~PictureSource();
  PictureSource(PictureSource&&) noexcept;
  PictureSource& operator=(PictureSource&&) noexcept;

  int width() const;
  int height() const;
  bool has_alpha() const;           // rows have 4 samples per pixel, else 3
  ColourModel pil_model() const;    // how PIL would resize this picture
  std::string_view exif_block() const;   // empty if there is none; lives as long as this object and the bytes
  std::string_view icc_profile() const;  // of RGB pictures, empty if there is none; lives as long as this object
  int orientation() const;               // what the container says beside the EXIF block; 1 if nothing

  // Decodes; calls `take` with every row from the top, width * (3 or 4) samples, straight alpha. May be called once.
  Status ReadRows(const std::function<void(std::span<const uint8_t> row)>& take);

 private:
  struct Impl;
  explicit PictureSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::encoder
