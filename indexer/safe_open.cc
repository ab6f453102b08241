#include "indexer/safe_open.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>

#include "base/log.h"

namespace fovea::indexer {
namespace {

Status Refused(int error_number, const std::string& root, const std::string& relative) {
  const std::string context = StrCat("open \"", root, "/", relative, "\"");
  if (error_number == ELOOP) return Unsupported(StrCat(context, ": symbolic links are not followed"));
  if (error_number == ENOTDIR) return NotFound(StrCat(context, ": a folder on the way is gone"));
  return FromErrno(error_number, context);
}

bool IsPlainPart(std::string_view part) { return !part.empty() && part != "." && part != ".."; }

}  // namespace

Result<UniqueFd> OpenBeneath(const std::string& root, const std::string& relative) {
  UniqueFd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return Failed(Refused(errno, root, relative));
  std::string_view rest = relative;
  while (true) {
    const size_t slash = rest.find('/');
    const std::string part(rest.substr(0, slash));
    if (!IsPlainPart(part)) return Failed(InvalidArgument(StrCat("open \"", root, "/", relative, "\": not a plain path")));
    const bool last = slash == std::string_view::npos;
    const int flags = last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
    UniqueFd next(::openat(folder.get(), part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) return Failed(Refused(errno, root, relative));
    folder = std::move(next);
    if (last) break;
    rest.remove_prefix(slash + 1);
  }
  struct stat info {};
  if (::fstat(folder.get(), &info) != 0) return Failed(Refused(errno, root, relative));
  if (!S_ISREG(info.st_mode)) return Failed(Unsupported(StrCat("open \"", root, "/", relative, "\": not a regular file")));
  return folder;
}

}  // namespace fovea::indexer
