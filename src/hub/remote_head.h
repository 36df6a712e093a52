// The beginnings of remote model files, by HTTP range requests: what a file of many gigabytes contains, for a
// few megabytes.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "model/gguf.h"
#include "model/safetensors.h"

namespace cvp::hub {

/// Headers of real files take up to 20 MB: their vocabularies stand in them.
inline constexpr uint64_t kMostHeadBytes = 64ull << 20;

/// header's views point into head.
struct RemoteGguf {
  std::string head;
  uint64_t file_bytes = 0;
  model::GgufHeader header;
};

/// Fetches as much of the file as its header takes, in a few growing steps. A server that ignores ranges is
/// read from the start and cut off. Errors: those of GgufHeader::parse; Errc::not_found, refused (a login, or
/// a header of more than kMostHeadBytes), unavailable (network, or a server that does not say how long the
/// file is).
Result<RemoteGguf> fetch_gguf_header(const std::string& url, const CancelToken& cancel);

struct RemoteSafetensors {
  uint64_t file_bytes = 0;
  std::map<std::string, model::SafeTensorInfo, std::less<>> tensors;
};
Result<RemoteSafetensors> fetch_safetensors_header(const std::string& url, const CancelToken& cancel);

/// A small text file, such as config.json.
Result<std::string> fetch_text(const std::string& url, uint64_t limit_bytes, const CancelToken& cancel);

/// "hf:ORG/REPO/FILE", "ms:ORG/REPO/FILE" (a `file` of Hugging Face's or ModelScope's main branch) or an
/// address as it is. Without FILE it is `otherwise`. Errc::usage for what is none of these.
struct RemoteBases {
  std::string hugging_face = "https://huggingface.co", modelscope = "https://modelscope.cn";
};
bool names_remote(std::string_view named);
Result<std::string> remote_url(const std::string& named, const std::string& otherwise,
                               const RemoteBases& bases = {});

}  // namespace cvp::hub
