// The index against BM25 written down plainly, over many small segments, removals and reopening.
#include <cmath>
#include <random>

#include "vector/index_fixture_test.h"

namespace cvp::vector {
namespace {

constexpr double kK1 = 0.9, kB = 0.4;

class Bm25Test : public IndexFixture {
 protected:
  std::map<store::DocumentId, double> reference(std::string_view query) const {
    std::map<store::DocumentId, std::map<std::string, int>> counts;
    std::map<store::DocumentId, double> lengths;
    double total = 0;
    for (const auto& [id, text] : texts_) {
      for (const Term& term : tokenize(text)) ++counts[id][term.text], ++lengths[id], ++total;
    }
    const double n = static_cast<double>(texts_.size()), average = total / n;
    std::set<std::string> terms;
    for (Term& term : tokenize(query)) terms.insert(std::move(term.text));
    std::map<store::DocumentId, double> scores;
    for (const std::string& term : terms) {
      double df = 0;
      for (const auto& [id, counted] : counts) df += counted.contains(term);
      const double idf = std::log(1 + (n - df + 0.5) / (df + 0.5));
      for (const auto& [id, counted] : counts) {
        const auto at = counted.find(term);
        if (at == counted.end()) continue;
        const double tf = at->second;
        scores[id] += idf * tf * (kK1 + 1) / (tf + kK1 * (1 - kB + kB * lengths[id] / average));
      }
    }
    return scores;
  }
  void expect_reference(std::string_view query) {
    const auto expected = reference(query);
    const auto hits = search(query, {.k = 1000, .mode = Mode::text});
    ASSERT_EQ(hits.size(), expected.size()) << query;
    for (const Hit& hit : hits) {
      const auto chunk = must(store_->chunks(std::vector{hit.chunk})).at(0);
      ASSERT_NEAR(hit.text_score, expected.at(chunk.document), 1e-3) << query;
    }
  }
  std::map<store::DocumentId, std::string> texts_;
};

TEST_F(Bm25Test, ScoresAreThoseOfTheFormula) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  constexpr const char* kWords[] = {"内存",   "显存", "模型",     "训练", "gpu", "memory",
                                    "tokens", "H100", "PPR-9087", "的",   "，",  " "};
  auto sentence = [&](size_t words) {
    std::string out;
    for (size_t i = 0; i < words; ++i)
      out += std::string(kWords[std::min(random() % 12, random() % 12)]) + (random() % 3 == 0 ? " " : "");
    return out + std::to_string(random());
  };
  for (int round = 0; round < 25; ++round) {
    for (size_t i = 1 + random() % 12; i > 0; --i) {
      const std::string text = sentence(3 + random() % 60);
      texts_[add(text)] = text;
    }
    if (round % 3 == 2) {
      auto victim = texts_.begin();
      std::advance(victim, static_cast<std::ptrdiff_t>(random() % texts_.size()));
      must(store_->remove_document(victim->first));
      texts_.erase(victim);
    }
    if (round % 7 == 6) reopen();
    ASSERT_NO_FATAL_FAILURE(expect_reference(sentence(1 + random() % 5) + " 显存 memory"));
  }
}

TEST_F(Bm25Test, TermWeightsAreInverseDocumentFrequencies) {
  add("内存 内存");
  add("内存 显存");
  add("别的");
  const auto weights = must(index_->term_weights("显存和内存，显存", {}));
  std::map<std::string, double> by_term;
  for (const auto& weight : weights)
    EXPECT_TRUE(by_term.emplace(weight.term, weight.idf).second) << weight.term << " twice";
  EXPECT_NEAR(by_term.at("显存"), std::log(1 + 2.5 / 1.5), 1e-9);
  EXPECT_NEAR(by_term.at("内存"), std::log(1 + 1.5 / 2.5), 1e-9);
  EXPECT_NEAR(by_term.at("存和"), std::log(1 + 3.5 / 0.5), 1e-9);
}

}  // namespace
}  // namespace cvp::vector
