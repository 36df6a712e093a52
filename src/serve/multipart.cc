#include "serve/multipart.h"

#include <algorithm>
#include <utility>

#include "base/unicode.h"

namespace cvp::serve {
namespace {

constexpr size_t kBoundaryBytes = 70, kNameBytes = 200, kFileNameBytes = 4096;
constexpr std::string_view kLineEnd = "\r\n";

std::unexpected<Error> fail_form(const Text& what) {
  return fail(Errc::usage, text("the form cannot be read: {}", "无法读取表单：{}", what));
}

std::string lower(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

bool is_boundary_character(char c) {
  constexpr std::string_view kOthers = "'()+_,-./:=? ";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kOthers.find(c) != std::string_view::npos;
}

bool is_clean(std::string_view s, size_t most) {
  return s.size() <= most && valid_utf8(s) &&
         std::ranges::none_of(s, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// Browsers write a quotation mark inside a file's name as %22.
std::string with_marks(std::string_view name) {
  constexpr std::string_view kMark = "%22";
  std::string out;
  for (size_t end = name.find(kMark); end != std::string_view::npos; end = name.find(kMark)) {
    out.append(name.substr(0, end)).append("\"");
    name.remove_prefix(end + kMark.size());
  }
  return out.append(name);
}

/// A header's value and its parameters: `form-data; name="file"; filename="a \"b\".txt"`.
struct HeaderValue {
  std::string value;  // lower case
  std::vector<std::pair<std::string, std::string>> parameters;

  const std::string* find(std::string_view name) const {
    const auto found = std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
    return found != parameters.end() ? &found->second : nullptr;
  }
};

/// Takes `"…"` off the front. Only \" and \\ are escapes: a Windows path keeps its strokes.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string out;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return out;
    }
    if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) ++i;
    out += rest[i];
  }
  return {};
}

std::optional<HeaderValue> parse_value(std::string_view rest) {
  const size_t end = std::min(rest.find(';'), rest.size());
  HeaderValue out{.value = lower(trimmed(rest.substr(0, end))), .parameters = {}};
  rest.remove_prefix(end);
  while (!rest.empty()) {
    rest = trimmed(rest.substr(1));
    if (rest.empty()) break;
    const size_t equals = rest.find('=');
    if (equals == std::string_view::npos || equals == 0) return {};
    std::string name = lower(trimmed(rest.substr(0, equals)));
    rest = trimmed(rest.substr(equals + 1));
    std::string value;
    if (rest.starts_with('"')) {
      auto quoted = take_quoted(rest);
      if (!quoted) return {};
      value = std::move(*quoted);
      rest = trimmed(rest);
      if (!rest.empty() && rest.front() != ';') return {};
    } else {
      const size_t until = std::min(rest.find(';'), rest.size());
      value = trimmed(rest.substr(0, until));
      rest.remove_prefix(until);
    }
    if (out.find(name) != nullptr) return {};
    out.parameters.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

/// What a part's head says. head: its lines, each with its end.
Result<FormPart> read_head(std::string_view head) {
  std::optional<HeaderValue> disposition;
  while (!head.empty()) {
    const size_t end = head.find(kLineEnd);
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + kLineEnd.size());
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' || line.front() == '\t')
      return fail_form(text("a part's header is broken", "有一部分的头部格式有误"));
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "content-disposition") {
      if (disposition) return fail_form(text("a part is described twice", "有一部分重复描述"));
      disposition = parse_value(value);
      if (!disposition) return fail_form(text("a part's name is broken", "有一部分的名称格式有误"));
    } else if (name == "content-transfer-encoding" && lower(value) != "binary" && lower(value) != "8bit" &&
               lower(value) != "7bit") {
      return fail_form(text("a part is encoded", "有一部分经过编码"));
    }
  }
  const std::string* name = disposition ? disposition->find("name") : nullptr;
  if (name == nullptr || disposition->value != "form-data" || name->empty() || !is_clean(*name, kNameBytes))
    return fail_form(text("a part has no name", "有一部分没有名称"));
  FormPart out{.name = *name, .file_name = {}, .content = {}};
  if (const std::string* file = disposition->find("filename")) {
    if (!is_clean(*file, kFileNameBytes))
      return fail_form(text("a file's name is not plain UTF-8", "文件名不是有效的 UTF-8 文本"));
    out.file_name = with_marks(*file);
  }
  return out;
}

}  // namespace

Result<std::string> form_boundary(std::string_view content_type) {
  const auto value = parse_value(content_type);
  const std::string* boundary = value ? value->find("boundary") : nullptr;
  if (boundary == nullptr || value->value != "multipart/form-data" || boundary->empty() ||
      boundary->size() > kBoundaryBytes || boundary->back() == ' ' ||
      !std::ranges::all_of(*boundary, is_boundary_character)) {
    return fail(Errc::usage, text("the body must be multipart/form-data with a boundary",
                                  "请求体须为带 boundary 的 multipart/form-data"));
  }
  return *boundary;
}

Result<std::vector<FormPart>> read_form(std::string_view body, std::string_view boundary) {
  const std::string border = fmt::format("\r\n--{}", boundary);
  const std::string_view first = std::string_view(border).substr(kLineEnd.size());
  if (!body.starts_with(first)) return fail_form(text("it does not begin with a part", "开头不是表单内容"));
  body.remove_prefix(first.size());
  std::vector<FormPart> out;
  while (!body.starts_with("--")) {
    if (!body.starts_with(kLineEnd)) return fail_form(text("a part's border is broken", "分隔行格式有误"));
    if (out.size() >= kFormParts)
      return fail_form(text("it has more than {} parts", "超过 {} 个部分", kFormParts));
    // From the border's line end on: a head without lines ends there already.
    const size_t head_end = body.substr(0, kPartHeadBytes).find("\r\n\r\n");
    if (head_end == std::string_view::npos)
      return fail_form(text("a part's header has no end", "有一部分的头部没有结束"));
    FormPart part = TRY(read_head(body.substr(kLineEnd.size(), head_end)));
    body.remove_prefix(head_end + 2 * kLineEnd.size());
    const size_t end = body.find(border);
    if (end == std::string_view::npos) return fail_form(text("it breaks off", "内容不完整"));
    part.content = body.substr(0, end);
    body.remove_prefix(end + border.size());
    out.push_back(std::move(part));
  }
  body.remove_prefix(2);
  if (!body.empty() && body != kLineEnd)
    return fail_form(text("something follows its end", "结尾之后还有内容"));
  return out;
}

}  // namespace cvp::serve
