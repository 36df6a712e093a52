// What `cvp serve --prove-offline` hands to an auditor: what is in force, what was tried, what stays
// possible. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sys/offline.h"
#include "sys/ways_out.h"

namespace cvp::cli {

struct OfflineReport {
  int64_t unix_seconds = 0;
  std::string version;
  sys::Path program;
  std::string program_sha256;
  int pid = 0;
  sys::OfflineFacts facts;
  sys::ThreadCount threads;
  std::vector<sys::WayOut> in_server, in_child;
  sys::Path home;
  bool home_may_be_remote = false;

  /// Every way was tried in both, and refused.
  bool proven() const;
  /// The names of those that were not: "tcp4 (child)".
  std::vector<std::string> open_ways() const;
};

/// For people. The last line is the SHA-256 of everything above it.
std::string offline_text(const OfflineReport& report, Lang lang);

/// {"report": {…}, "sha256": "…"}: the hash is that of the report on one line, as `jq -cj .report` writes it.
boost::json::object offline_json(const OfflineReport& report, Lang lang);

}  // namespace cvp::cli
