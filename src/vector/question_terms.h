#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cvp::vector {

/// Terms of a question, each once, without the words that only ask (什么, 哪年, 多少, what, which …): they
/// are rare in documents, so BM25 would take them for the most telling ones. Where nothing else is asked they
/// stay. An upper-case WHO is a name. Measured (full text alone, MRR@10): CMRC2018 dev 0.973 → 0.980, XQuAD
/// English 0.955 → 0.968.
std::vector<std::string> question_terms(std::string_view question);

}  // namespace cvp::vector
