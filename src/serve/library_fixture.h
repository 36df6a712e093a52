// A library with its people: collections, documents, and files that they send.
#pragma once
#include <boost/json/array.hpp>

#include "serve/serve_fixture.h"

namespace cvp::serve {

class LibraryTest : public ServeTest {
 protected:
  static std::string documents_of(store::CollectionId collection) {
    return fmt::format("/api/collections/{}/documents", collection);
  }
  static std::string document(store::DocumentId id, std::string_view part = "") {
    return fmt::format("/api/documents/{}{}", id, part);
  }
  static std::string collection(store::CollectionId id) { return fmt::format("/api/collections/{}", id); }

  Got upload(const Browser& who, store::CollectionId into, const std::string& name, const std::string& bytes,
             const std::string& lang = "en") {
    return send(who, "POST", documents_of(into) + "?name=" + name, bytes,
                {{"content-type", "application/octet-stream"}, {"accept-language", lang}});
  }
  /// What a list holds of each of its items, by one field.
  std::vector<std::string> listed(const Browser& who, const std::string& target, const std::string& field) {
    std::vector<std::string> out;
    const Got got = get(who, target);
    EXPECT_EQ(got.status, 200) << got.body;
    if (got.status != 200) return out;
    const boost::json::object list = got.object();
    for (const boost::json::value& one : list.at("items").as_array()) {
      const boost::json::value& value = one.at(field);
      out.push_back(value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value));
    }
    return out;
  }
  /// "actor action subject", oldest first.
  std::vector<std::string> audited() {
    std::vector<std::string> out;
    const auto entries = *store_->accounts().audit_log(0, 100);
    for (const store::AuditEntry& one : entries)
      out.insert(out.begin(), one.actor + " " + one.action + " " + one.subject);
    return out;
  }
  /// Nobody learns from the reply whether the thing exists: as for an id that was never given.
  static void expect_unknown(const Got& got) {
    EXPECT_EQ(got.status, 404) << got.body;
    EXPECT_EQ(got.status == 404 ? got.error() : "", "not_found");
  }

  const Browser ann_ = sign_in("ann", store::Role::editor);
  const Browser bob_ = sign_in("bob", store::Role::editor);
  const Browser reader_ = sign_in("rae", store::Role::reader);
};

}  // namespace cvp::serve
