// Diagnostics for the operator, in English, to standard error or a file; never prompts, documents or keys.
// What the user must read is a Text in a Result or a Progress event, not a log line.
#pragma once
#include <fmt/format.h>

#include <string>

namespace cvp::log {

enum class Level { debug, info, warn, error, off };

enum class Form {
  text,
  json,  // an object a line: {"time", "level", "message"}, or what event() gives instead of a message
};
/// Called once by main. An empty path means standard error. Before the call only warnings are shown.
void init(Level level, const std::string& path = {}, Form form = Form::text);
void write(Level level, const std::string& line);
/// Fields as a JSON object's inside: "\"request\":\"…\",\"status\":200".
void event(Level level, const std::string& json_fields);

template <class... A>
void debug(fmt::format_string<A...> format, A&&... args) {
  write(Level::debug, fmt::format(format, std::forward<A>(args)...));
}
template <class... A>
void info(fmt::format_string<A...> format, A&&... args) {
  write(Level::info, fmt::format(format, std::forward<A>(args)...));
}
template <class... A>
void warn(fmt::format_string<A...> format, A&&... args) {
  write(Level::warn, fmt::format(format, std::forward<A>(args)...));
}

}  // namespace cvp::log
