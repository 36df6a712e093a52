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
/// Appends to out. False when the bytes are not a posting list (a damaged index): out then holds what came
/// before.
bool decode_postings(std::string_view bytes, Slot base, std::vector<Posting>& out);

}  // namespace cvp::vector
