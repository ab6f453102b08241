// Feeds arbitrary bytes to the reader of Parquet files: any answer is right, a crash, a hang or much memory is not. A footer may announce any
// number of rows of nothing (importing refuses one that is not that of the vectors), so only the first are read.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "daemon/parquet/parquet_strings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fovea::UniqueFd memory(memfd_create("parquet", 0));
  if (!memory.valid() || write(memory.get(), data, size) != static_cast<ssize_t>(size)) std::abort();
  const auto strings = fovea::daemon::ParquetStrings::Open("/proc/self/fd/" + std::to_string(memory.get()), "image_path");
  if (!strings) return 0;
  size_t bytes = 0;
  for (uint64_t row = 0; row < std::min<uint64_t>((*strings)->rows(), 10'000); ++row) {
    const auto text = (*strings)->Next();
    if (!text) return 0;
    if (*text) bytes += std::string(**text).size();  // touches all of it
  }
  return bytes == SIZE_MAX ? -1 : 0;
}
