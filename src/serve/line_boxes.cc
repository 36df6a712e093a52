#include "serve/line_boxes.h"

#include <algorithm>
#include <cmath>

namespace cvp::serve {
namespace {

constexpr uint32_t kLongestLineBytes = 16 << 10;  // a longer "line" is not cut
constexpr size_t kMostCut = 100;                  // a span has two ends; more are a damaged layout

double width_of(std::string_view text) {
  double width = 0;
  for (size_t pos = 0; pos < text.size();) {
    const char32_t c = decode_utf8(text, pos);
    const bool wide = is_cjk(c) || (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF60);
    width += wide ? 2 : 1;
  }
  return width;
}

bool is_finite(const store::Box& box) {
  return std::isfinite(box.x0) && std::isfinite(box.y0) && std::isfinite(box.x1) && std::isfinite(box.y1);
}

}  // namespace

store::Box part_of_box(const store::LayoutSpan& line, std::string_view line_text, Span wanted) {
  const Span part{std::max(wanted.begin, line.span.begin), std::min(wanted.end, line.span.end)};
  store::Box box = line.box;
  const double whole = width_of(line_text);
  // Text that runs from top to bottom is marked as a whole.
  if (part.begin >= part.end || line_text.size() != line.span.size() || whole == 0 ||
      box.y1 - box.y0 > box.x1 - box.x0)
    return box;
  const double width = box.x1 - box.x0;
  const double before = width_of(line_text.substr(0, part.begin - line.span.begin));
  const double until = width_of(line_text.substr(0, part.end - line.span.begin));
  box.x1 = static_cast<float>(line.box.x0 + width * until / whole);
  box.x0 = static_cast<float>(line.box.x0 + width * before / whole);
  return box;
}

Result<std::vector<PageBox>> boxes_of(store::Store& store, store::RevisionId revision, Span span,
                                      size_t limit) {
  std::vector<PageBox> out;
  if (span.begin >= span.end) return out;
  size_t cut = 0;
  for (const store::LayoutSpan& line : TRY(store.layout(revision, span))) {
    if (out.size() == limit) break;
    if (!is_finite(line.box)) continue;
    store::Box box = line.box;
    const bool whole = line.span.begin >= span.begin && line.span.end <= span.end;
    if (!whole && line.span.size() <= kLongestLineBytes && cut++ < kMostCut)
      box = part_of_box(line, TRY(store.text(revision, line.span)), span);
    out.push_back({line.page, box});
  }
  return out;
}

}  // namespace cvp::serve
