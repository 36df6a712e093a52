// The only place that sees the HTML parser. Gumbo builds the tree that a browser would, from any bytes; what
// it lacks is a limit.
#pragma once
#include <gumbo.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cvp::ingest {

/// A parsed page. Nodes point into the bytes given to parse, which must outlive it.
class HtmlTree {
 public:
  /// Nothing where the page nests deeper than kMaxDepth (browsers stop near 512) or its tree would take more
  /// than memory_bytes.
  static std::optional<HtmlTree> parse(std::string_view utf8, uint64_t memory_bytes);
  const GumboNode* document() const { return output_->document; }

  static constexpr size_t kMaxDepth = 1000;

  struct Memory;

 private:
  struct FreeAll {
    void operator()(Memory* memory) const;
  };
  std::unique_ptr<Memory, FreeAll> memory_;
  GumboOutput* output_ = nullptr;
};

/// An upper estimate of how deep elements nest, by counting tags of elements that do not end by themselves.
/// Linear.
bool nests_deeper_than(std::string_view html, size_t limit);

/// The text between the tags, for pages that HtmlTree refuses: no structure but line breaks at block
/// elements.
std::string strip_tags(std::string_view html);

}  // namespace cvp::ingest
