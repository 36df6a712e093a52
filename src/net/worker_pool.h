// A few threads for what may block (the store, parsing), with a bounded queue; a coroutine of the server
// waits for a result without holding its own thread.
#pragma once
#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

namespace cvp::net {

class WorkerPool {
 public:
  WorkerPool(size_t threads, size_t waiting) : pool_(threads), limit_(threads + waiting) {}

  /// Runs work() on a worker and resumes the calling coroutine on its own executor. Nothing when too much is
  /// waiting already. Callers name what they pass and move it (see below).
  template <class T>
  boost::asio::awaitable<std::optional<T>> run(std::function<T()> work) {
    namespace asio = boost::asio;
    if (pending_.fetch_add(1) >= limit_) {
      pending_.fetch_sub(1);
      co_return std::nullopt;
    }
    const auto executor = co_await asio::this_coro::executor;
    const auto result = std::make_shared<std::optional<T>>();
    // Named, and moved: gcc 12 destroys twice what a temporary of a co_await expression holds.
    auto start = [this, executor, result, job = std::move(work)](auto handler) mutable {
      asio::post(pool_,
                 [this, executor, result, job = std::move(job), handler = std::move(handler)]() mutable {
                   result->emplace(job());
                   pending_.fetch_sub(1);
                   asio::post(executor, std::move(handler));
                 });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(start),
                                                                         asio::use_awaitable);
    co_return std::move(*result);
  }

  /// Waits for what is running; nothing may be posted any more.
  void join() { pool_.join(); }

 private:
  boost::asio::thread_pool pool_;
  const size_t limit_;
  std::atomic<size_t> pending_{0};
};

}  // namespace cvp::net
