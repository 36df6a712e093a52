// Reads a request's body into memory or a new file, under limits on size and time.
#pragma once
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <vector>

#include "net/wire.h"
#include "sys/files.h"

namespace cvp::net {

using HeadParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// 0: all read; else the status to answer with (400, 408, 413, 500), after which the connection cannot be
/// used.
template <class Stream>
boost::asio::awaitable<int> read_body(Wire<Stream>& wire, HeadParser& parser, uint64_t limit,
                                      const ServerLimits& limits, sys::PartFile* file, std::string& text) {
  namespace http = boost::beast::http;
  std::vector<char> piece(64 << 10);
  const auto start = std::chrono::steady_clock::now();
  uint64_t total = 0;
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    // What may still pass without falling below the rate that is asked for.
    const auto allowed = limits.body_grace + std::chrono::seconds(total / limits.body_rate);
    const auto spent =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
    if (spent >= allowed) co_return 408;
    wire.expire_after(std::min<std::chrono::seconds>(allowed - spent, limits.body_grace));
    auto [error, count] = co_await http::async_read_some(wire.stream(), wire.buffer(), parser, kAwait);
    if (error && error != http::error::need_buffer) co_return wire.left() ? 408 : 400;
    const size_t got = piece.size() - parser.get().body().size;
    total += got;
    if (total > limit) co_return 413;
    if (file == nullptr) {
      text.append(piece.data(), got);
    } else if (!file->append({piece.data(), got})) {
      co_return 507;
    }
  }
  wire.never_expire();
  co_return 0;
}

}  // namespace cvp::net
