#include "serve/call.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

namespace cvp::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

boost::json::object object(std::string_view text) { return boost::json::parse(text).as_object(); }

TEST(Fields, ReadsWhatIsThere) {
  const auto body = object(R"({"name":"规则","k":5,"deep":true,"ids":[1,2],"mode":"text","nothing":null})");
  Fields fields(body);
  EXPECT_EQ(fields.text("name", 100), "规则");
  EXPECT_EQ(fields.integer("k", 1, 1, 10), 5);
  EXPECT_TRUE(fields.boolean("deep", false));
  EXPECT_THAT(fields.ids("ids", 10), ElementsAre(1, 2));
  EXPECT_EQ(fields.choice("mode", {"hybrid", "text"}, "hybrid"), "text");
  EXPECT_EQ(fields.integer("nothing", 7, 1, 10), 7);
  EXPECT_EQ(fields.integer("absent", 8, 1, 10), 8);
  EXPECT_TRUE(fields.finish());
}

TEST(Fields, RefusesWhatNobodyAskedFor) {
  const auto body = object(R"({"name":"a","nmae":"b"})");
  Fields fields(body);
  EXPECT_EQ(fields.text("name", 100), "a");
  const auto done = fields.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::usage);
  EXPECT_THAT(done.error().message.en, HasSubstr("nmae"));
}

class WrongField : public testing::TestWithParam<const char*> {};

TEST_P(WrongField, IsNamed) {
  const auto body = object(GetParam());
  Fields fields(body);
  fields.text("name", 10);
  fields.integer("k", 1, 1, 10);
  fields.ids("ids", 2);
  fields.maybe_bool("deep");
  const auto done = fields.finish();
  ASSERT_FALSE(done) << GetParam();
  EXPECT_EQ(done.error().code, Errc::usage);
}

INSTANTIATE_TEST_SUITE_P(All, WrongField,
                         testing::Values("{}", R"({"name":null})", R"({"name":""})", R"({"name":5})",
                                         R"({"name":"01234567890"})", R"({"name":"a\u0000b"})",
                                         R"({"name":"a","k":0})", R"({"name":"a","k":11})",
                                         R"({"name":"a","k":2147483648})", R"({"name":"a","k":1.5})",
                                         R"({"name":"a","k":"3"})", R"({"name":"a","ids":[1,2,3]})",
                                         R"({"name":"a","ids":["1"]})", R"({"name":"a","ids":[-1]})",
                                         R"({"name":"a","ids":5})", R"({"name":"a","deep":1})"));

TEST(Call, NumbersOfTheAddressAreBounded) {
  Call call;
  call.path["id"] = "12";
  EXPECT_EQ(*call.id("id"), 12);
  for (const char* bad : {"", "x", "-1", "99999999999999999999", "1 "}) {
    call.path["id"] = bad;
    EXPECT_EQ(call.id("id").error().code, Errc::not_found) << bad;
  }
  call.request.query["limit"] = "50";
  EXPECT_EQ(*call.number("limit", 10, 1, 200), 50);
  EXPECT_EQ(*call.number("after", 10, 1, 200), 10);
  call.request.query["limit"] = "0";
  EXPECT_EQ(call.number("limit", 10, 1, 200).error().code, Errc::usage);
}

}  // namespace
}  // namespace cvp::serve
