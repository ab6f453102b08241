#include "indexer/pending_paths.h"

namespace fovea::indexer {

using storage::Location;

void PendingPaths::Put(const Location& location, const Entry& entry) {
  const auto before = entries_.find(location);
  const bool needs_timer = before == entries_.end() || entry.due < before->second.due;
  entries_[location] = entry;
  if (needs_timer) timers_.push({entry.due, location});
}

const PendingPaths::Entry* PendingPaths::Find(const Location& location) const {
  const auto found = entries_.find(location);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<std::pair<Location, PendingPaths::Entry>> PendingPaths::TakeDue(Time now) {
  while (!timers_.empty() && timers_.top().due <= now) {
    const Location location = timers_.top().location;
    timers_.pop();
    const auto found = entries_.find(location);
    if (found == entries_.end()) continue;
    if (found->second.due > now) {
      timers_.push({found->second.due, location});
      continue;
    }
    const Entry entry = found->second;
    entries_.erase(found);
    return std::pair(location, entry);
  }
  return std::nullopt;
}

std::optional<PendingPaths::Time> PendingPaths::NextDue() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.top().due;
}

void PendingPaths::MoveFolder(const Location& from, const Location& to) {
  const std::string prefix = from.path + "/";
  std::vector<std::pair<Location, Entry>> moved;
  auto at = entries_.lower_bound({from.root, prefix});
  while (at != entries_.end() && at->first.root == from.root && at->first.path.starts_with(prefix)) {
    moved.emplace_back(Location{to.root, to.path + at->first.path.substr(from.path.size())}, at->second);
    at = entries_.erase(at);
  }
  for (const auto& [location, entry] : moved) Put(location, entry);
}

void PendingPaths::RemoveRoot(storage::RootId root) {
  entries_.erase(entries_.lower_bound({root, ""}), entries_.lower_bound({storage::RootId{root.value + 1}, ""}));
}

void PendingPaths::Clear() {
  entries_.clear();
  timers_ = {};
}

}  // namespace fovea::indexer
