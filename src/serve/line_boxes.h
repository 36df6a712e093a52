// Where a quote stands on its pages.
#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace cvp::serve {

/// The part of a line's box that `wanted`, a part of the line's text, takes up: a parser tells where lines
/// stand, not letters, so that their widths are guessed (a Chinese character is as wide as two letters).
store::Box part_of_box(const store::LayoutSpan& line, std::string_view line_text, Span wanted);

struct PageBox {
  uint32_t page = 0;
  store::Box box;
};
/// Of every line that the span touches, cut to the span; at most `limit`. The span lies in the revision's
/// text.
Result<std::vector<PageBox>> boxes_of(store::Store& store, store::RevisionId revision, Span span,
                                      size_t limit);

}  // namespace cvp::serve
