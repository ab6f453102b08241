#include "indexer/folder_table.h"

#include <vector>

#include "indexer/glob.h"

namespace fovea::indexer {
namespace {

// Folder and name of a path.
std::pair<std::string, std::string> Split(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {"", std::string(path)};
  return {std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

}  // namespace

void FolderTable::Folder::Add(const std::string& name, uint32_t photo) {
  const auto [place, is_new] = names.try_emplace(name, photo);
  if (!is_new) {
    if (place->second == photo) return;
    Remove(name);
    names[name] = photo;
  }
  if (!photos.addChecked(photo)) ++repeated[photo];
}

void FolderTable::Folder::Remove(const std::string& name) {
  const auto place = names.find(name);
  if (place == names.end()) return;
  const uint32_t photo = place->second;
  names.erase(place);
  const auto more = repeated.find(photo);
  if (more == repeated.end()) {
    photos.remove(photo);
  } else if (--more->second == 0) {
    repeated.erase(more);
  }
}

void FolderTable::Add(std::string_view path, uint32_t photo) {
  const auto [folder, name] = Split(path);
  folders_[folder].Add(name, photo);
}

void FolderTable::Remove(std::string_view path) {
  const auto [folder, name] = Split(path);
  const auto place = folders_.find(folder);
  if (place == folders_.end()) return;
  place->second.Remove(name);
  if (place->second.names.empty()) folders_.erase(place);
}

std::pair<FolderTable::Folders::const_iterator, FolderTable::Folders::const_iterator> FolderTable::Below(std::string_view folder) const {
  const std::string begin = std::string(folder) + '/', end = std::string(folder) + static_cast<char>('/' + 1);
  return {folders_.lower_bound(begin), folders_.lower_bound(end)};
}

std::optional<uint32_t> FolderTable::Find(std::string_view path) const {
  const auto [folder, name] = Split(path);
  const auto place = folders_.find(folder);
  if (place == folders_.end()) return std::nullopt;
  const auto entry = place->second.names.find(name);
  return entry == place->second.names.end() ? std::nullopt : std::optional(entry->second);
}

PhotoSet FolderTable::In(std::string_view folder) const {
  std::vector<const PhotoSet*> sets;
  if (const auto itself = folders_.find(std::string(folder)); itself != folders_.end()) sets.push_back(&itself->second.photos);
  for (auto [at, end] = Below(folder); at != end; ++at) sets.push_back(&at->second.photos);
  return PhotoSet::fastunion(sets.size(), sets.data());
}

PhotoSet FolderTable::Fitting(std::string_view pattern) const {
  const std::string_view fixed = FixedPartOf(pattern);
  std::vector<uint32_t> photos;
  const auto look = [&](const std::string& folder, const Folder& content) {
    for (const auto& [name, photo] : content.names) {
      if (GlobMatches(pattern, folder + '/' + name)) photos.push_back(photo);
    }
  };
  if (const auto itself = folders_.find(std::string(fixed)); itself != folders_.end()) look(itself->first, itself->second);
  for (auto [at, end] = Below(fixed); at != end; ++at) look(at->first, at->second);
  return {photos.size(), photos.data()};
}

}  // namespace fovea::indexer
