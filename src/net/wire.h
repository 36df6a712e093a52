// A client's stream with one deadline for whatever is being waited for, and a watch that notices when the
// client leaves while its reply is being made. Used on the server's thread only.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "net/server.h"

namespace cvp::net {

inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

template <class Stream>
class Wire : public std::enable_shared_from_this<Wire<Stream>> {
 public:
  using Seconds = std::chrono::seconds;

  Wire(std::shared_ptr<Stream> stream, const ServerLimits& limits)
      : limits_(limits),
        stream_(std::move(stream)),
        buffer_(limits.header_bytes + 2 * kReadAhead),
        deadline_(stream_->get_executor(), std::chrono::steady_clock::time_point::max()),
        woken_(stream_->get_executor(), std::chrono::steady_clock::time_point::max()) {}

  Stream& stream() { return *stream_; }
  boost::beast::flat_buffer& buffer() { return buffer_; }
  bool closed() const { return closed_; }
  /// The client closed its side.
  bool left() const { return left_ || closed_; }

  /// Closes the connection when whatever is awaited takes longer.
  void expire_after(Seconds time) { deadline_.expires_after(time); }
  void never_expire() { deadline_.expires_at(std::chrono::steady_clock::time_point::max()); }
  void start_deadline() {
    boost::asio::co_spawn(stream_->get_executor(), keep_deadline(this->shared_from_this()),
                          boost::asio::detached);
  }
  void close() {
    if (closed_) return;
    closed_ = true;
    boost::system::error_code ignored;
    stream_->lowest_layer().close(ignored);
    deadline_.cancel();
    leave();
  }

  /// Reads ahead, once, so that a client that leaves is noticed: `on_left` is called at most once. With bytes
  /// of a next request waiting already nothing is read: such a client is heard when it is answered.
  void watch(std::function<void()> on_left) {
    on_left_ = std::move(on_left);
    if (left()) return leave();
    if (watching_ || buffer_.size() > 0) return;
    watching_ = true;
    boost::asio::co_spawn(stream_->get_executor(), read_ahead(this->shared_from_this()),
                          boost::asio::detached);
  }
  void forget_left() { on_left_ = {}; }
  /// Until something was read ahead or the client left.
  boost::asio::awaitable<void> watched() {
    while (watching_ && !left()) co_await woken_.async_wait(kAwait);
  }

  /// Until wake() or the time is over.
  boost::asio::awaitable<void> sleep(Seconds time) {
    if (std::exchange(awake_, false)) co_return;
    woken_.expires_after(time);
    co_await woken_.async_wait(kAwait);
    awake_ = false;
    woken_.expires_at(std::chrono::steady_clock::time_point::max());
  }
  void wake() {
    awake_ = true;
    woken_.cancel();
  }

  /// False: the client is gone, or took nothing for the time allowed.
  template <class Buffers>
  boost::asio::awaitable<bool> write(Buffers buffers) {
    if (closed_) co_return false;
    expire_after(limits_.write_time);
    const auto [error, written] = co_await boost::asio::async_write(*stream_, buffers, kAwait);
    never_expire();
    co_return !error;
  }
  boost::asio::awaitable<bool> write_text(std::string_view text) {
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, kWritePiece);
      text.remove_prefix(piece.size());
      if (!co_await write(boost::asio::buffer(piece.data(), piece.size()))) co_return false;
    }
    co_return true;
  }

 private:
  static constexpr size_t kReadAhead = 4096;
  static constexpr size_t kWritePiece = 256 << 10;

  void leave() {
    left_ = true;
    if (on_left_) std::exchange(on_left_, {})();
    wake();
  }

  static boost::asio::awaitable<void> read_ahead(std::shared_ptr<Wire> self) {
    const auto [error, count] =
        co_await self->stream_->async_read_some(self->buffer_.prepare(kReadAhead), kAwait);
    self->buffer_.commit(count);
    self->watching_ = false;
    if (error) {
      self->leave();
    } else {
      self->wake();
    }
  }

  static boost::asio::awaitable<void> keep_deadline(std::shared_ptr<Wire> self) {
    while (!self->closed_) {
      co_await self->deadline_.async_wait(kAwait);
      if (self->deadline_.expiry() <= std::chrono::steady_clock::now()) self->close();
    }
  }

  const ServerLimits& limits_;
  const std::shared_ptr<Stream> stream_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer deadline_, woken_;
  std::function<void()> on_left_;
  bool watching_ = false, left_ = false, closed_ = false, awake_ = false;
};

}  // namespace cvp::net
