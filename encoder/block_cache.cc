#include "encoder/block_cache.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace fovea::encoder {
namespace {

constexpr size_t kAlignment = 64, kSmallestMapped = size_t{1} << 20, kSmallestInHugePages = size_t{4} << 20;
constexpr size_t kStep = size_t{1} << 16;  // what sizes of mapped blocks are rounded up to

size_t RoundUp(size_t bytes, size_t step) { return (bytes + step - 1) / step * step; }

}  // namespace

BlockCache::~BlockCache() { Trim(); }

void BlockCache::Trim() {
  const MutexLock lock(mutex_);
  for (const auto& [bytes, block] : kept_) {
    sizes_.erase(block);
    ::munmap(block, bytes);
  }
  kept_.clear();
  kept_bytes_ = 0;
}

void* BlockCache::Take(size_t bytes) {
  if (bytes == 0) return nullptr;
  if (bytes >= kSmallestMapped) {
    const size_t rounded = RoundUp(bytes, kStep);
    void* const kept = TakeKept(rounded);
    return kept != nullptr ? kept : Map(rounded);
  }
  void* const block = std::aligned_alloc(kAlignment, RoundUp(bytes, kAlignment));
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

// A kept block that is at most an eighth too large.
void* BlockCache::TakeKept(size_t bytes) {
  const MutexLock lock(mutex_);
  const auto found = kept_.lower_bound(bytes);
  if (found == kept_.end() || found->first > bytes + bytes / 8) return nullptr;
  void* const block = found->second;
  kept_bytes_ -= found->first;
  kept_.erase(found);
  return block;
}

void* BlockCache::Map(size_t bytes) {
  void* const block = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) throw std::bad_alloc();
  // Advice only: without huge pages all works as well, a little slower.
  if (bytes >= kSmallestInHugePages) (void)::madvise(block, bytes, MADV_HUGEPAGE);
  const MutexLock lock(mutex_);
  sizes_.emplace(block, bytes);
  return block;
}

bool BlockCache::Keep(void* block, size_t& bytes) {
  const MutexLock lock(mutex_);
  const auto found = sizes_.find(block);
  if (found == sizes_.end()) return false;
  bytes = found->second;
  if (kept_bytes_ + bytes > most_kept_bytes_) {
    sizes_.erase(found);
    return false;
  }
  kept_.emplace(bytes, block);
  kept_bytes_ += bytes;
  return true;
}

void BlockCache::Release(void* block) {
  size_t bytes = 0;
  if (Keep(block, bytes)) return;
  if (bytes > 0) {
    ::munmap(block, bytes);
  } else {
    std::free(block);
  }
}

size_t BlockCache::kept_bytes() const {
  const MutexLock lock(mutex_);
  return kept_bytes_;
}

}  // namespace fovea::encoder
