#include "serve/oidc_keys.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "serve/oidc_json.h"

namespace cvp::serve {
namespace {

constexpr size_t kKeys = 100;
// Of the modulus in base64url: 2048 bits at least, 16384 at most, or checking one signature would take long.
constexpr size_t kShortestModulus = 342, kLongestModulus = 2731, kLongestExponent = 8, kLongestPoint = 88;

bool has_length(const std::string& text, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most;
}

std::optional<PublicKey> read_key(const boost::json::object& key) {
  const std::string use = text_in(key, "use");
  if (!use.empty() && use != "sig") return {};
  const auto operations = texts_in(key, "key_ops", kKeys);
  if (operations && std::ranges::find(*operations, "verify") == operations->end()) return {};
  PublicKey out{.id = text_in(key, "kid"), .type = text_in(key, "kty"), .algorithm = text_in(key, "alg")};
  if (out.type == "RSA") {
    const std::string modulus = text_in(key, "n"), exponent = text_in(key, "e");
    if (!has_length(modulus, kShortestModulus, kLongestModulus) || !has_length(exponent, 1, kLongestExponent))
      return {};
    out.json = boost::json::serialize(boost::json::object{{"kty", "RSA"}, {"n", modulus}, {"e", exponent}});
    return out;
  }
  if (out.type == "EC") {
    out.curve = text_in(key, "crv");
    const std::string x = text_in(key, "x"), y = text_in(key, "y");
    if (!has_length(x, 1, kLongestPoint) || !has_length(y, 1, kLongestPoint)) return {};
    out.json =
        boost::json::serialize(boost::json::object{{"kty", "EC"}, {"crv", out.curve}, {"x", x}, {"y", y}});
    return out;
  }
  return {};
}

}  // namespace

Result<std::vector<PublicKey>> read_keys(std::string_view json) {
  const Text what = text("the provider's set of keys", "身份提供方的密钥集");
  const boost::json::object document = TRY(parse_foreign_object(json, what));
  const boost::json::value* keys = document.if_contains("keys");
  const boost::json::array* all = keys != nullptr ? keys->if_array() : nullptr;
  if (all == nullptr)
    return fail(Errc::unavailable, text("{} has no list “keys”", "{}中没有列表“keys”", what));
  std::vector<PublicKey> out;
  for (const boost::json::value& one : *all) {
    const boost::json::object* key = one.if_object();
    if (key == nullptr || out.size() >= kKeys) continue;
    if (auto read = read_key(*key)) out.push_back(std::move(*read));
  }
  return out;
}

}  // namespace cvp::serve
