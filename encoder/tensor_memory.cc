#include "encoder/tensor_memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include "encoder/block_cache.h"

namespace fovea::encoder {
namespace {

constexpr size_t kMostKeptBytes = size_t{512} << 20;

// Never destroyed: Torch frees tensors of its own after all else.
BlockCache& Cache() {
  static auto* const cache = new BlockCache(kMostKeptBytes);
  return *cache;
}

void Release(void* block) { Cache().Release(block); }

class CachedAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* const block = Cache().Take(bytes);
    return {block, block, &Release, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &Release; }
  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }
};

}  // namespace

void UseTensorMemory() {
  static auto* const allocator = new CachedAllocator;
  c10::SetCPUAllocator(allocator, 1);
}

void TrimTensorMemory() { Cache().Trim(); }

}  // namespace fovea::encoder
