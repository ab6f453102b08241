#pragma once
// RunOnWorker awaits a piece of work that runs on a Worker, so that the I/O thread goes on meanwhile.
//
// Owns:    the work until it has run.
// Threads: called by a coroutine, which goes on on its own executor; the work runs on one of the Worker's threads.
// Errors:  nullopt when the Worker's queue is full. The Worker must be drained, not stopped, before its owner goes.
// Units:   none.
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/worker.h"

namespace fovea::api {

template <typename Value>
boost::asio::awaitable<std::optional<Value>> RunOnWorker(Worker& worker, std::function<Value()> work) {
  namespace asio = boost::asio;
  const auto executor = co_await asio::this_coro::executor;
  auto start = [&worker, executor](auto handler, std::function<Value()> task) {
    auto resume = std::make_shared<decltype(handler)>(std::move(handler));  // shared, as a std::function must be copyable
    const auto run = [resume, executor, task = std::move(task)] {
      asio::post(executor, [resume, value = std::optional<Value>(task())]() mutable { (*resume)(std::move(value)); });
    };
    if (worker.TryPost(run)) return;
    asio::post(executor, [resume] { (*resume)(std::optional<Value>()); });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::optional<Value>)>(std::move(start), asio::use_awaitable,
                                                                                                 std::move(work));
}

}  // namespace fovea::api
