#include "serve/id_token.h"

#include <cjose/cjose.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/unicode.h"
#include "serve/encoding.h"
#include "serve/oidc_json.h"
#include "sys/secrets.h"

namespace cvp::serve {
namespace {

constexpr size_t kTokenBytes = 64 << 10, kSubjectBytes = 255, kAudiences = 100, kShownBytes = 100;
constexpr int64_t kSkewSeconds = 60;         // between two clocks
constexpr int64_t kOldestSeconds = 10 * 60;  // a token is made in the moment in which it is fetched

struct Algorithm {
  std::string_view name, key_type, curve;
  int bits;
};
constexpr std::array kAlgorithms = {
    Algorithm{"RS256", "RSA", "", 256},     Algorithm{"RS384", "RSA", "", 384},
    Algorithm{"RS512", "RSA", "", 512},     Algorithm{"PS256", "RSA", "", 256},
    Algorithm{"PS384", "RSA", "", 384},     Algorithm{"PS512", "RSA", "", 512},
    Algorithm{"ES256", "EC", "P-256", 256}, Algorithm{"ES384", "EC", "P-384", 384},
    Algorithm{"ES512", "EC", "P-521", 512}};

const Algorithm* algorithm_named(std::string_view name) {
  const auto found = std::ranges::find(kAlgorithms, name, &Algorithm::name);
  return found != kAlgorithms.end() ? &*found : nullptr;
}

struct Release {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
  void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
using Jws = std::unique_ptr<cjose_jws_t, Release>;
using Jwk = std::unique_ptr<cjose_jwk_t, Release>;

std::unexpected<Error> refused(const Text& why) {
  return fail(Errc::refused, text("the id token is not valid: {}", "ID 令牌无效：{}", why));
}

/// Of what cjose read: the same words decide here and there.
std::string header_text(const Jws& jws, const char* name) {
  cjose_err error{};
  cjose_header_t* header = cjose_jws_get_protected(jws.get());
  const char* value = header != nullptr ? cjose_header_get(header, name, &error) : nullptr;
  return value != nullptr ? std::string(value) : std::string();
}

/// "crit" names what whoever reads the token must understand: nothing of it is understood here.
bool has_critical_parts(const Jws& jws) {
  cjose_err error{};
  cjose_header_t* header = cjose_jws_get_protected(jws.get());
  char* value = header != nullptr ? cjose_header_get_raw(header, "crit", &error) : nullptr;
  if (value == nullptr) return false;
  cjose_get_dealloc()(value);
  return true;
}

bool may_check(const PublicKey& key, const Algorithm& algorithm, const std::string& id) {
  return key.type == algorithm.key_type && key.curve == algorithm.curve &&
         (key.algorithm.empty() || key.algorithm == algorithm.name) && (id.empty() || key.id == id);
}

/// True where one of the keys that may have made the signature has.
Result<bool> signed_by_one(const Jws& jws, const std::vector<PublicKey>& keys, const Algorithm& algorithm) {
  const std::string id = header_text(jws, CJOSE_HDR_KID);
  bool any = false;
  for (const PublicKey& key : keys) {
    if (!may_check(key, algorithm, id)) continue;
    cjose_err error{};
    const Jwk imported(cjose_jwk_import(key.json.data(), key.json.size(), &error));
    if (imported == nullptr) continue;
    any = true;
    if (cjose_jws_verify(jws.get(), imported.get(), &error)) return true;
  }
  if (any) return false;
  return fail(Errc::not_found,
              text("the provider has no key “{}” for {}", "身份提供方没有用于 {1} 的密钥“{0}”",
                   utf8_prefix(id, kShownBytes), algorithm.name));
}

Result<boost::json::object> read_claims(const Jws& jws) {
  uint8_t* bytes = nullptr;  // the token's own
  size_t length = 0;
  cjose_err error{};
  if (!cjose_jws_get_plaintext(jws.get(), &bytes, &length, &error))
    return refused(text("it is empty", "内容为空"));
  auto claims =
      parse_foreign_object({reinterpret_cast<const char*>(bytes), length}, text("what it holds", "其内容"));
  if (!claims) return refused(claims.error().message);
  return claims;
}

Result<void> check_audience(const boost::json::object& claims, const IdTokenChecks& checks) {
  const auto audience = texts_in(claims, "aud", kAudiences);
  if (!audience || std::ranges::find(*audience, checks.client_id) == audience->end())
    return refused(text("it was made for somebody else (aud)", "不是签发给 cvp 的（aud）"));
  const bool has_party = claims.contains("azp");
  if (audience->size() > 1 && !has_party)
    return refused(text("it is for several and does not say who asked for it (azp)",
                        "有多个受众却没有说明申请方（azp）"));
  if (has_party && text_in(claims, "azp") != checks.client_id)
    return refused(text("somebody else asked for it (azp)", "由其他应用申请（azp）"));
  return {};
}

Result<void> check_times(const boost::json::object& claims, int64_t now) {
  const auto expires = time_in(claims, "exp"), made = time_in(claims, "iat");
  if (!expires || *expires + kSkewSeconds <= now)
    return refused(text("it has expired (exp)", "已过期（exp）"));
  if (!made || *made > now + kSkewSeconds || *made + kOldestSeconds + kSkewSeconds < now)
    return refused(text("it was not made now (iat); are both clocks right?",
                        "签发时间不对（iat），请核对双方的系统时间"));
  if (claims.contains("nbf")) {
    const auto begins = time_in(claims, "nbf");
    if (!begins || *begins > now + kSkewSeconds)
      return refused(text("it is not valid yet (nbf)", "尚未生效（nbf）"));
  }
  return {};
}

/// The access token that came with it is the one that it was made with: the left half of its hash.
Result<void> check_access_token(const boost::json::object& claims, const IdTokenChecks& checks, int bits) {
  if (!claims.contains("at_hash")) return {};
  const std::string hash = sha2(bits, checks.access_token);
  if (!checks.access_token.empty() &&
      sys::equal_secrets(text_in(claims, "at_hash"), base64url(hash.substr(0, hash.size() / 2))))
    return {};
  return refused(text("it belongs to another access token (at_hash)", "与访问令牌不匹配（at_hash）"));
}

Result<void> check_claims(const boost::json::object& claims, const IdTokenChecks& checks, int bits) {
  if (text_in(claims, "iss") != checks.issuer)
    return refused(text("it comes from somebody else (iss)", "签发方不符（iss）"));
  TRY(check_audience(claims, checks));
  TRY(check_times(claims, checks.now_unix));
  if (checks.nonce.empty() || !sys::equal_secrets(text_in(claims, "nonce"), checks.nonce))
    return refused(text("it was made for another sign-in (nonce)", "属于另一次登录（nonce）"));
  TRY(check_access_token(claims, checks, bits));
  const std::string subject = text_in(claims, "sub");
  if (subject.empty() || subject.size() > kSubjectBytes)
    return refused(text("it names nobody (sub)", "没有指明用户（sub）"));
  return {};
}

}  // namespace

bool is_signature_algorithm(std::string_view name) { return algorithm_named(name) != nullptr; }

Result<boost::json::object> check_id_token(std::string_view token, const std::vector<PublicKey>& keys,
                                           const IdTokenChecks& checks) {
  if (token.size() > kTokenBytes) return refused(text("it is too long", "过长"));
  cjose_err error{};
  const Jws jws(cjose_jws_import(token.data(), token.size(), &error));
  if (jws == nullptr) return refused(text("it is no signed token", "不是带签名的令牌"));
  const std::string name = header_text(jws, CJOSE_HDR_ALG);
  const Algorithm* algorithm = algorithm_named(name);
  if (algorithm == nullptr || std::ranges::find(checks.algorithms, name) == checks.algorithms.end())
    return refused(text("signed with “{}”, which is not taken", "签名算法“{}”不被接受",
                        utf8_prefix(repair_utf8(name), kShownBytes)));
  if (has_critical_parts(jws))
    return refused(text("it has parts that nobody here understands (crit)", "含有无法理解的部分（crit）"));
  if (!TRY(signed_by_one(jws, keys, *algorithm)))
    return refused(text("the signature is wrong", "签名不正确"));
  boost::json::object claims = TRY(read_claims(jws));
  TRY(check_claims(claims, checks, algorithm->bits));
  return claims;
}

}  // namespace cvp::serve
