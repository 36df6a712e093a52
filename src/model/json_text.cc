#include "model/json_text.h"

#include <boost/json.hpp>

#include "model/byte_reader.h"

namespace cvp::model {
namespace {
constexpr size_t kMaxJsonBytes = 128 << 20;
constexpr size_t kMaxDepth = 32;
}  // namespace

Result<boost::json::value> parse_json(std::string_view text_bytes, const std::string& name) {
  if (text_bytes.size() > kMaxJsonBytes)
    return fail(Errc::refused,
                text("{} has {} bytes of JSON; at most {} are read",
                     "{} 含有 {} 字节的 JSON，最多读取 {} 字节", name, text_bytes.size(), kMaxJsonBytes));
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(text_bytes, error, {}, options);
  if (error)
    return corrupt_file(name,
                        text("its JSON cannot be read ({})", "其中的 JSON 无法解析（{}）", error.message()));
  return value;
}

std::optional<uint64_t> json_number(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return std::nullopt;
  if (const auto* number = value->if_int64(); number && *number >= 0) return static_cast<uint64_t>(*number);
  if (const auto* number = value->if_uint64()) return *number;
  return std::nullopt;
}

std::optional<double> json_real(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return std::nullopt;
  if (const auto* number = value->if_double()) return *number;
  if (const auto* number = value->if_int64()) return static_cast<double>(*number);
  if (const auto* number = value->if_uint64()) return static_cast<double>(*number);
  return std::nullopt;
}

const boost::json::object* json_object(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? value->if_object() : nullptr;
}

}  // namespace cvp::model
