#include "chat/calibration.h"

#include <gtest/gtest.h>

#include <random>

namespace cvp::chat {
namespace {

std::vector<Labelled> examples(size_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0, 1);
  std::vector<Labelled> out;
  for (size_t i = 0; i < n; ++i) {
    Labelled one{.question = i, .answerable = i % 2 == 0};
    one.signals[Signal::margin] = (one.answerable ? 2.0 : -2.0) + noise(random);
    one.signals[Signal::coverage] = (one.answerable ? 0.7 : 0.5) + 0.1 * noise(random);
    one.signals[Signal::subject] = 0.5 + 0.1 * noise(random);  // says nothing
    one.signals[Signal::dense] = 0.8 + 0.01 * noise(random);
    if (i % 3 == 0) one.signals[Signal::support] = (one.answerable ? 1.0 : -1.0) + noise(random);
    out.push_back(one);
  }
  return out;
}

TEST(Calibration, SeparatesAndHoldsItsShareOfFalseRefusals) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  const auto train = examples(600, seed), test = examples(2000, seed + 1);
  const LanguageCalibration fitted = fit_language(train, 0.05).value();
  size_t refused = 0, answerable = 0, caught = 0, unanswerable = 0;
  for (const Labelled& one : test) {
    const bool no = fitted.read.probability(one.signals) < fitted.read.threshold;
    (one.answerable ? answerable : unanswerable) += 1;
    if (one.answerable) refused += no ? 1 : 0;
    if (!one.answerable) caught += no ? 1 : 0;
  }
  EXPECT_LT(static_cast<double>(refused) / static_cast<double>(answerable), 0.12);
  EXPECT_GT(static_cast<double>(caught) / static_cast<double>(unanswerable), 0.9);
  EXPECT_GT(fitted.before.weight[static_cast<size_t>(Signal::margin)], 0);
  EXPECT_LE(fitted.read.floor, fitted.read.threshold);
  EXPECT_LE(fitted.read.threshold, fitted.read.sure);
}

TEST(Calibration, TooFewExamplesAreRefused) {
  const auto fitted = fit(examples(30, 1), {Signal::margin}, 0.05);
  ASSERT_FALSE(fitted);
  EXPECT_EQ(fitted.error().code, Errc::refused);
}

TEST(Calibration, FileRoundTrip) {
  Calibration original;
  original.source = "test";
  original.zh = fit_language(examples(200, 2), 0.05).value();
  original.en = fit_language(examples(200, 3), 0.05).value();
  const Calibration back = parse_calibration(format_calibration(original), "test.toml").value();
  Signals signals;
  signals[Signal::margin] = 0.3;
  signals[Signal::coverage] = 0.6;
  EXPECT_NEAR(back.zh.read.probability(signals), original.zh.read.probability(signals), 1e-4);
  EXPECT_NEAR(back.en.text.threshold, original.en.text.threshold, 1e-5);
  EXPECT_FALSE(parse_calibration("= 3", "bad.toml"));
  std::string partial = format_calibration(original);
  partial.replace(partial.find("[en.read]"), 9, "[en.else]");  // with a default it would never refuse
  const auto lacking = parse_calibration(partial, "partial.toml");
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().code, Errc::corrupt);
}

TEST(Calibration, EveryModelHasOne) {
  EXPECT_TRUE(shipped_calibration("no-such-model"));
  const Calibration general = shipped_calibration("no-such-model").value();
  Signals strong, weak;
  strong[Signal::margin] = 4;
  strong[Signal::coverage] = 0.95;
  weak[Signal::margin] = -4;
  weak[Signal::coverage] = 0.2;
  for (const Lang lang : {Lang::zh, Lang::en}) {
    EXPECT_GT(general.of(lang).read.probability(strong), general.of(lang).read.threshold);
    EXPECT_LT(general.of(lang).read.probability(weak), general.of(lang).read.threshold);
  }
}

}  // namespace
}  // namespace cvp::chat
