// ClusteredIndex: what of it lies in memory.
#include <algorithm>

#include "base/log.h"
#include "base/memory.h"
#include "indexer/clustered_index_impl.h"

namespace fovea::indexer {
namespace {

constexpr size_t kLookEvery = 4096;  // vectors more, or
constexpr size_t kGrowth = 8;        // one in so many

uint64_t Megabytes(uint64_t bytes) { return bytes / 1'000'000; }

}  // namespace

void ClusteredIndex::Impl::FitInMemory(size_t vectors) {
  if (vectors <= fits || options.overflow_folder.empty()) return;
  fits = vectors + std::max(kLookEvery, vectors / kGrowth);
  uint64_t limit = options.memory_bytes;
  if (limit == 0) {
    const auto available = AvailableMemory();
    if (!available) return;
    limit = MemoryFor(rows.memory(), rows.size(), dim) + *available / 4 * 3;
  }
  const MemoryKind kind = KindWithin(limit, vectors, dim);
  if (kind <= rows.memory()) return;
  memory_reason = StrCat(vectors, " vectors take ", Megabytes(MemoryFor(MemoryKind::kAll, vectors, dim)), " MB, and ", Megabytes(limit), " MB may be used");
  const Status moved = rows.LeaveInMemory(kind, options.overflow_folder);
  if (!moved.ok()) memory_reason += StrCat("; they stay in memory: ", moved.message());
  LogWarning("index: ", memory_reason, "; kept in memory: ", NameOf(rows.memory()));
}

}  // namespace fovea::indexer
