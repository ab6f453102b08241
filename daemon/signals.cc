#include "daemon/signals.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/worker.h"

namespace fovea::daemon {
namespace {

constexpr int kExitOfSignal = 128;

std::string_view NameOf(int signal) { return signal == SIGINT ? "SIGINT" : "SIGTERM"; }

}  // namespace

struct Signals::Impl {
  explicit Impl(StopRequest& stop_request) : stop(stop_request) {}

  void Wait() {
    set.async_wait([this](const boost::system::error_code& error, int signal) {
      if (!error) Take(signal);
    });
  }
  void Take(int signal) {
    if (std::exchange(seen, true)) std::_Exit(kExitOfSignal + signal);
    LogInfo(NameOf(signal), ": stopping (a second one ends at once)");
    stop.Ask(Status());
    Wait();
  }

  StopRequest& stop;
  boost::asio::io_context io{1};
  boost::asio::signal_set set{io};
  bool seen = false;  // touched by the thread "signals" only
  Thread thread;
};

Signals::Signals(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Signals>> Signals::Listen(StopRequest& stop) {
  auto impl = std::make_unique<Impl>(stop);
  for (const int signal : {SIGINT, SIGTERM}) {
    boost::system::error_code error;
    impl->set.add(signal, error);
    if (error) return Failed(IoError(StrCat("listen to ", NameOf(signal), ": ", error.message())));
  }
  impl->Wait();
  impl->thread = Thread("signals", [&io = impl->io](const std::stop_token&) { io.run(); });
  return std::unique_ptr<Signals>(new Signals(std::move(impl)));
}

Signals::~Signals() {
  impl_->io.stop();
  impl_->thread.Join();
}

void Signals::IgnoreWriteSignals() {
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

}  // namespace fovea::daemon
