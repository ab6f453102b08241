#include "indexer/folder_table.h"

#include "indexer/glob.h"

namespace fovea::indexer {
namespace {

struct Split {
  explicit Split(std::string_view path)
      : slash(path.rfind('/')), folder(slash == std::string_view::npos ? "" : path.substr(0, slash)), name(path.substr(slash + 1)) {}
  size_t slash;
  std::string_view folder, name;
};

}  // namespace

void FolderTable::Folder::CountIn(uint32_t photo) {
  for (Folder* folder = this; folder != nullptr; folder = folder->parent) {
    if (!folder->below.addChecked(photo)) ++folder->repeated[photo];
  }
}

void FolderTable::Folder::CountOut(uint32_t photo) {
  for (Folder* folder = this; folder != nullptr; folder = folder->parent) {
    const auto more = folder->repeated.find(photo);
    if (more == folder->repeated.end()) {
      folder->below.remove(photo);
    } else if (--more->second == 0) {
      folder->repeated.erase(more);
    }
  }
}

FolderTable::Folder& FolderTable::Make(std::string_view folder) {
  const auto [place, is_new] = folders_.try_emplace(std::string(folder));
  if (is_new && !folder.empty()) place->second.parent = &Make(Split(folder).folder);
  return place->second;
}

void FolderTable::EraseEmpty(std::string_view folder) {
  for (auto place = folders_.find(std::string(folder)); place != folders_.end() && place->second.below.isEmpty();) {
    const bool has_parent = place->second.parent != nullptr;
    folders_.erase(place);
    folder = Split(folder).folder;
    place = has_parent ? folders_.find(std::string(folder)) : folders_.end();
  }
}

void FolderTable::Add(std::string_view path, uint32_t photo) {
  const Split split(path);
  Folder& folder = Make(split.folder);
  const auto [place, is_new] = folder.names.try_emplace(std::string(split.name), photo);
  if (!is_new) {
    if (place->second == photo) return;
    folder.CountOut(place->second);
    place->second = photo;
  }
  folder.CountIn(photo);
}

void FolderTable::Remove(std::string_view path) {
  const Split split(path);
  const auto folder = folders_.find(std::string(split.folder));
  if (folder == folders_.end()) return;
  const auto name = folder->second.names.find(std::string(split.name));
  if (name == folder->second.names.end()) return;
  folder->second.CountOut(name->second);
  folder->second.names.erase(name);
  EraseEmpty(split.folder);
}

std::pair<FolderTable::Folders::const_iterator, FolderTable::Folders::const_iterator> FolderTable::Below(std::string_view folder) const {
  const std::string begin = std::string(folder) + '/', end = std::string(folder) + static_cast<char>('/' + 1);
  return {folders_.lower_bound(begin), folders_.lower_bound(end)};
}

std::optional<uint32_t> FolderTable::Find(std::string_view path) const {
  const Split split(path);
  const auto place = folders_.find(std::string(split.folder));
  if (place == folders_.end()) return std::nullopt;
  const auto entry = place->second.names.find(std::string(split.name));
  return entry == place->second.names.end() ? std::nullopt : std::optional(entry->second);
}

void FolderTable::AddIn(std::string_view folder, std::span<uint64_t> bits) const {
  if (const auto place = folders_.find(std::string(folder)); place != folders_.end()) AddTo(place->second.below, bits);
}

void FolderTable::AddFitting(std::string_view pattern, std::span<uint64_t> bits) const {
  const std::string_view fixed = FixedPartOf(pattern);
  PhotoSet photos;
  const auto look = [&](const std::string& folder, const Folder& content) {
    for (const auto& [name, photo] : content.names) {
      if (GlobMatches(pattern, folder + '/' + name)) photos.add(photo);
    }
  };
  if (const auto itself = folders_.find(std::string(fixed)); itself != folders_.end()) look(itself->first, itself->second);
  for (auto [at, end] = Below(fixed); at != end; ++at) look(at->first, at->second);
  AddTo(photos, bits);
}

}  // namespace fovea::indexer
