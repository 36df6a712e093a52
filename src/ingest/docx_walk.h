#pragma once
#include <pugixml.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/docx_numbering.h"
#include "ingest/docx_styles.h"
#include "ingest/text_writer.h"

namespace cvp::ingest {

/// Writes a document body. Elements are known by their local names; unknown containers are looked into.
class DocxWalk {
 public:
  DocxWalk(DocxStyles styles, DocxNumbering numbering, uint64_t text_limit_bytes)
      : styles_(std::move(styles)), numbering_(std::move(numbering)), writer_(text_limit_bytes) {}

  /// Footnotes or endnotes; prefix tells them apart in the text: "[^1]", "[^e1]".
  void load_notes(const pugi::xml_node& notes, std::string_view prefix);
  void run(const pugi::xml_node& body);

  Result<std::string> take() { return writer_.take(); }
  const std::string& first_heading() const { return first_heading_; }
  size_t hidden_runs() const { return hidden_runs_; }
  bool too_deep() const { return too_deep_; }

 private:
  struct Inline {
    std::string text;
    std::vector<pugi::xml_node> boxes;    // text boxes anchored here, written after the paragraph
    std::vector<std::string> note_marks;  // footnotes referred to
  };
  class Deeper;

  void blocks(const pugi::xml_node& parent);
  void paragraph(const pugi::xml_node& node);
  void write_paragraph(const pugi::xml_node& properties, const std::string& text);
  void table(const pugi::xml_node& node);
  void table_row(const pugi::xml_node& row, std::vector<std::string>& carried);
  void after_block(const Inline& content);

  std::string flat_cell(const pugi::xml_node& cell, Inline& content);
  void collect(const pugi::xml_node& parent, Inline& out);
  void collect_run(const pugi::xml_node& run, Inline& out);
  void collect_child(const pugi::xml_node& child, Inline& out);
  void collect_boxes(const pugi::xml_node& drawing, Inline& out);
  void add_note_mark(const pugi::xml_node& reference, std::string_view prefix, Inline& out);
  std::string label_of(const pugi::xml_node& properties, const DocxStyle& style, int& level, bool& bullet);

  DocxStyles styles_;
  DocxNumbering numbering_;
  TextWriter writer_;
  std::map<std::string, std::string, std::less<>> notes_;
  std::string first_heading_;
  size_t hidden_runs_ = 0;
  int depth_ = 0;
  bool too_deep_ = false;
};

/// "a/b", "x^2", "√(x)": Office Math on one line.
void append_math(const pugi::xml_node& math, std::string& out, int depth = 0);

}  // namespace cvp::ingest
