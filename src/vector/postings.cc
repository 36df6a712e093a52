#include "vector/postings.h"

namespace cvp::vector {
namespace {

void append_varint(std::string& out, uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
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
  return each_posting(bytes, base, [&out](const Posting& one) { out.push_back(one); });
}

}  // namespace cvp::vector
