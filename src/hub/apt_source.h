// From which server this machine gets Debian: read from its own apt configuration, never assumed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sys/files.h"

namespace cvp::hub {

struct AptEntry {
  std::string uri;
  std::vector<std::string> suites, components;
  std::string signed_by;  // a path, or a whole key as it stands in a deb822 file; may be empty
};

/// Enabled binary entries of a one-line file ("deb [options] uri suite component …").
std::vector<AptEntry> parse_one_line_sources(std::string_view text);
/// Enabled binary entries of a deb822 file (stanzas of "Field: value"), one for each URI.
std::vector<AptEntry> parse_deb822_sources(std::string_view text);

struct OsRelease {
  std::string id;           // "debian"
  std::string codename;     // "bookworm"
  std::string pretty_name;  // "Debian GNU/Linux 12 (bookworm)"
};
OsRelease parse_os_release(std::string_view text);

/// The entry of ETC/apt/sources.list(.d) that gives Debian itself. Errc::unavailable where the system is not
/// Debian or names no Debian server. etc is "/etc" outside tests.
Result<AptEntry> find_debian_source(const sys::Path& etc);

/// A deb822 source file for another suite from the same server.
std::string deb822_source(const AptEntry& entry, std::string_view suite);

}  // namespace cvp::hub
