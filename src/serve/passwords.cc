#include "serve/passwords.h"

#include "serve/later.h"
#include "sys/secrets.h"
#include "sys/sha256.h"

namespace cvp::serve {
namespace {

constexpr size_t kWaiting = 64;

}  // namespace

// Who signs in is nobody yet: all share the line, so it has no limit per user.
Passwords::Passwords(LiveCalls& live, size_t at_once)
    : live_(live), queue_({.at_once = at_once, .waiting = kWaiting, .per_user = kWaiting + at_once}) {}

Result<net::Reply> Passwords::reply_later(const Call& call, std::function<Result<net::Reply>()> work) {
  auto reply = later(queue_, live_, call, [work = std::move(work)](const CancelToken&) { return work(); });
  if (reply) return reply;
  return fail(Errc::unavailable, text("too many people are signing in at this moment", "此刻登录的人过多"),
              text("try again in a few seconds", "请过几秒再试"));
}

bool Passwords::matches(std::string_view hash, std::string_view password) {
  // Made before the first check of any name, or that one check would tell by its time.
  std::call_once(nobodys_made_, [this] {
    constexpr size_t kBytes = 32;
    nobodys_hash_ = sys::hash_password(sys::random_hex(kBytes)).value_or("");
  });
  const bool same = sys::password_matches(hash.empty() ? std::string_view(nobodys_hash_) : hash, password);
  return same && !hash.empty();
}

}  // namespace cvp::serve
