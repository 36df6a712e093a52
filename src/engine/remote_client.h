// Requests to a server with OpenAI's interface.
#pragma once
#include <boost/json.hpp>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "engine/engines.h"
#include "net/http.h"

namespace cvp::engine {

/// Thread-safe. Errors name the server: Errc::refused (key rejected, prompt too long), not_found (no such
/// model or path), busy (rate limit), unavailable (not reached, its own trouble), failed (its own words),
/// corrupt.
class RemoteClient {
 public:
  /// Errc::refused where a key would travel unencrypted to another machine, Errc::usage for an address that
  /// is none.
  static Result<RemoteClient> create(const RemoteOptions& options);

  const std::string& base_url() const { return base_url_; }
  const std::string& model() const { return model_; }

  /// path as "/chat/completions". The reply's JSON. timeout_ms is for the whole call, 0 = only silence ends
  /// it.
  Result<boost::json::value> post(const std::string& path, const boost::json::object& body,
                                  const CancelToken& cancel, int timeout_ms = 0) const;
  Result<std::string> post_raw(const std::string& path, const boost::json::object& body,
                               const CancelToken& cancel, int timeout_ms = 0) const;
  /// A streamed reply: each event's data goes to on_event, which returns false to end it.
  Result<void> stream(const std::string& path, const boost::json::object& body,
                      const std::function<bool(std::string_view data)>& on_event,
                      const CancelToken& cancel) const;

 private:
  RemoteClient() = default;
  net::Request request(const std::string& path, const boost::json::object& body) const;
  std::unexpected<Error> status_error(const net::Response& response) const;

  std::string base_url_, model_, key_;
};

}  // namespace cvp::engine
