#pragma once
#include <string>
#include <vector>

#include "cli/app.h"

namespace cvp::cli {

/// Arguments joined by spaces; without any, standard input when it is no terminal; "-" alone is standard
/// input in any case. Errc::usage where none says anything, with the verb in the hint; Errc::refused when it
/// is too long for a question.
Result<std::string> question_from(App& app, const std::vector<std::string>& words, std::string_view verb);

/// What is said where nothing was added yet.
Text no_documents_text();
/// Notes it where that is so: better than "nothing found" about an empty knowledge base.
Result<bool> say_if_empty(App& app);

/// "1 document", "3 documents"; "3 个文档".
Text documents_text(uint64_t n);
Text passages_text(uint64_t n);
Text pages_text(uint64_t n);

/// Where a passage stands, on one printable line: "TITLE, page 3, Memory › Weights". The title is `drawn` as
/// given and not said again by a heading that begins with it.
Text place_text(const std::string& drawn, const std::string& title, uint32_t page,
                const std::string& heading);

/// The last part of a path or URI; all of it where there is none.
std::string file_name(const std::string& uri);

/// "2026-11-24 08:30" in local time.
std::string format_time(int64_t unix_seconds);

/// Asks yes or no on the terminal; no without one.
bool confirm(App& app, const Text& question);

}  // namespace cvp::cli
