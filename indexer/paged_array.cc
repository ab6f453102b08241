#include "indexer/paged_array.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdlib>

#include "base/log.h"

namespace fovea::indexer {
namespace {

constexpr size_t kPage = size_t{4} << 10;
constexpr size_t kLargePage = size_t{2} << 20;

size_t RoundUp(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

void* Checked(void* mapping, size_t bytes) {
  if (mapping != MAP_FAILED) return mapping;
  LogError("no memory for ", bytes, " bytes of vectors: errno ", errno);
  std::abort();
}

// Address space for `bytes` that begins at a multiple of a large page.
char* AlignedSpace(size_t bytes) {
  const size_t with_slack = bytes + kLargePage;
  void* space = Checked(::mmap(nullptr, with_slack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), bytes);
  char* const begin = static_cast<char*>(space);
  const size_t head = RoundUp(reinterpret_cast<uintptr_t>(begin), kLargePage) - reinterpret_cast<uintptr_t>(begin);
  if (head > 0) ::munmap(begin, head);
  ::munmap(begin + head + bytes, kLargePage - head);
  return begin + head;
}

}  // namespace

void PagedBytes::Reserve(size_t bytes) {
  if (bytes <= capacity_) return;
  const size_t wanted = RoundUp(bytes, bytes < kLargePage ? kPage : kLargePage);
  char* const place = AlignedSpace(wanted);
  if (data_ != nullptr) {
    Checked(::mremap(data_, capacity_, wanted, MREMAP_MAYMOVE | MREMAP_FIXED, place), wanted);
  } else {
    Checked(::mmap(place, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), wanted);
  }
  if (wanted >= kLargePage) ::madvise(place, wanted, MADV_HUGEPAGE);  // a kernel without large pages refuses; slower, not wrong
  data_ = place;
  capacity_ = wanted;
}

void PagedBytes::Release() {
  if (data_ != nullptr) ::munmap(data_, capacity_);
  data_ = nullptr;
  capacity_ = 0;
}

}  // namespace fovea::indexer
