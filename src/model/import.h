// Other model formats to GGUF, the only one that the engine runs.
#pragma once
#include <vector>

#include "base/cancel.h"
#include "base/progress.h"
#include "base/result.h"
#include "model/catalogue.h"
#include "sys/files.h"

namespace cvp::model {

/// Writes source (with its extras: tokenizer.json of an ONNX file; vocab.txt and config.json of a safetensors
/// file, told apart by their names) as GGUF to out; entry gives name, pooling and licence. Linear and
/// embedding weights become 16-bit floats, norms and biases stay 32-bit; a packed e5 keeps its 4-bit blocks.
/// The same input gives the same bytes. Memory: the source is mapped, never copied whole. A hostile or broken
/// source is Errc::corrupt; out is whole or absent. FileFormat::gguf is Errc::usage.
Result<void> import_to_gguf(FileFormat format, const sys::Path& source, const std::vector<sys::Path>& extras,
                            const CatalogueEntry& entry, const sys::Path& out, const OnProgress& on_progress,
                            const CancelToken& cancel);

}  // namespace cvp::model
