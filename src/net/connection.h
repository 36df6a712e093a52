// One client's connection, plain or TLS: requests one after the other, each with limits on size and time.
#pragma once
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>

#include "net/connection_table.h"
#include "net/server.h"
#include "net/worker_pool.h"

namespace cvp::net {

/// What connections share; lives on the server's thread.
struct ServerParts {
  const ServerLimits& limits;
  Service& service;
  WorkerPool& workers;
  ConnectionTable& table;
  const std::atomic<bool>& draining;
};

using PlainStream = boost::asio::ip::tcp::socket;
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

/// Serves until the client leaves, breaks a rule, or the server drains. Never throws.
boost::asio::awaitable<void> serve_connection(std::shared_ptr<PlainStream> stream, std::string client,
                                              ServerParts parts);
boost::asio::awaitable<void> serve_connection(std::shared_ptr<TlsStream> stream, std::string client,
                                              ServerParts parts);

}  // namespace cvp::net
