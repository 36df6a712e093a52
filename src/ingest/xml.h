#pragma once
#include <pugixml.hpp>

#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::ingest {

/// Document type declarations are skipped, so that no entity but XML's own five exists: nothing to expand,
/// nothing to fetch. The document keeps its own copy of the bytes.
Result<void> load_xml(pugi::xml_document& document, std::string_view xml, const Text& what);

/// "p" of "w:p": producers choose their own prefixes, and Strict and Transitional files differ only in the
/// namespace's address.
inline std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}
pugi::xml_node child_named(const pugi::xml_node& parent, std::string_view local);
/// Attribute by local name; empty where there is none.
std::string_view attribute_named(const pugi::xml_node& node, std::string_view local);
/// The "val" of a child element: <w:ilvl w:val="2"/>.
std::string_view child_value(const pugi::xml_node& parent, std::string_view local);
/// Decimal number of at most nine digits, else otherwise.
int to_int(std::string_view text, int otherwise);

}  // namespace cvp::ingest
