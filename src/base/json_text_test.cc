#include "base/json_text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <limits>

namespace cvp {
namespace {

TEST(JsonText, ReadsBackAsTheSameValue) {
  const boost::json::value value = boost::json::parse(
      R"({"a":[0.81,1e-7,1e300,-0.5,3,18446744073709551615,-4,true,null,"说 \"hi\"\n\u0001"],"b":{},"c":[]})");
  EXPECT_EQ(boost::json::parse(json_text(value)), value) << json_text(value);
}

TEST(JsonText, WritesNumbersPlainly) {
  EXPECT_EQ(json_text(boost::json::object{{"score", 0.81}}), R"({"score":0.81})");
  EXPECT_EQ(json_text(boost::json::value(0.0)), "0");
  EXPECT_EQ(json_text(std::numeric_limits<double>::quiet_NaN()), "null");
}

}  // namespace
}  // namespace cvp
