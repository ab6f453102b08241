// Feeds arbitrary bytes to the reader of weights files: a table that it accepts must lie inside the file.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "encoder/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::encoder;
  const fovea::UniqueFd memory(memfd_create("weights", 0));
  if (!memory.valid() || write(memory.get(), data, size) != static_cast<ssize_t>(size)) std::abort();
  const auto file = OpenSafetensors("/proc/self/fd/" + std::to_string(memory.get()));
  if (!file) return 0;
  for (const auto& [name, tensor] : file->tensors()) {
    if (tensor.offset < 8 || tensor.bytes < 0 || tensor.offset + tensor.bytes > static_cast<int64_t>(size)) std::abort();
  }
  return 0;
}
