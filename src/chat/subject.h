// What a question is about, told without a dictionary.
#pragma once
#include <string>
#include <string_view>

#include "chat/align.h"

namespace cvp::chat {

/// Share of the question's subject that the passage names, 0..1; NaN where no subject can be told. Chinese:
/// the first run of characters that no function word cuts ("嘉兴南站是哪条线路的车站" → 嘉兴南站), by its
/// longest piece in the passage. Other languages: the words with a capital after the first.
double subject_share(std::string_view question, const SourceText& passage);

/// An English word without its commonest endings, so that "disproved" and "disproves" meet. Words of other
/// scripts and short ones stay.
std::string stem(std::string_view word);

}  // namespace cvp::chat
