#include "chat/turn.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "chat/facts.h"
#include "chat/subject.h"

namespace cvp::chat {
namespace {

using enum Signal;

constexpr double kJointPromptShare = 0.6;  // of the context; the rest is for the answer
constexpr double kClearlyLikelier = 0.05;  // of the score of best_sentences
constexpr size_t kLongestWhole = 240;      // characters of a source sentence shown in place of a reply
constexpr size_t kNearestShown = 3;        // passages named in a refusal
constexpr int kRunnersUp = 5;              // passages that one is compared with

double fraction_supported(const std::vector<Sentence>& sentences) {
  const auto n = std::ranges::count_if(sentences, &Sentence::supported);
  return sentences.empty() ? 0 : static_cast<double>(n) / static_cast<double>(sentences.size());
}

/// Where a question has an answer, its passage stands out; where it has none, several are alike. Not a number
/// with fewer than kRunnersUp others.
double lead_of(const Passage& passage, const std::vector<std::unique_ptr<Passage>>& all) {
  std::vector<double> others;
  for (const auto& one : all)
    if (one->chunk.document != passage.chunk.document && one->considered.signals.has(dense))
      others.push_back(one->considered.signals[dense]);
  if (std::ssize(others) < kRunnersUp) return std::numeric_limits<double>::quiet_NaN();
  std::ranges::partial_sort(others, others.begin() + kRunnersUp, std::greater());
  const double sum = std::accumulate(others.begin(), others.begin() + kRunnersUp, 0.0);
  return passage.considered.signals[dense] - sum / kRunnersUp;
}

}  // namespace

std::string Answer::supported_text() const {
  std::string out;
  for (const Sentence& sentence : sentences)
    if (sentence.supported) out += (out.empty() ? "" : " ") + sentence.text;
  return out;
}

Turn::Turn(Parts& parts, const AskOptions& options, const Events& events, const CancelToken& cancel)
    : parts_(parts),
      options_(options),
      events_(events),
      cancel_(cancel),
      started_ms_(parts.clock.steady_ms()) {}

void Turn::stage(const Text& what) const {
  if (events_.on_stage) events_.on_stage(what);
}

Result<Answer> Turn::run(const std::string& question, const std::vector<HistoryTurn>& history) {
  answer_.question = TRY(standalone_question(question, history, parts_.prompts, parts_.generator, cancel_));
  if (answer_.question != question && events_.on_question) events_.on_question(answer_.question);
  answer_.lang = guess_lang(answer_.question);
  TRY(retrieve());
  if (passages_.empty()) {
    TRY(refuse(text("Nothing in the documents speaks of this.", "现有文档里没有相关内容。")));
  } else if (parts_.generator == nullptr || options_.mode == ReadMode::extract) {
    TRY(extract());
  } else if (options_.mode == ReadMode::joint ||
             (options_.mode == ReadMode::automatic && needs_several_passages(answer_.question))) {
    TRY(read_jointly());
  } else {
    TRY(read_singly());
  }
  finish();
  return std::move(answer_);
}

Result<void> Turn::retrieve() {
  stage(text("searching", "正在检索"));
  const vector::SearchOptions search{.k = options_.retrieve,
                                     .dense_weight = options_.dense_weight,
                                     .collections = options_.collections,
                                     .exclude_documents = options_.exclude_documents};
  const vector::SearchResult found =
      TRY(parts_.index.search(answer_.question, search, parts_.embedder, cancel_));
  std::vector<store::ChunkId> ids;
  for (const vector::Hit& hit : found.hits) ids.push_back(hit.chunk);
  std::vector<store::Chunk> chunks = TRY(parts_.store.chunks(ids));
  for (store::Chunk& chunk : chunks) {
    const auto hit = std::ranges::find(found.hits, chunk.id, &vector::Hit::chunk);
    Considered considered{.chunk = chunk.id, .fused = hit->score};
    if (found.dense_used) considered.signals[dense] = hit->dense_score;
    passages_.push_back(std::make_unique<Passage>(std::move(chunk), considered));
  }
  answer_.timings.retrieved = elapsed();
  for (const auto& passage : passages_) passage->considered.signals[lead] = lead_of(*passage, passages_);
  evidence_ = TRY(Evidence::of(answer_.question, parts_.index, options_.collections));
  const std::vector<std::string> names = exact_names_in(answer_.question);
  for (const auto& passage : passages_) {
    Considered& considered = passage->considered;
    // Words of another language cannot be compared; the signals are missing then, not low.
    if (passage->lang == answer_.lang) {
      considered.signals[coverage] = evidence_->coverage(passage->source.all);
      considered.signals[subject] = subject_share(answer_.question, passage->source);
      for (const std::string& name : names)
        if (passage->source.folded.find(name) == std::string::npos) considered.lacks = name;
    }
    considered.confidence = calibration().text.probability(considered.signals);
  }
  return {};
}

std::string Turn::whole(const std::vector<Span>& spans, const Passage& passage) const {
  std::string out;
  for (const Span& span : spans) {
    const std::string_view text = std::string_view(passage.chunk.text).substr(span.begin, span.size());
    // A table's row or a heading is no sentence, and one that ends in a colon says nothing by itself.
    if (text.find_first_of("|\t\n#") != std::string_view::npos || text.ends_with(":") || text.ends_with("："))
      return {};
    out += (out.empty() || answer_.lang == Lang::zh ? "" : " ") + std::string(text);
  }
  return count_code_points(out) <= kLongestWhole ? out : std::string();
}

void Turn::add_likeliest(Checked& checked, const Passage& passage) const {
  const std::vector<PickedSentence> ranked = best_sentences(
      answer_.question, *evidence_, {{&passage.source, 0}}, std::numeric_limits<size_t>::max());
  const auto shown = [&](const PickedSentence& one) {
    return std::ranges::any_of(checked.spans, [&](const std::vector<Span>& spans) {
      return std::ranges::any_of(
          spans, [&](const Span& span) { return span.begin < one.span.end && one.span.begin < span.end; });
    });
  };
  const auto said = std::ranges::find_if(ranked, shown);
  if (said == ranked.begin() || said == ranked.end()) return;
  if (ranked.front().score - said->score < kClearlyLikelier) return;
  std::string also = whole({ranked.front().span}, passage);
  if (also.empty()) return;
  checked.sentences.push_back({.text = std::move(also), .supported = true});
  checked.spans.push_back({ranked.front().span});
  checked.note = text("Two sentences of the passage may be meant; both are shown.",
                      "这段资料中有两句话可能是答案，一并列出。");
}

Result<Turn::Checked> Turn::check(const std::string& reply, const Passage& passage) {
  Checked out{.declined = declines(reply)};
  const Weights weights = TRY(weigh(reply, parts_.index, options_.collections));
  const bool in_own_words = passage.lang == answer_.lang && !asks_yes_or_no(answer_.question);
  for (const Span& span : split_sentences(reply)) {
    Sentence sentence{.text = reply.substr(span.begin, span.size())};
    Alignment alignment = align(sentence.text, answer_.question, passage.source, weights);
    sentence.supported = alignment.supported;
    sentence.why_not = std::move(alignment.why_not);
    if (in_own_words && sentence.supported) {
      if (std::string text = whole(alignment.spans, passage); !text.empty()) sentence.text = std::move(text);
    }
    out.support += alignment.share;
    out.any_supported = out.any_supported || sentence.supported;
    out.sentences.push_back(std::move(sentence));
    out.spans.push_back(std::move(alignment.spans));
  }
  if (!out.sentences.empty()) out.support /= static_cast<double>(out.sentences.size());
  if (in_own_words && out.any_supported) add_likeliest(out, passage);
  return out;
}

Turn::Checked Turn::quote(const Passage& passage, double support) const {
  Checked out{.support = support,
              .note = text("The model's own words could not be verified; these are the document's.",
                           "模型自己的表述未能通过核对，以下是资料原文。")};
  std::vector<PickedSentence> picked =
      best_sentences(answer_.question, *evidence_, {{&passage.source, 0}}, options_.extract_sentences);
  std::ranges::sort(picked, {}, [](const PickedSentence& one) { return one.span.begin; });
  for (const PickedSentence& one : picked) {
    out.sentences.push_back(
        {.text = passage.chunk.text.substr(one.span.begin, one.span.size()), .supported = true});
    out.spans.push_back({one.span});
  }
  out.any_supported = !out.sentences.empty();
  return out;
}

Result<bool> Turn::read_one(Reader& reader, Passage& passage) {
  Considered& considered = passage.considered;
  const std::string& question = answer_.question;
  if (parts_.generator->identity().gives_logprobs) {
    considered.signals[margin] = TRY(reader.judge(passage.prompt_text, question, cancel_));
    considered.confidence = calibration().before.probability(considered.signals);
    if (!options_.read_all && considered.confidence < calibration().before.floor) {
      considered.verdict = Considered::Verdict::hopeless;
      return false;
    }
  }
  const model::Reply reply =
      TRY(reader.answer(passage.prompt_text, question, options_.answer_tokens, cancel_));
  considered.reply = plain_answer(reply.text);
  Checked checked = TRY(check(considered.reply, passage));
  considered.read = true;
  considered.signals[support] = checked.declined ? 0 : checked.support;
  considered.confidence = calibration().read.probability(considered.signals);
  // A passage may well answer although the model's wording of it does not pass. Which sentences are likely is
  // told by words: not across languages.
  if (!checked.any_supported && !checked.declined && passage.lang == answer_.lang)
    checked = quote(passage, checked.support);
  considered.verdict = checked.declined         ? Considered::Verdict::model_declined
                       : !checked.any_supported ? Considered::Verdict::check_failed
                                                : Considered::Verdict::outdone;
  if (considered.verdict != Considered::Verdict::outdone) return false;
  read_.emplace_back(&passage, std::move(checked));
  return considered.confidence >= calibration().read.sure;
}

Result<void> Turn::read_singly() {
  Reader reader(parts_.prompts, *parts_.generator, answer_.lang);
  const size_t limit = std::min(options_.read_limit, passages_.size());
  for (size_t i = 0; i < limit; ++i) {
    Passage& passage = *passages_[i];
    const Considered& considered = passage.considered;
    const bool hopeless = !considered.lacks.empty() ||
                          (passage.lang == answer_.lang && considered.confidence < calibration().text.floor);
    if (hopeless && !options_.read_all) {
      passage.considered.verdict = Considered::Verdict::hopeless;
      continue;
    }
    stage(text("reading passage {} of {}", "正在阅读第 {} 段（共 {} 段）", i + 1, limit));
    const bool sure = TRY(read_one(reader, passage));
    if (sure && !options_.read_all) break;
  }
  const auto best =
      std::ranges::max_element(read_, {}, [](const auto& one) { return one.first->considered.confidence; });
  answer_.model = parts_.generator->identity().name;
  if (best == read_.end())
    return refuse(
        text("The documents that come closest do not answer this.", "最接近的资料也没有回答这个问题。"));
  Considered& considered = best->first->considered;
  answer_.confidence = considered.confidence;
  if (considered.confidence < threshold(calibration().read)) {
    considered.verdict = Considered::Verdict::below_threshold;
    return refuse(text("The evidence is too weak for an answer.", "依据不足，无法作答。"));
  }
  considered.verdict = Considered::Verdict::answered;
  answer_.outcome = Outcome::answered;
  answer_.note = best->second.note;
  for (size_t i = 0; i < best->second.sentences.size(); ++i) {
    const std::string& said = best->second.sentences[i].text;
    if (std::ranges::find(answer_.sentences, said, &Sentence::text) != answer_.sentences.end()) continue;
    TRY(show(best->second.sentences[i], best->second.spans[i], *best->first));
  }
  return {};
}

Result<void> Turn::show(const Sentence& sentence, const std::vector<Span>& spans, const Passage& passage) {
  Sentence shown = sentence;
  CitationList citations(answer_.citations);
  if (shown.supported) {
    for (const Span& span : spans) {
      const uint32_t page =
          TRY(parts_.store.page_at(passage.chunk.revision, passage.chunk.where.context_begin + span.begin));
      shown.citations.push_back(citations.cite(passage, span, page));
    }
    if (answer_.timings.first_checked == 0) answer_.timings.first_checked = elapsed();
  }
  if (events_.on_sentence) events_.on_sentence(shown, answer_.citations);
  answer_.sentences.push_back(std::move(shown));
  return {};
}

Result<void> Turn::read_jointly() {
  const uint32_t context = parts_.generator->identity().context_tokens;
  const auto budget = static_cast<int>(kJointPromptShare * context);
  const auto hopeless = [&](const Passage& passage) {
    return passage.lang == answer_.lang && passage.considered.confidence < calibration().text.floor;
  };
  const prompt::Template* source = TRY(parts_.prompts.find("read-joint", answer_.lang));
  std::string shown;
  std::vector<Passage*> worth_reading, in_prompt;
  for (const auto& passage : passages_)
    if (!hopeless(*passage)) worth_reading.push_back(passage.get());
  std::vector<model::Message> messages;
  for (Passage* passage : worth_reading) {
    const std::string more = shown + fmt::format("[{}] {}\n{}\n\n", in_prompt.size() + 1,
                                                 passage->chunk.title, passage->prompt_text);
    std::vector<model::Message> longer =
        TRY(prompt::render(*source, {{"passages", more}, {"question", answer_.question}}));
    if (TRY(parts_.generator->count_tokens(longer, cancel_)) > budget) break;
    shown = more;
    messages = std::move(longer);
    in_prompt.push_back(passage);
  }
  if (worth_reading.empty())
    return refuse(text("Nothing in the documents speaks of this.", "现有文档里没有相关内容。"));
  if (in_prompt.empty())
    return refuse(text("The model's context of {} tokens is too small for a passage of the documents.",
                       "模型上下文只有 {} 个 token，放不下一段资料。", context));
  if (in_prompt.size() < worth_reading.size())
    answer_.note =
        text("The model's context holds {} of the {} relevant passages; the answer rests on these.",
             "相关资料共 {1} 段，模型上下文只放得下 {0} 段，回答依据的是这些。", in_prompt.size(),
             worth_reading.size());
  stage(text("reading {} passages together", "正在综合阅读 {} 段资料", in_prompt.size()));
  const model::Reply reply =
      TRY(parts_.generator->generate(messages, {.max_tokens = options_.answer_tokens * 2}, {}, cancel_));
  answer_.model = parts_.generator->identity().name;
  const std::string plain = plain_answer(reply.text);
  const Weights weights = TRY(weigh(plain, parts_.index, options_.collections));
  answer_.outcome = Outcome::answered;
  for (const Span& span : split_sentences(plain)) {
    Sentence sentence{.text = plain_answer(plain.substr(span.begin, span.size()))};
    Passage* best = in_prompt.front();
    Alignment alignment;
    for (Passage* passage : in_prompt) {
      Alignment here = align(sentence.text, answer_.question, passage->source, weights);
      if (std::pair(here.supported, here.share) <= std::pair(alignment.supported, alignment.share)) continue;
      best = passage;
      alignment = std::move(here);
    }
    sentence.supported = alignment.supported;
    sentence.why_not = alignment.why_not;
    if (sentence.supported) {
      best->considered.read = true;
      best->considered.verdict = Considered::Verdict::answered;
    }
    TRY(show(sentence, alignment.spans, *best));
  }
  answer_.confidence = fraction_supported(answer_.sentences);
  if (answer_.confidence > 0) return {};
  answer_.sentences.clear();
  return refuse(text("Nothing that the model said could be found in the documents.",
                     "模型的说法在资料中都找不到依据。"));
}

Result<void> Turn::extract() {
  std::vector<RankedPassage> ranked;
  for (const auto& passage : passages_) ranked.push_back({&passage->source, passage->considered.fused});
  constexpr size_t kPassagesQuoted = 5;
  if (ranked.size() > kPassagesQuoted) ranked.resize(kPassagesQuoted);
  double best = 0;
  for (size_t i = 0; i < ranked.size(); ++i) best = std::max(best, passages_[i]->considered.confidence);
  answer_.confidence = best;
  if (best < calibration().text.floor)
    return refuse(text("Nothing in the documents speaks of this.", "现有文档里没有相关内容。"));
  answer_.outcome = Outcome::extracted;
  if (best < threshold(calibration().text))
    answer_.note = text("These sentences come closest; they may not answer the question.",
                        "以下是最接近的原文，未必回答了你的问题。");
  for (const PickedSentence& picked :
       best_sentences(answer_.question, *evidence_, ranked, options_.extract_sentences)) {
    Passage& passage = *passages_[picked.passage];
    passage.considered.verdict = Considered::Verdict::answered;
    const Sentence sentence{.text = passage.chunk.text.substr(picked.span.begin, picked.span.size()),
                            .supported = true};
    TRY(show(sentence, {picked.span}, passage));
  }
  return {};
}

Result<void> Turn::refuse(Text why) {
  answer_.outcome = Outcome::refused;
  answer_.note = std::move(why);
  CitationList citations(answer_.citations);
  for (size_t i = 0; i < std::min(kNearestShown, passages_.size()); ++i) {
    const Passage& passage = *passages_[i];
    for (const PickedSentence& near :
         best_sentences(answer_.question, *evidence_, {{&passage.source, 0}}, 1)) {
      const uint32_t at = passage.chunk.where.context_begin + near.span.begin;
      citations.cite(passage, near.span, TRY(parts_.store.page_at(passage.chunk.revision, at)));
    }
  }
  return {};
}

void Turn::finish() {
  for (const auto& passage : passages_) answer_.considered.push_back(passage->considered);
  answer_.timings.total = elapsed();
}

}  // namespace cvp::chat
