#pragma once
// TensorFile is an open file that holds tensors, whatever its container: their table, and their data on request.
//
// Owns:    the open file. Tensor data stays in it until it is read, straight to where it is needed.
// Threads: after the container's reader is done with it, any thread may call any const method.
// Errors:  kNotFound, kIo, kCorrupt; the message names the file. Never throws.
// Units:   bytes; shapes and strides in elements, row-major. Data is little-endian.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/unique_fd.h"
#include "encoder/file_view.h"

namespace fovea::encoder {

using Shape = std::vector<int64_t>;
// "[768, 3, 32, 32]"
std::string ToString(const Shape& shape);

enum class TensorType { kFloat64, kFloat32, kFloat16, kBfloat16, kInt64, kInt32, kInt16, kInt8, kUint8, kBool };
int64_t BytesPerElement(TensorType type);
// The bytes that `shape` takes without gaps, or nullopt when that does not fit 63 bits.
std::optional<int64_t> BytesOf(const Shape& shape, TensorType type);

constexpr size_t kMostDimensions = 8;

struct StoredTensor {
  TensorType type = TensorType::kFloat32;
  Shape shape;
  Shape strides;       // empty: row-major without gaps
  int64_t offset = 0;  // of the first element, from the beginning of the file
  int64_t bytes = 0;   // from the first element to the end of the last
};
using TensorTable = std::map<std::string, StoredTensor>;

enum class Container { kSafetensors, kPickle, kTorchScript };

class TensorFile {
 public:
  // Opens the file and measures it; its table is empty until Describe.
  static Result<TensorFile> Open(const std::string& path);

  const std::string& path() const { return path_; }
  int64_t size_bytes() const { return size_bytes_; }
  Container container() const { return container_; }
  // The table as it stands in the file: what tells two files of the same size apart.
  const std::string& table() const { return table_; }
  const TensorTable& tensors() const { return tensors_; }
  // Fills `bytes` from `offset` on; kCorrupt if the file has become shorter.
  Status Read(int64_t offset, std::span<std::byte> bytes) const;
  // A part of the file as it lies there. Requires: bytes > 0. What happens when the file changes: encoder/file_view.h.
  Result<FileView> View(int64_t offset, int64_t bytes) const { return FileView::Of(fd_.get(), path_, offset, bytes); }

  // For the container's reader. Names that all begin with "module." (of a model trained on several GPUs) lose that.
  void Describe(Container container, std::string table, TensorTable tensors);

 private:
  std::string path_;
  UniqueFd fd_;
  int64_t size_bytes_ = 0;
  Container container_ = Container::kSafetensors;
  std::string table_;
  TensorTable tensors_;
};

}  // namespace fovea::encoder
