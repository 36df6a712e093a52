// Numbers as people write them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace cvp::cli {

/// "7B", "1.4T", "500M", "65e9", "6738415616", "70亿", "3万": a positive count. Nothing where it is none.
std::optional<double> parse_count(std::string_view typed);

/// "24GB", "24 GiB", "24G", "512MiB", "0.5T": bytes. G and GiB are 2^30, as memory is sold; GB too.
std::optional<double> parse_memory(std::string_view typed);

/// The size in a model's name: 7e9 of "llama-2-7b", "Qwen2.5 7B". Nothing where it names none or two
/// ("8x7b").
std::optional<double> size_in_name(std::string_view name);

/// "6,738,415,616"
std::string with_commas(uint64_t number);

/// "8.19 B", "135 M"; "81.9 亿", "1.35 亿": of parameters and tokens.
Text count_text(double count);

}  // namespace cvp::cli
