#pragma once
// PagedArray is a growing array on pages of its own: it grows without copying, and asks for large pages once it is large.
//
// Owns:    a private mapping. Pages that were never written take no memory.
// Threads: growing is for one thread alone; elements are then as those of any array.
// Errors:  none; a process that gets no memory ends.
// Units:   elements; new ones of a fresh mapping are zero, those that come back after a shrink hold what was there.
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace fovea::indexer {

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
  size_t capacity() const { return capacity_; }
  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  size_t capacity_ = 0;
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
  Element* data() { return static_cast<Element*>(bytes_.data()); }
  const Element* data() const { return static_cast<const Element*>(bytes_.data()); }
  std::span<Element> span() { return {data(), size_}; }
  std::span<const Element> span() const { return {data(), size_}; }

 private:
  PagedBytes bytes_;
  size_t size_ = 0;
};

}  // namespace fovea::indexer
