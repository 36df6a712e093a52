// A sign-in that a browser has begun: what ties the provider's answer to this browser and this attempt.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace cvp::serve {

/// Thread-safe. Nothing is kept of a sign-in that was begun: the browser has a random word with its time,
/// signed, and the rest is made from that word with a secret that ends with the process. Only those that came
/// back are remembered, until they would expire.
class OidcTickets {
 public:
  static constexpr int64_t kSeconds = 10 * 60;
  static constexpr size_t kRemembered = 10'000;

  OidcTickets();

  struct Ticket {
    std::string cookie;                  // for the browser alone
    std::string state, nonce, verifier;  // `verifier` is PKCE's, and stays here
    int64_t until_unix = 0;
  };
  Ticket make(int64_t now_unix) const;
  /// The ticket of this cookie, if the answer's state is its and it is in time.
  std::optional<Ticket> read(std::string_view cookie, std::string_view state, int64_t now_unix) const;
  /// False where it was used before.
  bool use(const Ticket& ticket, int64_t now_unix);

 private:
  Ticket ticket_of(const std::string& words, int64_t until_unix) const;
  std::string derived(std::string_view purpose, std::string_view words) const;

  const std::string secret_;
  std::mutex mutex_;
  std::set<std::pair<int64_t, std::string>> used_;  // guarded by mutex_: when it expires, cookie
};

}  // namespace cvp::serve
