#include "store/pieces.h"

#include <bit>
#include <cstring>

namespace cvp::store {
namespace {

void put_float(std::string& out, float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(bits >> shift));
}

std::optional<float> get_float(std::string_view bytes, size_t& pos) {
  if (bytes.size() - pos < 4) return std::nullopt;
  uint32_t bits = 0;
  for (int shift = 0; shift < 32; shift += 8)
    bits |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[pos++])) << shift;
  return std::bit_cast<float>(bits);
}

void put_string(std::string& out, std::string_view value) {
  put_varint(out, value.size());
  out += value;
}

std::optional<std::string> get_string(std::string_view bytes, size_t& pos) {
  const auto size = get_varint(bytes, pos);
  if (!size || *size > bytes.size() - pos) return std::nullopt;
  pos += *size;
  return std::string(bytes.substr(pos - *size, *size));
}

}  // namespace

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

std::optional<uint64_t> get_varint(std::string_view bytes, size_t& pos) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && pos < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[pos++]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::string pack_layout(std::span<const LayoutSpan> sorted) {
  std::string out;
  uint32_t previous = 0;
  for (const LayoutSpan& item : sorted) {
    put_varint(out, item.span.begin - previous);
    put_varint(out, item.span.size());
    put_varint(out, item.page);
    for (float value : {item.box.x0, item.box.y0, item.box.x1, item.box.y1}) put_float(out, value);
    previous = item.span.begin;
  }
  return out;
}

std::optional<std::vector<LayoutSpan>> unpack_layout(std::string_view bytes) {
  std::vector<LayoutSpan> out;
  uint64_t begin = 0;
  for (size_t pos = 0; pos < bytes.size();) {
    const auto delta = get_varint(bytes, pos), size = get_varint(bytes, pos), page = get_varint(bytes, pos);
    if (!delta || !size || !page || *delta > UINT32_MAX || *size > UINT32_MAX || *page > UINT32_MAX)
      return std::nullopt;
    begin += *delta;
    if (begin + *size > UINT32_MAX) return std::nullopt;
    LayoutSpan item{.span = {static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + *size)},
                    .page = static_cast<uint32_t>(*page),
                    .box = {}};
    for (float* value : {&item.box.x0, &item.box.y0, &item.box.x1, &item.box.y1}) {
      const auto read = get_float(bytes, pos);
      if (!read) return std::nullopt;
      *value = *read;
    }
    out.push_back(item);
  }
  return out;
}

std::string pack_page_starts(std::span<const uint32_t> ascending) {
  std::string out;
  uint32_t previous = 0;
  for (uint32_t start : ascending) {
    put_varint(out, start - previous);
    previous = start;
  }
  return out;
}

std::optional<std::vector<uint32_t>> unpack_page_starts(std::string_view bytes) {
  std::vector<uint32_t> out;
  uint64_t start = 0;
  for (size_t pos = 0; pos < bytes.size();) {
    const auto delta = get_varint(bytes, pos);
    if (!delta || *delta > UINT32_MAX || start + *delta > UINT32_MAX) return std::nullopt;
    start += *delta;
    out.push_back(static_cast<uint32_t>(start));
  }
  return out;
}

std::string pack_notes(std::span<const Text> notes) {
  std::string out;
  for (const Text& note : notes) {
    put_string(out, note.en);
    put_string(out, note.zh);
  }
  return out;
}

std::optional<std::vector<Text>> unpack_notes(std::string_view bytes) {
  std::vector<Text> out;
  for (size_t pos = 0; pos < bytes.size();) {
    auto en = get_string(bytes, pos), zh = get_string(bytes, pos);
    if (!en || !zh) return std::nullopt;
    out.push_back({std::move(*en), std::move(*zh)});
  }
  return out;
}

}  // namespace cvp::store
