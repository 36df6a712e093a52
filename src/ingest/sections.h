#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/outline.h"

namespace cvp::ingest {

/// Neighbouring blocks under one heading path, the heading itself among them.
struct Section {
  size_t first_block = 0, end_block = 0;
  std::vector<std::string> path;  // from the outermost heading
  uint64_t tokens = 0;            // sum over its blocks
};

/// tokens[i] belongs to blocks[i]. Headings without text go with what follows them, tiny neighbours under one
/// parent are put together until they have `tiny_tokens`; the path of a union is what the paths have in
/// common.
std::vector<Section> sections(std::string_view text, const std::vector<Block>& blocks,
                              const std::vector<uint32_t>& tokens, uint32_t tiny_tokens);

std::vector<std::string> common_path(const std::vector<std::string>& a, const std::vector<std::string>& b);
std::string join_path(const std::vector<std::string>& path);

}  // namespace cvp::ingest
