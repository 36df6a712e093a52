// A chat as a file to keep or send on: questions, answers with numbered citations, and their sources.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "serve/seen_chat.h"

namespace cvp::serve {

/// A part of a document, before it is Markdown or DOCX. Texts are plain, on one line and without control
/// characters.
struct ExportBlock {
  enum class Kind { title, remark, question, answer, label, source } kind = Kind::answer;
  struct Run {
    std::string text;
    bool strong = false;
  };
  std::vector<Run> runs;
};

struct ExportedChat {
  std::string title;
  std::vector<SeenMessage> messages;
  int64_t exported_unix = 0;
};

std::vector<ExportBlock> export_blocks(const ExportedChat& chat, Lang lang);
/// CommonMark. Nothing in a document or a question can become markup: an image in an answer would be fetched
/// from wherever it points to.
std::string export_markdown(const std::vector<ExportBlock>& blocks);
/// Office Open XML, as Word and LibreOffice read it.
Result<std::string> export_docx(const std::vector<ExportBlock>& blocks, int64_t exported_unix);

/// A file's name without its ending, that no system refuses or takes for a path.
std::string export_name(std::string_view title, store::ChatId id);

}  // namespace cvp::serve
