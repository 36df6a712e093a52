// What a child's log says about its end.
#pragma once
#include <string>
#include <string_view>

#include "sys/files.h"

namespace cvp::engine {

/// The last lines, at most 600 bytes, without time stamps and empty lines, joined by "; ". Empty where there
/// is no log.
std::string last_words(const sys::Path& log);
/// The flag in "error: invalid argument: --flag", or "".
std::string rejected_flag(std::string_view words);
/// True where the log says that the model file cannot be read or is damaged.
bool blames_model_file(std::string_view words);

}  // namespace cvp::engine
