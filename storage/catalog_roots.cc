// Catalog: roots.
#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/codec.h"
#include "storage/keys.h"

namespace fovea::storage {
namespace {

Status CheckRootPath(const std::string& path) {
  if (path.empty() || path.front() != '/') return InvalidArgument(StrCat("add root \"", path, "\": the path must be absolute"));
  if (path.size() > kMaxTextBytes) return InvalidArgument(StrCat("add root: a path of ", path.size(), " bytes"));
  return Status::Ok();
}

}  // namespace

Result<Root> Catalog::AddRoot(const std::string& absolute_path) {
  ENTER_OR_RETURN(*impl_);
  RETURN_IF_ERROR(CheckRootPath(absolute_path));
  RootEntry entry;
  entry.root.path = absolute_path;
  while (entry.root.path.size() > 1 && entry.root.path.back() == '/') entry.root.path.pop_back();
  MutexLock lock(impl_->write_mutex);
  for (Root known : ListRoots()) {
    if (known.path != entry.root.path) continue;
    if (known.state != RootState::kRemoving) {
      return Failed(AlreadyExists(StrCat("add root \"", known.path, "\": it is root ", known.id.value, " already")));
    }
    known.state = RootState::kOnline;
    RETURN_IF_ERROR(impl_->PutRoot(known, Database::Durability::kSynced));
    return known;
  }
  Change change = impl_->Begin();
  entry.root.id = RootId{change.counters().next_root++};
  change.Put(Column::kRoots, RootKey(entry.root.id), EncodeRoot(entry.root));
  RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kSynced));
  MutexLock state(impl_->state_mutex);
  impl_->roots[entry.root.id] = entry;
  return entry.root;
}

Status Catalog::Impl::UpdateRoot(RootId id, Database::Durability durability, const std::function<void(Root&)>& alter) {
  MutexLock lock(write_mutex);
  ASSIGN_OR_RETURN(const Root before, FindRoot(id));
  Root after = before;
  alter(after);
  if (after.state == before.state && after.device == before.device) return Status::Ok();
  return PutRoot(after, durability);
}

Status Catalog::Impl::PutRoot(const Root& root, Database::Durability durability) {
  Change change = Begin();
  change.Put(Column::kRoots, RootKey(root.id), EncodeRoot(root));
  RETURN_IF_ERROR(Commit(change, durability));
  MutexLock guard(state_mutex);
  roots[root.id].root = root;
  return Status::Ok();
}

Status Catalog::SetRootState(RootId id, RootState state) {
  ENTER_OR_RETURN(*impl_);
  return impl_->UpdateRoot(id, Database::Durability::kBuffered, [state](Root& root) {
    if (root.state != RootState::kRemoving) root.state = state;
  });
}

Status Catalog::BeginRemoval(RootId id) {
  ENTER_OR_RETURN(*impl_);
  return impl_->UpdateRoot(id, Database::Durability::kSynced, [](Root& root) { root.state = RootState::kRemoving; });
}

Status Catalog::SetRootDevice(RootId id, uint64_t device) {
  ENTER_OR_RETURN(*impl_);
  return impl_->UpdateRoot(id, Database::Durability::kBuffered, [device](Root& root) { root.device = device; });
}

Status Catalog::ForgetRoot(RootId id) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  ASSIGN_OR_RETURN(const Root root, impl_->FindRoot(id));
  if (root.state != RootState::kRemoving) return Cancelled(StrCat("remove root \"", root.path, "\": it is to stay"));
  ASSIGN_OR_RETURN(const std::vector<PathRecord> left, impl_->ReadPaths(id, "", "", 1));
  if (!left.empty()) return Busy(StrCat("remove root \"", root.path, "\": it has paths"));
  Change change = impl_->Begin();
  change.Delete(Column::kRoots, RootKey(id));
  change.Delete(Column::kMeta, RootCountKey(id));
  RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kSynced));
  MutexLock state(impl_->state_mutex);
  impl_->roots.erase(id);
  return Status::Ok();
}

std::vector<Root> CatalogView::ListRoots() const {
  MutexLock lock(impl_->state_mutex);
  std::vector<Root> roots;
  for (const auto& [id, entry] : impl_->roots) roots.push_back(entry.root);
  return roots;
}

Result<Root> CatalogView::GetRoot(RootId id) const { return impl_->FindRoot(id); }

Result<Root> Catalog::Impl::FindRoot(RootId id) const {
  MutexLock lock(state_mutex);
  const auto entry = roots.find(id);
  if (entry == roots.end()) return Failed(NotFound(StrCat("no root ", id.value)));
  return entry->second.root;
}

uint64_t CatalogView::indexed_path_count(RootId id) const {
  MutexLock lock(impl_->state_mutex);
  const auto entry = impl_->roots.find(id);
  return entry == impl_->roots.end() ? 0 : entry->second.indexed_paths;
}

}  // namespace fovea::storage
