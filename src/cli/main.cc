#include <exception>
#include <iostream>

#include "cli/config.h"
#include "cli/program.h"
#include "cli/prove_offline.h"
#include "ingest/adder.h"
#include "sys/host.h"
#include "sys/terminal.h"
#include "sys/ways_out.h"

extern char** environ;

namespace {

constexpr int kStandardOutput = 1, kStandardError = 2;

int run(const std::vector<std::string>& arguments) {
  // Some children are this program again; they must not see configuration, terminal or signals.
  if (arguments.size() == 1 && arguments.front() == "parse-child") return cvp::ingest::parse_child_main();
  if (arguments.size() == 1 && arguments.front() == cvp::cli::kOfflineChild)
    return cvp::sys::ways_out_child_main();
  const cvp::CancelToken cancel;
  cvp::sys::cancel_on_signals(cancel);
  const bool out_is_terminal = cvp::sys::is_terminal(kStandardOutput);
  const bool dumb = cvp::sys::env("TERM") == "dumb" || cvp::sys::env("NO_COLOR").has_value();
  const cvp::cli::Surroundings around{
      .screen = {.out = std::cout,
                 .err = std::cerr,
                 .out_is_terminal = out_is_terminal,
                 .err_is_terminal = cvp::sys::is_terminal(kStandardError) && cvp::sys::env("TERM") != "dumb",
                 .colours = out_is_terminal && !dumb,
                 .max_columns = static_cast<size_t>(cvp::sys::terminal_columns())},
      .clock = cvp::sys::real_clock(),
      .cancel = cancel,
      .cvp_environment = cvp::cli::cvp_environment(environ),
      .environment = cvp::sys::env};
  return cvp::cli::run_program(arguments, around);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    // Out of memory, or a bug: the rooms' own errors are values.
    std::cerr << "cvp: " << error.what() << '\n';
    return 1;
  }
}
