#include "indexer/paged_array.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

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

// A file that no other process can find.
Result<UniqueFd> NamelessFile(const std::string& folder) {
  UniqueFd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.valid()) return file;
  std::string name = folder + "/vectors.XXXXXX";  // where the filesystem knows no files without a name
  UniqueFd named(::mkostemp(name.data(), O_CLOEXEC));
  if (!named.valid()) return Failed(FromErrno(errno, StrCat("make a file for vectors in \"", folder, "\"")));
  ::unlink(name.c_str());
  return named;
}

Status TakeBlocks(int fd, size_t bytes) {
  const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  return error == 0 ? Status() : FromErrno(error, StrCat("take ", bytes, " bytes of disk for vectors"));
}

}  // namespace

void PagedBytes::Reserve(size_t bytes) {
  if (bytes <= capacity_) return;
  const size_t wanted = RoundUp(bytes, bytes < kLargePage ? kPage : kLargePage);
  if (in_file()) return GrowFile(wanted);
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

void PagedBytes::GrowFile(size_t bytes) {
  const Status taken = TakeBlocks(file_.get(), bytes);
  if (taken.ok()) {
    data_ = Checked(::mremap(data_, capacity_, bytes, MREMAP_MAYMOVE), bytes);
    capacity_ = bytes;
    return;
  }
  LogWarning("index: ", taken.message(), "; they come back into memory");
  PagedBytes in_memory;
  in_memory.Reserve(bytes);
  std::memcpy(in_memory.data_, data_, capacity_);
  std::swap(data_, in_memory.data_);
  std::swap(capacity_, in_memory.capacity_);
  file_ = UniqueFd();
}

Status PagedBytes::MoveToFile(const std::string& folder, FileReads reads, size_t used) {
  if (in_file()) return Status();
  ASSIGN_OR_RETURN(UniqueFd file, NamelessFile(folder));
  if (capacity_ == 0) Reserve(kPage);
  RETURN_IF_ERROR(TakeBlocks(file.get(), capacity_));
  void* const mapping = ::mmap(nullptr, capacity_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (mapping == MAP_FAILED) return FromErrno(errno, "map a file of vectors");
  if (reads == FileReads::kScattered) ::madvise(mapping, capacity_, MADV_RANDOM);
  std::memcpy(mapping, data_, used);
  ::munmap(data_, capacity_);
  data_ = mapping;
  file_ = std::move(file);
  return Status();
}

void PagedBytes::Release() {
  if (data_ != nullptr) ::munmap(data_, capacity_);
  data_ = nullptr;
  capacity_ = 0;
  file_ = UniqueFd();
}

}  // namespace fovea::indexer
