#include "ingest/wire.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/limits.h"
#include "base/unicode.h"

namespace cvp::ingest {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr uint32_t kVersion = 1;
constexpr std::string_view kRequestMagic = "cvpq", kReplyMagic = "cvpr";
constexpr size_t kMaxShortBytes = 64 << 10;  // names, titles, messages
constexpr uint32_t kMaxPages = 100'000;
constexpr uint32_t kMaxLayout = 8'000'000;
constexpr uint32_t kMaxNotes = 100;

class Writer {
 public:
  template <class T>
  void number(T value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void string(std::string_view s) {
    number(static_cast<uint32_t>(s.size()));
    out_ += s;
  }
  void text(const Text& t) {
    string(t.en);
    string(t.zh);
  }
  void magic(std::string_view m) {
    out_ += m;
    number(kVersion);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// After the first thing that is not there everything reads as zero and good() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class T>
  T number() {
    T value{};
    if (rest_.size() < sizeof value) return bad(value);
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  /// Any bytes but NUL: a path need not be UTF-8.
  std::string raw(size_t limit_bytes) {
    const auto size = number<uint32_t>();
    if (size > limit_bytes || size > rest_.size()) return bad(std::string());
    std::string s(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return s.find('\0') == std::string::npos ? s : bad(std::string());
  }
  std::string string(size_t limit_bytes) {
    std::string s = raw(limit_bytes);
    return valid_utf8(s) ? s : bad(std::string());
  }
  Text text() {
    Text t;
    t.en = string(kMaxShortBytes);
    t.zh = string(kMaxShortBytes);
    return t;
  }
  void magic(std::string_view m) {
    if (!rest_.starts_with(m)) good_ = false;
    rest_.remove_prefix(std::min(m.size(), rest_.size()));
    if (number<uint32_t>() != kVersion) good_ = false;
  }
  void require(bool condition) { good_ = good_ && condition; }
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

 private:
  template <class T>
  T bad(T value) {
    good_ = false;
    rest_ = {};
    return value;
  }
  std::string_view rest_;
  bool good_ = true;
};

std::unexpected<Error> fail_reply() {
  return fail(Errc::corrupt, text("the parser gave an invalid reply", "解析进程返回了无效的结果"),
              text("the file may be hostile: have it checked before you use it",
                   "该文件可能有恶意内容，使用前请先检查"));
}

void write_parsed(Writer& out, const store::ParsedText& parsed) {
  out.string(parsed.text);
  out.string(parsed.title);
  out.string(parsed.media_type);
  out.number(static_cast<uint32_t>(parsed.page_starts.size()));
  for (const uint32_t start : parsed.page_starts) out.number(start);
  out.number(static_cast<uint32_t>(parsed.layout.size()));
  for (const store::LayoutSpan& line : parsed.layout) {
    for (const uint32_t number : {line.span.begin, line.span.end, line.page}) out.number(number);
    for (const float number : {line.box.x0, line.box.y0, line.box.x1, line.box.y1}) out.number(number);
  }
  out.number(static_cast<uint32_t>(parsed.notes.size()));
  for (const Text& note : parsed.notes) out.text(note);
}

bool on_border(const std::string& text, uint32_t offset) {
  return offset == text.size() ||
         (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0) != 0x80);
}

void read_layout(Reader& in, store::ParsedText& parsed) {
  const auto count = in.number<uint32_t>();
  in.require(count <= kMaxLayout);
  uint32_t last = 0;
  for (uint32_t i = 0; i < count && in.good(); ++i) {
    store::LayoutSpan line;
    line.span.begin = in.number<uint32_t>();
    line.span.end = in.number<uint32_t>();
    line.page = in.number<uint32_t>();
    for (float* edge : {&line.box.x0, &line.box.y0, &line.box.x1, &line.box.y1}) {
      *edge = in.number<float>();
      in.require(std::isfinite(*edge));
    }
    in.require(line.span.begin >= last && line.span.begin <= line.span.end &&
               on_border(parsed.text, line.span.begin) && on_border(parsed.text, line.span.end));
    in.require(line.page >= 1 && line.page <= parsed.page_starts.size());
    last = line.span.begin;
    parsed.layout.push_back(line);
  }
}

store::ParsedText read_parsed(Reader& in) {
  store::ParsedText parsed;
  parsed.text = in.string(limits::kDocumentTextBytes);
  parsed.title = in.string(kMaxShortBytes);
  parsed.media_type = in.string(kMaxShortBytes);
  const auto pages = in.number<uint32_t>();
  in.require(pages <= kMaxPages);
  uint32_t last = 0;
  for (uint32_t i = 0; i < pages && in.good(); ++i) {
    const auto start = in.number<uint32_t>();
    in.require(start >= last && on_border(parsed.text, start) && (i > 0 || start == 0));
    parsed.page_starts.push_back(last = start);
  }
  read_layout(in, parsed);
  const auto notes = in.number<uint32_t>();
  in.require(notes <= kMaxNotes);
  for (uint32_t i = 0; i < notes && in.good(); ++i) parsed.notes.push_back(in.text());
  return parsed;
}

}  // namespace

std::string encode_request(const ParseRequest& request) {
  Writer out;
  out.magic(kRequestMagic);
  out.string(request.name);
  out.string(request.path);
  out.number(request.memory_bytes);
  out.number(request.cpu_seconds);
  return out.take();
}

Result<ParseRequest> decode_request(std::string_view bytes) {
  Reader in(bytes);
  in.magic(kRequestMagic);
  ParseRequest request;
  request.name = in.string(kMaxShortBytes);
  request.path = in.raw(kMaxShortBytes);
  request.memory_bytes = in.number<uint64_t>();
  request.cpu_seconds = in.number<uint32_t>();
  if (in.good() && in.at_end()) return request;
  return fail(Errc::usage, text("this is how cvp starts its own parser; it is not for use by hand",
                                "这是 cvp 启动自身解析进程的方式，不能手动使用"));
}

std::string encode_reply(const Result<ParseReply>& reply) {
  Writer out;
  out.magic(kReplyMagic);
  out.number(static_cast<uint8_t>(reply.has_value()));
  if (reply) {
    out.string(reply->content_sha256);
    write_parsed(out, reply->parsed);
  } else {
    out.number(static_cast<uint8_t>(reply.error().code));
    out.text(reply.error().message);
    out.text(reply.error().hint);
  }
  return out.take();
}

Result<ParseReply> decode_reply(std::string_view bytes) {
  Reader in(bytes);
  in.magic(kReplyMagic);
  if (in.number<uint8_t>() == 1) {
    ParseReply reply;
    reply.content_sha256 = in.string(64);
    in.require(reply.content_sha256.size() == 64);
    reply.parsed = read_parsed(in);
    if (in.good() && in.at_end()) return reply;
    return fail_reply();
  }
  const auto code = in.number<uint8_t>();
  in.require(code <
             static_cast<uint8_t>(Errc::cancelled));  // a hostile document must not seem to be the user
  Error error{static_cast<Errc>(code), in.text(), in.text()};
  if (!in.good() || !in.at_end() || error.message.empty()) return fail_reply();
  return std::unexpected(std::move(error));
}

}  // namespace cvp::ingest
