#include "serve/account_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class WatchRoutes : public AccountTest {
 protected:
  boost::json::object wanted(const std::string& folder) {
    return {{"collection", collection_}, {"folder", folder}};
  }

  const sys::TempFolder watched_ = *sys::TempFolder::create();
  const std::string root_ = sys::real_path(watched_.path())->string();
  const Browser admin_ = sign_in("ada", store::Role::admin);
  const store::CollectionId collection_ = add_collection("manuals");
};

TEST_F(WatchRoutes, AdministratorsAddListAndRemove) {
  const Got made = post(admin_, "/api/watches", wanted(root_));
  ASSERT_EQ(made.status, 201) << made.body;
  const boost::json::object watch = made.object();
  EXPECT_EQ(watch.at("folder"), boost::json::value(root_));
  EXPECT_EQ(watch.at("collection"), boost::json::value(collection_));
  EXPECT_EQ(watch.at("state"), "watching");
  EXPECT_TRUE(watch.at("checked").is_null());
  const boost::json::object list = get(admin_, "/api/watches").object();
  ASSERT_EQ(list.at("items").as_array().size(), 1u);
  EXPECT_EQ(list.at("items").at(0).at("id"), watch.at("id"));
  const std::string one = fmt::format("/api/watches/{}", watch.at("id").as_int64());
  EXPECT_EQ(remove(admin_, one).status, 204);
  EXPECT_EQ(remove(admin_, one).status, 404);
  EXPECT_EQ(get(admin_, "/api/watches").body, R"({"items":[]})");
  EXPECT_THAT(audited(), Contains("ada watch.add " + root_));
  EXPECT_THAT(audited(), Contains("ada watch.remove " + root_));
}

TEST_F(WatchRoutes, NobodyElseNamesPathsOfTheMachine) {
  const Browser editor = sign_in("ed", store::Role::editor);
  ASSERT_TRUE(store_->accounts().set_grants(collection_, {to_user(editor.user, store::Right::manage)}));
  ASSERT_EQ(post(admin_, "/api/watches", wanted(root_)).status, 201);
  for (const auto& [who, status] : {std::pair{Browser{}, 401}, std::pair{editor, 403}}) {
    EXPECT_EQ(get(who, "/api/watches").status, status);
    EXPECT_EQ(post(who, "/api/watches", wanted("/etc")).status, status);
    EXPECT_EQ(remove(who, "/api/watches/1").status, status);
  }
  const std::string key = make_key(admin_, {"read", "write"});
  EXPECT_EQ(with_key(key, "GET", "/api/watches").status, 403);
  EXPECT_EQ(with_key(make_key(admin_, {"admin"}), "GET", "/api/watches").status, 200);
  EXPECT_EQ(service_->backend().watches.list()->size(), 1u);
}

TEST_F(WatchRoutes, WrongBodiesAreSaidSo) {
  for (const boost::json::object& body :
       {boost::json::object{}, boost::json::object{{"folder", root_}},
        boost::json::object{{"collection", collection_}},
        boost::json::object{{"collection", "1"}, {"folder", root_}},
        boost::json::object{{"collection", -1}, {"folder", root_}}, wanted(""), wanted("docs"),
        wanted("/no such folder"), wanted(folder_.path().string()), wanted(std::string(4001, '/')),
        boost::json::object{{"collection", collection_}, {"folder", root_}, {"also", 1}}})
    EXPECT_EQ(post(admin_, "/api/watches", body).status, 400) << boost::json::serialize(body);
  EXPECT_EQ(post(admin_, "/api/watches", {{"collection", 999}, {"folder", root_}}).status, 404);
  EXPECT_EQ(remove(admin_, "/api/watches/7").status, 404);
  ASSERT_EQ(post(admin_, "/api/watches", wanted(root_)).status, 201);
  const Got twice = post(admin_, "/api/watches", wanted(root_));
  EXPECT_EQ(twice.status, 409);
  EXPECT_THAT(twice.body, HasSubstr(root_));
}

}  // namespace
}  // namespace cvp::serve
