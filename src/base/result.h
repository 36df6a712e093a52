// Operating errors are values: Result<T>. Bugs are CHECKs (check.h). Third-party exceptions stop in the room
// that calls them.
#pragma once
#include <expected>
#include <string>
#include <utility>

#include "base/text.h"

namespace cvp {

/// Few kinds, chosen by what the caller does about them; everything else is in the message.
enum class Errc {
  failed,       // the operation was tried and did not work
  usage,        // the request itself is wrong (exit code 2)
  not_found,    // the thing named is not there (exit code 3)
  refused,      // not allowed, or a hash or limit said no (exit code 3)
  busy,         // someone else holds it; later may work
  corrupt,      // data on disk or from a peer breaks its own format
  unavailable,  // engine, network or disk is not there now
  cancelled,    // the user asked to stop
};

/// message says what happened and names the thing; hint says what to do about it (may be empty).
struct Error {
  Errc code = Errc::failed;
  Text message;
  Text hint;
};

template <class T>
using Result = std::expected<T, Error>;

/// return fail(Errc::not_found, text("no document {}", "没有文档 {}", id), text("see `cvp ls`", "用 `cvp ls`
/// 查看"));
inline std::unexpected<Error> fail(Errc code, Text message, Text hint = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(hint)});
}

/// What every call returns when its CancelToken says so.
inline std::unexpected<Error> fail_cancelled() {
  return fail(Errc::cancelled, text("stopped at your request", "已按你的要求停止"));
}

/// Puts what was being done before an error's message: "cannot add a.pdf: …".
inline std::unexpected<Error> wrap(Error error, const Text& doing) {
  error.message = text("{}: {}", "{}：{}", doing, error.message);
  return std::unexpected(std::move(error));
}

}  // namespace cvp

#define CVP_JOIN_NAMES(a, b) a##b
#define CVP_JOIN(a, b) CVP_JOIN_NAMES(a, b)
#define CVP_TRY_AS(result, ...)                                                 \
  __extension__({                                                               \
    auto&& result = (__VA_ARGS__);                                              \
    if (!result.has_value()) return std::unexpected(std::move(result).error()); \
    std::move(result).value();                                                  \
  })

/// Value of a Result, or return its error from the enclosing function. May be nested.
#define TRY(...) CVP_TRY_AS(CVP_JOIN(cvp_try_, __COUNTER__), __VA_ARGS__)
