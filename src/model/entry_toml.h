// How a catalogue entry stands in TOML: in data/models.toml and in the model.toml of what is installed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/catalogue.h"

namespace cvp::model {

/// HOME/models/ID/model.toml.
struct Manifest {
  CatalogueEntry entry;
  std::string gguf_sha256;
  uint64_t gguf_bytes = 0;
  std::string source;
};

/// name is what the error calls the text. Errc::corrupt where TOML, a needed field or a value is wrong.
Result<std::vector<CatalogueEntry>> parse_entries(std::string_view toml, std::string_view name);
Result<Manifest> parse_manifest(std::string_view toml, std::string_view name);
std::string write_manifest(const Manifest& manifest);

std::string_view role_name(ModelRole role);
std::string_view format_name(FileFormat format);
std::string_view source_kind_name(Source::Kind kind);

}  // namespace cvp::model
