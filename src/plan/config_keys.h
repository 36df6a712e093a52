// The keys of a config.json, which every family of models spells in its own way.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::plan {

/// Reads by the first of several spellings; the first impossible value is remembered, so that a reader is a
/// plain list of keys.
class ConfigKeys {
 public:
  using Names = std::initializer_list<std::string_view>;
  ConfigKeys(const boost::json::object& object, std::string name) : object_(object), name_(std::move(name)) {}

  /// A number of at most limit; `otherwise` where it is absent or null.
  uint32_t number(Names names, uint32_t limit, uint32_t otherwise = 0) const;
  uint32_t width(Names names, uint32_t otherwise = 0) const { return number(names, kMaxWidth, otherwise); }
  uint32_t count(Names names, uint32_t otherwise = 0) const { return number(names, kMaxCount, otherwise); }
  bool flag(Names names, bool otherwise) const;
  std::string_view string(std::string_view key) const;
  bool has(std::string_view key) const;  // and is not null
  const boost::json::value* find(Names names) const;

  /// Errc::corrupt for the first impossible value.
  Result<void> check() const;

  static constexpr uint32_t kMaxWidth = 1 << 24;
  static constexpr uint32_t kMaxCount = 1 << 16;  // of layers, heads, experts

 private:
  const boost::json::object& object_;
  std::string name_;
  mutable std::string wrong_;
};

}  // namespace cvp::plan
