#include "net/server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <future>
#include <thread>

#include "base/log.h"
#include "net/connection.h"
#include "net/wire.h"

namespace cvp::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string address_of(const tcp::socket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return "unknown";
  const asio::ip::address address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

Result<tcp::acceptor> open_acceptor(asio::io_context& io, const Listen& listen) {
  tcp::acceptor acceptor(io);
  error_code error;
  if (listen.fd >= 0) {
    acceptor.assign(tcp::v6(), listen.fd, error);
    if (error)
      return fail(Errc::failed, text("the socket that was handed over cannot be used: {}",
                                     "无法使用移交的套接字：{}", error.message()));
    return acceptor;
  }
  const asio::ip::address address = asio::ip::make_address(listen.address, error);
  if (error) {
    return fail(Errc::usage, text("{} is not an IP address", "{} 不是 IP 地址", listen.address),
                text("for example 127.0.0.1, or 0.0.0.0 for every network of this machine",
                     "例如 127.0.0.1；0.0.0.0 表示本机的所有网络"));
  }
  const tcp::endpoint endpoint(address, listen.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return acceptor;
  if (error == asio::error::address_in_use) {
    return fail(Errc::busy,
                text("port {} is taken by another program", "端口 {} 已被其他程序占用", listen.port),
                text("choose another with --port", "用 --port 换一个端口"));
  }
  return fail(Errc::failed, text("cannot listen on {} port {}: {}", "无法在 {} 的端口 {} 上监听：{}",
                                 listen.address, listen.port, error.message()));
}

Result<std::unique_ptr<asio::ssl::context>> open_tls(const TlsFiles& files) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code error;
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                           asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                           asio::ssl::context::no_tlsv1_1,
                       error);
  if (!error) context->use_certificate_chain_file(files.certificate_chain.string(), error);
  if (error)
    return fail(Errc::usage,
                text("cannot use the certificate {}: {}", "无法使用证书 {}：{}",
                     files.certificate_chain.string(), error.message()),
                text("it must be a PEM file with the whole chain", "须为包含完整证书链的 PEM 文件"));
  context->use_private_key_file(files.private_key.string(), asio::ssl::context::pem, error);
  if (error)
    return fail(Errc::usage,
                text("cannot use the private key {}: {}", "无法使用私钥 {}：{}", files.private_key.string(),
                     error.message()),
                text("it must be the certificate's key, as a PEM file without a password",
                     "须为与证书配对、未加密码的 PEM 文件"));
  return context;
}

class BeastServer final : public Server {
 public:
  BeastServer(const ServerLimits& limits, Service& service)
      : limits_(limits),
        workers_(limits.workers, limits.waiting),
        table_(limits.connections, limits.per_client),
        parts_{limits_, service, workers_, table_, draining_} {}

  ~BeastServer() override { stop(true); }

  Result<void> open(const std::vector<Listen>& listen, const std::optional<TlsFiles>& tls) {
    if (tls) tls_ = TRY(open_tls(*tls));
    for (const Listen& one : listen) acceptors_.push_back(TRY(open_acceptor(io_, one)));
    if (!acceptors_.empty()) {
      error_code ignored;
      port_ = acceptors_.front().local_endpoint(ignored).port();
    }
    for (tcp::acceptor& acceptor : acceptors_) asio::co_spawn(io_, accept(acceptor), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
    return {};
  }

  uint16_t port() const override { return port_; }
  size_t connections() const override { return open_connections_; }

  void stop(bool at_once) override {
    if (!thread_.joinable()) return;
    asio::co_spawn(io_, drain(at_once), asio::detached);
    thread_.join();
    workers_.join();
  }

 private:
  asio::awaitable<void> accept(tcp::acceptor& acceptor) {
    asio::steady_timer pause(io_);
    while (!draining_) {
      auto [error, socket] = co_await acceptor.async_accept(kAwait);
      if (draining_) break;
      if (error) {
        // Out of file descriptors, most likely: existing connections will free some.
        log::warn("cannot accept a connection: {}", error.message());
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(kAwait);
        continue;
      }
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      asio::co_spawn(io_, serve(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> serve(tcp::socket socket) {
    ++open_connections_;
    std::string client = address_of(socket);
    if (tls_) {
      co_await serve_connection(std::make_shared<TlsStream>(std::move(socket), *tls_), std::move(client),
                                parts_);
    } else {
      co_await serve_connection(std::make_shared<PlainStream>(std::move(socket)), std::move(client), parts_);
    }
    --open_connections_;
  }

  asio::awaitable<void> drain(bool at_once) {
    draining_ = true;
    error_code ignored;
    for (tcp::acceptor& acceptor : acceptors_) acceptor.close(ignored);
    table_.close_waiting();
    const auto end = std::chrono::steady_clock::now() + (at_once ? std::chrono::seconds(0) : limits_.drain);
    asio::steady_timer pause(io_);
    while (open_connections_ > 0) {
      if (std::chrono::steady_clock::now() >= end) table_.close_all();
      pause.expires_after(std::chrono::milliseconds(10));
      co_await pause.async_wait(kAwait);
    }
    work_.reset();
  }

  const ServerLimits limits_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  std::unique_ptr<asio::ssl::context> tls_;
  WorkerPool workers_;
  ConnectionTable table_;
  std::atomic<bool> draining_{false};
  std::atomic<size_t> open_connections_{0};
  const ServerParts parts_;
  std::vector<tcp::acceptor> acceptors_;
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace

Result<Listen> open_listener(const Listen& listen) {
  if (listen.fd >= 0) return listen;
  asio::io_context io;
  tcp::acceptor acceptor = TRY(open_acceptor(io, listen));
  error_code error;
  Listen out{.address = listen.address, .port = acceptor.local_endpoint(error).port()};
  out.fd = acceptor.release(error);
  return out;
}

Result<std::unique_ptr<Server>> Server::start(const std::vector<Listen>& listen,
                                              const std::optional<TlsFiles>& tls, const ServerLimits& limits,
                                              Service& service) {
  auto server = std::make_unique<BeastServer>(limits, service);
  TRY(server->open(listen, tls));
  return server;
}

}  // namespace cvp::net
