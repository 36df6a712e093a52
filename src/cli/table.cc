#include "cli/table.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "cli/quantity.h"
#include "cli/screen_text.h"

namespace cvp::cli {
namespace {

constexpr size_t kGap = 2, kIndent = 2;
constexpr size_t kNarrowest = 8;

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string aligned(const std::string& cell, size_t width, Table::Align align) {
  const size_t taken = columns(cell);
  const std::string space(width > taken ? width - taken : 0, ' ');
  return align == Table::Align::right ? space + cell : cell + space;
}

/// "14,193"; of what no number can be, the largest.
std::string whole(double value) {
  constexpr double kMost = 1e18;
  if (!(value > 0)) return "0";
  return with_commas(static_cast<uint64_t>(std::llround(std::min(value, kMost))));
}

void wrapped(Printer& printer, const std::string& what, size_t indent, size_t first) {
  const std::string lines = wrap(what, std::max<size_t>(20, printer.max_columns() - first), indent);
  printer.line(verbatim(std::string(first, ' ') + lines));
}

}  // namespace

void Table::column(Text title, Align align) { columns_.push_back({std::move(title), align}); }

void Table::row(std::vector<Text> cells, Look look) {
  CHECK(cells.size() <= columns_.size());
  cells.resize(columns_.size());
  rows_.push_back({std::move(cells), look});
}

std::vector<size_t> Table::widths(Lang lang) const {
  std::vector<size_t> out;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = columns(columns_[i].title.in(lang));
    for (const Row& row : rows_) width = std::max(width, columns(row.cells[i].in(lang)));
    out.push_back(width);
  }
  return out;
}

std::vector<size_t> Table::fitted(std::vector<size_t> width, size_t max_columns) const {
  size_t all = kIndent;
  for (const size_t w : width) all += w + kGap;
  for (all -= kGap; all > max_columns; --all) {
    size_t widest = width.size();
    for (size_t i = 0; i < width.size(); ++i) {
      const bool can_give = columns_[i].align == Align::left && width[i] > kNarrowest;
      if (can_give && (widest == width.size() || width[i] > width[widest])) widest = i;
    }
    if (widest == width.size()) break;
    --width[widest];
  }
  return width;
}

void Table::print(Printer& printer, bool markdown) const {
  if (markdown) {
    print_markdown(printer);
  } else {
    print_aligned(printer);
  }
}

void Table::print_aligned(Printer& printer) const {
  const Lang lang = printer.lang();
  const std::vector<size_t> width = fitted(widths(lang), printer.max_columns());
  const auto line = [&](const auto& cell_of) {
    std::string out(kIndent, ' ');
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out += std::string(kGap, ' ');
      out += aligned(shorten(printable(cell_of(i)), width[i]), width[i], columns_[i].align);
    }
    return shorten(trimmed(out), printer.max_columns());
  };
  size_t all = 0;
  for (const size_t w : width) all += w + kGap;
  printer.line(verbatim(printer.dim(line([&](size_t i) { return columns_[i].title.in(lang); }))));
  std::string rule(kIndent, ' ');
  for (size_t i = 0; i + kGap < std::min(all, printer.max_columns() - kIndent + kGap); ++i) rule += "─";
  printer.line(verbatim(printer.dim(rule)));
  for (const Row& row : rows_) {
    std::string out = line([&](size_t i) { return row.cells[i].in(lang); });
    if (row.look == Look::chosen) {
      out.replace(0, kIndent, "▸ ");
      out = printer.bold(out);
    }
    if (row.look == Look::faint) out = printer.dim(out);
    printer.line(verbatim(out));
  }
}

void Table::print_markdown(Printer& printer) const {
  const Lang lang = printer.lang();
  const auto cell = [](std::string text) {
    for (size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2) text.insert(at, 1, '\\');
    return one_line(printable(text));
  };
  std::string titles = "|", rules = "|";
  for (const Column& column : columns_) {
    titles += " " + cell(column.title.in(lang)) + " |";
    rules += column.align == Align::right ? " ---: |" : " --- |";
  }
  printer.line(verbatim(titles));
  printer.line(verbatim(rules));
  for (const Row& row : rows_) {
    std::string out = "|";
    for (const Text& text : row.cells) {
      const std::string content = cell(text.in(lang));
      out += row.look == Look::chosen && !content.empty() ? " **" + content + "** |" : " " + content + " |";
    }
    printer.line(verbatim(out));
  }
}

void print_heading(Printer& printer, const Text& title, bool markdown) {
  printer.line();
  const std::string words = printable(title.in(printer.lang()));
  printer.line(verbatim(markdown ? "## " + words : printer.bold(words)));
  if (markdown) printer.line();
}

void print_paragraph(Printer& printer, const Text& what, bool markdown) {
  const std::string words = printable(what.in(printer.lang()));
  if (markdown) {
    printer.line(verbatim(words));
    printer.line();
  } else {
    wrapped(printer, words, kIndent, kIndent);
  }
}

void print_point(Printer& printer, const Text& what, bool markdown) {
  const std::string words = printable(what.in(printer.lang()));
  if (markdown) {
    printer.line(verbatim("- " + words));
  } else {
    wrapped(printer, "· " + words, kIndent + 2, kIndent);
  }
}

std::string bar(double share, size_t columns) {
  const double clean = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0;
  const auto full = static_cast<size_t>(std::lround(clean * static_cast<double>(columns)));
  std::string out;
  for (size_t i = 0; i < columns; ++i) out += i < full ? "▇" : "▁";
  return out;
}

std::string format_gib(double bytes) {
  constexpr double kKib = 1024, kMib = 1024 * kKib, kGib = 1024 * kMib;
  if (bytes >= 100 * kGib) return whole(bytes / kGib) + " GiB";
  if (bytes >= 0.995 * kGib) return fmt::format("{:.1f} GiB", bytes / kGib);
  return bytes >= kMib ? whole(bytes / kMib) + " MiB" : whole(bytes / kKib) + " KiB";
}

std::string format_gb(double bytes) {
  const double gb = bytes / 1e9;
  return gb >= 100 ? whole(gb) + " GB"
         : gb >= 1 ? fmt::format("{:.1f} GB", gb)
                   : fmt::format("{:.2f} GB", gb);
}

std::string format_number(double value) {
  const double size = std::abs(value);
  if (!std::isfinite(value)) return "–";
  if (size >= 1e15) return fmt::format("{:.2e}", value);
  if (size >= 1e12) return fmt::format("{:.3g} T", value / 1e12);
  if (size >= 1e9) return fmt::format("{:.3g} G", value / 1e9);
  if (size >= 999'950) return fmt::format("{:.3g} M", value / 1e6);
  if (size >= 999.5) {
    const double step = size >= 1e4 ? 100 : 10;
    return (value < 0 ? "-" : "") + whole(std::round(size / step) * step);
  }
  if (size >= 100) return fmt::format("{:.0f}", value);
  if (size >= 0.995) return fmt::format("{:.1f}", value);
  return size == 0 ? "0" : fmt::format("{:.2g}", value);
}

}  // namespace cvp::cli
