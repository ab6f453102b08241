#pragma once
// WriteNpy writes rows of floats as numpy reads them.
//
// Owns:    nothing.
// Threads: any thread; one writer per path.
// Errors:  kIo when the file cannot be written whole.
// Shapes:  rows x dim, row-major; version 1.0 of the format, little-endian.
#include <span>
#include <string>

#include "base/status.h"

namespace fovea::bench {

// Requires: rows.size() is a multiple of `dim`.
Status WriteNpy(const std::string& path, std::span<const float> rows, size_t dim);

}  // namespace fovea::bench
