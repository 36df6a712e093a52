#include <cmath>
#include <map>

#include "ingest/pdf_lines.h"

namespace cvp::ingest {
namespace {

constexpr float kMarginShare = 0.12F;  // of the page's height, where running lines stand
constexpr float kBucketPoints = 8;
constexpr uint32_t kLeastPages = 3;
constexpr double kLeastShare = 0.4;  // of the pages: left and right pages may differ
constexpr size_t kLongestBytes = 200;

std::string without_numbers(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !out.empty() && out.back() == '#') continue;
    if (c != ' ') out += digit ? '#' : c;
  }
  return out;
}

struct Place {
  std::string key;
  int bucket = 0;
};

bool in_margin(const PdfLine& line, const PdfPage& page) {
  return page.height > 0 &&
         (line.box.y1 < page.height * kMarginShare || line.box.y0 > page.height * (1 - kMarginShare));
}

Place place_of(const PdfLines& lines, const PdfLine& line) {
  return {without_numbers(lines.text(line)), static_cast<int>(std::floor(line.box.y0 / kBucketPoints))};
}

}  // namespace

std::vector<bool> repeated_lines(const PdfLines& lines) {
  std::vector<bool> repeated(lines.lines.size(), false);
  if (lines.pages.size() < kLeastPages) return repeated;
  // Per text and height: on how many pages, and the last page counted.
  struct Count {
    uint32_t pages = 0, last_page = 0;
  };
  std::map<std::string, std::map<int, Count>> counts;
  const auto candidate = [&](const PdfLine& line) {
    return line.text_size <= kLongestBytes && in_margin(line, lines.pages[line.page - 1]);
  };
  for (const PdfLine& line : lines.lines) {
    if (!candidate(line)) continue;
    const Place place = place_of(lines, line);
    Count& count = counts[place.key][place.bucket];
    if (count.last_page != line.page) ++count.pages;
    count.last_page = line.page;
  }
  const double needed = std::max<double>(kLeastPages, kLeastShare * static_cast<double>(lines.pages.size()));
  for (size_t i = 0; i < lines.lines.size(); ++i) {
    if (!candidate(lines.lines[i])) continue;
    const Place place = place_of(lines, lines.lines[i]);
    const auto& buckets = counts[place.key];
    double pages = 0;
    for (int near = place.bucket - 1; near <= place.bucket + 1; ++near) {
      const auto it = buckets.find(near);
      if (it != buckets.end()) pages += it->second.pages;
    }
    repeated[i] = pages >= needed;
  }
  return repeated;
}

}  // namespace cvp::ingest
