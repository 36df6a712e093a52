// Files over HTTP: resumed with Range, retried while bytes keep coming.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "hub/landing.h"
#include "sys/files.h"

namespace cvp::hub {

/// "https://host" + "/Qwen/Model/resolve/main/file": each part percent-encoded, slashes kept.
std::string join_url(std::string_view base, std::string_view path);

/// The error that an HTTP status means; none for 200 to 299. Errc::not_found (404, 410), refused (401, 403),
/// unavailable (429, 5xx), else failed.
Result<void> check_status(const std::string& url, int status);

/// Appends to landing what it lacks. A lost connection is tried again with growing pauses, up to
/// kFruitlessTries times without a new byte. Errc::not_found (404), refused (login needed, larger than
/// expected), unavailable, cancelled; what came stays.
inline constexpr int kFruitlessTries = 4;
Result<void> fetch_into(const std::string& url, Landing& landing, const Clock& clock,
                        const std::function<void(uint64_t bytes)>& on_bytes, const CancelToken& cancel);

/// A small file as a whole.
Result<void> fetch_small(const std::string& url, const sys::Path& path, uint64_t limit_bytes,
                         const CancelToken& cancel);

}  // namespace cvp::hub
