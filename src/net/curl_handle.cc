#include "net/curl_handle.h"

#include <mutex>
#include <vector>

namespace cvp::net {
namespace {

constexpr size_t kIdleHandlesPerThread = 2;
constexpr long kKeptConnections = 8;

std::vector<std::unique_ptr<CurlPair>>& idle_handles() {
  thread_local std::vector<std::unique_ptr<CurlPair>> idle;
  return idle;
}

}  // namespace

CurlPair::CurlPair() {
  static std::once_flag once;  // libcurl's own process-wide state
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  multi = curl_multi_init();
  easy = curl_easy_init();
  if (multi != nullptr) curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
}

CurlPair::~CurlPair() {
  if (easy != nullptr) curl_easy_cleanup(easy);
  if (multi != nullptr) curl_multi_cleanup(multi);
}

CurlLease::CurlLease() {
  auto& idle = idle_handles();
  if (idle.empty()) {
    pair_ = std::make_unique<CurlPair>();
  } else {
    pair_ = std::move(idle.back());
    idle.pop_back();
  }
}

CurlLease::~CurlLease() {
  auto& idle = idle_handles();
  if (!ok() || idle.size() >= kIdleHandlesPerThread) return;
  // The connections are the multi handle's. curl_easy_reset would keep the last transfer's errno, which the
  // next one may be judged by.
  curl_easy_cleanup(pair_->easy);
  pair_->easy = curl_easy_init();
  idle.push_back(std::move(pair_));
}

}  // namespace cvp::net
