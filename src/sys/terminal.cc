#include "sys/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>

#include "sys/fd.h"

namespace cvp::sys {
namespace {

std::atomic<std::atomic<bool>*> signal_flag{nullptr};

void on_signal(int number) {
  std::atomic<bool>* flag = signal_flag.load(std::memory_order_relaxed);
  if (flag == nullptr || flag->exchange(true)) _exit(128 + number);
}

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void cancel_on_signals(const CancelToken& token) {
  signal_flag.store(token.flag());
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a read from the terminal must end too.
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

std::optional<std::string> read_line(int fd, const CancelToken& cancel) {
  constexpr size_t kLineBytes = 64 << 10;
  constexpr int kPollMs = 100;
  std::string line;
  char c;
  // Byte by byte, so that nothing behind the line is taken from whoever reads next.
  for (;;) {
    pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&one, 1, kPollMs);
    if (cancel.cancelled()) return std::nullopt;
    if (ready <= 0) continue;
    const ssize_t n = ::read(fd, &c, 1);
    if (n < 0) return std::nullopt;
    if (n == 0) return line.empty() ? std::nullopt : std::optional(line);
    if (c == '\n') return line;
    if (line.size() == kLineBytes) return std::nullopt;
    line.push_back(c);
  }
}

std::optional<std::string> read_secret(int fd, const CancelToken& cancel) {
  termios old{};
  if (::tcgetattr(fd, &old) != 0) return read_line(fd, cancel);
  termios silent = old;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(fd, TCSAFLUSH, &silent);
  auto line = read_line(fd, cancel);
  ::tcsetattr(fd, TCSAFLUSH, &old);
  return line;
}

}  // namespace cvp::sys
