// What every fuzzer shares: its bytes as text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cvp::fuzz {

inline std::string_view view(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace cvp::fuzz
