#include "bench/bad_requests.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>

#include "bench/json_fields.h"

namespace cvp::bench {
namespace {

namespace json = boost::json;
using Then = BadRequest::Then;

constexpr size_t kPieceBytes = 8 << 20;
constexpr std::string_view kLength = "{length}";

std::optional<Then> then_of(const std::string& name) {
  if (name.empty()) return Then::read;
  if (name == "end") return Then::end;
  if (name == "drip") return Then::drip;
  if (name == "hold") return Then::hold;
  if (name == "leave") return Then::leave;
  return {};
}

/// Texts with what stands between two of them; nothing where one is no piece.
std::optional<std::string> joined(const json::array& pieces, std::string_view between) {
  std::string out;
  for (const json::value& piece : pieces) {
    const json::object* repeated = piece.if_object();
    if (repeated == nullptr && !piece.is_string()) return {};
    const std::string text =
        repeated != nullptr ? text_in(*repeated, "text") : std::string(piece.get_string());
    const int64_t times = repeated != nullptr ? number_in(*repeated, "times") : 1;
    if (times < 1 || static_cast<uint64_t>(times) > kPieceBytes / std::max<size_t>(1, text.size())) return {};
    for (int64_t i = 0; i < times; ++i) out.append(text).append(between);
  }
  return out;
}

std::string text_or(const json::object& object, std::string_view key, std::string_view otherwise) {
  return object.contains(key) ? text_in(object, key) : std::string(otherwise);
}

Result<BadRequest> read_one(const json::object& from) {
  BadRequest out{.number = static_cast<int>(number_in(from, "number")),
                 .what = text_in(from, "what"),
                 .never = text_in(from, "never")};
  const auto then = then_of(text_in(from, "then"));
  const auto body = joined(array_in(from, "body"), "");
  const auto headers = joined(array_in(from, "headers"), "\r\n");
  for (const json::value& status : array_in(from, "expect"))
    if (status.is_int64()) out.expect.push_back(static_cast<int>(status.get_int64()));
  const std::string request = text_in(from, "request");
  if (out.number == 0 || out.what.empty() || request.empty() || out.expect.empty() || !then || !body ||
      !headers)
    return fail(Errc::corrupt, text("bad_requests.json, {} “{}”: not as the table must be",
                                    "bad_requests.json，{}“{}”：格式不正确", out.number, out.what));
  out.then = *then;
  out.body = *body;
  out.head = request + " HTTP/1.1\r\n";
  if (const std::string host = text_or(from, "host", "{host}"); !host.empty())
    out.head += "Host: " + host + "\r\n";
  if (const std::string key = text_or(from, "key", "{key}"); !key.empty())
    out.head += "Authorization: Bearer " + key + "\r\n";
  out.head += "Connection: close\r\n";
  if (!out.body.empty()) out.head += "Content-Type: " + text_or(from, "type", "application/json") + "\r\n";
  if (!out.body.empty() && text_in(from, "framing") != "none")
    out.head += fmt::format("Content-Length: {}\r\n", kLength);
  out.head += *headers;
  return out;
}

}  // namespace

Result<std::vector<BadRequest>> parse_bad_requests(std::string_view bytes) {
  boost::system::error_code error;
  const json::value table = json::parse(json::string_view(bytes.data(), bytes.size()), error);
  if (error || !table.is_array())
    return fail(Errc::corrupt, text("bad_requests.json is no list", "bad_requests.json 不是列表"));
  std::vector<BadRequest> out;
  for (const json::value& one : table.get_array())
    out.push_back(TRY(read_one(one.is_object() ? one.get_object() : json::object())));
  return out;
}

std::string with_values(std::string text, const BadRequestValues& values) {
  for (const auto& [name, value] : values) {
    const std::string mark = "{" + name + "}";
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

std::string bytes_of(const BadRequest& request, const BadRequestValues& values) {
  const std::string body = with_values(request.body, values);
  BadRequestValues all = values;
  all["length"] = std::to_string(body.size());
  return with_values(request.head, all) + "\r\n" + body;
}

}  // namespace cvp::bench
