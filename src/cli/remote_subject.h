#pragma once
#include <string>

#include "cli/subject.h"

namespace cvp::cli {

/// A model whose file is elsewhere, by its header: "hf:OWNER/REPOSITORY/FILE.gguf", "ms:…", or an address
/// that ends in .gguf, .safetensors or .json; a repository alone means its config.json. What is fetched is a
/// few megabytes, and said beside the result. Errors as hub::fetch_gguf_header.
Result<NamedSubject> open_remote_subject(App& app, const std::string& named);

/// A safetensors file, or a folder of them, with the config.json beside it where there is one. Without it the
/// shape knows only the name and the layers: what is counted is in the file.
Result<NamedSubject> open_safetensors(const sys::Path& file_or_folder);
/// Whether open_safetensors is for it.
bool is_safetensors(const sys::Path& file_or_folder);

}  // namespace cvp::cli
