// A figure is a claim with an id that one command produces, with the peer or baseline measured beside it in
// the same run.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::bench {

class Context;

/// One number of a figure and what it must reach.
struct Claim {
  std::string value;   // "hybrid MRR@10 0.9913"
  std::string target;  // "≥ 0.99"
  bool holds = false;
};

struct Figure {
  std::string_view id;       // "retrieval/cmrc"
  std::string_view what;     // one line for --list
  bool asks_models = false;  // uses kept replies of the chat model unless --fresh
  /// Errc::not_found: data, engine or models are absent (exit status 77).
  Result<std::vector<Claim>> (*run)(Context& context);
};

/// In the order of --list and `all`.
std::span<const Figure> figures();

Claim at_least(std::string_view name, double value, double target, int digits);
Claim at_most(std::string_view name, double value, double target, int digits, std::string_view unit = {});
/// Shares in percent.
Claim share_at_least(std::string_view name, double share, double target);
Claim share_at_most(std::string_view name, double share, double target);

/// "ID: VALUE, VALUE (target T, T)": the last line of a figure.
std::string last_line(std::string_view id, const std::vector<Claim>& claims);
bool all_hold(const std::vector<Claim>& claims);

// One file a group.
Result<std::vector<Claim>> retrieval_cmrc(Context& context);
Result<std::vector<Claim>> retrieval_scifact(Context& context);
Result<std::vector<Claim>> retrieval_cross(Context& context);
Result<std::vector<Claim>> answers_extract(Context& context);
Result<std::vector<Claim>> answers_cmrc(Context& context);
Result<std::vector<Claim>> answers_xquad(Context& context);
Result<std::vector<Claim>> answers_refusal(Context& context);
Result<std::vector<Claim>> answers_citations(Context& context);
Result<std::vector<Claim>> search_latency(Context& context);
Result<std::vector<Claim>> first_token(Context& context);
Result<std::vector<Claim>> crash_add(Context& context);

Result<std::vector<Claim>> hw_names(Context& context);
Result<std::vector<Claim>> plan_params(Context& context);
Result<std::vector<Claim>> plan_file_bytes(Context& context);
Result<std::vector<Claim>> plan_kv(Context& context);
Result<std::vector<Claim>> plan_speed_table(Context& context);
Result<std::vector<Claim>> plan_speed_here(Context& context);
Result<std::vector<Claim>> plan_memory_here(Context& context);
Result<std::vector<Claim>> plan_training_cost(Context& context);
Result<std::vector<Claim>> plan_start(Context& context);

Result<std::vector<Claim>> serve_streams(Context& context);
Result<std::vector<Claim>> serve_slow_clients(Context& context);
Result<std::vector<Claim>> serve_search(Context& context);
Result<std::vector<Claim>> serve_memory(Context& context);
Result<std::vector<Claim>> crash_serve(Context& context);
Result<std::vector<Claim>> serve_engine_loss(Context& context);
Result<std::vector<Claim>> serve_bad_requests(Context& context);
Result<std::vector<Claim>> web_page(Context& context);

/// Not a figure: fits the default model's calibration and writes it into the source tree.
Result<void> calibrate(Context& context);

}  // namespace cvp::bench
