// A GPU's name cut into words that a parser can take one after the other, whoever wrote it: a driver, a shop,
// a person.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "plan/gpu.h"

namespace cvp::plan {

/// Upper case; trade marks, brackets, filler ("GRAPHICS", "EDITION") and vendors' names are gone; sizes are
/// one word ("16GB"), glued models are apart ("RTX4060TI" gives RTX 4060 TI). What stands for the whole name
/// is taken out beforehand and kept as fields.
class NameWords {
 public:
  /// Names longer than 256 bytes have no words.
  explicit NameWords(std::string_view name);

  bool done() const { return at_ >= words_.size(); }
  /// The next word, "" at the end.
  const std::string& peek(size_t ahead = 0) const;
  std::string take();
  /// Takes the next word if it is this one, or one of these (the word, else "").
  bool take(std::string_view word);
  std::string take_one_of(std::initializer_list<std::string_view> words);
  /// Takes the next word if it consists of this many digits.
  std::string take_digits(size_t least, size_t most);
  /// Takes a word wherever it stands among those not taken yet.
  bool take_anywhere(std::string_view word);
  bool rest_is_noise() const;

  Vendor vendor() const { return vendor_; }  // as a word of the name said
  bool laptop = false, max_q = false;
  uint64_t memory_bytes = 0;
  std::string slice;

 private:
  void take_out_flags();
  std::vector<std::string> words_;
  size_t at_ = 0;
  Vendor vendor_ = Vendor::unknown;
};

bool all_digits(std::string_view text);

}  // namespace cvp::plan
