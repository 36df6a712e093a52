#include "engine/embedding_json.h"

#include <bit>
#include <cstring>

#include "engine/json.h"

namespace cvp::engine {
namespace {

static_assert(std::endian::native == std::endian::little, "base64 vectors are copied as they are");

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

/// False for what is no base64 of whole floats.
bool decode_floats(std::string_view base64, std::vector<float>& out) {
  while (base64.ends_with('=')) base64.remove_suffix(1);
  std::string bytes;
  bytes.reserve(base64.size() * 3 / 4);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    const int digit = base64_digit(c);
    if (digit < 0) return false;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xff));
    }
  }
  if (bytes.size() % sizeof(float) != 0) return false;
  out.resize(bytes.size() / sizeof(float));
  std::memcpy(out.data(), bytes.data(), bytes.size());
  return true;
}

bool read_floats(const boost::json::value& value, std::vector<float>& out) {
  if (const auto* s = value.if_string()) return decode_floats({s->data(), s->size()}, out);
  const auto* numbers = value.if_array();
  if (numbers == nullptr) return false;
  out.reserve(numbers->size());
  for (const auto& n : *numbers) {
    if (!n.is_number()) return false;
    out.push_back(static_cast<float>(find_number(n, {}).value_or(0)));
  }
  return true;
}

std::unexpected<Error> corrupt(const std::string& who, size_t expected) {
  return fail(
      Errc::corrupt,
      text("{} did not answer with {} vectors of numbers", "{} 没有按要求返回 {} 个数值向量", who, expected),
      text("check that the model there is an embedding model", "请确认该服务上的模型是嵌入模型"));
}

}  // namespace

Result<std::vector<std::vector<float>>> parse_embeddings(std::string_view body, size_t expected,
                                                         const std::string& who) {
  const auto reply = TRY(parse_json(body, who));
  const auto* data = find_array(reply, {"data"});
  if (data == nullptr || data->size() != expected) return corrupt(who, expected);
  std::vector<std::vector<float>> vectors(expected);
  for (size_t i = 0; i < expected; ++i) {
    const auto index = find_number((*data)[i], {"index"}).value_or(static_cast<double>(i));
    const auto* embedding = find((*data)[i], {"embedding"});
    if (embedding == nullptr || index < 0 || index >= static_cast<double>(expected))
      return corrupt(who, expected);
    auto& vector = vectors[static_cast<size_t>(index)];
    if (!vector.empty() || !read_floats(*embedding, vector) || vector.empty()) return corrupt(who, expected);
  }
  return vectors;
}

}  // namespace cvp::engine
