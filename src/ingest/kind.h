// What a file is, by its bytes. A name is only a hint where the bytes allow several readings (Markdown, HTML
// fragments, plain text).
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::ingest {

enum class Kind { text, markdown, html, pdf, docx };

/// The kind of a whole file (a zip's folder stands at its end, so a prefix does not do). Refuses, naming what
/// it is and what to do: empty files, binary data, formats not read yet (old Office, spreadsheets, slides,
/// pictures, archives), encrypted Office files.
Result<Kind> detect_kind(std::string_view bytes, std::string_view name);

const char* media_type(Kind kind);

}  // namespace cvp::ingest
