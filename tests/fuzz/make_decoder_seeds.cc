// make_decoder_seeds FOLDER: writes one small picture per format and kind, with EXIF, for decoder_fuzzer to start from.
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/support/image_factory.h"

namespace {

using namespace fovea::test;

void Write(const std::string& folder, const std::string& name, const std::string& picture) {
  std::ofstream(folder + "/" + name, std::ios::binary) << '\0' << picture;  // the byte that chooses the mode goes first
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_decoder_seeds FOLDER\n");
    return 2;
  }
  const ExifSpec exif{.orientation = 6, .date_time_original = "2021:05:06 07:08:09", .make = "Maker", .model = "Model", .latitude = 1.5, .longitude = 2.5};
  for (const PictureFormat format : AllPictureFormats()) {
    Write(argv[1], Name(format), MakePicture({.width = 24, .height = 16, .format = format, .exif = exif}));
  }
  for (const PictureKind kind : {PictureKind::kGrey, PictureKind::kRgba, PictureKind::kGreyAlpha, PictureKind::kPalette, PictureKind::kRgb16}) {
    Write(argv[1], "png-" + std::to_string(static_cast<int>(kind)),
          MakePicture({.width = 24, .height = 16, .format = PictureFormat::kPng, .kind = kind, .exif = exif}));
  }
  Write(argv[1], "jpeg-cmyk", MakePicture({.width = 24, .height = 16, .kind = PictureKind::kCmyk}));
  Write(argv[1], "jpeg-progressive", MakePicture({.width = 24, .height = 16, .interlaced = true, .icc_profile = "p3"}));
  return 0;
}
