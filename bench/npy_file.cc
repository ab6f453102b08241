#include "bench/npy_file.h"

#include <bit>
#include <fstream>

#include "base/log.h"

namespace fovea::bench {

static_assert(std::endian::native == std::endian::little, "floats are written as they lie in memory");

Status WriteNpy(const std::string& path, std::span<const float> rows, size_t dim) {
  std::string header = StrCat("{'descr': '<f4', 'fortran_order': False, 'shape': (", rows.size() / dim, ", ", dim, "), }");
  constexpr size_t kBefore = 10;  // magic, version and the header's length
  header.append(63 - (kBefore + header.size()) % 64, ' ');
  header.push_back('\n');
  std::string start("\x93NUMPY\x01\x00", 8);
  start.push_back(static_cast<char>(header.size() & 0xff));
  start.push_back(static_cast<char>(header.size() >> 8));
  std::ofstream out(path, std::ios::binary);
  out << start << header;
  out.write(reinterpret_cast<const char*>(rows.data()), static_cast<std::streamsize>(rows.size_bytes()));
  out.close();
  return out ? Status() : IoError(StrCat("write \"", path, "\""));
}

}  // namespace fovea::bench
