#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "base/text.h"

namespace cvp {

/// One step of long work. total 0 means that it is not known. The cli draws bar, rate and ETA from these;
/// nobody else prints.
struct Progress {
  Text what;  // "embedding", "downloading qwen…"
  uint64_t done = 0;
  uint64_t total = 0;
  enum class Unit { items, bytes, tokens } unit = Unit::items;
};

using OnProgress = std::function<void(const Progress&)>;

}  // namespace cvp
