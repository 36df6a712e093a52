#include "net/connection.h"

#include <algorithm>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include "base/log.h"
#include "net/body_reader.h"
#include "net/reply_writer.h"
#include "net/request_target.h"
#include "net/wire.h"
#include "sys/sha256.h"

namespace cvp::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
constexpr size_t kIdBytes = 8;

std::string lower(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

RequestHead head_of(const http::request<http::buffer_body>& in, const std::string& client, bool secure) {
  RequestHead head{.id = sys::random_hex(kIdBytes), .client = client, .secure = secure};
  head.method = std::string(in.method_string());
  for (const auto& field : in) {
    std::string& value = head.headers[lower(std::string_view(field.name_string()))];
    if (!value.empty()) value += ", ";
    value += std::string_view(field.value());
  }
  return head;
}

template <class Stream>
class Connection {
 public:
  Connection(std::shared_ptr<Wire<Stream>> wire, std::string client, const ServerParts& parts)
      : wire_(std::move(wire)), client_(std::move(client)), parts_(parts) {}

  asio::awaitable<void> run() {
    constexpr bool kSecure = std::is_same_v<Stream, TlsStream>;
    const auto place = parts_.table.add(
        client_, [wire = wire_] { wire->close(); }, Clock::now());
    wire_->start_deadline();
    wire_->expire_after(parts_.limits.header_time);
    bool open = !wire_->closed();
    if constexpr (kSecure) {
      if (open) {
        const auto [error] = co_await wire_->stream().async_handshake(asio::ssl::stream_base::server, kAwait);
        open = !error;
      }
    }
    while (open) {
      open = co_await next_request(place);
      wire_->expire_after(parts_.limits.idle_time);
    }
    co_await leave(kSecure);
    parts_.table.remove(place);
  }

 private:
  /// False: the connection is over.
  asio::awaitable<bool> next_request(ConnectionTable::Handle place) {
    parts_.table.set_waiting(place, true, Clock::now());
    // What was read ahead during the last reply, or the first bytes that come.
    if (!parts_.draining) {
      wire_->watch({});
      co_await wire_->watched();
    }
    if (wire_->left() || (parts_.draining && wire_->buffer().size() == 0)) co_return false;
    wire_->expire_after(parts_.limits.header_time);
    HeadParser parser;
    parser.header_limit(static_cast<uint32_t>(parts_.limits.header_bytes));
    parser.body_limit(boost::none);
    const auto [error, count] =
        co_await http::async_read_header(wire_->stream(), wire_->buffer(), parser, kAwait);
    wire_->never_expire();
    if (wire_->closed()) co_return false;
    const auto& message = parser.get();
    RequestHead head = head_of(message, client_, std::is_same_v<Stream, TlsStream>);
    started_ = Clock::now();
    ReplyWriter<Stream> writer(*wire_, message.version() >= 11, message.method() == http::verb::head);
    if (error == http::error::end_of_stream) co_return false;
    if (error) {
      co_return co_await refuse(writer, error == http::error::header_limit ? 431 : 400, head);
    }
    auto target = parse_request_target({message.target().data(), message.target().size()});
    if (!target) co_return co_await refuse(writer, 400, head);
    head.path = std::move(target->path);
    head.query = std::move(target->query);
    if (const auto length = parser.content_length()) head.content_length = *length;
    co_return co_await answer(writer, parser, std::move(head), place);
  }

  asio::awaitable<bool> answer(ReplyWriter<Stream>& writer, HeadParser& parser, RequestHead head,
                               ConnectionTable::Handle place) {
    using Admitted = std::variant<Reply, Admission>;
    const bool keep = parser.keep_alive() && !parts_.draining;
    std::function<Admitted()> admit = [this, &head] { return parts_.service.admit(head); };
    auto admitted = co_await parts_.workers.template run<Admitted>(std::move(admit));
    if (!admitted) co_return co_await refuse(writer, 503, head);
    if (auto* reply = std::get_if<Reply>(&*admitted)) {
      parts_.table.set_waiting(place, false, Clock::now());
      co_return co_await send(writer, head, std::move(*reply), keep && parser.is_done());
    }
    Admission admission = std::move(std::get<Admission>(*admitted));
    const auto request = std::make_shared<Incoming>();
    static_cast<RequestHead&>(*request) = head;
    if (const int status = co_await receive(parser, admission, *request); status != 0) {
      if (wire_->closed()) co_return false;
      co_return co_await refuse(writer, status, head);
    }
    parts_.table.set_waiting(place, false, Clock::now());
    wire_->watch([gone = request->gone] { gone.cancel(); });
    const sys::Path spooled = request->body_file;
    std::function<Reply()> handle = [&admission, request] { return admission.handle(std::move(*request)); };
    auto reply = co_await parts_.workers.template run<Reply>(std::move(handle));
    bool open = false;
    if (reply) {
      open = co_await send(writer, head, std::move(*reply), keep);
    } else {
      co_await refuse(writer, 503, head);
    }
    wire_->forget_left();
    if (!spooled.empty() && !sys::remove_file(spooled)) log::warn("cannot remove {}", spooled.string());
    co_return open;
  }

  /// 0, or the status to refuse with.
  asio::awaitable<int> receive(HeadParser& parser, const Admission& admission, Incoming& request) {
    if (request.content_length.value_or(0) > admission.body_limit) co_return 413;
    if (parser.is_done()) co_return 0;
    if (const auto expect = request.headers.find("expect"); expect != request.headers.end()) {
      if (lower(expect->second) != "100-continue") co_return 417;
      if (!co_await wire_->write_text("HTTP/1.1 100 Continue\r\n\r\n")) co_return 400;
    }
    std::optional<sys::PartFile> file;
    if (!admission.spool_folder.empty()) {
      auto made = sys::PartFile::open(admission.spool_folder / fmt::format("request-{:016x}", next_spool_++));
      if (!made || made->size() != 0) co_return 507;
      file.emplace(std::move(*made));
      request.body_file = file->part_path();
    }
    const int status = co_await read_body(*wire_, parser, admission.body_limit, parts_.limits,
                                          file ? &*file : nullptr, request.body);
    if (status != 0 && file && !file->discard()) log::warn("cannot remove {}", request.body_file.string());
    co_return status;
  }

  asio::awaitable<bool> send(ReplyWriter<Stream>& writer, const RequestHead& head, Reply reply, bool keep) {
    const Written written = co_await writer.write(std::move(reply), keep);
    const std::chrono::duration<double, std::milli> spent = Clock::now() - started_;
    parts_.service.done(head, written.status, written.bytes, spent.count());
    co_return keep&& written.whole && !wire_->left();
  }

  /// The rest of such a request was not read, so that the connection ends with it.
  asio::awaitable<bool> refuse(ReplyWriter<Stream>& writer, int status, const RequestHead& head) {
    Reply reply = parts_.service.refuse(status, head);
    co_await send(writer, head, std::move(reply), false);
    co_return false;
  }

  /// Says goodbye and lets the client read the last reply: closing over unread bytes would take it away.
  asio::awaitable<void> leave(bool secure) {
    constexpr size_t kUnread = 256 << 10;
    if (!wire_->left()) {
      wire_->expire_after(std::chrono::seconds(2));
      boost::system::error_code ignored;
      if (!secure) wire_->stream().lowest_layer().shutdown(asio::socket_base::shutdown_send, ignored);
      for (size_t unread = 0; unread < kUnread && !wire_->left();) {
        wire_->buffer().clear();
        wire_->watch({});
        co_await wire_->watched();
        unread += wire_->buffer().size();
      }
    }
    wire_->close();
  }

  const std::shared_ptr<Wire<Stream>> wire_;
  const std::string client_;
  const ServerParts parts_;
  Clock::time_point started_;
  static inline std::atomic<uint64_t> next_spool_{1};
};

template <class Stream>
asio::awaitable<void> serve(std::shared_ptr<Stream> stream, std::string client, ServerParts parts) {
  Connection<Stream> connection(std::make_shared<Wire<Stream>>(std::move(stream), parts.limits),
                                std::move(client), parts);
  co_await connection.run();
}

}  // namespace

asio::awaitable<void> serve_connection(std::shared_ptr<PlainStream> stream, std::string client,
                                       ServerParts parts) {
  return serve(std::move(stream), std::move(client), parts);
}

asio::awaitable<void> serve_connection(std::shared_ptr<TlsStream> stream, std::string client,
                                       ServerParts parts) {
  return serve(std::move(stream), std::move(client), parts);
}

}  // namespace cvp::net
