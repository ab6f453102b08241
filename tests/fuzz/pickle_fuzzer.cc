// Feeds arbitrary bytes to the readers of pickled weights, as a whole file and as the pickle inside one: tensors that are
// accepted must lie inside the file.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "encoder/pickle_reader.h"
#include "encoder/pickled_state.h"
#include "encoder/pickled_tensors.h"

namespace {

using namespace fovea::encoder;

constexpr int64_t kStorageBytes = 1 << 20;

void CheckInside(const TensorTable& tensors, int64_t begin, int64_t end) {
  for (const auto& [name, tensor] : tensors) {
    const bool inside = tensor.offset >= begin && tensor.bytes >= 0 && tensor.offset <= end - tensor.bytes;
    const auto needed = BytesOf(tensor.shape, tensor.type);
    if (!inside || !needed || *needed > tensor.bytes) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fovea::UniqueFd memory(memfd_create("weights", 0));
  if (!memory.valid() || write(memory.get(), data, size) != static_cast<ssize_t>(size)) std::abort();
  const auto file = OpenPickledTensors("/proc/self/fd/" + std::to_string(memory.get()));
  if (file) CheckInside(file->tensors(), 0, static_cast<int64_t>(size));
  // The archive's checksum keeps most inputs from the pickle inside it; here it is read without one.
  const auto values = ReadPickle(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!values) return 0;
  const auto state = StateOf(*values, [](const StorageName& storage) -> fovea::Result<int64_t> {
    if (storage.elements * BytesPerElement(storage.type) > kStorageBytes) return fovea::Failed(fovea::Corrupt("too large"));
    return 0;
  });
  if (state) CheckInside(*state, 0, kStorageBytes);
  return 0;
}
