#include "serve/watch_record.h"

#include <gtest/gtest.h>

namespace cvp::serve {
namespace {

TEST(WatchRecord, ComesBackAsItWas) {
  WatchRecord record{.made_with = "parser 1", .device = UINT64_MAX};
  record.files["/srv/合同 \"a\".pdf"] = {
      .document = 7, .stamp = FileStamp{.bytes = 1ull << 40, .modified_unix = -3}, .ours = true};
  record.files["/srv/b.txt"] = {.document = 8, .stamp = FileStamp{}, .copy_of = 12};
  record.files["/srv/c.txt"] = {.ours = true};
  const auto back = read_record(record_text(record));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, record);
  EXPECT_EQ(*read_record(record_text({})), WatchRecord{});
}

TEST(WatchRecord, WhatIsNoRecordIsSaidSo) {
  for (const char* text :
       {"", "[]", "{}", R"({"made_with":"","device":"0"})", R"({"made_with":"","device":"x","files":[]})",
        R"({"made_with":"","device":"0","files":{}})", R"({"made_with":"","device":"0","files":[["u",1]]})",
        R"({"made_with":"","device":"0","files":[["u","1",true,0]]})",
        R"({"made_with":"","device":"0","files":[["u",1,true,0,-1,5]]})"})
    EXPECT_EQ(read_record(text).error().code, Errc::corrupt) << text;
}

}  // namespace
}  // namespace cvp::serve
