#pragma once
// FileView shows a part of a file in memory, read-only and without a copy; it is unmapped with the object.
//
// Owns:    the mapping. The file may be closed, renamed or deleted meanwhile: its content stays.
// Threads: any thread may read.
// Errors:  kCorrupt if the file is shorter than the part, kIo if the system refuses. Never throws. What is left: a file
//          that is cut or overwritten in place while it is shown. Cut, the process ends with SIGBUS where the lost part is
//          read; overwritten, the numbers change. A model that is in use is therefore replaced by renaming over it, as
//          `fovea model pull` and every package manager do. Ending is what is wanted even then: features of half a model
//          would be stored as if they were sound. No lease keeps writers off, because one needs the file's owner.
// Units:   bytes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/status.h"

namespace fovea::encoder {

class FileView {
 public:
  // Requires: bytes > 0. `path` is for messages.
  static Result<FileView> Of(int fd, const std::string& path, int64_t offset, int64_t bytes);
  FileView(FileView&& other) noexcept;
  FileView& operator=(FileView&&) = delete;
  ~FileView();

  const std::byte* data() const { return static_cast<const std::byte*>(base_) + skip_; }

 private:
  FileView(void* base, size_t length, size_t skip) : base_(base), length_(length), skip_(skip) {}

  void* base_;
  size_t length_;
  size_t skip_;  // from the page's beginning to the part's
};

}  // namespace fovea::encoder
