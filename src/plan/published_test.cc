#include "plan/published.h"

#include <gtest/gtest.h>

namespace cvp::plan {
namespace {

TEST(Published, QualityFallsWithTheBits) {
  const auto table = quality_table();
  ASSERT_TRUE(table) << table.error().message.en;
  EXPECT_GT(table->rows.size(), 20u);
  double before = 0;
  for (const QualityLoss& row : table->rows) {
    EXPECT_GE(row.small_percent, before) << row.quantization;
    before = row.small_percent;
  }
  const QualityLoss* two_bits = table->find("Q2_K");
  ASSERT_NE(two_bits, nullptr);
  EXPECT_NEAR(two_bits->small_percent, 56.5, 0.1);
  EXPECT_NEAR(*table->find("Q4_K_M")->large_percent, 4.83, 0.01);
  EXPECT_FALSE(table->find("Q5_1")->large_percent);
  EXPECT_EQ(table->find("F16"), nullptr);
}

TEST(Published, EveryNumberHasASource) {
  const auto table = quality_table();
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->small_source.url.starts_with("https://"));
  EXPECT_TRUE(table->large_source.url.starts_with("https://"));
  const auto runs = training_runs();
  ASSERT_TRUE(runs) << runs.error().message.en;
  EXPECT_EQ(runs->size(), 10u);
  for (const TrainingRun& run : *runs) EXPECT_TRUE(run.source.url.starts_with("https://")) << run.model;
  const auto prices = rental_prices();
  ASSERT_TRUE(prices) << prices.error().message.en;
  for (const RentalPrice& price : *prices) {
    EXPECT_LT(price.low, price.high) << price.gpu;
    EXPECT_EQ(price.source.month.size(), 7u) << price.gpu;
  }
  const auto speeds = speed_runs();
  ASSERT_TRUE(speeds) << speeds.error().message.en;
  EXPECT_TRUE(speeds->source.url.starts_with("https://"));
  size_t fitted = 0;
  for (const SpeedRun& run : speeds->rows) fitted += run.fitted ? 1 : 0;
  EXPECT_EQ(fitted, 18u);
}

}  // namespace
}  // namespace cvp::plan
