// A client of `cvp serve`, over the net room's HTTP client: signed in with a session or an API key.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "net/http.h"

namespace cvp::bench {

struct ApiReply {
  int status = 0;
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body;
};

/// How a question ended.
struct AskEnd {
  int status = 0;            // of the reply's head
  bool answered = false;     // the stream's last event is an answer
  boost::json::object last;  // that event, or the error's body
};

/// const calls are thread-safe; each thread keeps a connection of its own.
class ApiClient {
 public:
  explicit ApiClient(std::string url) : url_(std::move(url)) {}

  /// The same session with a server that was started again.
  void move_to(std::string url) { url_ = std::move(url); }
  const std::string& url() const { return url_; }
  const std::string& cookie() const { return cookie_; }

  Result<void> set_up(const std::string& token, const std::string& name, const std::string& password);
  Result<void> sign_in(const std::string& name, const std::string& password);
  /// Makes a key with all scopes that are named, and gives its secret.
  Result<std::string> new_key(const std::string& name, const std::vector<std::string>& scopes) const;
  /// From now on instead of the session.
  void use_key(std::string secret) { key_ = std::move(secret); }

  /// Any status is a reply.
  Result<ApiReply> send(const std::string& method, const std::string& target, std::string body = {},
                        const CancelToken& cancel = {}) const;
  /// The object that comes back. Errc::failed for any status but 2xx.
  Result<boost::json::object> get(const std::string& target) const { return call("GET", target, {}); }
  Result<boost::json::object> post(const std::string& target, const boost::json::object& body) const;
  Result<boost::json::object> patch(const std::string& target, const boost::json::object& body) const;
  /// The document's id.
  Result<int64_t> upload(int64_t collection, const std::string& name, const std::string& bytes,
                         const CancelToken& cancel = {}) const;

  /// Server-sent events: on_data gets each one's data, and ends the connection by returning false. body
  /// empty: GET.
  Result<ApiReply> stream(const std::string& target, const std::string& body,
                          const std::function<bool(std::string_view data)>& on_data,
                          const CancelToken& cancel) const;
  /// mode: "extract", …; empty: as configured.
  Result<AskEnd> ask(const std::string& question, const std::string& mode, const CancelToken& cancel) const;

 private:
  Result<void> enter(const std::string& target, const boost::json::object& body);
  Result<boost::json::object> call(const std::string& method, const std::string& target,
                                   std::string body) const;
  net::Request request(const std::string& method, const std::string& target) const;

  std::string url_, cookie_, csrf_, key_;
};

}  // namespace cvp::bench
