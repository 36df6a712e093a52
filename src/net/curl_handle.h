// One libcurl handle with its connections, lent to one transfer at a time.
#pragma once
#include <curl/curl.h>

#include <memory>

namespace cvp::net {

struct CurlPair {
  CurlPair();
  ~CurlPair();
  CurlPair(const CurlPair&) = delete;
  CurlPair& operator=(const CurlPair&) = delete;

  CURLM* multi = nullptr;  // owns the kept connections
  CURL* easy = nullptr;
};

/// A handle of this thread, given back on destruction. Kept per thread, so that neither a lock nor a new
/// connection is needed for the next request; a request made while another of the same thread runs (inside
/// on_body) gets a handle of its own.
class CurlLease {
 public:
  CurlLease();
  ~CurlLease();
  CurlLease(const CurlLease&) = delete;
  CurlLease& operator=(const CurlLease&) = delete;

  /// False when libcurl could not be started (no memory).
  bool ok() const { return pair_->multi != nullptr && pair_->easy != nullptr; }
  CURLM* multi() const { return pair_->multi; }
  CURL* easy() const { return pair_->easy; }

 private:
  std::unique_ptr<CurlPair> pair_;
};

}  // namespace cvp::net
