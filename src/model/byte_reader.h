// Reads little-endian numbers and byte strings of a file that may be hostile: every step is checked against
// its end.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"

namespace cvp::model {

static_assert(std::endian::native == std::endian::little, "model files are read without byte swaps");

/// A name or text out of a file as it may be shown: control characters and broken UTF-8 replaced, cut at 80
/// bytes.
std::string printable(std::string_view from_file);

class ByteReader {
 public:
  /// bytes may be only the head of a file of file_bytes; name is what errors call it.
  ByteReader(std::string_view bytes, uint64_t file_bytes, std::string name);

  /// Names the part that is read from here on, for errors.
  void enter(Text section) { section_ = std::move(section); }

  template <class T>
    requires std::is_arithmetic_v<T>
  Result<T> number() {
    const std::string_view raw = TRY(take(sizeof(T)));
    T value;
    std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }

  /// The next n bytes. Errc::corrupt where the file is too short for them, Errc::unavailable where only the
  /// head given here is.
  Result<std::string_view> take(uint64_t n);

  uint64_t position() const { return position_; }
  /// Bytes from here to the end of the file, known or not.
  uint64_t left_in_file() const { return file_bytes_ - position_; }
  const std::string& name() const { return name_; }

  /// The error of a file that is shorter than what it should hold here.
  std::unexpected<Error> cut_off() const;
  /// "NAME is damaged: REASON", with the advice to get the file again.
  std::unexpected<Error> corrupt(const Text& reason) const;

 private:
  std::string_view bytes_;
  uint64_t file_bytes_;
  std::string name_;
  Text section_;
  uint64_t position_ = 0;
};

/// The error of a file that breaks its own format.
std::unexpected<Error> corrupt_file(const std::string& name, const Text& reason);

}  // namespace cvp::model
