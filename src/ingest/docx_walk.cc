#include "ingest/docx_walk.h"

#include <algorithm>

#include "base/unicode.h"
#include "ingest/clean.h"
#include "ingest/text_marks.h"
#include "ingest/xml.h"

namespace cvp::ingest {
namespace {

constexpr int kMaxDepth = 200;
constexpr size_t kMaxCells = 1000;  // in a row
constexpr size_t kRepeatBytes =
    200;  // a merged cell's text is repeated in each of its rows if it is no longer

bool is_on(const pugi::xml_node& flag) {
  if (!flag) return false;
  const std::string_view value = attribute_named(flag, "val");
  return value != "0" && value != "false" && value != "off" && value != "none";
}

bool is_deleted(std::string_view name) { return name == "del" || name == "moveFrom"; }

/// Wingdings and Symbol signs that carry meaning in forms and lists.
std::string_view symbol(std::string_view code) {
  static constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
      {"F0FE", "☑"}, {"F052", "☑"}, {"F0A8", "☐"}, {"F0A3", "☐"}, {"F06F", "☐"}, {"F0FC", "✓"},
      {"F0FB", "✗"}, {"F0B7", "•"}, {"F0E0", "→"}, {"F0AE", "→"}, {"F0B1", "±"}, {"F0B4", "×"},
      {"F0A3", "≤"}, {"F0B3", "≥"}, {"F0B0", "°"}, {"F06D", "μ"}};
  for (const auto& [known, sign] : kSigns)
    if (known == code) return sign;
  return {};
}

/// "1.", "2)" and "a." begin list items; "第一条" and "（一）" are how a paragraph of an agreement begins.
bool is_item_label(std::string_view label) {
  if (label.size() < 2 || label.size() > 5 || (label.back() != '.' && label.back() != ')')) return false;
  label.remove_suffix(1);
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)); });
}

std::string labelled(const std::string& label, const std::string& text) {
  if (label.empty()) return text;
  const std::string_view tail(label);
  const bool closed =
      tail.ends_with("、") || tail.ends_with("）") || tail.ends_with("．") || tail.ends_with("：");
  return closed ? label + text : label + " " + text;
}

}  // namespace

/// Counts nested elements, so that a hostile file cannot use up the stack.
class DocxWalk::Deeper {
 public:
  explicit Deeper(DocxWalk& walk) : walk_(walk) {
    if (++walk_.depth_ > kMaxDepth) walk_.too_deep_ = true;
  }
  ~Deeper() { --walk_.depth_; }
  Deeper(const Deeper&) = delete;
  bool refused() const { return walk_.depth_ > kMaxDepth; }

 private:
  DocxWalk& walk_;
};

void DocxWalk::load_notes(const pugi::xml_node& notes, std::string_view prefix) {
  for (const pugi::xml_node& note : notes.children()) {
    const std::string_view type = attribute_named(note, "type");
    if (!type.empty() && type != "normal") continue;  // separators
    Inline content;
    const std::string text = flat_cell(note, content);
    notes_.emplace(std::string(prefix) + std::string(attribute_named(note, "id")), text);
  }
}

void DocxWalk::run(const pugi::xml_node& body) { blocks(body); }

void DocxWalk::blocks(const pugi::xml_node& parent) {
  const Deeper deeper(*this);
  if (deeper.refused()) return;
  for (const pugi::xml_node& node : parent.children()) {
    if (writer_.full()) return;
    const std::string_view name = local_name(node);
    if (name == "p") {
      paragraph(node);
    } else if (name == "tbl") {
      table(node);
    } else if (name == "AlternateContent") {
      blocks(child_named(node, "Choice"));
    } else if (!is_deleted(name) && name != "sectPr" && name != "sdtPr" && name != "tblPr" &&
               name != "tcPr") {
      blocks(node);  // sdt, sdtContent, ins, customXml …
    }
  }
}

void DocxWalk::paragraph(const pugi::xml_node& node) {
  Inline content;
  collect(node, content);
  write_paragraph(child_named(node, "pPr"), content.text);
  after_block(content);
}

void DocxWalk::after_block(const Inline& content) {
  for (const pugi::xml_node& box : content.boxes) blocks(box);
  for (const std::string& mark : content.note_marks) {
    const auto note = notes_.find(mark);
    if (note == notes_.end()) continue;
    writer_.paragraph("[^" + mark + "]: " + note->second);
    notes_.erase(note);
  }
}

