// From arguments to an exit status.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "cli/app.h"
#include "cli/printer.h"

namespace cvp::cli {

/// The world around a run. Tests give their own.
struct Surroundings {
  Screen screen;
  const Clock& clock;
  CancelToken cancel;
  std::map<std::string, std::string> cvp_environment;                       // CVP_*
  std::function<std::optional<std::string>(const char* name)> environment;  // any variable
  int input = 0;               // standard input, or what stands for it
  const Lent* lent = nullptr;  // inside a server: what it lends
  bool keep_log = false;       // the process has set it up
};

/// arguments: without the program's name.
int run_program(const std::vector<std::string>& arguments, const Surroundings& around);

}  // namespace cvp::cli
