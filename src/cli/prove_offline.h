// `cvp serve --prove-offline`: gives up the network, tries the ways out, and reports.
#pragma once
#include <boost/json/object.hpp>
#include <vector>

#include "cli/app.h"
#include "net/server.h"

namespace cvp::cli {

/// Opens the listeners first, since nothing can later. Prints the report, and writes it to report_file (mode
/// 0600) where that is not empty, as JSON where JSON is wanted. Call before any thread or child is started;
/// it holds for this process for ever. Gives the report as JSON. Errc::usage where the configuration names
/// servers that would have to be asked, Errc::refused where a way out is open.
Result<boost::json::object> prove_offline(App& app, std::vector<net::Listen>& listeners,
                                          const sys::Path& report_file);

/// How `cvp` is started again to try the ways out as a child.
inline constexpr const char* kOfflineChild = "offline-child";

/// Errc::usage where a setting names another server.
Result<void> check_no_endpoints(const Config& config);

}  // namespace cvp::cli
