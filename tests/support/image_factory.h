#pragma once
// ImageFactory makes real picture files in memory, in every format that fovea reads, with EXIF fields where wanted.
//
// Owns:    nothing; starts libvips on first use (a test that decodes calls InitDecoder itself).
// Threads: any number at once.
// Errors:  ends the test program: a picture that cannot be made is a broken test machine.
// Units:   pixels; EXIF times as EXIF writes them ("2021:05:06 07:08:09", "+02:00"); degrees, north and east positive.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea::test {

enum class PictureFormat { kJpeg, kPng, kWebp, kGif, kTiff, kHeic, kAvif, kJxl };
// What the file stores. A format that cannot store it ends the test program (kCmyk: JPEG and TIFF; 16 bits: PNG and TIFF;
// kPalette: PNG; alpha: not JPEG, not GIF).
enum class PictureKind { kRgb, kGrey, kRgba, kGreyAlpha, kPalette, kCmyk, kRgb16, kGrey16 };

struct ExifSpec {
  int orientation = 0;  // 0: the field is absent
  std::string date_time_original = {};
  std::string offset_time_original = {};
  std::string date_time_digitized = {};
  std::string date_time = {};
  std::string make = {};
  std::string model = {};
  std::string lens = {};
  std::optional<double> latitude = {};
  std::optional<double> longitude = {};
};

struct PictureSpec {
  int width = 64;
  int height = 48;
  PictureFormat format = PictureFormat::kJpeg;
  PictureKind kind = PictureKind::kRgb;
  uint64_t seed = 1;                                  // different seeds give pictures that look different
  std::optional<std::array<uint8_t, 3>> colour = {};  // one flat colour instead of the seed's drawing
  uint8_t alpha = 255;                                // of kinds with alpha, all over
  int quality = 90;
  bool interlaced = false;                            // progressive JPEG, interlaced PNG
  std::string icc_profile = {};                       // name of a profile that libvips brings ("srgb", "p3", "cmyk"); empty: none
  ExifSpec exif = {};                                 // GIF cannot hold it: left out there
};

// The file's bytes.
std::string MakePicture(const PictureSpec& spec = {});
// The RGB bytes that MakePicture encodes: width * height * 3, interleaved, rows from the top.
std::vector<uint8_t> DrawPicture(const PictureSpec& spec);
// The usual ending, such as "jpg" or "heic", without the dot.
std::string Extension(PictureFormat format);
std::string Name(PictureFormat format);  // as PictureFacts::format has it
const std::vector<PictureFormat>& AllPictureFormats();

// A PNG file whose header says width x height and that holds hardly any pixels.
std::string MakePngHeader(uint32_t width, uint32_t height);
// The EXIF block (a TIFF structure, without "Exif\0\0") that MakePicture writes.
std::string MakeExifBlock(const ExifSpec& exif);

}  // namespace fovea::test
