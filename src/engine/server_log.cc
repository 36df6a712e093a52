#include "engine/server_log.h"

#include <algorithm>
#include <vector>

#include "base/unicode.h"

namespace cvp::engine {
namespace {

constexpr size_t kTailBytes = 8192;
constexpr size_t kLines = 4;
constexpr size_t kLongestLine = 150;

/// "0.00.056.226 E llama_model_load: …" without the time and the level.
std::string_view without_stamp(std::string_view line) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return line;
  if (line.substr(0, space).find_first_not_of("0123456789.") != std::string_view::npos) return line;
  line.remove_prefix(space + 1);
  if (line.size() > 2 && line[1] == ' ') line.remove_prefix(2);
  return line;
}

std::string_view trimmed(std::string_view line) {
  const size_t from = line.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
}

}  // namespace

std::string last_words(const sys::Path& log) {
  const auto map = sys::MappedFile::open(log);
  if (!map) return {};
  std::string_view rest = map->bytes();
  rest = rest.substr(rest.size() - std::min(rest.size(), kTailBytes));
  std::vector<std::string_view> lines;
  while (!rest.empty() && lines.size() < kLines) {
    const size_t end = rest.find_last_of('\n');
    const std::string_view line =
        trimmed(without_stamp(trimmed(end == std::string_view::npos ? rest : rest.substr(end + 1))));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
    if (!line.empty()) lines.push_back(utf8_prefix(line, kLongestLine));
  }
  std::string words;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!words.empty()) words += "; ";
    words += *line;
  }
  return repair_utf8(words);
}

std::string rejected_flag(std::string_view words) {
  constexpr std::string_view kMark = "invalid argument: ";
  const size_t at = words.rfind(kMark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = words.substr(at + kMark.size());
  return std::string(rest.substr(0, rest.find_first_of(" ;\n")));
}

bool blames_model_file(std::string_view words) {
  for (const std::string_view mark :
       {"failed to load model", "model loading error", "gguf_init", "invalid magic", "corrupted"}) {
    if (words.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace cvp::engine
