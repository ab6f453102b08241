#include "indexer/watch_loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/log.h"

namespace fovea::indexer {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// File systems whose changes from other machines the kernel does not see (numbers from statfs(2)).
bool IsRemote(const std::string& path) {
  constexpr std::array<uint64_t, 6> kRemote = {0x6969 /* nfs */,  0xff534d42 /* cifs */, 0xfe534d42 /* smb2 */,
                                               0x517b /* smb */, 0x01021997 /* 9p */,   0x00c36400 /* ceph */};
  struct statfs info {};
  if (::statfs(path.c_str(), &info) != 0) return false;
  const auto type = static_cast<uint64_t>(info.f_type) & 0xffffffff;
  return std::find(kRemote.begin(), kRemote.end(), type) != kRemote.end();
}

}  // namespace

WatchLoop::WatchLoop(Watcher::Options options, WatchSink& sink, InotifyQueue queue, UniqueFd wake)
    : options_(std::move(options)),
      settle_(options_.settle_ms),
      gone_settle_(options_.gone_settle_ms),
      sink_(sink),
      wake_(std::move(wake)),
      queue_(std::make_unique<InotifyQueue>(std::move(queue))),
      tree_(std::make_unique<WatchTree>(*queue_, FolderIdsOf(options_.passed_over))),
      next_check_(steady_clock::now() + milliseconds(options_.root_check_ms)) {}

void WatchLoop::Run(const std::stop_token& stop) {
  stop_ = stop;
  while (!stop.stop_requested()) {
    WaitForWork();
    RunCommands();
    ReadEvents();
    EndMoves();
    TellDue();
    CheckRoots();
    RescanUnwatched();
  }
}

void WatchLoop::WaitForWork() {
  std::array<pollfd, 2> fds = {{{wake_.get(), POLLIN, 0}, {queue_->fd(), POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), MillisecondsToWork()) < 0 && errno != EINTR) {
    LogError(FromErrno(errno, "wait for changes in watched folders").message());
  }
  uint64_t count = 0;
  if ((fds[0].revents & POLLIN) != 0 && ::read(wake_.get(), &count, sizeof count) < 0 && errno != EAGAIN) {
    LogError(FromErrno(errno, "wake the watcher").message());
  }
}

