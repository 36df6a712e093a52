#include "chat/why_stages.h"

#include <algorithm>
#include <cmath>

#include "base/columns.h"
#include "base/limits.h"

namespace cvp::chat {
namespace {

using State = WhyStage::State;

constexpr size_t kPassageColumns = 160;

Text joined(const std::vector<std::string>& words, size_t most) {
  Text out;
  for (size_t i = 0; i < words.size() && i < most; ++i) {
    if (i > 0) out = out + text(", ", "、");
    out = out + verbatim(words[i]);
  }
  return words.size() > most ? out + text(", …", "……") : out;
}

WhyStage full_text_stage(const WhyTrace& trace) {
  constexpr size_t kTermsShown = 12;
  const auto& e = trace.explanation;
  WhyStage stage{.name = "full_text", .title = text("found by words", "词语检索")};
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

WhyStage dense_stage(const WhyTrace& trace) {
  const auto& hit = trace.explanation.hit;
  WhyStage stage{.name = "dense", .title = text("found by meaning", "语义检索")};
  if (!trace.has_embedder) {
    stage.state = State::skipped;
    stage.detail = trace.why_no_embedder;
    return stage;
  }
  if (hit.dense_rank == 0) {
    stage.state = State::lost;
    stage.detail = text("it has no vector yet", "它还没有向量");
    stage.remedy = text("a running server makes the missing vectors by itself; so does `cvp add`",
                        "服务运行时会自动补齐缺少的向量；也可运行 `cvp add`");
    return stage;
  }
  stage.state = hit.dense_rank <= trace.retrieve ? State::passed : State::weak;
  stage.detail = text("rank {} of {}; similarity {:.3f}", "第 {} 名，共 {} 段；相似度 {:.3f}", hit.dense_rank,
                      trace.explanation.chunks_searched, hit.dense_score);
  return stage;
}

/// Which side to trust more, when one of them would have brought it.
Text weight_remedy(const WhyTrace& trace) {
  const auto& hit = trace.explanation.hit;
  if (hit.text_rank > 0 && hit.text_rank <= trace.retrieve) {
    return text("words alone find it: try a smaller search.dense_weight",
                "仅按词语就能找到：可调小 search.dense_weight");
  }
  if (hit.dense_rank > 0 && hit.dense_rank <= trace.retrieve) {
    return text("meaning alone finds it: try a larger search.dense_weight",
                "仅按语义就能找到：可调大 search.dense_weight");
  }
  return text("put words of the passage into the question", "在问题中加入该段落里的词语");
}

WhyStage fused_stage(const WhyTrace& trace) {
  WhyStage stage{.name = "fused", .title = text("ranked", "综合排序")};
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
  stage.remedy = text("set answer.retrieve to {}; {}", "请把 answer.retrieve 设为 {}；{}", trace.fused_rank,
                      weight_remedy(trace));
  return stage;
}

WhyStage read_stage(const WhyTrace& trace) {
  WhyStage stage{.name = "read", .title = text("read by the model", "模型阅读")};
  if (!trace.asked) {
    stage.state = State::skipped;
    stage.detail =
        trace.why_not_asked.empty() ? text("no model was asked", "没有询问模型") : trace.why_not_asked;
    return stage;
  }
  using Verdict = Considered::Verdict;
  if (!trace.considered || trace.considered->verdict == Verdict::not_read) {
    stage.state = State::lost;
    if (trace.fused_rank > trace.read_limit) {
      stage.detail = text("not read: only the best {} are", "没有读到：只读最相关的 {} 段", trace.read_limit);
      stage.remedy = text("set answer.read_limit to {}", "请把 answer.read_limit 设为 {}", trace.fused_rank);
    } else {
      stage.detail =
          text("not read: a better passage had answered before", "没有读到：此前已有更好的段落给出答案");
    }
    return stage;
  }
  const Considered& c = *trace.considered;
  Text signals = text("confidence {:.2f}", "可信度 {:.2f}", c.confidence);
  if (c.signals.has(Signal::coverage))
    signals =
        signals + text(", words covered {:.0f}%", "，词语覆盖 {:.0f}%", 100 * c.signals[Signal::coverage]);
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
    stage.remedy = text("ask more precisely; the mode “extract” quotes it anyway",
                        "把问题问得更具体；摘录模式（extract）可直接引用原文");
  }
  return stage;
}

WhyStage check_stage(const WhyTrace& trace) {
  using Verdict = Considered::Verdict;
  WhyStage stage{.name = "checked", .title = text("checked and shown", "核对并展示")};
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
      stage.remedy = text("ask for one fact at a time; the mode “extract” quotes it",
                          "一次只问一个事实；摘录模式（extract）可直接引用原文");
      break;
    case Verdict::below_threshold: {
      stage.state = State::lost;
      const double confidence = trace.considered->confidence;
      stage.detail = text("confidence {:.3f} is below the limit of {:.3f}", "可信度 {:.3f} 低于界限 {:.3f}",
                          confidence, trace.threshold);
      stage.remedy =
          text("set answer.refuse_below to {:.3f}, or run `cvp eval calibrate` with your own questions",
               "请把 answer.refuse_below 设为 {:.3f}，或用自己的问题运行 `cvp eval calibrate`",
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

WhyStage parsed_stage(const Whereabouts& where) {
  WhyStage stage{.name = "parsed", .title = text("in a document", "在文档中")};
  if (where.located) {
    const Located& l = *where.located;
    stage.detail =
        text("{}, bytes {} to {}", "{}，第 {} 到 {} 字节", l.document.uri, l.span.begin, l.span.end);
    if (l.page > 0) stage.detail = stage.detail + text(", page {}", "，第 {} 页", l.page);
    return stage;
  }
  if (where.elsewhere) {
    const store::DocumentInfo& document = where.elsewhere->document;
    stage.state = State::lost;
    stage.detail =
        text("{} has it, but in the collection “{}”, which was not asked",
             "{} 中有这段原文，但它属于文档集“{}”，不在查询范围内", document.uri, document.collection_name);
    stage.remedy =
        text("ask that collection too, or all of them", "请在查询范围中加入该文档集，或不限定文档集");
    return stage;
  }
  stage.state = where.chunk ? State::weak : State::lost;
  stage.detail =
      where.chunk ? text("no document has this text as it stands; the nearest passage is in {}",
                         "没有文档包含这段原文；最接近的段落在 {} 中", where.chunk->uri)
                  : text("no document has this text or anything like it", "没有文档包含这段文字或类似内容");
  stage.remedy = text(
      "is the document there, and was it read well? The library page and `cvp ls -l` show what was noted",
      "文档是否已添加、读取是否正常？文档库页面和 `cvp ls -l` 会显示读取时的说明");
  return stage;
}

WhyStage chunked_stage(const Whereabouts& where) {
  WhyStage stage{.name = "chunked", .title = text("in a passage", "在段落中")};
  if (!where.chunk) {
    stage.state = State::lost;
    stage.detail = text("no passage of the index holds it", "索引中没有段落包含它");
    stage.remedy = text("add the document again", "请重新添加该文档");
    return stage;
  }
  const store::Chunk& chunk = *where.chunk;
  stage.detail =
      text("passage {} of “{}”: {}", "“{1}”的第 {0} 段：{2}", chunk.ordinal + 1,
           chunk.title.empty() ? chunk.uri : chunk.title, shorten(one_line(chunk.text), kPassageColumns));
  if (where.located && where.located->chunks.size() > 1) {
    stage.state = State::weak;
    stage.detail = stage.detail + text("; it is cut over {} passages", "；它被分在 {} 个段落里",
                                       where.located->chunks.size());
    stage.remedy = text("set ingest.chunk_tokens higher, then add the document again",
                        "可调大 ingest.chunk_tokens，然后重新添加该文档");
  }
  return stage;
}

}  // namespace

std::string_view state_name(State state) {
  switch (state) {
    case State::passed:
      return "passed";
    case State::weak:
      return "weak";
    case State::skipped:
      return "skipped";
    case State::lost:
      break;
  }
  return "lost";
}

std::vector<WhyStage> place_stages(const Whereabouts& where) {
  std::vector<WhyStage> out = {parsed_stage(where)};
  if (where.located || where.chunk) out.push_back(chunked_stage(where));
  return out;
}

std::vector<WhyStage> trace_stages(const WhyTrace& trace) {
  std::vector<WhyStage> stages = {full_text_stage(trace), dense_stage(trace), fused_stage(trace)};
  if (stages.back().state == State::lost) return stages;
  stages.push_back(read_stage(trace));
  if (stages.back().state == State::passed) stages.push_back(check_stage(trace));
  return stages;
}

bool comes_through(const std::vector<WhyStage>& stages) {
  return std::ranges::none_of(stages, [](const WhyStage& stage) {
    const bool one_side = stage.name == "full_text" || stage.name == "dense";
    return stage.state == State::lost && !one_side;
  });
}

}  // namespace cvp::chat
