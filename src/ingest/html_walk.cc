#include "ingest/html_walk.h"

#include <algorithm>
#include <cstdlib>

#include "ingest/clean.h"

namespace cvp::ingest {
namespace {

constexpr char kBreak = '\v';
constexpr long kMaxSpan = 100;      // rows or columns that one cell may claim
constexpr size_t kMaxCells = 1000;  // in a row
constexpr size_t kRepeatBytes =
    200;  // a spanning cell's text is repeated in each of its rows if it is no longer

bool is_block(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_HEAD:
      return true;
    default:
      return false;
  }
}

bool is_list(GumboTag tag) { return tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_DL; }
bool is_heading(GumboTag tag) { return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6; }

long number_attribute(const GumboElement& element, const char* name, long otherwise) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  if (found == nullptr) return otherwise;
  char* end = nullptr;
  const long value = std::strtol(found->value, &end, 10);
  return end == found->value ? otherwise : std::clamp(value, -1'000'000L, 1'000'000L);
}

const GumboVector& children_of(const GumboNode* node) {
  return node->type == GUMBO_NODE_DOCUMENT ? node->v.document.children : node->v.element.children;
}

}  // namespace

std::string HtmlWalk::title() const { return title_.empty() ? first_heading_ : title_; }

void HtmlWalk::run(const GumboNode* document) {
  std::vector<Frame> stack{{document}};
  while (!stack.empty() && !writer_.full()) {
    Frame& frame = stack.back();
    const GumboVector& children = children_of(frame.node);
    if (frame.next_child < children.length) {
      const auto* child = static_cast<const GumboNode*>(children.data[frame.next_child++]);
      if (enter(child)) stack.push_back({child});
    } else {
      if (frame.node->type != GUMBO_NODE_DOCUMENT) leave(frame.node);
      stack.pop_back();
    }
  }
  flush();
}

bool HtmlWalk::enter(const GumboNode* node) {
  switch (node->type) {
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_CDATA:
    case GUMBO_NODE_WHITESPACE:
      add_text(node->v.text.text);
      return false;
    case GUMBO_NODE_ELEMENT:
      if (node->v.element.tag == GUMBO_TAG_TABLE && cell_depth_ == 0 && !is_hidden(node->v.element) &&
          !is_layout_table(node)) {
        flush();
        data_tables_.push_back(node);
        carried_.clear();
        return true;
      }
      return enter_element(node->v.element);
    default:
      return false;
  }
}

void HtmlWalk::add_text(const char* text) {
  std::string_view rest = text;
  if (superscript_ && !rest.empty()) {
    // "10⁶" must not read as "106".
    const bool number = !inline_.empty() && inline_.back() >= '0' && inline_.back() <= '9';
    if (number && ((rest[0] >= '0' && rest[0] <= '9') || rest[0] == '-')) inline_ += '^';
    superscript_ = false;
  }
  inline_ += rest;
}

bool HtmlWalk::enter_element(const GumboElement& element) {
  if (is_hidden(element)) return false;
  const GumboTag tag = element.tag;
  if (tag == GUMBO_TAG_BR) {
    inline_ += pre_depth_ > 0 ? '\n' : kBreak;
    return false;
  }
  if (tag == GUMBO_TAG_Q) inline_ += "“";
  if (tag == GUMBO_TAG_SUP) superscript_ = true;
  if (!is_block(tag)) return true;
  flush();
  if (tag == GUMBO_TAG_TITLE) ++title_depth_;
  if (cell_depth_ > 0) return true;
  if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
    if (!data_tables_.empty()) ++cell_depth_;
  } else if (tag == GUMBO_TAG_PRE) {
    ++pre_depth_;
  } else if (is_heading(tag)) {
    heading_level_ = static_cast<int>(tag) - static_cast<int>(GUMBO_TAG_H1) + 1;
  } else if (is_list(tag)) {
    if (lists_.empty()) writer_.end_list_or_table();
    lists_.push_back({tag == GUMBO_TAG_OL, number_attribute(element, "start", 1)});
  } else if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DT || tag == GUMBO_TAG_DD) {
    enter_list_item(element);
  }
  return true;
}