int WatchLoop::MillisecondsToWork() const {
  Time next = next_check_;
  if (const auto due = pending_.NextDue()) next = std::min(next, *due);
  for (const auto& [cookie, move] : moves_) next = std::min(next, move.ends);
  for (const auto& [id, root] : roots_) {
    if (root.folder && !root.is_wholly_watched) next = std::min(next, root.next_fallback);
  }
  const auto left = std::chrono::ceil<milliseconds>(next - steady_clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
}

void WatchLoop::Post(Command command) {
  {
    MutexLock lock(mutex_);
    commands_.push_back(std::move(command));
  }
  Wake();
}

void WatchLoop::Wake() {
  const uint64_t one = 1;
  if (::write(wake_.get(), &one, sizeof one) < 0 && errno != EAGAIN) LogError(FromErrno(errno, "wake the watcher").message());
}

bool WatchLoop::IsWatching(storage::RootId id) const {
  MutexLock lock(mutex_);
  return watching_.contains(id);
}

void WatchLoop::Publish(const WatchedRoot& root) {
  MutexLock lock(mutex_);
  if (root.folder && root.is_wholly_watched) {
    watching_.insert(root.root.id);
  } else {
    watching_.erase(root.root.id);
  }
}

void WatchLoop::RunCommands() {
  std::vector<Command> commands;
  {
    MutexLock lock(mutex_);
    commands.swap(commands_);
  }
  for (const Command& command : commands) {
    if (stop_.stop_requested()) return;
    if (const auto* root = std::get_if<storage::Root>(&command)) AddRoot(*root);
    if (const auto* removed = std::get_if<Remove>(&command)) RemoveRoot(removed->id);
  }
}

void WatchLoop::AddRoot(const storage::Root& root) {
  const auto [at, is_new] = roots_.try_emplace(root.id);
  if (!is_new) return;
  at->second.root = root;
  BeginWatching(at->second, WatchSink::RescanReason::kWatching);
  if (!at->second.folder && !stop_.stop_requested()) GoOffline(root.id, StrCat("there is no folder \"", root.path, "\""));
}

void WatchLoop::RemoveRoot(storage::RootId id) {
  Forget(id);
  roots_.erase(id);
}

WatchTree::Outcome WatchLoop::WatchTreeOf(const WatchedRoot& root) {
  return tree_->AddTree({.root_path = root.root.path, .folder = {root.root.id, ""}, .on_picture = {}}, stop_);
}

// Leaves the root without a folder when there is none that can be listed.
void WatchLoop::BeginWatching(WatchedRoot& root, WatchSink::RescanReason reason) {
  const auto folder = FolderIdOf(root.root.path);
  if (!folder) return;
  const WatchTree::Outcome outcome = WatchTreeOf(root);
  if (outcome == WatchTree::Outcome::kNoFolder || stop_.stop_requested()) return;
  root.folder = *folder;
  root.is_wholly_watched = true;
  if (outcome == WatchTree::Outcome::kLimitReached || IsRemote(root.root.path)) FallBack(root, outcome);
  Publish(root);
  sink_.OnRescan(root.root.id, reason);
}

// Says once that from now on the root is compared with the disk instead.
void WatchLoop::FallBack(WatchedRoot& root, WatchTree::Outcome outcome) {
  if (!root.is_wholly_watched) return;
  root.is_wholly_watched = false;
  root.next_fallback = steady_clock::now() + std::chrono::seconds(options_.fallback_rescan_s);
  const bool limit = outcome == WatchTree::Outcome::kLimitReached;
  LogWarning("watch \"", root.root.path, "\": ",
             limit ? "the limit of watched folders is reached (raise fs.inotify.max_user_watches)" : "it is on a network file system",
             "; it is compared with the disk every ", options_.fallback_rescan_s, " s instead");
}

void WatchLoop::Forget(storage::RootId id) {
  tree_->DropRoot(id);
  pending_.RemoveRoot(id);
  for (auto move = moves_.begin(); move != moves_.end();) {
    const bool is_of_root = move->second.from.root == id;
    if (is_of_root) tree_->Drop(move->second.subtree);
    move = is_of_root ? moves_.erase(move) : std::next(move);
  }
  if (const auto root = roots_.find(id); root != roots_.end()) {
    root->second.folder.reset();
    Publish(root->second);
  }
}

void WatchLoop::GoOffline(storage::RootId id, const std::string& reason) {
  Forget(id);
  sink_.OnOffline(id, reason);
}

void WatchLoop::CheckRoots() {
  if (steady_clock::now() < next_check_) return;
  next_check_ = steady_clock::now() + milliseconds(options_.root_check_ms);
  for (auto& [id, root] : roots_) {
    if (stop_.stop_requested()) return;
    const auto folder = FolderIdOf(root.root.path);
    if (!folder && root.folder) GoOffline(id, folder.error().message());
    if (!folder || root.folder == *folder) continue;
    Forget(id);  // another folder stands in its place, or one is there again
    BeginWatching(root, WatchSink::RescanReason::kCameBack);
  }
}

void WatchLoop::RescanUnwatched() {
  for (auto& [id, root] : roots_) {
    if (!root.folder || root.is_wholly_watched || steady_clock::now() < root.next_fallback || stop_.stop_requested()) continue;
    root.next_fallback = steady_clock::now() + std::chrono::seconds(options_.fallback_rescan_s);
    // There may be room for more watches by now.
    root.is_wholly_watched = WatchTreeOf(root) == WatchTree::Outcome::kAll && !IsRemote(root.root.path);
    Publish(root);
    sink_.OnRescan(id, WatchSink::RescanReason::kNotWatched);
  }
}

// After lost events nobody knows which watch stands for which path.
void WatchLoop::StartOver() {
  LogWarning("too many changes at once in the watched folders: all of them are compared with the disk");
  Result<InotifyQueue> fresh = InotifyQueue::Open(options_.max_watches);
  pending_.Clear();
  moves_.clear();
  if (!fresh) {
    LogError(fresh.error().message());
  } else {
    tree_.reset();
    queue_ = std::make_unique<InotifyQueue>(*std::move(fresh));
    tree_ = std::make_unique<WatchTree>(*queue_, FolderIdsOf(options_.passed_over));
  }
  for (auto& [id, root] : roots_) {
    if (!root.folder || stop_.stop_requested()) continue;
    root.folder.reset();
    BeginWatching(root, WatchSink::RescanReason::kOverflow);
    if (!root.folder && !stop_.stop_requested()) GoOffline(id, StrCat("there is no folder \"", root.root.path, "\""));
  }
}

}  // namespace fovea::indexer
