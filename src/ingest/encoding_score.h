#pragma once
#include <string>
#include <string_view>

namespace cvp::ingest {

/// How much a decoded text looks like everyday text of some language that is not written in Latin letters.
struct Plausibility {
  size_t foreign = 0;  // code points above U+007F
  size_t common = 0;   // of these: the everyday characters of Chinese, Japanese, Korean and some alphabets
  size_t kana = 0;     // of the common ones
  size_t strange = 0;  // of these: U+FFFD, private use, C1 controls, box drawing, half-width kana …
  /// 1: all everyday; below 0: nonsense.
  double score() const {
    return foreign == 0 ? 0
                        : (static_cast<double>(common) - 2.0 * static_cast<double>(strange)) /
                              static_cast<double>(foreign);
  }
};
Plausibility plausibility(std::string_view utf8);

}  // namespace cvp::ingest
