#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace cvp::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::warn;
}

spdlog::logger& logger() {
  static spdlog::logger& instance = []() -> spdlog::logger& {
    spdlog::set_level(spdlog::level::warn);
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("cvp", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
    return *spdlog::default_logger_raw();
  }();
  return instance;
}

}  // namespace

void init(Level level, const std::string& path) {
  logger();
  if (!path.empty()) {
    try {
      spdlog::default_logger_raw()->sinks() = {std::make_shared<spdlog::sinks::basic_file_sink_mt>(path)};
    } catch (const spdlog::spdlog_ex& error) {
      spdlog::default_logger_raw()->warn("cannot open the log file {}: {}", path, error.what());
    }
  }
  spdlog::default_logger_raw()->set_level(to_spdlog(level));
}

void write(Level level, const std::string& line) {
  logger();
  spdlog::default_logger_raw()->log(to_spdlog(level), line);
}

}  // namespace cvp::log
