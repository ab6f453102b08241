#pragma once
// SafetensorsFile reads the container that holds a model's weights: a length, a JSON table of tensors, the data.
//
// Owns:    the open file. Tensor data is read on request, straight to where it is needed; the file is never mapped, so
//          that a file cut under our hands is an error and not a signal.
// Threads: after Open, any thread may call any method.
// Errors:  kNotFound, kIo, kCorrupt, kUnsupported; the message names the file and the tensor. Nothing is allocated for
//          figures that the file's own size does not bear out. Never throws.
// Units:   bytes; shapes in elements, row-major. Data is little-endian.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/unique_fd.h"

namespace fovea::encoder {

using Shape = std::vector<int64_t>;
// "[768, 3, 32, 32]"
std::string ToString(const Shape& shape);

enum class TensorType { kFloat64, kFloat32, kFloat16, kBfloat16, kInt64, kInt32, kInt16, kInt8, kUint8, kBool };

struct StoredTensor {
  TensorType type = TensorType::kFloat32;
  Shape shape;
  int64_t offset = 0;  // from the beginning of the file
  int64_t bytes = 0;
};

class SafetensorsFile {
 public:
  static Result<SafetensorsFile> Open(const std::string& path);

  const std::string& path() const { return path_; }
  int64_t size_bytes() const { return size_bytes_; }
  // The JSON table as it stands in the file.
  const std::string& header() const { return header_; }
  const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }
  // Fills `bytes` from `offset` on; kCorrupt if the file has become shorter.
  Status Read(int64_t offset, std::span<std::byte> bytes) const;

 private:
  Status ReadHeader();
  Status AddTensors();
  Status CheckCoverage() const;

  std::string path_;
  UniqueFd fd_;
  int64_t size_bytes_ = 0;
  std::string header_;
  std::map<std::string, StoredTensor> tensors_;
};

}  // namespace fovea::encoder
