// The parts of `cvp doctor`: each looks at one thing and says how it is and what to do.
#pragma once
#include <string>
#include <vector>

#include "cli/app.h"

namespace cvp::cli {

struct Finding {
  std::string name;  // "disk": for JSON; people read finding_label()
  enum class State { good, warning, bad } state = State::good;
  Text what;
  Text remedy;  // empty where nothing is to be done
};

/// What a finding is about, in words; a name without words of its own is its own label.
Text finding_label(const std::string& name);

std::vector<Finding> check_machine(const App& app);
std::vector<Finding> check_home(App& app);
/// Opens the store; the rest is left out when that fails.
std::vector<Finding> check_store(App& app, bool check_originals);
std::vector<Finding> check_engine(App& app);
/// With hashes, which reads every model file, unless quick.
std::vector<Finding> check_models(App& app, bool quick);
std::vector<Finding> check_endpoints(App& app);

/// Whether a SQLite version has the fix of the WAL-reset bug (3.51.3). Pure.
bool has_wal_reset_fix(std::string_view sqlite_version);

}  // namespace cvp::cli
