#include "cli/printer.h"

#include "base/json_text.h"
#include "cli/screen_text.h"

namespace cvp::cli {
namespace {
constexpr double kRedrawMs = 100;
}  // namespace

void Printer::line(const Text& what) {
  if (json_) return;
  const std::lock_guard lock(mutex_);
  clear_status_locked();
  screen_.out << what.in(lang_) << '\n';
  screen_.out.flush();
}

void Printer::piece(std::string_view what) {
  if (json_) return;
  const std::lock_guard lock(mutex_);
  clear_status_locked();
  screen_.out << what;
  screen_.out.flush();
}

void Printer::prompt(const Text& what) {
  if (!screen_.err_is_terminal) return;
  const std::lock_guard lock(mutex_);
  clear_status_locked();
  screen_.err << what.in(lang_);
  screen_.err.flush();
}

void Printer::note(const Text& what) {
  if (quiet_) return;
  const std::lock_guard lock(mutex_);
  clear_status_locked();
  screen_.err << printable(what.in(lang_)) << '\n';
}

void Printer::error(const Error& error) {
  const std::lock_guard lock(mutex_);
  clear_status_locked();
  screen_.err << "cvp: " << printable(error.message.in(lang_)) << '\n';
  if (!error.hint.empty()) screen_.err << printable(error.hint.in(lang_)) << '\n';
  if (json_) {
    const boost::json::object detail{{"code", errc_name(error.code)},
                                     {"message", error.message.in(lang_)},
                                     {"hint", error.hint.in(lang_)}};
    screen_.out << json_text(boost::json::object{{"error", detail}}) << '\n';
    screen_.out.flush();
  }
}

void Printer::json(const boost::json::object& value) {
  const std::lock_guard lock(mutex_);
  clear_status_locked();
  screen_.out << json_text(value) << '\n';
  screen_.out.flush();
}

void Printer::status(const Text& what) {
  if (!screen_.err_is_terminal || quiet_) return;
  const std::lock_guard lock(mutex_);
  draw_status(shorten(one_line(printable(what.in(lang_))), screen_.max_columns - 1));
}

void Printer::progress(const Progress& progress) {
  if (!screen_.err_is_terminal || quiet_) return;
  const std::lock_guard lock(mutex_);
  const double now = clock_.steady_ms();
  const bool last = progress.total > 0 && progress.done >= progress.total;
  if (now - drawn_ms_ < kRedrawMs && !last) return;
  drawn_ms_ = now;
  draw_status(progress_line_.render(progress, now, lang_, screen_.max_columns - 1));
}

OnProgress Printer::on_progress() {
  return [this](const Progress& p) { progress(p); };
}

void Printer::clear_status() {
  const std::lock_guard lock(mutex_);
  clear_status_locked();
}

void Printer::clear_status_locked() {
  if (status_shown_.empty()) return;
  screen_.err << "\r\x1b[K";
  screen_.err.flush();
  status_shown_.clear();
}

void Printer::draw_status(std::string line) {
  if (line == status_shown_) return;
  screen_.err << '\r' << line << "\x1b[K";
  screen_.err.flush();
  status_shown_ = std::move(line);
}

std::string Printer::coloured(const char* code, std::string_view what) const {
  if (!screen_.colours) return std::string(what);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, what);
}

int exit_status(Errc code) {
  switch (code) {
    case Errc::usage:
      return 2;
    case Errc::not_found:
    case Errc::refused:
      return 3;
    case Errc::failed:
    case Errc::busy:
    case Errc::corrupt:
    case Errc::unavailable:
    case Errc::cancelled:
      return 1;
  }
  return 1;
}

std::string_view errc_name(Errc code) {
  switch (code) {
    case Errc::failed:
      return "failed";
    case Errc::usage:
      return "usage";
    case Errc::not_found:
      return "not_found";
    case Errc::refused:
      return "refused";
    case Errc::busy:
      return "busy";
    case Errc::corrupt:
      return "corrupt";
    case Errc::unavailable:
      return "unavailable";
    case Errc::cancelled:
      return "cancelled";
  }
  return "failed";
}

}  // namespace cvp::cli
