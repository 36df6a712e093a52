// The edge where texts become one language. The only place of the program that writes to the screen.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"
#include "cli/progress_line.h"

namespace cvp::cli {

struct Screen {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false, err_is_terminal = false;
  bool colours = false;  // on `out`
  size_t max_columns = 80;
};

/// Results go to `out`; what is said beside them (notes, progress, errors) to `err`. Thread-safe: progress
/// may come from workers.
class Printer {
 public:
  Printer(const Screen& screen, const Clock& clock, Lang lang)
      : screen_(screen), clock_(clock), lang_(lang) {}

  Lang lang() const { return lang_; }
  void set_lang(Lang lang) { lang_ = lang; }
  void set_json(bool json) { json_ = json; }
  void set_quiet(bool quiet) { quiet_ = quiet; }
  bool json_wanted() const { return json_; }
  bool on_terminal() const { return screen_.out_is_terminal; }
  size_t max_columns() const { return screen_.max_columns; }

  /// A line of the result. Nothing when JSON is wanted.
  void line(const Text& what = {});
  /// A piece of a line, flushed: answers as they come.
  void piece(std::string_view what);
  /// A question to the user, beside the result, on a terminal only.
  void prompt(const Text& what);
  /// Beside the result: "cvp: …" is left to errors. Nothing when quiet.
  void note(const Text& what);
  /// "cvp: message", then the hint. With JSON also {"error": …} on `out`.
  void error(const Error& error);
  /// The whole result as JSON.
  void json(const boost::json::object& value);

  /// What is going on now, over itself, on a terminal only; anything printed later takes its place.
  void status(const Text& what);
  void progress(const Progress& progress);
  void clear_status();
  OnProgress on_progress();

  std::string bold(std::string_view what) const { return coloured("1", what); }
  std::string dim(std::string_view what) const { return coloured("2", what); }
  std::string marked(std::string_view what) const { return coloured("1;33", what); }
  std::string good(std::string_view what) const { return coloured("32", what); }
  std::string bad(std::string_view what) const { return coloured("31", what); }

 private:
  std::string coloured(const char* code, std::string_view what) const;
  void draw_status(std::string line);
  void clear_status_locked();

  const Screen screen_;
  const Clock& clock_;
  Lang lang_;
  bool json_ = false, quiet_ = false;
  std::mutex mutex_;  // guards everything below and both streams
  ProgressLine progress_line_;
  std::string status_shown_;
  double drawn_ms_ = -1e9;
};

/// The exit status of an error: 2 wrong use, 3 not found or refused, else 1.
int exit_status(Errc code);

/// "not_found": how JSON names an error's kind.
std::string_view errc_name(Errc code);

}  // namespace cvp::cli
