#include "serve/routes_document_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>

#include "base/log.h"
#include "serve/byte_range.h"
#include "serve/document_json.h"
#include "serve/line_boxes.h"
#include "serve/replies.h"

namespace cvp::serve {
namespace {

constexpr uint32_t kTextBytes = 256 << 10;
constexpr size_t kBoxes = 10'000;
constexpr int64_t kChunks = 5'000;
constexpr uint32_t kLongestCharacter = 4;

struct AskedRevision {
  store::DocumentInfo document;
  store::Store::Revision revision;
};

/// The document, and the revision that is asked for: without a number the active one.
Result<AskedRevision> asked_revision(const Backend& backend, const Call& call) {
  const store::DocumentId id = TRY(call.id("id"));
  const store::RevisionId revision = TRY(call.number("revision", 0, 1, INT64_MAX));
  AskedRevision out{.document = TRY(document_for(backend, call.caller, id, store::Right::read)),
                    .revision = {}};
  for (const store::Store::Revision& one : TRY(backend.store.revisions(id))) {
    if (revision != 0 ? one.id != revision : !one.active) continue;
    out.revision = one;
    return out;
  }
  return fail(Errc::not_found, text("document {} has no revision {}", "文档 {} 没有版本 {}", id, revision));
}

/// Clamped to the text and to what one call gives.
Result<Span> asked_span(const Call& call, uint64_t size) {
  const int64_t begin = TRY(call.number("begin", 0, 0, UINT32_MAX));
  const int64_t end = TRY(call.number("end", begin + kTextBytes, 0, UINT32_MAX));
  const auto first = static_cast<uint32_t>(std::min<uint64_t>(static_cast<uint64_t>(begin), size));
  const auto last = static_cast<uint32_t>(std::min<uint64_t>(static_cast<uint64_t>(end), size));
  return Span{first, std::clamp(last, first, first + std::min(kTextBytes, UINT32_MAX - first))};
}

bool inside_character(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

Result<net::Reply> text_piece(const Backend& backend, const Call& call) {
  const store::RevisionId revision = TRY(asked_revision(backend, call)).revision.id;
  const uint64_t size = TRY(backend.store.text_size(revision));
  const Span span = TRY(asked_span(call, size));
  // Read with what surrounds it, then widened to whole characters.
  const uint32_t from = span.begin - std::min(span.begin, kLongestCharacter);
  const auto to = static_cast<uint32_t>(std::min<uint64_t>(size, uint64_t{span.end} + kLongestCharacter));
  const std::string around = TRY(backend.store.text(revision, {from, to}));
  size_t first = span.begin - from, last = span.end - from;
  while (first > 0 && inside_character(around, first)) --first;
  while (inside_character(around, last)) ++last;
  const std::string_view piece =
      utf8_prefix(std::string_view(around).substr(first, last - first), kTextBytes);
  return json_reply(boost::json::object{{"revision", revision},
                                        {"begin", from + first},
                                        {"end", from + first + piece.size()},
                                        {"size", size},
                                        {"text", piece}});
}

double hundredths(float points) { return std::round(static_cast<double>(points) * 100) / 100; }

Result<net::Reply> boxes(const Backend& backend, const Call& call) {
  const store::RevisionId revision = TRY(asked_revision(backend, call)).revision.id;
  const Span span = TRY(asked_span(call, TRY(backend.store.text_size(revision))));
  boost::json::array items;
  for (const PageBox& one : TRY(boxes_of(backend.store, revision, span, kBoxes))) {
    items.push_back(boost::json::object{{"page", one.page},
                                        {"x0", hundredths(one.box.x0)},
                                        {"y0", hundredths(one.box.y0)},
                                        {"x1", hundredths(one.box.x1)},
                                        {"y1", hundredths(one.box.y1)}});
  }
  return json_reply(boost::json::object{{"items", std::move(items)}});
}

boost::json::object chunk_json(const store::Chunk& chunk) {
  const store::ChunkSpan& where = chunk.where;
  return {{"id", chunk.id},
          {"ordinal", chunk.ordinal},
          {"begin", where.span.begin},
          {"end", where.span.end},
          {"context_begin", where.context_begin},
          {"page_first", where.page_first},
          {"page_last", where.page_last},
          {"tokens", where.tokens},
          {"heading", where.heading}};
}

Result<net::Reply> chunks(const Backend& backend, const Call& call) {
  const store::RevisionId revision = TRY(asked_revision(backend, call)).revision.id;
  const auto limit = static_cast<size_t>(TRY(call.number("limit", kChunks, 1, kChunks)));
  const int64_t after = TRY(call.number("after", -1, 0, UINT32_MAX - 1));
  auto found = TRY(backend.store.revision_chunks(revision, static_cast<uint32_t>(after + 1), limit + 1));
  boost::json::value next;
  if (found.size() > limit) {
    found.pop_back();
    next = std::to_string(found.back().ordinal);
  }
  boost::json::array items;
  for (const store::Chunk& chunk : found) items.push_back(chunk_json(chunk));
  return json_reply(boost::json::object{{"items", std::move(items)}, {"next", std::move(next)}});
}

struct Original {
  sys::Path path;
  uint64_t bytes = 0;
};

Result<Original> original_of(const Backend& backend, const AskedRevision& asked) {
  const auto find = [&]() -> Result<Original> {
    const sys::Path path = TRY(backend.store.original_path(asked.revision.id));
    return Original{path, TRY(sys::stat_file(path)).bytes};
  };
  auto found = find();
  if (found) return found;
  // What it says of the server's folders is for the log alone.
  log::warn("the original of revision {}: {}", asked.revision.id, found.error().message.en);
  return fail(
      Errc::not_found,
      text("the original file of {} is missing", "{} 的原始文件已丢失", document_name(asked.document.uri)),
      text("add the file again", "请重新上传该文件"));
}

/// Always as a file to be saved; a PDF with its type, which pdf.js asks for.
Result<net::Reply> original(const Backend& backend, const Call& call) {
  const AskedRevision asked = TRY(asked_revision(backend, call));
  const Original file = TRY(original_of(backend, asked));
  const uint64_t size = file.bytes;
  // Nothing here tells versions of a file apart, so that a range of "the same file" cannot be promised.
  const bool conditional = !call.request.header("if-range").empty();
  const ByteRange range = parse_range(conditional ? "" : call.request.header("range"), size);
  if (range.kind == ByteRange::Kind::outside) {
    net::Reply reply = error_reply(416, "usage", text("the file has {} bytes", "文件共有 {} 字节", size),
                                   text("ask for a range inside it", "请求的范围须在文件之内"), call.lang);
    reply.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
    return reply;
  }
  constexpr std::string_view kPdf = "application/pdf";
  const std::string name = document_name(asked.document.uri);
  const bool pdf = asked.revision.media_type == kPdf;
  net::Reply reply{.status = 200,
                   .headers = {{"Content-Type", std::string(pdf ? kPdf : "application/octet-stream")},
                               {"Content-Disposition", as_attachment(name.substr(name.rfind('/') + 1))},
                               {"Accept-Ranges", "bytes"},
                               {"Cache-Control", "no-store"}},
                   .body = net::FileSlice{file.path, range.begin, range.end}};
  if (range.kind == ByteRange::Kind::part) {
    reply.status = 206;
    reply.headers.emplace_back("Content-Range",
                               fmt::format("bytes {}-{}/{}", range.begin, range.end - 1, size));
  }
  return reply;
}

Parameter revision_parameter() {
  return number_parameter(
      "revision", 1, INT64_MAX,
      text("one of the document's revisions; else the active one", "文档的某个版本；省略时为当前版本"));
}

std::vector<Parameter> span_parameters() {
  return {
      revision_parameter(),
      number_parameter("begin", 0, UINT32_MAX, text("first byte of the UTF-8 text", "UTF-8 文本的起始字节")),
      number_parameter("end", 0, UINT32_MAX,
                       text("the byte after the last; at most {} KiB further",
                            "结束字节（不含），最多再往后 {} KiB", kTextBytes >> 10))};
}

}  // namespace

Parameter number_parameter(std::string_view name, int64_t least, int64_t most, Text about) {
  return {.name = name,
          .kind = Parameter::Kind::integer,
          .least = least,
          .most = most,
          .about = std::move(about)};
}

std::vector<Route> document_text_routes(Backend& backend) {
  return {
      {.method = "GET",
       .pattern = "/api/documents/{id}/original",
       .query = {revision_parameter()},
       .summary = text("The file as it was added; one Range of bytes may be asked for",
                       "原始文件；支持一个字节范围（Range）"),
       .gives_type = "application/octet-stream, application/pdf",
       .run = [&backend](Call& call) { return original(backend, call); }},
      {.method = "GET",
       .pattern = "/api/documents/{id}/text",
       .query = span_parameters(),
       .summary = text("A part of the text that was read from the file", "从文件中读出的部分文本"),
       .gives = "TextPiece",
       .run = [&backend](Call& call) { return text_piece(backend, call); }},
      {.method = "GET",
       .pattern = "/api/documents/{id}/boxes",
       .query = span_parameters(),
       .summary = text("Where a part of the text stands on the pages", "部分文本在页面上的位置"),
       .gives = "Boxes",
       .run = [&backend](Call& call) { return boxes(backend, call); }},
      {.method = "GET",
       .pattern = "/api/documents/{id}/chunks",
       .query = {revision_parameter(),
                 number_parameter("after", 0, UINT32_MAX - 1,
                                  text("`next` of the page before", "上一页返回的 `next`")),
                 number_parameter("limit", 1, kChunks, text("at most so many", "最多返回的数量"))},
       .summary = text("The passages into which the text was cut", "文本切分成的段落"),
       .gives = "Chunks",
       .run = [&backend](Call& call) { return chunks(backend, call); }},
  };
}

}  // namespace cvp::serve
