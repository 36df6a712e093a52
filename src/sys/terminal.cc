#include "sys/terminal.h"

#include <fcntl.h>
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

std::optional<std::string> read_line(const std::string& prompt) {
  if (is_terminal(STDERR_FILENO)) write_all(STDERR_FILENO, prompt);
  constexpr size_t kLineBytes = 64 << 10;
  std::string line;
  char c;
  // Byte by byte, so that nothing behind the line is taken from whoever reads next.
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, &c, 1);
    if (n < 0) return std::nullopt;
    if (n == 0) return line.empty() ? std::nullopt : std::optional(line);
    if (c == '\n') return line;
    if (line.size() == kLineBytes) return std::nullopt;
    line.push_back(c);
  }
}

std::string read_secret(const std::string& prompt) {
  const Fd tty(open_retry("/dev/tty", O_RDWR | O_NOCTTY));
  termios old{};
  if (!tty.valid() || ::tcgetattr(tty.get(), &old) != 0) return {};
  termios silent = old;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  write_all(tty.get(), prompt);
  ::tcsetattr(tty.get(), TCSAFLUSH, &silent);
  constexpr size_t kSecretBytes = 4096;
  std::string line;
  char c;
  while (line.size() < kSecretBytes && ::read(tty.get(), &c, 1) == 1 && c != '\n') line.push_back(c);
  ::tcsetattr(tty.get(), TCSAFLUSH, &old);
  write_all(tty.get(), "\n");
  return line;
}

}  // namespace cvp::sys
