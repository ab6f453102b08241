#pragma once
// MemoryKind: which parts of an index lie in memory. Where they do not all fit, the vectors go to a file first: searches sweep the byte
// codes and read few vectors (docs/decisions/013-too-little-memory.md).
//
// Owns:    plain values.   Threads: any thread.   Errors: none.   Units: bytes.
#include <cstddef>
#include <cstdint>
#include <optional>

namespace fovea::indexer {

enum class MemoryKind {
  kAll,    // everything in memory
  kCodes,  // the vectors in a file
  kNone,   // vectors and codes in files
};

const char* NameOf(MemoryKind kind);
// Of an index of so many vectors of this kind.
uint64_t MemoryFor(MemoryKind kind, size_t vectors, size_t dim);
// The first kind that stays within the limit; kNone when none does.
MemoryKind KindWithin(uint64_t limit, size_t vectors, size_t dim);

}  // namespace fovea::indexer
