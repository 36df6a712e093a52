#include "cli/why_stages.h"

#include <cmath>

#include "base/limits.h"

namespace cvp::cli {
namespace {

using State = Stage::State;

Text joined(const std::vector<std::string>& words, size_t most) {
  Text out;
  for (size_t i = 0; i < words.size() && i < most; ++i) {
    if (i > 0) out = out + text(", ", "、");
    out = out + verbatim(words[i]);
  }
  return words.size() > most ? out + text(", …", "……") : out;
}

Stage full_text_stage(const Trace& trace) {
  constexpr size_t kTermsShown = 12;
  const auto& e = trace.explanation;
  Stage stage{.name = "full_text", .title = text("found by words", "词语检索"), .detail = {}, .remedy = {}};
  const Text found = joined(e.terms_found, kTermsShown), missing = joined(e.terms_missing, kTermsShown);
  if (e.hit.text_rank == 0) {
    stage.state = State::lost;
    stage.detail = text("none of the question's words stands in it", "其中没有问题里的任何词语");
    stage.remedy = text("use a word of the passage in the question", "在问题中使用该段落里的词语");
    return stage;
  }
  stage.state = e.hit.text_rank <= trace.retrieve ? State::passed : State::weak;
  stage.detail = text("rank {} of {}; has: {}", "第 {} 名，共 {} 段；含有：{}", e.hit.text_rank,
                      e.chunks_searched, found);
  if (!missing.empty()) stage.detail = stage.detail + text("; lacks: {}", "；缺少：{}", missing);
  return stage;
}

Stage dense_stage(const Trace& trace) {
  const auto& hit = trace.explanation.hit;
  Stage stage{.name = "dense", .title = text("found by meaning", "语义检索"), .detail = {}, .remedy = {}};
  if (!trace.has_embedder) {
    stage.state = State::skipped;
    stage.detail = trace.why_no_embedder;
    return stage;
  }
  if (hit.dense_rank == 0) {
    stage.state = State::lost;
    stage.detail = text("it has no vector yet", "它还没有向量");
    stage.remedy = text("`cvp add` makes the missing vectors", "运行 `cvp add` 可补齐缺少的向量");
    return stage;
  }
  stage.state = hit.dense_rank <= trace.retrieve ? State::passed : State::weak;
  stage.detail = text("rank {} of {}; similarity {:.3f}", "第 {} 名，共 {} 段；相似度 {:.3f}", hit.dense_rank,
                      trace.explanation.chunks_searched, hit.dense_score);
  return stage;
}

/// Which side to trust more, when one of them would have brought it.
Text weight_remedy(const Trace& trace) {
  const auto& hit = trace.explanation.hit;
  if (hit.text_rank > 0 && hit.text_rank <= trace.retrieve) {
    return text("words alone find it: try a smaller --set search.dense_weight",
                "仅按词语就能找到：可调小 --set search.dense_weight");
  }
  if (hit.dense_rank > 0 && hit.dense_rank <= trace.retrieve) {
    return text("meaning alone finds it: try a larger --set search.dense_weight",
                "仅按语义就能找到：可调大 --set search.dense_weight");
  }
  return text("put words of the passage into the question", "在问题中加入该段落里的词语");
}

Stage fused_stage(const Trace& trace) {
  Stage stage{.name = "fused", .title = text("ranked", "综合排序"), .detail = {}, .remedy = {}};
  if (trace.fused_rank == 0) {
    stage.state = State::lost;
    stage.detail = text("not among the first {}", "不在前 {} 名之内", limits::kSearchResults);
    stage.remedy = weight_remedy(trace);
    return stage;
  }
  stage.detail =
      text("rank {}, score {:.3f}", "第 {} 名，得分 {:.3f}", trace.fused_rank, trace.explanation.hit.score);
  if (trace.fused_rank <= trace.retrieve) return stage;
  stage.state = State::lost;
  stage.detail = stage.detail + text("; only {} are fetched", "；只取前 {} 名", trace.retrieve);
  stage.remedy = text("--set answer.retrieve={}; {}", "--set answer.retrieve={}；{}", trace.fused_rank,
                      weight_remedy(trace));
  return stage;
}

Stage read_stage(const Trace& trace) {
  Stage stage{.name = "read", .title = text("read by the model", "模型阅读"), .detail = {}, .remedy = {}};
  if (!trace.asked) {
    stage.state = State::skipped;
    stage.detail =
        trace.why_not_asked.empty() ? text("no model was asked", "没有询问模型") : trace.why_not_asked;
    return stage;
  }
  using Verdict = chat::Considered::Verdict;
  if (!trace.considered || trace.considered->verdict == Verdict::not_read) {
    stage.state = State::lost;
    if (trace.fused_rank > trace.read_limit) {
      stage.detail = text("not read: only the best {} are", "没有读到：只读最相关的 {} 段", trace.read_limit);
      stage.remedy =
          text("--set answer.read_limit={}", "请设置 --set answer.read_limit={}", trace.fused_rank);
    } else {
      stage.detail =
          text("not read: a better passage had answered before", "没有读到：此前已有更好的段落给出答案");
    }
    return stage;
  }
  const chat::Considered& c = *trace.considered;
  const Text signals = text("confidence {:.2f}, words covered {:.0f}%", "可信度 {:.2f}，词语覆盖 {:.0f}%",
                            c.confidence, 100 * c.signals[chat::Signal::coverage]);
  stage.detail = signals;
  if (c.verdict == Verdict::hopeless) {
    stage.state = State::lost;
    stage.detail = text("not worth reading: too few of the question's words ({})",
                        "不值得阅读：问题里的词语太少（{}）", signals);
    stage.remedy = text("put words of the passage into the question", "在问题中加入该段落里的词语");
  }
  if (c.verdict == Verdict::hopeless && !c.lacks.empty()) {
    stage.detail = text("not worth reading: it does not speak of “{}”", "不值得阅读：没有提到“{}”", c.lacks);
    stage.remedy = text("write the name as the passage does", "请按该段落中的写法书写这个名称");
  }
  if (c.verdict == Verdict::model_declined) {
    stage.state = State::lost;
    stage.detail = text("read, and the model said that it does not answer ({})",
                        "读过，模型认为它没有回答问题（{}）", signals);
    stage.remedy = text("ask more precisely; --mode extract quotes it anyway",
                        "把问题问得更具体；--mode extract 可直接摘录");
  }
  return stage;
}

Stage check_stage(const Trace& trace) {
  using Verdict = chat::Considered::Verdict;
  Stage stage{
      .name = "checked", .title = text("checked and shown", "核对并展示"), .detail = {}, .remedy = {}};
  const Verdict verdict = trace.considered ? trace.considered->verdict : Verdict::not_read;
  switch (verdict) {
    case Verdict::answered:
      stage.detail = text("the answer stands on it", "回答以它为依据");
      break;
    case Verdict::outdone:
      stage.state = State::weak;
      stage.detail =
          text("it would have done, but another passage answers more surely", "它也能回答，但另一段更可靠");
      break;
    case Verdict::check_failed:
      stage.state = State::lost;
      stage.detail = text("the model's answer did not agree with the passage: “{}”",
                          "模型的回答与该段落不符：“{}”", trace.considered->reply);
      stage.remedy = text("ask for one fact at a time; --mode extract quotes it",
                          "一次只问一个事实；--mode extract 可直接摘录");
      break;
    case Verdict::below_threshold: {
      stage.state = State::lost;
      const double confidence = trace.considered->confidence;
      stage.detail = text("confidence {:.3f} is below the limit of {:.3f}", "可信度 {:.3f} 低于界限 {:.3f}",
                          confidence, trace.threshold);
      stage.remedy = text("--set answer.refuse_below={:.3f}, or `cvp eval calibrate` with your own questions",
                          "请设置 --set answer.refuse_below={:.3f}，或用自己的问题运行 `cvp eval calibrate`",
                          std::floor(confidence * 1000) / 1000);
      break;
    }
    case Verdict::not_read:
    case Verdict::hopeless:
    case Verdict::model_declined:
      stage.state = State::skipped;
      break;
  }
  return stage;
}

}  // namespace

std::vector<Stage> trace_stages(const Trace& trace) {
  std::vector<Stage> stages = {full_text_stage(trace), dense_stage(trace), fused_stage(trace)};
  if (stages.back().state == State::lost) return stages;
  stages.push_back(read_stage(trace));
  if (stages.back().state == State::passed) stages.push_back(check_stage(trace));
  return stages;
}

}  // namespace cvp::cli
