#include "cli/quantity.h"

#include <gtest/gtest.h>

namespace cvp::cli {
namespace {

TEST(Quantity, Counts) {
  EXPECT_EQ(parse_count("7B"), 7e9);
  EXPECT_EQ(parse_count("1.4t"), 1.4e12);
  EXPECT_EQ(parse_count("65e9"), 65e9);
  EXPECT_EQ(parse_count("6,738,415,616"), 6738415616.0);
  EXPECT_EQ(parse_count("70亿"), 7e9);
  EXPECT_EQ(parse_count("1.4 万亿"), 1.4e12);
  for (const char* wrong : {"", "B", "-7B", "0", "7X", "nan", "inf", "7B8", "1e999"})
    EXPECT_FALSE(parse_count(wrong)) << wrong;
}

TEST(Quantity, Memory) {
  EXPECT_EQ(parse_memory("24GB"), 24.0 * (1 << 30));
  EXPECT_EQ(parse_memory("24 GiB"), 24.0 * (1 << 30));
  EXPECT_EQ(parse_memory("512MiB"), 512.0 * (1 << 20));
  EXPECT_FALSE(parse_memory("24 cats"));
}

TEST(Quantity, SizesInNames) {
  EXPECT_EQ(size_in_name("llama-2-7b"), 7e9);
  EXPECT_EQ(size_in_name("Qwen2.5 1.5B Instruct"), 1.5e9);
  EXPECT_EQ(size_in_name("SmolLM2-135M"), 135e6);
  EXPECT_FALSE(size_in_name("mixtral-8x7b"));
  EXPECT_FALSE(size_in_name("gpt-4"));
  EXPECT_FALSE(size_in_name("e5-small-4bit"));
}

TEST(Quantity, CountsInWords) {
  EXPECT_EQ(count_text(6738415616).en, "6.74 B");
  EXPECT_EQ(count_text(6738415616).zh, "67.4 亿");
  EXPECT_EQ(count_text(135e6).en, "135 M");
  EXPECT_EQ(count_text(135e6).zh, "1.35 亿");
  EXPECT_EQ(count_text(1.4e12).en, "1.4 T");
  EXPECT_EQ(count_text(1.4e12).zh, "1.4 万亿");
  EXPECT_EQ(count_text(9999e9).en, "10 T");
  EXPECT_EQ(count_text(41).en, "41");
  EXPECT_EQ(count_text(95040).en, "95,040");
  EXPECT_EQ(count_text(95040).zh, "9.5 万");
}

}  // namespace
}  // namespace cvp::cli
