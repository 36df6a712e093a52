// From what somebody wants to do to the models that do it on this machine, best first, each with its reason.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "plan/infer.h"

namespace cvp::plan {

struct Goal {
  std::vector<std::string> languages = {"zh", "en"};
  uint64_t documents = 1000;  // to be searched
  uint32_t users = 1;         // who ask at the same moment
  double seconds = 30;        // an answer may take
  uint64_t context_tokens = 4096;
  bool commercial = false;  // the licence must allow commercial use
};

struct Candidate {
  Subject subject;
  std::string id;  // of what installs it
  bool installable =
      false;  // `cvp models pull ID` gets it; else the GGUF must be fetched by hand from `where`
  std::string where;
  std::vector<std::string> languages;
  std::string licence;
  bool commercial = false;
  double parameters = 0;
  bool only_stored = false;  // offered in one quantization only
};

struct Choice {
  const Candidate* candidate = nullptr;
  InferPlan plan;
  double quality = 0;   // only for ranking
  Band answer_seconds;  // for a typical question; nothing known: 0
  bool in_time = false;
  std::vector<Text> reasons;  // why it stands here; what speaks against it
};

/// A typical question about documents: passages read, words written.
inline constexpr double kTypicalPrompt = 1200, kTypicalReply = 150;

/// Ranked: what answers in time, larger before smaller; then what takes longer, quicker before slower; then
/// what no speed is known of. Left out: what does not fit, does not speak a wanted language, or has a licence
/// that the goal excludes; `left_out` says so of each.
struct Ranking {
  std::vector<Choice> choices;
  std::vector<std::pair<std::string, Text>> left_out;
};
/// Choices point to the candidates, which must outlive them; calibrations belong to the candidates by
/// position.
Result<Ranking> recommend(std::span<const Candidate* const> candidates, const Goal& goal, const Rig& rig,
                          std::span<const SpeedCalibration> calibrations, const QualityTable& quality);

}  // namespace cvp::plan
