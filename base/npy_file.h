#pragma once
// NpyReader reads numpy's files of rows of floats, NpyHeader is what one begins with.
//
// Owns:    the descriptor.
// Threads: rows may be read by any number of threads at once.
// Errors:  Open checks the whole header against the file before anything of that size is allocated: kCorrupt for a header that is cut,
//          malformed, or speaks of other sizes than the file has; kUnsupported for another version, number format or order. kNotFound,
//          kIo. The message names the file.
// Shapes:  rows x dim, row-major, little-endian. Read: float32 and float16, versions 1.0 to 3.0; written: float32, 1.0.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "base/unique_fd.h"

namespace fovea {

struct NpyShape {
  uint64_t rows = 0;
  uint64_t dim = 0;
  size_t value_bytes = 4;  // 2 or 4
  bool operator==(const NpyShape&) const = default;
};

// The dictionary of a header, such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 512), }`. `what` begins the messages.
Result<NpyShape> ParseNpyHeader(std::string_view dictionary, std::string_view what);

class NpyReader {
 public:
  static Result<NpyReader> Open(const std::string& path);

  const NpyShape& shape() const { return shape_; }
  // Rows from `first` on as floats, as many as fit. Requires: values.size() is a multiple of dim, and the rows are there.
  Status Read(uint64_t first, std::span<float> values) const;

 private:
  NpyReader() = default;

  std::string path_;
  UniqueFd fd_;
  NpyShape shape_;
  uint64_t begin_ = 0;  // of the first row
};

// What a file of float32 begins with; the rows follow as they lie in memory.
std::string NpyHeader(uint64_t rows, uint64_t dim);

}  // namespace fovea