void HtmlWalk::enter_list_item(const GumboElement& element) {
  marker_ = "- ";
  if (element.tag == GUMBO_TAG_DD) marker_ = "  ";
  if (lists_.empty() || !lists_.back().ordered) return;
  List& list = lists_.back();
  list.number = number_attribute(element, "value", list.number);
  marker_ = std::to_string(list.number++) + ". ";
}

std::string HtmlWalk::collected() {
  std::string lines;
  for (size_t pos = 0; pos <= inline_.size();) {
    const size_t end = std::min(inline_.find(kBreak, pos), inline_.size());
    const std::string line = one_line(std::string_view(inline_).substr(pos, end - pos));
    if (!lines.empty() && !line.empty()) lines += '\n';
    lines += line;
    pos = end + 1;
  }
  inline_.clear();
  return lines;
}

void HtmlWalk::flush() {
  if (cell_depth_ > 0) {
    if (!inline_.empty()) inline_ += kBreak;
    return;
  }
  if (pre_depth_ > 0) return;
  std::string block = collected();
  if (block.empty()) return;
  if (title_depth_ > 0) {
    if (title_.empty()) title_ = one_line(block);
  } else if (heading_level_ > 0) {
    if (first_heading_.empty()) first_heading_ = one_line(block);
    writer_.heading(heading_level_, block);
  } else if (!marker_.empty()) {
    writer_.item(static_cast<int>(std::max<size_t>(lists_.size(), 1)) - 1, marker_, block);
    marker_.assign(marker_.size(), ' ');
  } else {
    writer_.paragraph(block);
  }
}

void HtmlWalk::end_cell(const GumboElement& element) {
  std::string cell = one_line(collected());
  const auto place = [&](std::string text) {
    if (cells_.size() < kMaxCells) cells_.push_back(std::move(text));
  };
  // Cells of rows above that reach down to here come first.
  while (cells_.size() < carried_.size() && carried_[cells_.size()].rows > 0) {
    --carried_[cells_.size()].rows;
    place(carried_[cells_.size()].text);
  }
  const long rows = std::clamp(number_attribute(element, "rowspan", 1), 1L, kMaxSpan);
  const long columns = std::clamp(number_attribute(element, "colspan", 1), 1L, kMaxSpan);
  for (long i = 0; i < columns; ++i) {
    if (rows > 1 && cells_.size() < kMaxCells) {
      if (carried_.size() <= cells_.size()) carried_.resize(cells_.size() + 1);
      carried_[cells_.size()] = {rows - 1, i == 0 && cell.size() <= kRepeatBytes ? cell : std::string()};
    }
    place(i == 0 ? cell : std::string());
  }
}

void HtmlWalk::end_row() {
  while (cells_.size() < carried_.size()) {
    Carried& carried = carried_[cells_.size()];
    if (carried.rows <= 0) break;
    --carried.rows;
    cells_.push_back(carried.text);
  }
  writer_.row(cells_);
  cells_.clear();
}

void HtmlWalk::leave(const GumboNode* node) {
  const GumboTag tag = node->v.element.tag;
  if (tag == GUMBO_TAG_Q) inline_ += "”";
  if (tag == GUMBO_TAG_SUP) superscript_ = false;
  if (!data_tables_.empty()) {
    if (data_tables_.back() == node) {
      data_tables_.pop_back();
      writer_.end_list_or_table();
      return;
    }
    if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
      --cell_depth_;
      end_cell(node->v.element);
      return;
    }
    if (tag == GUMBO_TAG_TR) {
      end_row();
      return;
    }
  }
  if (!is_block(tag)) return;
  if (tag == GUMBO_TAG_PRE && cell_depth_ == 0) {
    --pre_depth_;
    if (pre_depth_ == 0) {
      writer_.code(inline_);
      inline_.clear();
    }
    return;
  }
  flush();
  if (tag == GUMBO_TAG_TITLE) --title_depth_;
  if (cell_depth_ > 0) return;
  if (is_heading(tag)) heading_level_ = 0;
  if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DT || tag == GUMBO_TAG_DD) marker_.clear();
  if (is_list(tag) && !lists_.empty()) {
    lists_.pop_back();
    // What follows a nested list still belongs to the item around it.
    if (!lists_.empty()) marker_ = "  ";
    if (lists_.empty()) writer_.end_list_or_table();
  }
}

}  // namespace cvp::ingest
