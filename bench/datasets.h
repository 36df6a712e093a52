// The public sets of shared/data as questions and documents: one document a paragraph, uris that name the
// paragraph.
#pragma once
#include <string>
#include <vector>

#include "bench/context.h"

namespace cvp::bench {

struct Set {
  std::vector<Document> documents;
  std::vector<eval::Question> questions;  // gold_uris set
};

/// name is the base's: "cmrc-dev", "cmrc-trial", "xquad-en".
Result<Set> load_squad(Context& context, const std::string& name, const std::string& file);
Result<Set> load_cmrc_dev(Context& context);
Result<Set> load_xquad_en(Context& context);
/// Chinese questions whose gold documents are the English paragraphs.
Result<Set> load_xquad_cross(Context& context);
Result<Set> load_scifact(Context& context);
/// The first n news items.
Result<std::vector<Document>> load_news(Context& context, size_t n);
/// What people may search the news for: `each` natural questions, and as many fragments of the news of 6 to
/// 24 characters.
Result<std::vector<std::string>> load_queries(Context& context, const std::vector<Document>& news,
                                              size_t each);

/// The questions as if the documents that answer them were not there.
std::vector<eval::Question> without_gold(std::vector<eval::Question> questions);

}  // namespace cvp::bench
