#include "plan/config_keys.h"

#include "model/byte_reader.h"

namespace cvp::plan {

const boost::json::value* ConfigKeys::find(Names names) const {
  for (const std::string_view name : names) {
    const boost::json::value* value = object_.if_contains(name);
    if (value != nullptr && !value->is_null()) return value;
  }
  return nullptr;
}

uint32_t ConfigKeys::number(Names names, uint32_t limit, uint32_t otherwise) const {
  const boost::json::value* value = find(names);
  if (value == nullptr) return otherwise;
  const int64_t* number = value->if_int64();
  if (number != nullptr && *number >= 0 && *number <= limit) return static_cast<uint32_t>(*number);
  const uint64_t* whole = value->if_uint64();
  if (whole != nullptr && *whole <= limit) return static_cast<uint32_t>(*whole);
  if (wrong_.empty()) wrong_ = *names.begin();
  return otherwise;
}

bool ConfigKeys::flag(Names names, bool otherwise) const {
  const boost::json::value* value = find(names);
  if (value == nullptr) return otherwise;
  if (const bool* flag = value->if_bool()) return *flag;
  if (wrong_.empty()) wrong_ = *names.begin();
  return otherwise;
}

std::string_view ConfigKeys::string(std::string_view key) const {
  const boost::json::value* value = find({key});
  const auto* string = value != nullptr ? value->if_string() : nullptr;
  return string != nullptr ? std::string_view(*string) : std::string_view{};
}

bool ConfigKeys::has(std::string_view key) const { return find({key}) != nullptr; }

Result<void> ConfigKeys::check() const {
  if (wrong_.empty()) return {};
  return model::corrupt_file(name_, text("it has an impossible value for {}", "{} 的值不合理", wrong_));
}

}  // namespace cvp::plan
