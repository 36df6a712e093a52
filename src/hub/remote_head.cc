#include "hub/remote_head.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "hub/web_fetch.h"
#include "net/http.h"

namespace cvp::hub {
namespace {

/// Bytes asked for in turn, until the header is complete.
constexpr uint64_t kSteps[] = {1ull << 20, 4ull << 20, 16ull << 20, kMostHeadBytes};
constexpr uint64_t kSlackBytes = 1 << 20;  // bodies of redirects, and the last piece of a longer body
constexpr std::string_view kHuggingFace = "hf:", kModelScope = "ms:";

struct Head {
  std::string bytes;
  uint64_t file_bytes = 0;
  bool whole() const { return bytes.size() >= file_bytes; }
};

std::optional<uint64_t> number(std::string_view digits) {
  uint64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string header_of(const net::Response& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found != response.headers.end() ? found->second : std::string();
}

/// Makes the head at least `wanted` bytes long, or the whole file.
Result<void> extend(const std::string& url, uint64_t wanted, Head& head, const CancelToken& cancel) {
  const uint64_t had = head.bytes.size();
  net::Request request{.url = url};
  request.headers["Range"] = fmt::format("bytes={}-{}", had, wanted - 1);
  request.response_limit_bytes = wanted + kSlackBytes;
  request.follow_redirects = true;
  std::string body;
  const net::Response response = TRY(net::send(request, cancel, [&](std::string_view piece) {
    body += piece;
    return body.size() < wanted;
  }));
  if (response.status == 416 && had == 0) {
    return fail(Errc::corrupt, text("{} is empty", "{} 是空文件", url),
                text("check the address, or take the file from another source", "请核对地址，或换一个来源"));
  }
  TRY(check_status(url, response.status));
  if (response.status == 206) {
    const std::string range = header_of(response, "content-range");  // "bytes 0-1023/146515"
    const size_t slash = range.find('/');
    const auto total = slash != range.npos ? number(std::string_view(range).substr(slash + 1)) : std::nullopt;
    if (!range.starts_with(fmt::format("bytes {}-", had)) || !total)
      return fail(Errc::unavailable, text("{} answered with another part of the file than was asked for",
                                          "{} 返回的不是所请求的那一段", url));
    head.bytes += body;
    head.file_bytes = *total;
  } else {
    // A server without ranges sends the file from its start; the rest was cut off.
    const auto total = number(header_of(response, "content-length"));
    if (!total)
      return fail(Errc::unavailable,
                  text("{} does not say how long the file is", "{} 没有说明文件的长度", url),
                  text("download the file and give its path", "请先下载文件，再给出它的路径"));
    head.bytes = std::move(body);
    head.file_bytes = *total;
  }
  if (head.bytes.size() < std::min(wanted, head.file_bytes))
    return fail(Errc::unavailable,
                text("{} ended after {} bytes", "{} 只传来 {} 字节", url, head.bytes.size()),
                text("try again later", "请稍后再试"));
  return {};
}

/// parse(head) until it no longer asks for more.
template <class Parse>
auto parse_growing(const std::string& url, Head& head, const CancelToken& cancel, const Parse& parse)
    -> decltype(parse(head)) {
  for (const uint64_t step : kSteps) {
    TRY(extend(url, step, head, cancel));
    auto parsed = parse(head);
    const bool needs_more = !parsed && parsed.error().code == Errc::unavailable;
    if (!needs_more || head.whole()) return parsed;
  }
  return fail(Errc::refused, text("the header of {} is longer than {} bytes", "{} 的文件头超过 {} 字节", url,
                                  kMostHeadBytes));
}

}  // namespace

Result<RemoteGguf> fetch_gguf_header(const std::string& url, const CancelToken& cancel) {
  Head head;
  model::GgufHeader header = TRY(parse_growing(url, head, cancel, [&](const Head& h) {
    return model::GgufHeader::parse(h.bytes, h.file_bytes, url);
  }));
  // The views in a header point into the bytes that it was parsed from, so these must not move.
  RemoteGguf out{.head = std::move(head.bytes), .file_bytes = head.file_bytes};
  out.header = std::move(header);
  return out;
}

Result<RemoteSafetensors> fetch_safetensors_header(const std::string& url, const CancelToken& cancel) {
  Head head;
  auto tensors = TRY(parse_growing(url, head, cancel, [&](const Head& h) {
    return model::read_safetensors_header(h.bytes, h.file_bytes, url);
  }));
  return RemoteSafetensors{head.file_bytes, std::move(tensors)};
}

Result<std::string> fetch_text(const std::string& url, uint64_t limit_bytes, const CancelToken& cancel) {
  const net::Request request{.url = url, .response_limit_bytes = limit_bytes, .follow_redirects = true};
  net::Response response = TRY(net::send(request, cancel));
  TRY(check_status(url, response.status));
  return std::move(response.body);
}

bool names_remote(std::string_view named) {
  return named.starts_with(kHuggingFace) || named.starts_with(kModelScope) || named.starts_with("https://") ||
         named.starts_with("http://");
}

Result<std::string> remote_url(const std::string& named, const std::string& otherwise,
                               const RemoteBases& bases) {
  const bool hugging_face = named.starts_with(kHuggingFace);
  if (!hugging_face && !named.starts_with(kModelScope)) {
    if (names_remote(named)) return named;
    return fail(Errc::usage, text("{} is no remote file", "{} 不是远程文件", named));
  }
  const std::string path = named.substr(kHuggingFace.size());
  const size_t owner = path.find('/');
  const size_t file = owner == path.npos ? path.npos : path.find('/', owner + 1);
  const std::string repository = path.substr(0, file);
  const std::string member = file == path.npos ? otherwise : path.substr(file + 1);
  if (owner == 0 || owner == path.npos || owner + 1 == repository.size() || member.empty())
    return fail(Errc::usage, text("{} does not name a repository", "{} 没有写明仓库", named),
                text("write {}OWNER/REPOSITORY/FILE", "请写成 {}所有者/仓库/文件", named.substr(0, 3)));
  if (hugging_face)
    return join_url(bases.hugging_face, fmt::format("{}/resolve/main/{}", repository, member));
  return join_url(bases.modelscope, fmt::format("models/{}/resolve/master/{}", repository, member));
}

}  // namespace cvp::hub
