// Every route as every kind of caller: what rights_matrix.txt says, no more and no less.
#include "serve/rights_matrix_fixture.h"

namespace cvp::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSaysNo = R"("isError":true)";  // how MCP's tools refuse

/// Whose right to the organisation's things is none.
bool is_outsider(Kind kind) {
  return kind != Kind::reader && kind != Kind::writer && kind != Kind::admin && kind != Kind::forged;
}

/// Without what the request itself named: that is no secret, and it is what differs between an answer for
/// what is not there and one for what may not be seen.
std::string without_names(std::string text, std::string_view name) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name))
    text.replace(at, name.size(), "@");
  std::string out;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      out += c;
    } else if (!out.ends_with('#')) {
      out += '#';
    }
  }
  return out;
}

class RightsMatrixTest : public RightsTest {
 protected:
  RightsMatrixTest() {
    for (const MatrixRow& row : rows_)
      if (row.watched) watched_.push_back(filled(row.target));
  }

  const Route* route_of(const MatrixRow& row) {
    const auto found = std::ranges::find_if(service_->routes(), [&](const Route& route) {
      return route.method == row.method && route.pattern == row.pattern;
    });
    return found != service_->routes().end() ? &*found : nullptr;
  }

  void check(const MatrixRow& row) {
    const Route* route = route_of(row);
    ASSERT_NE(route, nullptr);
    const Scope scope = route->scope;  // the route goes when everything begins again
    begin_again();
    ASSERT_NO_FATAL_FAILURE(prepare(row));
    check_refusals(row, scope);
    bool used = !row.given.empty();
    for (size_t i = 0; i < kKinds.size(); ++i) {
      if (row.statuses[i] != MatrixRow::kOk) continue;
      SCOPED_TRACE(kKinds[i]);
      if (used) {
        begin_again();
        ASSERT_NO_FATAL_FAILURE(prepare(row));
      }
      used = row.method != "GET";
      const Kind kind = static_cast<Kind>(i);
      const Got got = ask(row, as(kind, scope));
      EXPECT_TRUE(got.status >= 200 && got.status < 400) << got.status << " " << got.body;
      EXPECT_THAT(got.body, Not(HasSubstr(kSaysNo)));
      if (is_outsider(kind) && kind != Kind::scopeless) {
        EXPECT_THAT(without_asked(row, got.body), Not(HasSubstr(kCanary)));
      }
    }
  }

  void check_refusals(const MatrixRow& row, Scope scope) {
    const std::string before = state(watched_);
    for (size_t i = 0; i < kKinds.size(); ++i) {
      const int status = row.statuses[i];
      if (status == MatrixRow::kOk) continue;
      SCOPED_TRACE(kKinds[i]);
      const As who = as(static_cast<Kind>(i), scope);
      const Got got = ask(row, who);
      if (status == MatrixRow::kTold) {
        EXPECT_EQ(got.status, 200);
        EXPECT_THAT(got.body, HasSubstr(kSaysNo));
      } else {
        EXPECT_EQ(got.status, status) << got.body;
      }
      EXPECT_THAT(without_asked(row, got.body), Not(HasSubstr(kCanary)));
      EXPECT_EQ(state(watched_), before) << "a request that was refused changed something";
      const bool unseen = status == 404 || status == MatrixRow::kTold;
      if (!unseen || !is_outsider(static_cast<Kind>(i))) continue;
      const Got unknown = ask(row, who, true);
      EXPECT_EQ(unknown.status, got.status);
      EXPECT_EQ(without_names(unknown.body, kNowhere), without_names(got.body, kCollection))
          << "what belongs to others answers unlike what is not there";
    }
  }

  static std::string without_asked(const MatrixRow& row, const std::string& body) {
    const bool named = (row.target + row.body).find("$collection_name") != std::string::npos;
    return named ? without_names(body, kCollection) : body;
  }

  const std::vector<MatrixRow> rows_ = MatrixReader::read();

 private:
  std::vector<std::string> watched_;  // what an administrator sees
};

TEST_F(RightsMatrixTest, EveryRouteHasARow) {
  for (const Route& route : service_->routes()) {
    const auto count = std::ranges::count_if(rows_, [&](const MatrixRow& row) {
      return row.method == route.method && row.pattern == route.pattern;
    });
    EXPECT_GE(count, 1) << route.method << " " << route.pattern << ": add a line to rights_matrix.txt";
  }
}

TEST_F(RightsMatrixTest, EveryRowHasARoute) {
  for (const MatrixRow& row : rows_)
    EXPECT_NE(route_of(row), nullptr) << "line " << row.line << ": there is no " << row.name();
}

TEST_F(RightsMatrixTest, EveryCallerGetsWhatTheMatrixSays) {
  for (const MatrixRow& row : rows_) {
    SCOPED_TRACE(fmt::format("line {}: {}", row.line, row.name()));
    check(row);
  }
}

}  // namespace
}  // namespace cvp::serve
