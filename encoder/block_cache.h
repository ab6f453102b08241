#pragma once
// BlockCache hands out memory and keeps large blocks that come back for the next one who asks for about that much. The C library
// gives large blocks back to the kernel, which clears each page again at the next batch: a fifth of an image tower's time.
//
// Owns:    the blocks that wait, at most `most_kept_bytes`; a block handed out belongs to the caller until Release.
// Threads: any.
// Errors:  std::bad_alloc, as operator new.
// Units:   bytes; blocks are aligned to 64. From 1 MiB on they are mapped, in huge pages where the kernel has some; smaller ones
//          come from the C library.
#include <cstddef>
#include <map>
#include <unordered_map>

#include "base/mutex.h"

namespace fovea::encoder {

class BlockCache {
 public:
  explicit BlockCache(size_t most_kept_bytes) : most_kept_bytes_(most_kept_bytes) {}
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // Null for no bytes.
  void* Take(size_t bytes);
  // Takes a block of Take, or one of malloc.
  void Release(void* block);
  // Gives all that waits back to the kernel.
  void Trim();
  size_t kept_bytes() const;

 private:
  void* TakeKept(size_t bytes);
  void* Map(size_t bytes);
  // Whether the block is kept; else `bytes` says how much is mapped there (0: nothing).
  bool Keep(void* block, size_t& bytes);

  const size_t most_kept_bytes_;
  mutable Mutex mutex_;
  std::unordered_map<void*, size_t> sizes_ GUARDED_BY(mutex_);  // of every mapped block
  std::multimap<size_t, void*> kept_ GUARDED_BY(mutex_);
  size_t kept_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace fovea::encoder
