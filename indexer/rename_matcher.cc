#include "indexer/rename_matcher.h"

#include <algorithm>

namespace fovea::indexer {

using storage::FileStamp;

size_t RenameMatcher::StampHash::operator()(const FileStamp& stamp) const {
  return std::hash<uint64_t>()(stamp.inode * 0x9e3779b97f4a7c15u ^ static_cast<uint64_t>(stamp.mtime_ns) ^
                               static_cast<uint64_t>(stamp.bytes) << 1);
}

Status RenameMatcher::LoadInodes() {
  inodes_.emplace();
  const Status read = catalog_.ForEachPath(root_, "", [this](const storage::PathRecord& path) {
    inodes_->push_back(path.stamp.inode);
    return true;
  });
  std::sort(inodes_->begin(), inodes_->end());
  return read;
}

Result<RenameMatcher::NewFile> RenameMatcher::Appeared(const std::string& path, const FileStamp& stamp, std::string& from) {
  if (auto partner = TakePartner(gone_, stamp)) {
    from = *std::move(partner);
    return NewFile::kIsMoved;
  }
  if (!inodes_) RETURN_IF_ERROR(LoadInodes());
  if (!std::binary_search(inodes_->begin(), inodes_->end(), stamp.inode)) return NewFile::kIsNew;
  new_.emplace(stamp, path);
  return NewFile::kWaits;
}

std::optional<std::string> RenameMatcher::Vanished(const std::string& path, const FileStamp& stamp) {
  if (auto partner = TakePartner(new_, stamp)) return partner;
  gone_.emplace(stamp, path);
  return std::nullopt;
}

std::optional<std::string> RenameMatcher::TakePartner(Waiting& waiting, const FileStamp& stamp) {
  const auto found = waiting.find(stamp);
  if (found == waiting.end()) return std::nullopt;
  std::string path = std::move(found->second);
  waiting.erase(found);
  return path;
}

std::vector<RenameMatcher::Unmatched> RenameMatcher::Take(Waiting& waiting) {
  std::vector<Unmatched> all;
  for (auto& [stamp, path] : waiting) all.push_back({std::move(path), stamp});
  waiting.clear();
  std::sort(all.begin(), all.end(), [](const Unmatched& a, const Unmatched& b) { return a.path < b.path; });
  return all;
}

}  // namespace fovea::indexer
