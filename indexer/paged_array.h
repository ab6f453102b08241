#pragma once
// PagedArray is a growing array on pages of its own: it grows without copying, and asks for large pages once it is large. Where memory is
// short it can move to a file: then the system writes its pages out, and reads back those that are asked for.
//
// Owns:    a private mapping, or one of a file without a name, which goes with it. Pages that were never written take no memory.
// Threads: growing is for one thread alone; elements are then as those of any array.
// Errors:  none; a process that gets no memory ends. MoveToFile: kIo, the content stays in memory. A file that cannot grow comes back
//          into memory, with a line in the log. A disk that fails beneath the file ends the process (SIGBUS).
// Units:   elements; new ones of a fresh mapping are zero, those that come back after a shrink hold what was there.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "base/status.h"
#include "base/unique_fd.h"

namespace fovea::indexer {

// How a file will be read: whether what lies beside a page is worth reading with it.
enum class FileReads { kInOrder, kScattered };

// The mapping beneath, in bytes.
class PagedBytes {
 public:
  PagedBytes() = default;
  ~PagedBytes() { Release(); }
  PagedBytes(const PagedBytes&) = delete;
  PagedBytes& operator=(const PagedBytes&) = delete;

  // Room for at least this many bytes; may move, which makes pointers into it invalid.
  void Reserve(size_t bytes);
  void Release();
  // Of the content, the first `used` bytes matter. Every disk block is taken at once, so that a full disk shows here.
  Status MoveToFile(const std::string& folder, FileReads reads, size_t used);
  bool in_file() const { return file_.valid(); }
  size_t capacity() const { return capacity_; }
  void* data() const { return data_; }

 private:
  void GrowFile(size_t bytes);

  void* data_ = nullptr;
  size_t capacity_ = 0;
  UniqueFd file_;
};

template <typename Element>
class PagedArray {
  static_assert(std::is_trivially_copyable_v<Element>);

 public:
  size_t size() const { return size_; }
  void Reserve(size_t elements) { bytes_.Reserve(elements * sizeof(Element)); }
  void Resize(size_t elements) {
    const size_t wanted = elements * sizeof(Element);
    if (wanted > bytes_.capacity()) bytes_.Reserve(wanted + wanted / 2);
    size_ = elements;
  }
  void Release() {
    bytes_.Release();
    size_ = 0;
  }
  // May invalidate pointers into it.
  Status MoveToFile(const std::string& folder, FileReads reads) { return bytes_.MoveToFile(folder, reads, size_ * sizeof(Element)); }
  bool in_file() const { return bytes_.in_file(); }
  Element* data() { return static_cast<Element*>(bytes_.data()); }
  const Element* data() const { return static_cast<const Element*>(bytes_.data()); }
  std::span<Element> span() { return {data(), size_}; }
  std::span<const Element> span() const { return {data(), size_}; }

 private:
  PagedBytes bytes_;
  size_t size_ = 0;
};

}  // namespace fovea::indexer
