#include "vector/postings.h"

namespace cvp::vector {
namespace {

void append_varint(std::string& out, uint32_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

bool read_varint(std::string_view bytes, size_t& at, uint32_t& value) {
  value = 0;
  for (int shift = 0; shift < 35 && at < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

std::string encode_postings(const std::vector<Posting>& postings, Slot base) {
  std::string out;
  out.reserve(postings.size() * 2);
  Slot previous = base;
  for (const Posting& posting : postings) {
    append_varint(out, posting.slot - previous);
    append_varint(out, posting.frequency);
    previous = posting.slot;
  }
  return out;
}

bool decode_postings(std::string_view bytes, Slot base, std::vector<Posting>& out) {
  Slot slot = base;
  for (size_t at = 0; at < bytes.size();) {
    uint32_t delta = 0, frequency = 0;
    if (!read_varint(bytes, at, delta) || !read_varint(bytes, at, frequency)) return false;
    slot += delta;
    out.push_back({slot, frequency});
  }
  return true;
}

}  // namespace cvp::vector
