#include "model/import.h"

#include <algorithm>

#include "model/import_formats.h"

namespace cvp::model {
namespace {

constexpr uint64_t kExtraBytes = 128 << 20;

/// The extra file of that name, alone or after the model's own ("bge-small-zh-tokenizer.json").
Result<std::string> read_extra(const std::vector<sys::Path>& extras, std::string_view wanted,
                               const sys::Path& source) {
  const auto found = std::ranges::find_if(extras, [&](const sys::Path& path) {
    const std::string name = path.filename().string();
    return name == wanted || name.ends_with("-" + std::string(wanted));
  });
  if (found == extras.end())
    return fail(Errc::not_found, text("the file {} that belongs to {} is missing",
                                      "缺少与 {1} 配套的文件 {0}", std::string(wanted), source.string()));
  return sys::read_file(*found, kExtraBytes);
}

Result<BertSource> read_source(FileFormat format, std::string_view bytes, const sys::Path& source,
                               const std::vector<sys::Path>& extras) {
  const std::string name = source.filename().string();
  switch (format) {
    case FileFormat::e5_packed:
      return read_e5_packed(bytes, name);
    case FileFormat::onnx_bert: {
      const std::string tokenizer = TRY(read_extra(extras, "tokenizer.json", source));
      return read_onnx_bert(bytes, tokenizer, name);
    }
    case FileFormat::safetensors_bert: {
      const std::string vocabulary = TRY(read_extra(extras, "vocab.txt", source));
      const std::string config = TRY(read_extra(extras, "config.json", source));
      return read_safetensors_bert(bytes, vocabulary, config, name);
    }
    case FileFormat::gguf:
      break;
  }
  return fail(Errc::usage, text("{} is GGUF already", "{} 已经是 GGUF 格式", name));
}

}  // namespace

Result<void> import_to_gguf(FileFormat format, const sys::Path& source, const std::vector<sys::Path>& extras,
                            const CatalogueEntry& entry, const sys::Path& out, const OnProgress& on_progress,
                            const CancelToken& cancel) {
  const sys::MappedFile map = TRY(sys::MappedFile::open(source));
  const BertSource read = TRY(read_source(format, map.bytes(), source, extras));
  return write_bert_gguf(read, entry, out, on_progress, cancel);
}

}  // namespace cvp::model
