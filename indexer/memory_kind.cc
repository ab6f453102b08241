#include "indexer/memory_kind.h"

namespace fovea::indexer {
namespace {

constexpr size_t kPerVector = 64;  // scale, residual, id, place, list: about 30 bytes, while the id's tables double

}  // namespace

const char* NameOf(MemoryKind kind) {
  switch (kind) {
    case MemoryKind::kAll: return "all";
    case MemoryKind::kCodes: return "codes";
    case MemoryKind::kNone: return "none";
  }
  return "";
}

uint64_t MemoryFor(MemoryKind kind, size_t vectors, size_t dim) {
  const uint64_t codes = kind == MemoryKind::kNone ? 0 : dim, values = kind == MemoryKind::kAll ? dim * sizeof(float) : 0;
  return vectors * (values + codes + kPerVector);
}

MemoryKind KindWithin(uint64_t limit, size_t vectors, size_t dim) {
  for (const MemoryKind kind : {MemoryKind::kAll, MemoryKind::kCodes}) {
    if (MemoryFor(kind, vectors, dim) <= limit) return kind;
  }
  return MemoryKind::kNone;
}

}  // namespace fovea::indexer
