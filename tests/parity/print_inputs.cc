// print_inputs: reads lines "MODE PROFILE SIDE PATH" and prints for each what the model is given: a line "ok BYTES" and the
// bytes (SIDE x SIDE x 3, RGB), or a line "failed: REASON". MODE is "parity", or in pixels what the
// default mode is told of the model's side; PROFILE is "openai" or "hf". The parity tests ask it for many pictures at once, without a model's weights.
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "base/unique_fd.h"
#include "encoder/decoder.h"
#include "encoder/preprocess.h"

namespace {

using namespace fovea;
using namespace fovea::encoder;

Result<ModelInput> Read(const std::string& mode, const std::string& profile_name, int side, const std::string& path) {
  PreprocessProfile profile{.image_size = side, .resize_to = side};
  if (profile_name == "hf") {
    profile.crop_rounding = CropRounding::kFloor;
    profile.colour_order = ColourOrder::kRgbThenResize;
  }
  DecodeOptions options;
  options.mode = mode == "parity" ? DecodeMode::kParity : DecodeMode::kFast;
  options.min_short_side_px = mode == "parity" ? 0 : std::atoi(mode.c_str());
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenForRead(path));
  ASSIGN_OR_RETURN(const Decoded decoded, Decode(fd.get(), options));
  return Preprocess(decoded.pixels, profile);
}

}  // namespace

int main() {
  if (const Status status = InitDecoder(1); !status.ok()) {
    std::cerr << status.ToString() << "\n";
    return 1;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string mode, profile, path;
    int side = 0;
    words >> mode >> profile >> side >> std::ws;
    std::getline(words, path);
    const auto input = Read(mode, profile, side, path);
    if (!input) {
      std::cout << "failed: " << input.error().ToString() << "\n";
      continue;
    }
    std::cout << "ok " << input->rgb.size() << "\n";
    std::cout.write(reinterpret_cast<const char*>(input->rgb.data()), static_cast<std::streamsize>(input->rgb.size()));
  }
  return 0;
}
