#include "cli/recommendation.h"

#include <algorithm>

#include "cli/subject.h"
#include "plan/generic_shape.h"
#include "plan/known_models.h"
#include "plan/published.h"

namespace cvp::cli {
namespace {

// A document of an office: about ten pages, two passages each. A vector of 384 numbers is kept in 1 bit and
// in 8 bits a number, with its text's terms beside it.
constexpr uint64_t kPassagesPerDocument = 20, kBytesPerPassage = 384 / 8 + 384 + 2000;

bool wants(const plan::Goal& goal, std::string_view language) {
  return std::ranges::find(goal.languages, language) != goal.languages.end();
}

/// In the one quantization that cvp fetches.
void store_as(plan::Candidate& out, const model::CatalogueEntry& entry) {
  if (const plan::Quantization* q = plan::find_quantization(entry.quantization); q != nullptr)
    out.subject.weights = plan::quantized(std::move(out.subject.weights), out.subject.shape, *q);
  out.subject.stored_as = entry.quantization;
  out.subject.file_bytes = entry.bytes;
  out.only_stored = true;
  out.installable = true;
  out.id = entry.id;
}

plan::Candidate known_candidate(const plan::ModelFacts& facts) {
  plan::Candidate out{.id = facts.id,
                      .languages = facts.languages,
                      .licence = facts.licence,
                      .commercial = facts.commercial == plan::Commercial::yes,
                      .parameters = facts.parameters};
  out.subject = {.name = facts.name, .shape = *facts.shape, .weights = plan::weights_of_shape(*facts.shape)};
  if (!facts.gguf.empty()) out.where = "huggingface.co/" + facts.gguf.front();
  return out;
}

/// What cvp fetches but knows no structure of: from its file where it is here, else from its size.
Result<plan::Candidate> entry_candidate(App& app, const model::CatalogueEntry& entry) {
  plan::Candidate out{.languages = entry.languages,
                      .licence = entry.licence,
                      .commercial = !entry.licence_must_accept,
                      .parameters = entry.parameters};
  if (model::find_installed(app.home(), entry.id)) {
    out.subject = TRY(open_subject(app, entry.id)).subject;
    out.only_stored = out.installable = true;
    out.id = entry.id;
    return out;
  }
  const plan::Shape shape = TRY(plan::generic_shape(entry.parameters));
  out.subject = {.name = entry.display_name, .shape = shape, .weights = plan::weights_of_shape(shape)};
  store_as(out, entry);
  return out;
}

Result<std::vector<plan::Candidate>> all_candidates(App& app, const model::Catalogue& catalogue) {
  std::vector<plan::Candidate> out;
  std::vector<std::string> covered;
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  for (const plan::ModelFacts& facts : known.all()) {
    if (facts.access != plan::Access::weights || !facts.shape || facts.shape->encoder) continue;
    const auto entry = facts.installs_as.empty() ? Result<const model::CatalogueEntry*>(nullptr)
                                                 : catalogue.find(facts.installs_as);
    const bool fetched = entry && *entry != nullptr && (*entry)->role == model::ModelRole::chat;
    if (!fetched && (facts.gguf.empty() || facts.chat_template.empty())) continue;
    plan::Candidate candidate = known_candidate(facts);
    if (fetched) {
      store_as(candidate, **entry);
      covered.push_back((*entry)->id);
    }
    out.push_back(std::move(candidate));
  }
  for (const model::CatalogueEntry& entry : catalogue.entries()) {
    const bool done = std::ranges::find(covered, entry.id) != covered.end();
    if (entry.role == model::ModelRole::chat && !done) out.push_back(TRY(entry_candidate(app, entry)));
  }
  return out;
}

void choose_embedder(Recommendation& out, const model::Catalogue& catalogue, const plan::Goal& goal,
                     uint64_t memory) {
  out.embedder = catalogue.default_for(model::ModelRole::embedding, memory);
  out.why_embedder =
      text("searches in Chinese, English and about a hundred other languages, also across them",
           "支持中文、英文等约一百种语言，也能跨语言检索");
  const bool zh = wants(goal, "zh"), en = wants(goal, "en");
  if (zh == en || goal.languages.size() > 1) return;
  for (const model::CatalogueEntry& entry : catalogue.entries()) {
    const bool only = entry.languages.size() == 1 && entry.languages.front() == goal.languages.front();
    if (entry.role != model::ModelRole::embedding || !only) continue;
    out.embedder = entry;
    out.why_embedder =
        zh ? text("made for Chinese alone", "专为中文训练") : text("made for English alone", "专为英文训练");
    return;
  }
}

}  // namespace

const plan::Choice* Recommendation::installable() const {
  for (const plan::Choice& choice : chat.choices) {
    if (choice.candidate->installable) return &choice;
  }
  return nullptr;
}

Result<Recommendation> recommend_models(App& app, const PlannedMachine& machine, const plan::Goal& goal) {
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  const plan::QualityTable quality = TRY(plan::quality_table());
  Recommendation out;
  choose_embedder(out, catalogue, goal, machine.rig.host.memory_bytes);
  out.index_bytes = goal.documents * kPassagesPerDocument * kBytesPerPassage;
  // The embedding model and the documents take their part of main memory first.
  plan::Rig rig = machine.rig;
  rig.host.usable_bytes -=
      std::min(rig.host.usable_bytes, out.embedder.needs_memory_bytes + out.index_bytes / 4);
  for (plan::Candidate& candidate : TRY(all_candidates(app, catalogue)))
    out.candidates.push_back(std::make_unique<plan::Candidate>(std::move(candidate)));
  std::vector<plan::SpeedCalibration> calibrations;
  std::vector<const plan::Candidate*> list;
  for (const auto& candidate : out.candidates) {
    list.push_back(candidate.get());
    calibrations.push_back(plan::calibration_for(machine.measured, machine.rig.name, candidate->subject.name,
                                                 candidate->subject.stored_as));
  }
  out.chat = TRY(plan::recommend(list, goal, rig, calibrations, quality));
  return out;
}

}  // namespace cvp::cli
