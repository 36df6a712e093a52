#include "bench/figure.h"

#include <fmt/format.h>

#include <algorithm>

namespace cvp::bench {

std::span<const Figure> figures() {
  static constexpr Figure kFigures[] = {
      {"retrieval/cmrc",
       "CMRC2018 dev, 848 paragraphs, 3,219 questions: MRR@10 of hybrid search and of full text", false,
       retrieval_cmrc},
      {"retrieval/scifact", "SciFact, 5,183 abstracts, 300 claims: nDCG@10 of hybrid search", false,
       retrieval_scifact},
      {"retrieval/cross",
       "XQuAD, Chinese questions on English paragraphs: MRR@10, and Hit@1 ranked by the yes/no margin", true,
       retrieval_cross},
      {"answers/extract", "CMRC2018 dev, 1,000 questions, two quoted sentences: gold string contained", false,
       answers_extract},
      {"answers/cmrc", "CMRC2018 dev, 200 questions, default chat model: gold string in the supported text",
       true, answers_cmrc},
      {"answers/xquad", "XQuAD English, 200 questions, default chat model: gold string in the supported text",
       true, answers_xquad},
      {"answers/refusal", "the 400 questions with their paragraph removed and with it present: share refused",
       true, answers_refusal},
      {"answers/citations", "every citation of the answers above: quote verbatim at its span and page", true,
       answers_citations},
      {"search/latency", "20,000 news items, 1,000 queries: p99 of a search without the query's embedding",
       false, search_latency},
      {"ask/first-token",
       "CMRC2018 dev, 20 questions: first checked words, cold and warm, against one joint prompt", false,
       first_token},
      {"crash/add", "kill -9 of `cvp add` 50 times: acknowledged documents lost, corrupt stores", false,
       crash_add},
      {"hw/names", "every name of the GPU catalogue and 90 strings of drivers and people", false, hw_names},
      {"plan/params", "nine published parameter counts, from the models' configs", false, plan_params},
      {"plan/file-bytes",
       "sizes of 17 published files from configs, of local files from headers, against what they are", false,
       plan_file_bytes},
      {"plan/kv", "ten published cache sizes: grouped heads, windows, latent attention, hybrids", false,
       plan_kv},
      {"plan/speed-table",
       "speeds of 31 published measurements on GPUs against the planner's and others' rules", false,
       plan_speed_table},
      {"plan/speed-here", "three chat models on this machine: llama-bench against the printed range", false,
       plan_speed_here},
      {"plan/memory-here", "resident memory of the engine, four models at three contexts, against predicted",
       false, plan_memory_here},
      {"plan/training-cost",
       "GPU-hours of ten published training runs against the planner's with its default MFU", false,
       plan_training_cost},
      {"plan/start", "`cvp plan` of a local file, from start to printed", false, plan_start},
      {"serve/streams",
       "64 streams of answers in the line of a stub engine and 32 of events, 5 min: dropped; health p99",
       false, serve_streams},
      {"serve/slow-clients", "200 connections that send a byte a second, in header and body: slowest login",
       false, serve_slow_clients},
      {"serve/search", "search API over 20,000 news items by words, 8 clients: requests a second, p99", false,
       serve_search},
      {"crash/serve",
       "kill -9 of `cvp serve` under load 100 times: acknowledged uploads, answers, settings lost; processes "
       "left",
       false, crash_serve},
      {"serve/engine-loss",
       "engine killed, hung, talking nonsense: other requests, and the next answer beyond the load time",
       false, serve_engine_loss},
      {"web/page", "first page in Chromium, bytes transferred; Lighthouse's accessibility of every page",
       false, web_page},
      {"serve/bad-requests",
       "bad requests and prompts, sent raw in 30 rounds: server dead, 5xx without a reason, growth", false,
       serve_bad_requests},
      {"serve/memory", "idle `cvp serve` with 20,000 passages and their vectors, without an engine", false,
       serve_memory},
  };
  return kFigures;
}

Claim at_least(std::string_view name, double value, double target, int digits) {
  return {fmt::format("{} {:.{}f}", name, value, digits), fmt::format("≥ {}", target), value >= target};
}

Claim at_most(std::string_view name, double value, double target, int digits, std::string_view unit) {
  const std::string_view gap = unit.empty() ? "" : " ";
  return {fmt::format("{} {:.{}f}{}{}", name, value, digits, gap, unit),
          fmt::format("≤ {}{}{}", target, gap, unit), value <= target};
}

Claim share_at_least(std::string_view name, double share, double target) {
  return {fmt::format("{} {:.1f} %", name, 100 * share), fmt::format("≥ {} %", 100 * target),
          share >= target};
}

Claim share_at_most(std::string_view name, double share, double target) {
  return {fmt::format("{} {:.1f} %", name, 100 * share), fmt::format("≤ {} %", 100 * target),
          share <= target};
}

std::string last_line(std::string_view id, const std::vector<Claim>& claims) {
  std::string values, targets;
  for (const Claim& claim : claims) {
    if (!values.empty()) {
      values += ", ";
      targets += ", ";
    }
    values += claim.value;
    targets += claim.target;
  }
  return fmt::format("{}: {} (target {})", id, values, targets);
}

bool all_hold(const std::vector<Claim>& claims) {
  return !claims.empty() && std::ranges::all_of(claims, &Claim::holds);
}

}  // namespace cvp::bench
