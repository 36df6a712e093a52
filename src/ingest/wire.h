// What the parser child and its parent say to each other, as bytes. The child has read a hostile file and may
// be its tool: the parent believes nothing that it has not checked.
//
//   request  "cvpq" version u32 · name · path · memory u64 · cpu u32
//   reply    "cvpr" version u32 · ok u8
//            1: sha256 · text · title · media type · pages u32, u32 each · layout u32, 7 × 4 bytes each ·
//            notes u32, en · zh each 0: code u8 · message en · zh · hint en · zh
// Numbers are little-endian, strings a u32 length and bytes.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/types.h"

namespace cvp::ingest {

struct ParseRequest {
  std::string name;  // a hint for the kind, and nothing else
  std::string path;
  uint64_t memory_bytes = 0;
  uint32_t cpu_seconds = 0;
};
struct ParseReply {
  store::ParsedText parsed;
  std::string content_sha256;  // of the bytes that were parsed
};

std::string encode_request(const ParseRequest& request);
Result<ParseRequest> decode_request(std::string_view bytes);

std::string encode_reply(const Result<ParseReply>& reply);
/// The child's result, or its error, or Errc::corrupt where the bytes break a rule: lengths, UTF-8, offsets
/// in order and in range.
Result<ParseReply> decode_reply(std::string_view bytes);

}  // namespace cvp::ingest
