#include "encoder/start_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

namespace fovea::encoder {
namespace {

// Code is mapped from the file, private and never written, so leaving it loses nothing.
int LeaveCode(dl_phdr_info* library, size_t, void*) {
  if (std::string_view(library->dlpi_name).find("libtorch") == std::string_view::npos) return 0;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (ElfW(Half) i = 0; i < library->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = library->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0 || (part.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = (library->dlpi_addr + part.p_vaddr + page - 1) / page * page;
    const uintptr_t end = (library->dlpi_addr + part.p_vaddr + part.p_memsz) / page * page;
    if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void LeaveStartPages() { dl_iterate_phdr(&LeaveCode, nullptr); }

}  // namespace fovea::encoder
