#include "indexer/watcher.h"

#include <sys/eventfd.h>

#include <cerrno>

#include "base/unique_fd.h"
#include "base/worker.h"
#include "indexer/watch_loop.h"

namespace fovea::indexer {

struct Watcher::Impl {
  Impl(Options options, WatchSink& sink, InotifyQueue queue, UniqueFd wake)
      : loop(std::move(options), sink, std::move(queue), std::move(wake)),
        thread("watcher", [this](const std::stop_token& stop) { loop.Run(stop); }) {}

  WatchLoop loop;
  Thread thread;
};

Watcher::Watcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Watcher::~Watcher() { Stop(); }

Result<std::unique_ptr<Watcher>> Watcher::Start(Options options, WatchSink& sink) {
  ASSIGN_OR_RETURN(InotifyQueue queue, InotifyQueue::Open(options.max_watches));
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return Failed(FromErrno(errno, "make the watcher's wake-up"));
  auto impl = std::make_unique<Impl>(std::move(options), sink, std::move(queue), std::move(wake));
  return std::unique_ptr<Watcher>(new Watcher(std::move(impl)));
}

void Watcher::AddRoot(const storage::Root& root) { impl_->loop.Post(root); }
void Watcher::RemoveRoot(storage::RootId id) { impl_->loop.Post(WatchLoop::Remove{id}); }
bool Watcher::IsWatching(storage::RootId id) const { return impl_->loop.IsWatching(id); }

void Watcher::Stop() {
  impl_->thread.RequestStop();
  impl_->loop.Wake();
  impl_->thread.Join();
}

}  // namespace fovea::indexer
