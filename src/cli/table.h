// Tables on a terminal, aligned also where Chinese characters take two columns, and the same as Markdown.
#pragma once
#include <string>
#include <vector>

#include "cli/printer.h"

namespace cvp::cli {

class Table {
 public:
  enum class Align { left, right };
  enum class Look { plain, chosen, faint };

  void column(Text title, Align align = Align::left);
  /// Fewer cells than columns leave the rest empty; more are a bug.
  void row(std::vector<Text> cells, Look look = Look::plain);
  bool empty() const { return rows_.empty(); }

  /// On the printer's result side. Where the terminal is too narrow, the widest left-aligned cells are cut;
  /// where that is not enough, the last columns.
  void print(Printer& printer, bool markdown) const;

 private:
  struct Column {
    Text title;
    Align align;
  };
  struct Row {
    std::vector<Text> cells;
    Look look;
  };
  std::vector<size_t> widths(Lang lang) const;
  /// Left-aligned columns give what the terminal lacks.
  std::vector<size_t> fitted(std::vector<size_t> width, size_t max_columns) const;
  void print_aligned(Printer& printer) const;
  void print_markdown(Printer& printer) const;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

/// A title above a part of a report.
void print_heading(Printer& printer, const Text& title, bool markdown);
/// A paragraph of explanation, wrapped to the terminal; in Markdown one line.
void print_paragraph(Printer& printer, const Text& what, bool markdown);
/// A point of a list, likewise.
void print_point(Printer& printer, const Text& what, bool markdown);

/// "▇▇▇▇▁▁▁▁": a share of 1 in so many columns.
std::string bar(double share, size_t columns);

/// "12.3 GiB", "512 MiB", "1,256 GiB": binary units.
std::string format_gib(double bytes);
/// "7.0 GB": decimal units in GB with one digit, as model sizes are spoken of.
std::string format_gb(double bytes);
/// A number in two or three digits: "0.042", "3.0", "43.2", "1,230", "1.35 M", "5.46e+23".
std::string format_number(double value);

}  // namespace cvp::cli
