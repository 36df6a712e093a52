#pragma once
#include <optional>
#include <string>

#include "base/cancel.h"

namespace cvp::sys {

bool is_terminal(int fd);
/// Columns of the terminal on standard error, 80 when there is none.
int terminal_columns();
/// First SIGINT/SIGTERM sets the token, a second one ends the process at once. The token must outlive the
/// process's work.
void cancel_on_signals(const CancelToken& token);
/// Asks a question on the terminal and reads one line without echo (secrets); empty when there is no
/// terminal.
std::string read_secret(const std::string& prompt);
/// One line of standard input without its end, after writing the prompt to standard error where that is a
/// terminal. Nothing at the end of input, after a signal, or for a line of more than 64 KiB. Do not mix with
/// other readers of standard input.
std::optional<std::string> read_line(const std::string& prompt);

}  // namespace cvp::sys
