// What of a page a reader sees, and which tables hold data.
#include <cstring>

#include "ingest/html_walk.h"

namespace cvp::ingest {
namespace {

constexpr size_t kLongCellBytes = 2000;

std::string attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  std::string value = found == nullptr ? "" : found->value;
  std::erase_if(value, [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
  for (char& c : value)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return value;
}

bool is_hidden_tag(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_RT:
    case GUMBO_TAG_RP:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_DATALIST:
      return true;
    default:
      return false;
  }
}

const GumboVector* children_of(const GumboNode* node) {
  if (node->type == GUMBO_NODE_DOCUMENT) return &node->v.document.children;
  return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE ? &node->v.element.children
                                                                               : nullptr;
}

}  // namespace

bool is_hidden(const GumboElement& element) {
  if (is_hidden_tag(element.tag)) return true;
  if (element.attributes.length == 0) return false;
  if (gumbo_get_attribute(&element.attributes, "hidden") != nullptr) return true;
  if (attribute(element, "aria-hidden") == "true" || attribute(element, "role") == "navigation") return true;
  const std::string style = attribute(element, "style");
  return style.find("display:none") != std::string::npos ||
         style.find("visibility:hidden") != std::string::npos;
}

bool is_layout_table(const GumboNode* table) {
  if (attribute(table->v.element, "role") == "presentation") return true;
  std::vector<const GumboNode*> open{table};
  size_t rows = 0, cells = 0, bytes = 0;
  while (!open.empty()) {
    const GumboNode* node = open.back();
    open.pop_back();
    if (node->type == GUMBO_NODE_TEXT) {
      bytes += std::strlen(node->v.text.text);
      continue;
    }
    const GumboVector* children = children_of(node);
    if (children == nullptr) continue;
    if (node != table && node->type == GUMBO_NODE_ELEMENT) {
      const GumboTag tag = node->v.element.tag;
      if (tag == GUMBO_TAG_TABLE || tag == GUMBO_TAG_PRE || (tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6))
        return true;
      rows += tag == GUMBO_TAG_TR;
      cells += tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH;
    }
    for (unsigned i = children->length; i-- > 0;)
      open.push_back(static_cast<const GumboNode*>(children->data[i]));
  }
  return cells <= rows || bytes > kLongCellBytes * cells;
}

}  // namespace cvp::ingest
