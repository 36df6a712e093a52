#pragma once
#include <gumbo.h>

#include <string>
#include <string_view>
#include <vector>

#include "ingest/text_writer.h"

namespace cvp::ingest {

/// Writes a page's visible text in document order. Walks with a stack of its own: depth is the attacker's
/// choice.
class HtmlWalk {
 public:
  explicit HtmlWalk(uint64_t text_limit_bytes) : writer_(text_limit_bytes) {}

  void run(const GumboNode* document);
  std::string title() const;
  Result<std::string> take() { return writer_.take(); }

 private:
  struct Frame {
    const GumboNode* node;
    unsigned next_child = 0;
  };
  struct List {
    bool ordered;
    long number;
  };
  struct Carried {  // a cell that spans further rows
    long rows = 0;
    std::string text;
  };

  bool enter(const GumboNode* node);  // true: its children are to be walked and leave() called
  void leave(const GumboNode* node);
  bool enter_element(const GumboElement& element);
  void enter_list_item(const GumboElement& element);
  void add_text(const char* text);
  void flush();  // ends the block of text being collected
  void end_cell(const GumboElement& element);
  void end_row();
  std::string collected();

  TextWriter writer_;
  std::string inline_;  // text of the block being collected; kBreak where the page forces a line break
  std::string title_, first_heading_;
  std::vector<List> lists_;
  std::string marker_;  // of the item whose first block has not been written, then spaces
  int pre_depth_ = 0, cell_depth_ = 0, heading_level_ = 0, title_depth_ = 0;
  bool superscript_ = false;
  std::vector<const GumboNode*> data_tables_;
  std::vector<std::string> cells_;
  std::vector<Carried> carried_;  // by column
};

/// Whether a table lays out the page (has tables, headings or long texts in it, or one column) and is no
/// table of data.
bool is_layout_table(const GumboNode* table);
/// Script, navigation, form controls and whatever the page hides.
bool is_hidden(const GumboElement& element);

}  // namespace cvp::ingest
