// Library: watched folders, jobs and failures.
#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "indexer/library_impl.h"

namespace fovea::indexer {

using storage::Root;

namespace {

// The path without symbolic links, dots and double slashes.
Result<std::string> RealFolder(const std::string& path) {
  const std::string context = StrCat("add root \"", path, "\"");
  if (path.empty() || path.front() != '/') return Failed(InvalidArgument(StrCat(context, ": not an absolute path")));
  if (path.find('\0') != std::string::npos) return Failed(InvalidArgument(StrCat(context, ": holds a zero byte")));
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  struct stat info {};
  if (!real || ::stat(real.get(), &info) != 0) return Failed(InvalidArgument(StrCat(context, ": ", FromErrno(errno, "look").message())));
  if (!S_ISDIR(info.st_mode)) return Failed(InvalidArgument(StrCat(context, ": not a folder")));
  return std::string(real.get());
}

bool IsBelow(const std::string& path, const std::string& folder) {
  return folder == "/" || (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

Status CheckAgainst(const std::vector<Root>& roots, const std::string& path) {
  for (const Root& root : roots) {
    if (root.path == path && root.state == storage::RootState::kRemoving) return Status();  // its removal ends
    if (root.path == path) return AlreadyExists(StrCat("add root \"", path, "\": it is one already"));
    if (IsBelow(path, root.path)) return InvalidArgument(StrCat("add root \"", path, "\": it lies in the root \"", root.path, "\""));
    if (IsBelow(root.path, path)) return InvalidArgument(StrCat("add root \"", path, "\": the root \"", root.path, "\" lies in it"));
  }
  return Status();
}

}  // namespace

Result<Root> Library::AddRoot(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string real, RealFolder(path));
  const std::string& own = impl_->catalog.folder();
  if (real == own || IsBelow(real, own)) return Failed(InvalidArgument(StrCat("add root \"", path, "\": it belongs to the store")));
  MutexLock lock(impl_->lifecycle);
  RETURN_IF_ERROR(CheckAgainst(impl_->catalog.ListRoots(), real));
  ASSIGN_OR_RETURN(Root root, impl_->catalog.AddRoot(real));
  LogInfo("root \"", real, "\" added");
  if (ready()) impl_->BeginRoot(root);
  return root;
}

Status Library::RemoveRoot(RootId id) {
  MutexLock lock(impl_->lifecycle);
  ASSIGN_OR_RETURN(const Root root, impl_->catalog.GetRoot(id));
  RETURN_IF_ERROR(impl_->catalog.BeginRemoval(id));
  LogInfo("root \"", root.path, "\" is being removed");
  if (!ready()) return Status();
  if (impl_->watcher) impl_->watcher->RemoveRoot(id);
  impl_->scans->Cancel(id);
  impl_->pipeline->DropRoot(id);
  impl_->folders->RemoveRoot(id);
  return Status();
}

std::vector<RootStatus> Library::Roots() const {
  const bool is_ready = ready();
  std::vector<RootStatus> roots;
  for (Root& root : impl_->catalog.ListRoots()) {
    RootStatus status;
    status.watching = is_ready && impl_->watcher && impl_->watcher->IsWatching(root.id);
    status.photos = impl_->catalog.indexed_path_count(root.id);
    status.root = std::move(root);
    roots.push_back(std::move(status));
  }
  return roots;
}

std::vector<JobStatus> Library::Jobs(size_t limit) const { return impl_->jobs.List(limit); }

Result<std::vector<storage::FailureRecord>> Library::Failures(const std::optional<storage::Location>& after, size_t limit) const {
  return impl_->catalog.ListFailures(after, limit);
}

Result<uint64_t> Library::RetryFailures() {
  RETURN_IF_ERROR(impl_->CheckReady());
  ASSIGN_OR_RETURN(const uint64_t forgotten, impl_->catalog.ForgetFailures(std::nullopt));
  if (forgotten == 0) return forgotten;
  for (const Root& root : impl_->catalog.ListRoots()) {
    if (root.state != storage::RootState::kRemoving) impl_->scans->Enqueue(root.id, ScanQueue::Reason::kAsked);
  }
  return forgotten;
}

}  // namespace fovea::indexer
