#pragma once
// PictureSource is an opened picture file: what its header says, and its rows. JPEG is read by JpegSource, the rest by VipsSource.
//
// Owns:    the decoder's state. Borrows the bytes, which must outlive it.
// Threads: each object belongs to one thread; pixels are computed on that thread.
// Errors:  kCorrupt for bytes that do not decode, kUnsupported for samples of a kind that is not read. Never throws.
// Units:   pixels.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/status.h"
#include "encoder/picture_format.h"
#include "encoder/sample_rows.h"

namespace fovea::encoder {

class PictureSource {
 public:
  struct Options {
    PictureFormat format = PictureFormat::kJpeg;
    bool like_pil = false;  // CMYK by PIL's formula, 16-bit samples cut as PIL cuts them
  };
  // Takes a row as the file stores it: width() * kind().bands samples of kind().bits.
  using TakeRow = std::function<void(const void* row)>;

  // Reads the header only.
  static Result<std::unique_ptr<PictureSource>> Open(std::string_view bytes, const Options& options);

  PictureSource() = default;
  PictureSource(const PictureSource&) = delete;
  PictureSource& operator=(const PictureSource&) = delete;
  virtual ~PictureSource() = default;

  virtual int width() const = 0;
  virtual int height() const = 0;
  virtual SampleKind kind() const = 0;
  virtual std::string_view exif_block() const = 0;   // empty if there is none; lives as long as this object and the bytes
  virtual std::string_view icc_profile() const = 0;  // of RGB pictures, empty if there is none; lives as long as this object
  virtual int orientation() const = 0;               // what the container says beside the EXIF block; 1 if nothing

  // From here on width and height are divided by 1, 2, 4 or 8, rounded up: only a JPEG can. Requires: ReadRows was not called.
  virtual bool Shrink(int /*factor*/) { return false; }
  // Decodes; calls `take` with every row from the top, straight alpha. May be called once.
  virtual Status ReadRows(const TakeRow& take) = 0;
};

}  // namespace fovea::encoder
