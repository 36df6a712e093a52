// HTTP/1.1 server (Boost.Beast). One thread moves all bytes; what a request asks for is worked out on a small
// pool, and neither waits for a slow client.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "net/reply.h"
#include "sys/files.h"

namespace cvp::net {

struct ServerLimits {
  size_t header_bytes = 16 << 10;
  std::chrono::seconds header_time{10};  // from the first byte, or from connecting, to the end of the header
  std::chrono::seconds idle_time{75};    // between two requests
  std::chrono::seconds write_time{30};   // for a client that takes nothing
  std::chrono::seconds body_grace{20};   // after it a body must have come at body_rate on average
  uint64_t body_rate = 1 << 10;          // bytes a second
  size_t connections = 1024;             // over it, or over per_client, whoever waits longest has to go
  size_t per_client = 512;
  size_t workers = 8;
  size_t waiting = 256;  // requests waiting for a worker; over it: 503
  std::chrono::seconds drain{30};
};

/// What is known before the body is read.
struct RequestHead {
  std::string id;                              // made here, random: names the request in logs
  std::string method;                          // "GET"
  std::string path;                            // decoded, begins with /, no empty, "." or ".." segments
  std::map<std::string, std::string> query;    // decoded
  std::map<std::string, std::string> headers;  // lower-case names
  std::string client;                          // address without port
  bool secure = false;                         // TLS
  std::optional<uint64_t> content_length;

  /// The value of a header, by its lower-case name; empty where it was not sent.
  std::string_view header(const std::string& name) const {
    const auto found = headers.find(name);
    return found != headers.end() ? std::string_view(found->second) : std::string_view();
  }
};

struct Incoming : RequestHead {
  std::string body;
  sys::Path body_file;  // instead of body when the admission asked for it; removed after the reply
  CancelToken gone;     // set when the client left
};

/// The way in for one request.
struct Admission {
  uint64_t body_limit = 0;
  sys::Path spool_folder = {};  // not empty: the body goes to a new file there
  std::function<Reply(Incoming&&)> handle;
};

/// Called on workers, several at a time. Must not throw, and must not wait for a model: EventStream and
/// LateReply are for that.
class Service {
 public:
  virtual ~Service() = default;
  /// Before a byte of the body is read: a Reply turns the request away.
  virtual std::variant<Reply, Admission> admit(const RequestHead& head) = 0;
  /// What the server itself refuses (400, 408, 413, 431, 503), in the service's own form.
  virtual Reply refuse(int status, const RequestHead& head) = 0;
  /// After the last byte went out, or the client left (status 499).
  virtual void done(const RequestHead& head, int status, uint64_t bytes, double ms) = 0;
};

struct TlsFiles {
  sys::Path certificate_chain, private_key;  // PEM
};

struct Listen {
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: any free one
  int fd = -1;        // a listening socket that was handed over, instead of address and port
};

/// Listens now, for a Server to be started later: for a process that gives up making sockets in between. The
/// address stays, and a port of 0 becomes the one that was found. What was handed over comes back as it is.
/// Errc::busy: the port is taken.
Result<Listen> open_listener(const Listen& listen);

class Server {
 public:
  /// Listens at once and serves until stop. service must outlive the server. Errc::busy: the port is taken.
  static Result<std::unique_ptr<Server>> start(const std::vector<Listen>& listen,
                                               const std::optional<TlsFiles>& tls, const ServerLimits& limits,
                                               Service& service);
  virtual ~Server() = default;
  /// Of the first listener.
  virtual uint16_t port() const = 0;
  /// Takes nothing new, lets requests under way end for at most limits.drain, or not at all with `at_once`;
  /// returns when everything ended.
  virtual void stop(bool at_once) = 0;
  virtual size_t connections() const = 0;
};

}  // namespace cvp::net