std::string DocxWalk::label_of(const pugi::xml_node& properties, const DocxStyle& style, int& level,
                               bool& bullet) {
  const pugi::xml_node own = child_named(properties, "numPr");
  const int number =
      own && child_named(own, "numId") ? to_int(child_value(own, "numId"), 0) : style.numbering;
  level = own && child_named(own, "ilvl") ? to_int(child_value(own, "ilvl"), 0) : style.numbering_level;
  if (number == 0) return {};
  const DocxNumbering::Label label = numbering_.next(number, level);
  bullet = label.bullet;
  return label.text;
}

void DocxWalk::write_paragraph(const pugi::xml_node& properties, const std::string& text) {
  if (trim(text).empty()) return;
  const DocxStyle style = styles_.find(child_value(properties, "pStyle"));
  if (style.contents_entry) return;
  int heading = style.heading_level;
  if (const int outline = to_int(child_value(properties, "outlineLvl"), -1); outline >= 0)
    heading = outline < 9 ? outline + 1 : 0;
  int level = 0;
  bool bullet = false;
  const std::string label = label_of(properties, style, level, bullet);
  if (heading > 0) {
    if (first_heading_.empty()) first_heading_ = one_line(text);
    writer_.heading(heading, labelled(label, text));
  } else if (bullet) {
    writer_.item(level, "- ", text);
  } else if (const size_t typed = label.empty() ? bullet_size(text) : 0; typed > 0 && typed < text.size()) {
    writer_.item(level, "- ", std::string_view(text).substr(typed));
  } else if (is_item_label(label)) {
    writer_.item(level, label + " ", text);
  } else {
    writer_.paragraph(labelled(label, text));
  }
}

void DocxWalk::table(const pugi::xml_node& node) {
  std::vector<pugi::xml_node> rows;
  size_t widest = 0;
  for (const pugi::xml_node& row : node.children()) {
    if (local_name(row) != "tr") continue;
    if (child_named(child_named(row, "trPr"), "del")) continue;
    rows.push_back(row);
    size_t cells = 0;
    for (const pugi::xml_node& cell : row.children())
      cells += local_name(cell) == "tc" || local_name(cell) == "sdt";
    widest = std::max(widest, cells);
  }
  if (widest <= 1) {
    // A frame around text, not data.
    for (const pugi::xml_node& row : rows)
      for (const pugi::xml_node& cell : row.children())
        if (local_name(cell) != "trPr" && local_name(cell) != "tblPrEx") blocks(cell);
    return;
  }
  writer_.end_list_or_table();
  std::vector<std::string> carried;
  for (const pugi::xml_node& row : rows) table_row(row, carried);
  writer_.end_list_or_table();
}

void DocxWalk::table_row(const pugi::xml_node& row, std::vector<std::string>& carried) {
  std::vector<std::string> cells;
  Inline content;
  const int before = std::clamp(to_int(child_value(child_named(row, "trPr"), "gridBefore"), 0), 0,
                                static_cast<int>(kMaxCells));
  cells.resize(static_cast<size_t>(before));
  for (pugi::xml_node cell : row.children()) {
    if (local_name(cell) == "sdt") cell = child_named(child_named(cell, "sdtContent"), "tc");
    if (local_name(cell) != "tc" || cells.size() >= kMaxCells) continue;
    const pugi::xml_node properties = child_named(cell, "tcPr");
    const pugi::xml_node merge = child_named(properties, "vMerge");
    const bool continued = merge && attribute_named(merge, "val") != "restart";
    if (carried.size() <= cells.size()) carried.resize(cells.size() + 1);
    std::string& above = carried[cells.size()];
    std::string text = continued ? above : flat_cell(cell, content);
    if (merge && !continued) above = text.size() <= kRepeatBytes ? text : std::string();
    cells.push_back(std::move(text));
    for (int span = to_int(child_value(properties, "gridSpan"), 1); span > 1 && cells.size() < kMaxCells;
         --span)
      cells.emplace_back();
  }
  writer_.row(cells);
  after_block(content);
}

