#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace cvp::log {
namespace {

constexpr const char* kTextPattern = "[%Y-%m-%d %H:%M:%S.%e] [cvp] [%l] %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})";
std::atomic<bool> as_json = false;

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

void log_line(Level level, const std::string& line) {
  const std::string message =
      as_json ? "\"message\":" + boost::json::serialize(boost::json::string(line)) : line;
  spdlog::default_logger_raw()->log(to_spdlog(level), message);
}

}  // namespace

void init(Level level, const std::string& path, Form form) {
  logger();
  if (!path.empty()) {
    try {
      spdlog::default_logger_raw()->sinks() = {std::make_shared<spdlog::sinks::basic_file_sink_mt>(path)};
    } catch (const spdlog::spdlog_ex& error) {
      spdlog::default_logger_raw()->warn("cannot open the log file {}: {}", path, error.what());
    }
  }
  as_json = form == Form::json;
  spdlog::default_logger_raw()->set_pattern(as_json ? kJsonPattern : kTextPattern);
  spdlog::default_logger_raw()->set_level(to_spdlog(level));
}

void write(Level level, const std::string& line) {
  logger();
  if (spdlog::default_logger_raw()->should_log(to_spdlog(level))) log_line(level, line);
}

void event(Level level, const std::string& json_fields) { logger().log(to_spdlog(level), json_fields); }

}  // namespace cvp::log
