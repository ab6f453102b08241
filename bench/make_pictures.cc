// make_pictures DIR N [WIDTH HEIGHT]: N different JPEGs with the entropy of photos (soft shapes, edges, grain), the same
// ones every time. Existing files are kept, so that a second run costs nothing.
#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Wave {
  double x, y, phase;
  int channel;
  double height;
};

std::vector<uint8_t> Paint(int width, int height, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<Wave> waves;
  for (int i = 0; i < 9; ++i) {
    waves.push_back({unit(random) * 14 - 7, unit(random) * 14 - 7, unit(random) * 6.28, i % 3, 20 + 40 * unit(random)});
  }
  const double cx = unit(random), cy = unit(random), radius = 0.1 + 0.3 * unit(random);
  const uint32_t colour = static_cast<uint32_t>(random());
  std::vector<uint8_t> pixels(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
  uint64_t grain = random() | 1;
  for (int row = 0; row < height; ++row) {
    const double y = static_cast<double>(row) / height;
    for (int column = 0; column < width; ++column) {
      const double x = static_cast<double>(column) / width;
      double value[3] = {110, 120, 130};
      for (const Wave& wave : waves) value[wave.channel] += wave.height * std::sin(wave.x * x + wave.y * y + wave.phase);
      const bool inside = (x - cx) * (x - cx) + (y - cy) * (y - cy) < radius * radius;
      grain = grain * 6364136223846793005u + 1442695040888963407u;
      for (int c = 0; c < 3; ++c) {
        const double noise = static_cast<double>((grain >> (40 + 6 * c)) & 31) - 15.5;
        const double base = inside ? static_cast<double>((colour >> (8 * c)) & 255) : value[c];
        pixels[(static_cast<size_t>(row) * static_cast<size_t>(width) + static_cast<size_t>(column)) * 3 + static_cast<size_t>(c)] =
            static_cast<uint8_t>(std::clamp(base + noise * 0.6, 0.0, 255.0));
      }
    }
  }
  return pixels;
}

bool Save(const std::string& path, int width, int height, uint64_t seed) {
  const std::vector<uint8_t> pixels = Paint(width, height, seed);
  VipsImage* image = vips_image_new_from_memory(pixels.data(), pixels.size(), width, height, 3, VIPS_FORMAT_UCHAR);
  const bool saved = image != nullptr && vips_jpegsave(image, path.c_str(), "Q", 88, nullptr) == 0;
  if (image != nullptr) g_object_unref(image);
  return saved;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) {
    std::fprintf(stderr, "usage: make_pictures DIR N [WIDTH HEIGHT]\n");
    return 2;
  }
  if (VIPS_INIT(argv[0]) != 0) return 1;
  const std::filesystem::path folder = argv[1];
  const int count = std::atoi(argv[2]);
  const int width = argc == 5 ? std::atoi(argv[3]) : 1024, height = argc == 5 ? std::atoi(argv[4]) : 768;
  const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::jthread> painters;
  for (int t = 0; t < threads; ++t) {
    painters.emplace_back([=] {
      for (int i = t; i < count; i += threads) {
        const auto file = folder / std::to_string(i / 1000) / (std::to_string(i) + ".jpg");
        std::filesystem::create_directories(file.parent_path());
        if (!std::filesystem::exists(file) && !Save(file.string(), width, height, static_cast<uint64_t>(i) + 1)) {
          std::fprintf(stderr, "make_pictures: %s: %s\n", file.c_str(), vips_error_buffer());
          std::exit(1);
        }
      }
    });
  }
  return 0;
}
