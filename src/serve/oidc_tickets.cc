#include "serve/oidc_tickets.h"

#include <fmt/format.h>

#include <charconv>

#include "serve/encoding.h"
#include "sys/secrets.h"
#include "sys/sha256.h"

namespace cvp::serve {
namespace {

constexpr size_t kSecretBytes = 32, kWordBytes = 16, kMostBytes = 200;

}  // namespace

OidcTickets::OidcTickets() : secret_(sys::random_hex(kSecretBytes)) {}

std::string OidcTickets::derived(std::string_view purpose, std::string_view words) const {
  return base64url(keyed_hash(secret_, fmt::format("{} {}", purpose, words)));
}

OidcTickets::Ticket OidcTickets::ticket_of(const std::string& words, int64_t until_unix) const {
  return {.cookie = fmt::format("{}.{}", words, derived("cookie", words)),
          .state = derived("state", words),
          .nonce = derived("nonce", words),
          .verifier = derived("verifier", words),
          .until_unix = until_unix};
}

OidcTickets::Ticket OidcTickets::make(int64_t now_unix) const {
  const int64_t until = now_unix + kSeconds;
  return ticket_of(fmt::format("{}.{}", until, sys::random_hex(kWordBytes)), until);
}

std::optional<OidcTickets::Ticket> OidcTickets::read(std::string_view cookie, std::string_view state,
                                                     int64_t now_unix) const {
  const size_t signature = cookie.rfind('.');
  if (cookie.size() > kMostBytes || signature == std::string_view::npos) return {};
  const std::string words(cookie.substr(0, signature));
  int64_t until = 0;
  const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), until);
  if (error != std::errc() || end == words.data() + words.size() || *end != '.') return {};
  Ticket ticket = ticket_of(words, until);
  if (!sys::equal_secrets(cookie, ticket.cookie) || !sys::equal_secrets(state, ticket.state)) return {};
  if (until <= now_unix) return {};
  return ticket;
}

bool OidcTickets::use(const Ticket& ticket, int64_t now_unix) {
  const std::lock_guard lock(mutex_);
  while (!used_.empty() && used_.begin()->first <= now_unix) used_.erase(used_.begin());
  if (used_.contains({ticket.until_unix, ticket.cookie})) return false;
  // Whoever fills this can only bring back tickets of his own, whose codes the provider takes once.
  if (used_.size() >= kRemembered) used_.erase(used_.begin());
  used_.emplace(ticket.until_unix, ticket.cookie);
  return true;
}

}  // namespace cvp::serve
