#include "serve/pages.h"

#include <algorithm>
#include <array>

#include "serve/replies.h"
#include "sys/sha256.h"

namespace cvp::serve {
namespace {

constexpr std::string_view kNonceMark = "__CVP_NONCE__";
constexpr size_t kNonceBytes = 16;

std::string_view media_type(std::string_view path) {
  struct Type {
    std::string_view ending, type;
  };
  static constexpr std::array kTypes = {Type{".js", "text/javascript; charset=utf-8"},
                                        Type{".mjs", "text/javascript; charset=utf-8"},
                                        Type{".css", "text/css; charset=utf-8"},
                                        Type{".html", "text/html; charset=utf-8"},
                                        Type{".svg", "image/svg+xml"},
                                        Type{".png", "image/png"},
                                        Type{".woff2", "font/woff2"},
                                        Type{".wasm", "application/wasm"},
                                        Type{".json", "application/json"},
                                        Type{".txt", "text/plain; charset=utf-8"}};
  for (const Type& type : kTypes)
    if (path.ends_with(type.ending)) return type.type;
  return "application/octet-stream";
}

bool takes_gzip(const net::RequestHead& head) {
  return head.header("accept-encoding").find("gzip") != std::string_view::npos;
}

net::Reply without_page() {
  return {
      .status = 404,
      .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
      .body = std::string("This cvp was built without its page; the API is here. ./dev build makes both.\n"
                          "这个 cvp 构建时没有包含网页，只提供 API。运行 ./dev build 可同时构建网页。\n")};
}

/// Styles that the page's libraries make carry the nonce; scripts come from the program alone.
net::Reply index_page(std::string_view html) {
  const std::string nonce = sys::random_hex(kNonceBytes);
  std::string body(html);
  if (const size_t at = body.find(kNonceMark); at != std::string::npos)
    body.replace(at, kNonceMark.size(), nonce);
  return {.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"Content-Security-Policy",
                       fmt::format(
                           "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'nonce-{}'; "
                           "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
                           nonce)}},
          .body = std::move(body)};
}

}  // namespace

const data::Embedded* Pages::find(std::string_view path) const {
  const auto found = std::ranges::find(files_, path, &data::Embedded::path);
  return found != files_.end() ? &*found : nullptr;
}

net::Reply Pages::reply(const net::RequestHead& head) const {
  const std::string_view path = std::string_view(head.path).substr(1);
  const data::Embedded* file =
      path.empty() || path == "index.html" || path.ends_with(".gz") ? nullptr : find(path);
  if (file == nullptr && path.starts_with("assets/"))
    return error_reply(404, "not_found", text("there is nothing at this address", "此地址没有内容"), {},
                       Lang::en);
  if (file == nullptr) {
    const data::Embedded* index = find("index.html");
    return index != nullptr ? index_page(index->bytes) : without_page();
  }
  const bool hashed_name = path.starts_with("assets/");
  net::Reply reply{
      .headers = {{"Content-Type", std::string(media_type(path))},
                  {"Cache-Control", hashed_name ? "public, max-age=31536000, immutable" : "no-cache"},
                  {"Vary", "Accept-Encoding"}},
      .body = file->bytes};
  const data::Embedded* compressed = find(std::string(path) + ".gz");
  if (compressed != nullptr && takes_gzip(head)) {
    reply.body = compressed->bytes;
    reply.headers.emplace_back("Content-Encoding", "gzip");
  }
  return reply;
}

}  // namespace cvp::serve