std::string DocxWalk::flat_cell(const pugi::xml_node& cell, Inline& content) {
  const Deeper deeper(*this);
  std::string flat;
  if (deeper.refused()) return flat;
  for (const pugi::xml_node& node : cell.children()) {
    const std::string_view name = local_name(node);
    std::string part;
    if (name == "p") {
      Inline inner;
      collect(node, inner);
      const pugi::xml_node properties = child_named(node, "pPr");
      int level = 0;
      bool bullet = false;
      const std::string label =
          trim(inner.text).empty()
              ? ""
              : label_of(properties, styles_.find(child_value(properties, "pStyle")), level, bullet);
      part = labelled(label, inner.text);
      content.boxes.insert(content.boxes.end(), inner.boxes.begin(), inner.boxes.end());
      content.note_marks.insert(content.note_marks.end(), inner.note_marks.begin(), inner.note_marks.end());
    } else if (!is_deleted(name) && !name.ends_with("Pr")) {
      part = flat_cell(node, content);
    }
    part = one_line(part);
    if (!flat.empty() && !part.empty()) flat += ' ';
    flat += part;
  }
  return flat;
}

void DocxWalk::collect(const pugi::xml_node& parent, Inline& out) {
  const Deeper deeper(*this);
  if (deeper.refused()) return;
  for (const pugi::xml_node& child : parent.children()) {
    const std::string_view name = local_name(child);
    if (name == "r") {
      collect_run(child, out);
    } else if (name == "AlternateContent") {
      collect(child_named(child, "Choice"), out);
    } else if (name == "oMath" || name == "oMathPara") {
      append_math(child, out.text);
    } else if (name == "drawing" || name == "pict" || name == "object") {
      collect_boxes(child, out);
    } else if (!is_deleted(name) && !name.ends_with("Pr")) {
      collect(child, out);  // hyperlink, ins, moveTo, smartTag, sdt, fldSimple …
    }
  }
}

void DocxWalk::collect_run(const pugi::xml_node& run, Inline& out) {
  const pugi::xml_node properties = child_named(run, "rPr");
  if (is_on(child_named(properties, "vanish"))) {
    ++hidden_runs_;
    return;
  }
  if (child_value(properties, "vertAlign") == "superscript" && !out.text.empty() && out.text.back() >= '0' &&
      out.text.back() <= '9') {
    // "10⁶" must not read as "106".
    const std::string_view text = child_named(run, "t").text().get();
    if (!text.empty() && ((text[0] >= '0' && text[0] <= '9') || text[0] == '-')) out.text += '^';
  }
  for (const pugi::xml_node& child : run.children()) collect_child(child, out);
}

void DocxWalk::collect_child(const pugi::xml_node& child, Inline& out) {
  const std::string_view name = local_name(child);
  if (name == "t") {
    for (const pugi::xml_node& piece : child.children()) out.text += piece.value();
  } else if (name == "tab" || name == "ptab") {
    out.text += '\t';
  } else if (name == "br" || name == "cr") {
    out.text += '\n';
  } else if (name == "noBreakHyphen") {
    out.text += '-';
  } else if (name == "sym") {
    out.text += symbol(attribute_named(child, "char"));
  } else if (name == "footnoteReference") {
    add_note_mark(child, "", out);
  } else if (name == "endnoteReference") {
    add_note_mark(child, "e", out);
  } else if (name == "AlternateContent") {
    const Deeper deeper(*this);
    if (deeper.refused()) return;
    for (const pugi::xml_node& inner : child_named(child, "Choice").children()) collect_child(inner, out);
  } else if (name == "drawing" || name == "pict" || name == "object") {
    collect_boxes(child, out);
  } else if (name == "ruby") {
    collect(child_named(child, "rubyBase"), out);
  }
}

void DocxWalk::collect_boxes(const pugi::xml_node& drawing, Inline& out) {
  const Deeper deeper(*this);
  if (deeper.refused()) return;
  for (const pugi::xml_node& child : drawing.children()) {
    const std::string_view name = local_name(child);
    if (name == "txbxContent") {
      out.boxes.push_back(child);
    } else if (name == "AlternateContent") {
      collect_boxes(child_named(child, "Choice"), out);
    } else {
      collect_boxes(child, out);
    }
  }
}

void DocxWalk::add_note_mark(const pugi::xml_node& reference, std::string_view prefix, Inline& out) {
  std::string mark = std::string(prefix) + std::string(attribute_named(reference, "id"));
  if (!notes_.contains(mark)) return;
  out.text += "[^" + mark + "]";
  out.note_marks.push_back(std::move(mark));
}

}  // namespace cvp::ingest
