// Sends a Reply over a Wire, whatever its body is.
#pragma once
#include <fmt/format.h>

#include <memory>

#include "net/reply_head.h"
#include "net/wire.h"
#include "sys/files.h"

namespace cvp::net {

struct Written {
  bool whole = false;  // false: the connection cannot be used again
  int status = 0;
  uint64_t bytes = 0;  // of the body
};

template <class Stream>
class ReplyWriter {
 public:
  ReplyWriter(Wire<Stream>& wire, bool http_1_1, bool head_only)
      : wire_(wire), http_1_1_(http_1_1), head_only_(head_only) {}

  boost::asio::awaitable<Written> write(Reply reply, bool keep_alive) {
    if (auto* late = std::get_if<std::shared_ptr<LateReply>>(&reply.body)) {
      const std::shared_ptr<LateReply> awaited = *late;
      if (!co_await ready(*awaited, reply)) co_return Written{.status = kClientLeft};
    }
    Written out{.status = reply.status};
    if (const auto* events = std::get_if<std::shared_ptr<EventStream>>(&reply.body)) {
      const std::shared_ptr<EventStream> stream = *events;
      out.whole = co_await write_events(reply, *stream, keep_alive, out);
    } else {
      out.whole = co_await write_bytes(reply, keep_alive, out);
    }
    if (!out.whole && wire_.left()) out.status = kClientLeft;
    co_return out;
  }

 private:
  static constexpr int kClientLeft = 499;
  static constexpr std::chrono::seconds kHeartbeat{15}, kLong{3600};

  /// Calls the wire awake from any thread, as long as it lives.
  void let_wake(Wakeable& source) {
    source.set_waker([weak = wire_.weak_from_this(), executor = wire_.stream().get_executor()] {
      boost::asio::post(executor, [weak] {
        if (const auto wire = weak.lock()) wire->wake();
      });
    });
  }

  boost::asio::awaitable<bool> ready(LateReply& late, Reply& reply) {
    let_wake(late);
    bool is_ready = late.take(reply);
    while (!is_ready && !wire_.left()) {
      co_await wire_.sleep(kLong);
      is_ready = late.take(reply);
    }
    late.set_waker({});
    if (!is_ready) late.gone().cancel();
    co_return is_ready;
  }

  boost::asio::awaitable<bool> write_head(const Reply& reply, const BodyEnd& end, bool keep_alive,
                                          Written& out) {
    auto head = reply_head(reply, end, keep_alive);
    if (head) co_return co_await wire_.write_text(*head);
    out.status = 500;
    const Reply broken{.status = 500};
    head = reply_head(broken, {.length = 0}, false);
    co_await wire_.write_text(*head);
    co_return false;
  }

  boost::asio::awaitable<bool> write_bytes(const Reply& reply, bool keep_alive, Written& out) {
    std::string_view bytes;
    std::optional<sys::MappedFile> file;
    if (const auto* text = std::get_if<std::string>(&reply.body)) bytes = *text;
    if (const auto* view = std::get_if<std::string_view>(&reply.body)) bytes = *view;
    if (const auto* slice = std::get_if<FileSlice>(&reply.body)) {
      auto opened = sys::MappedFile::open(slice->path);
      if (!opened || slice->end > opened->bytes().size() || slice->begin > slice->end) {
        out.status = 500;
        const Reply broken{.status = 500};
        co_await write_head(broken, {.length = 0}, false, out);
        co_return false;
      }
      file.emplace(std::move(*opened));
      bytes = file->bytes().substr(slice->begin, slice->end - slice->begin);
    }
    if (!co_await write_head(reply, {.length = bytes.size()}, keep_alive, out)) co_return false;
    if (head_only_ || has_no_body(reply.status)) co_return true;
    const bool whole = co_await wire_.write_text(bytes);
    if (whole) out.bytes = bytes.size();
    co_return whole;
  }

  boost::asio::awaitable<bool> write_events(const Reply& reply, EventStream& events, bool keep_alive,
                                            Written& out) {
    let_wake(events);
    bool going =
        co_await write_head(reply, {.length = {}, .chunked = http_1_1_}, keep_alive && http_1_1_, out);
    bool ended = head_only_;
    while (going && !ended && !wire_.left()) {
      std::string text = events.take(ended);
      if (text.empty() && !ended) {
        co_await wire_.sleep(kHeartbeat);
        text = events.take(ended);
        if (text.empty() && !ended) text = ": \n\n";
      }
      if (text.empty()) continue;
      out.bytes += text.size();
      if (http_1_1_) text = fmt::format("{:x}\r\n{}\r\n", text.size(), text);
      going = co_await wire_.write_text(text);
    }
    events.set_waker({});
    if (!ended || !going) events.gone().cancel();
    // What made the events ends by itself; its last words have no reader now.
    events.close();
    if (!going || !ended || !http_1_1_) co_return false;
    co_return co_await wire_.write_text("0\r\n\r\n");
  }

  Wire<Stream>& wire_;
  const bool http_1_1_, head_only_;
};

}  // namespace cvp::net
