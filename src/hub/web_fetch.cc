#include "hub/web_fetch.h"

#include <algorithm>

#include "net/http.h"
#include "net/percent.h"

namespace cvp::hub {
namespace {

constexpr int kTries = 100;  // however many bytes each one brings
constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::milliseconds kBeat{100};
constexpr uint64_t kSlackBytes = 1 << 20;  // bodies of redirects count too

net::Request get(const std::string& url, uint64_t from, uint64_t limit_bytes) {
  net::Request request{.url = url};
  if (from > 0) request.headers["Range"] = fmt::format("bytes={}-", from);
  request.total_timeout_ms = 0;  // a large file takes its time; a stalled one does not
  request.response_limit_bytes = limit_bytes;
  request.follow_redirects = true;
  return request;
}

Result<void> pause(const Clock& clock, std::chrono::milliseconds duration, const CancelToken& cancel) {
  for (auto waited = std::chrono::milliseconds(0); waited < duration; waited += kBeat) {
    if (cancel.cancelled()) return fail_cancelled();
    clock.sleep_for(kBeat);
  }
  return {};
}

/// A server may ignore Range and send the file from its beginning; body bytes come before the caller sees the
/// status, so it is asked first, for one piece. True: it continues at `from`.
Result<bool> continues_at(const std::string& url, uint64_t from, uint64_t limit_bytes,
                          const CancelToken& cancel) {
  const net::Response response =
      TRY(net::send(get(url, from, limit_bytes), cancel, [](std::string_view) { return false; }));
  if (response.status == 416) return false;
  TRY(check_status(url, response.status));
  const auto range = response.headers.find("content-range");
  return response.status == 206 && range != response.headers.end() &&
         range->second.starts_with(fmt::format("bytes {}-", from));
}

Result<void> fetch_once(const std::string& url, Landing& landing,
                        const std::function<void(uint64_t)>& on_bytes, const CancelToken& cancel) {
  const uint64_t limit = landing.expected_bytes() + kSlackBytes;
  if (landing.size() > 0 && !TRY(continues_at(url, landing.size(), limit, cancel)))
    TRY(landing.rewind(0, cancel));
  Result<void> appended;
  const uint64_t had = landing.size();
  const net::OnBody on_body = [&](std::string_view bytes) {
    appended = landing.append(bytes);
    if (appended) on_bytes(landing.size());
    return appended.has_value();
  };
  const net::Response response = TRY(net::send(get(url, landing.size(), limit), cancel, on_body));
  if (!appended) {
    TRY(landing.rewind(had, cancel));
    return appended;
  }
  TRY(check_status(url, response.status));
  if (landing.complete()) return {};
  return fail(Errc::unavailable, text("{} ended after {} of {} bytes", "{} 只传来 {} 字节，应为 {} 字节", url,
                                      landing.size(), landing.expected_bytes()));
}

}  // namespace

Result<void> check_status(const std::string& url, int status) {
  if (status >= 200 && status < 300) return {};
  if (status == 404 || status == 410)
    return fail(Errc::not_found, text("there is no {} (HTTP {})", "{} 不存在（HTTP {}）", url, status));
  if (status == 401 || status == 403)
    return fail(Errc::refused, text("{} asks for a login (HTTP {})", "{} 需要登录（HTTP {}）", url, status),
                text("use another source with `--from`", "请用 `--from` 换一个来源"));
  if (status == 429 || status >= 500)
    return fail(
        Errc::unavailable,
        text("{} is overloaded or out of order (HTTP {})", "{} 过载或出现故障（HTTP {}）", url, status),
        text("try again later", "请稍后再试"));
  return fail(Errc::failed, text("{} answered with HTTP {}", "{} 返回 HTTP {}", url, status));
}

std::string join_url(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  std::string url(base);
  if (!path.starts_with('/')) url += '/';
  return url + net::percent_encoded(path, "/");
}

Result<void> fetch_into(const std::string& url, Landing& landing, const Clock& clock,
                        const std::function<void(uint64_t bytes)>& on_bytes, const CancelToken& cancel) {
  uint64_t best = landing.size();
  int fruitless = 0;
  for (int i = 0; !landing.complete(); ++i) {
    const auto done = fetch_once(url, landing, on_bytes, cancel);
    if (done) return {};
    if (done.error().code != Errc::unavailable || i + 1 == kTries) return done;
    fruitless = landing.size() > best ? 0 : fruitless + 1;
    best = std::max(best, landing.size());
    if (fruitless == kFruitlessTries) return done;
    TRY(pause(clock, kFirstPause * (1 << fruitless), cancel));
  }
  return {};
}

Result<void> fetch_small(const std::string& url, const sys::Path& path, uint64_t limit_bytes,
                         const CancelToken& cancel) {
  const net::Response response = TRY(net::send(get(url, 0, limit_bytes), cancel));
  TRY(check_status(url, response.status));
  return sys::write_file_atomic(path, response.body);
}

}  // namespace cvp::hub
