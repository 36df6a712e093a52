#pragma once
#include <string>

#include "base/cancel.h"

namespace cvp::sys {

bool is_terminal(int fd);
/// Columns of the terminal on standard error, 80 when there is none.
int terminal_columns();
/// First SIGINT/SIGTERM sets the token, a second one ends the process at once. The token must outlive the process's work.
void cancel_on_signals(const CancelToken& token);
/// Asks a question on the terminal and reads one line without echo (secrets); empty when there is no terminal.
std::string read_secret(const std::string& prompt);

}  // namespace cvp::sys
