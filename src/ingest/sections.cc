#include "ingest/sections.h"

#include <algorithm>

namespace cvp::ingest {
namespace {

struct Open {
  int level;
  std::string text;
};

std::vector<std::string> path_of(const std::vector<Open>& open) {
  std::vector<std::string> path;
  for (const Open& heading : open) path.push_back(heading.text);
  return path;
}

std::vector<Section> cut_at_headings(std::string_view text, const std::vector<Block>& blocks,
                                     const std::vector<uint32_t>& tokens) {
  std::vector<Section> out;
  std::vector<Open> open;
  Section section;
  bool has_body = false;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    if (block.kind == BlockKind::heading) {
      // A heading directly below another one is part of the same beginning.
      if (has_body) {
        section.end_block = i;
        out.push_back(section);
        section = {i, i, {}, 0};
        has_body = false;
      }
      while (!open.empty() && open.back().level >= block.level) open.pop_back();
      open.push_back({block.level, heading_text(text.substr(block.span.begin, block.span.size()))});
      section.path = path_of(open);
    } else {
      has_body = true;
    }
    section.tokens += tokens[i];
  }
  section.end_block = blocks.size();
  if (section.end_block > section.first_block) {
    const bool only_headings = !has_body && !out.empty();
    if (only_headings) {
      out.back().end_block = section.end_block;
      out.back().tokens += section.tokens;
    } else {
      out.push_back(section);
    }
  }
  return out;
}

bool same_parent(const Section& a, const Section& b) {
  const size_t common = common_path(a.path, b.path).size();
  return common + 1 >= a.path.size() && common + 1 >= b.path.size();
}

}  // namespace

std::vector<std::string> common_path(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return {a.begin(), end};
}

std::string join_path(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) {
    if (!out.empty()) out += " › ";
    out += part;
  }
  return out;
}

std::vector<Section> sections(std::string_view text, const std::vector<Block>& blocks,
                              const std::vector<uint32_t>& tokens, uint32_t tiny_tokens) {
  std::vector<Section> merged;
  for (Section& section : cut_at_headings(text, blocks, tokens)) {
    const bool tiny = section.tokens < tiny_tokens / 2;
    if (!merged.empty() && (tiny || merged.back().tokens < tiny_tokens / 2) &&
        merged.back().tokens + section.tokens <= tiny_tokens && same_parent(merged.back(), section)) {
      Section& last = merged.back();
      last.end_block = section.end_block;
      last.tokens += section.tokens;
      last.path = common_path(last.path, section.path);
    } else {
      merged.push_back(std::move(section));
    }
  }
  return merged;
}

}  // namespace cvp::ingest
