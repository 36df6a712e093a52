// Posting lists as bytes: pairs of (slot delta, term frequency) in variable-length integers. Slots ascend;
// the first delta counts from the segment's first slot.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cvp::vector {

using Slot = uint32_t;  // position of a chunk in the full-text index, in the order in which it was indexed

struct Posting {
  Slot slot = 0;
  uint32_t frequency = 0;
  friend bool operator==(const Posting&, const Posting&) = default;
};

std::string encode_postings(const std::vector<Posting>& postings, Slot base);

/// One number of at most five bytes; false when the bytes end first.
inline bool read_varint(std::string_view bytes, size_t& at, uint32_t& value) {
  value = 0;
  for (int shift = 0; shift < 35 && at < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/// Calls take(Posting) for each. False when the bytes are not a posting list (a damaged index); what came
/// before has been taken then. A damaged list may also hold any slot: the caller checks them.
template <class Take>
bool each_posting(std::string_view bytes, Slot base, Take&& take) {
  Slot slot = base;
  for (size_t at = 0; at < bytes.size();) {
    uint32_t delta = 0, frequency = 0;
    if (!read_varint(bytes, at, delta) || !read_varint(bytes, at, frequency)) return false;
    slot += delta;
    take(Posting{slot, frequency});
  }
  return true;
}
/// Appends to out.
bool decode_postings(std::string_view bytes, Slot base, std::vector<Posting>& out);

}  // namespace cvp::vector
