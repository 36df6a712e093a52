#include "ingest/docx_styles.h"

#include "ingest/xml.h"

namespace cvp::ingest {
namespace {

constexpr int kMaxInheritance = 20;
constexpr int kMaxHeadingLevel = 9;

std::string squeezed(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != ' ') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

/// "heading 2", "标题 2" and "标题2" are 2; "Title" and "标题" are 1.
int level_by_name(const std::string& name) {
  if (name == "title" || name == "标题") return 1;
  for (const std::string_view prefix : {"heading", "标题"}) {
    if (!name.starts_with(prefix) || name.size() != prefix.size() + 1) continue;
    const char digit = name.back();
    if (digit >= '1' && digit <= '9') return digit - '0';
  }
  return 0;
}

}  // namespace

void DocxStyles::load(const pugi::xml_node& styles) {
  for (const pugi::xml_node& style : styles.children()) {
    if (local_name(style) != "style") continue;
    const pugi::xml_node properties = child_named(style, "pPr");
    const pugi::xml_node numbering = child_named(properties, "numPr");
    Raw raw;
    raw.name = squeezed(child_value(style, "name"));
    raw.based_on = std::string(child_value(style, "basedOn"));
    raw.outline = to_int(child_value(properties, "outlineLvl"), -1);
    raw.numbering = to_int(child_value(numbering, "numId"), -1);
    raw.numbering_level = to_int(child_value(numbering, "ilvl"), -1);
    styles_.emplace(std::string(attribute_named(style, "styleId")), std::move(raw));
  }
}

DocxStyle DocxStyles::find(std::string_view id) const {
  DocxStyle style;
  int outline = -1, numbering = -1, numbering_level = -1;
  auto it = styles_.find(id);
  for (int step = 0; it != styles_.end() && step < kMaxInheritance; ++step) {
    const Raw& raw = it->second;
    if (style.heading_level == 0) style.heading_level = level_by_name(raw.name);
    if (raw.name.starts_with("toc") && raw.name.size() == 4) style.contents_entry = true;
    if (outline < 0) outline = raw.outline;
    if (numbering < 0) numbering = raw.numbering;
    if (numbering_level < 0) numbering_level = raw.numbering_level;
    if (raw.based_on.empty()) break;
    it = styles_.find(raw.based_on);
  }
  if (outline >= 0 && outline < kMaxHeadingLevel) style.heading_level = outline + 1;
  style.numbering = std::max(numbering, 0);
  style.numbering_level = std::max(numbering_level, 0);
  return style;
}

}  // namespace cvp::ingest
