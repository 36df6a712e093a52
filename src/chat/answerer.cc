#include "chat/answerer.h"

#include <algorithm>

#include "base/limits.h"
#include "chat/passage.h"
#include "chat/reader.h"
#include "chat/turn.h"

namespace cvp::chat {

Result<Answer> Answerer::ask(const std::string& question, const std::vector<HistoryTurn>& history,
                             const AskOptions& options, const Events& events, const CancelToken& cancel) {
  if (question.size() > limits::kQuestionBytes)
    return fail(Errc::refused,
                text("the question has {} bytes; at most {} are read", "问题有 {} 字节，最多接受 {} 字节",
                     question.size(), limits::kQuestionBytes),
                text("put long material into a document and add it", "请把长材料作为文档添加进来"));
  const std::string clean = repair_utf8(question);
  if (std::ranges::none_of(clean, [](unsigned char c) { return c > ' '; }))
    return fail(Errc::usage, text("the question is empty", "问题是空的"));
  return Turn(parts_, options, events, cancel).run(clean, history);
}

Result<size_t> Answerer::warm(std::span<const store::ChunkId> chunks, Lang lang, const CancelToken& cancel) {
  if (parts_.generator == nullptr || !parts_.generator->identity().caches_prefixes) return size_t{0};
  Reader reader(parts_.prompts, *parts_.generator, lang);
  size_t warmed = 0;
  for (const store::Chunk& chunk : TRY(parts_.store.chunks(chunks))) {
    if (cancel.cancelled()) break;
    TRY(reader.warm(prompt_text(chunk), cancel));
    ++warmed;
  }
  return warmed;
}

}  // namespace cvp::chat
