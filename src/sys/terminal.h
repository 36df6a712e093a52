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
/// Writing to whoever no longer reads is an error of that write, not the end of the process.
void ignore_broken_pipes();
/// One line of standard input (or a descriptor in its place) without its end. Nothing at the end of input,
/// when cancelled, or for a line of more than 64 KiB. Do not mix with other readers of it.
std::optional<std::string> read_line(int fd, const CancelToken& cancel);
/// The same without echo, where it is a terminal.
std::optional<std::string> read_secret(int fd, const CancelToken& cancel);

}  // namespace cvp::sys
