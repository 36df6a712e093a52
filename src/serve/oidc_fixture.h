// An identity provider in this process: keys, tokens of every kind, and the addresses that a server asks.
#pragma once
#include <cjose/cjose.h>
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <memory>
#include <mutex>

#include "net/percent.h"
#include "serve/encoding.h"
#include "serve/oidc_options.h"
#include "sys/sha256.h"
#include "testing/http_stub.h"

namespace cvp::serve {

/// A key pair, and what is signed with it.
class SigningKey {
 public:
  static SigningKey rsa(const std::string& id, size_t bits = 2048) {
    constexpr uint8_t kExponent[] = {1, 0, 1};
    return {id, cjose_jwk_create_RSA_random(bits, kExponent, sizeof(kExponent), nullptr)};
  }
  static SigningKey ec(const std::string& id, cjose_jwk_ec_curve curve = CJOSE_JWK_EC_P_256) {
    return {id, cjose_jwk_create_EC_random(curve, nullptr)};
  }
  /// A secret that both would have to know.
  static SigningKey shared(const std::string& id, std::string_view secret) {
    return {id, cjose_jwk_create_oct_spec(reinterpret_cast<const uint8_t*>(secret.data()), secret.size(),
                                          nullptr)};
  }

  boost::json::object public_key() const {
    char* text = cjose_jwk_to_json(key_.get(), false, nullptr);
    const boost::json::value parsed = boost::json::parse(text);
    cjose_get_dealloc()(text);
    boost::json::object out = parsed.as_object();
    out["kid"] = id_;
    out["use"] = "sig";
    return out;
  }

  std::string sign(const boost::json::object& claims, const char* algorithm) const {
    return sign(claims, algorithm, id_);
  }
  std::string sign(const boost::json::object& claims, const char* algorithm, const std::string& id) const {
    cjose_header_t* header = cjose_header_new(nullptr);
    EXPECT_TRUE(cjose_header_set(header, CJOSE_HDR_ALG, algorithm, nullptr));
    if (!id.empty()) {
      EXPECT_TRUE(cjose_header_set(header, CJOSE_HDR_KID, id.c_str(), nullptr));
    }
    const std::string body = boost::json::serialize(claims);
    cjose_jws_t* signature = cjose_jws_sign(key_.get(), header, reinterpret_cast<const uint8_t*>(body.data()),
                                            body.size(), nullptr);
    EXPECT_NE(signature, nullptr) << algorithm;
    const char* text = nullptr;
    EXPECT_TRUE(cjose_jws_export(signature, &text, nullptr));
    std::string out = text != nullptr ? text : "";
    cjose_jws_release(signature);
    cjose_header_release(header);
    return out;
  }

 private:
  struct Release {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
  };
  SigningKey(std::string id, cjose_jwk_t* key) : id_(std::move(id)), key_(key) { EXPECT_NE(key, nullptr); }

  std::string id_;
  std::unique_ptr<cjose_jwk_t, Release> key_;
};

/// Made once: finding primes takes a while.
inline const SigningKey& first_key() {
  static const SigningKey key = SigningKey::rsa("first");
  return key;
}

/// header.body. without a signature.
inline std::string unsigned_token(const boost::json::object& header, const boost::json::object& claims) {
  return base64url(boost::json::serialize(header)) + "." + base64url(boost::json::serialize(claims)) + ".";
}

inline std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

/// "a=1&b=2".
inline std::map<std::string, std::string> form_fields(std::string_view form) {
  std::map<std::string, std::string> out;
  while (!form.empty()) {
    const std::string_view one = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(one.size() + 1, form.size()));
    const size_t equals = std::min(one.find('='), one.size() - 1);
    out[percent_decoded(one.substr(0, equals))] = percent_decoded(one.substr(equals + 1));
  }
  return out;
}

class FakeProvider {
 public:
  static constexpr const char* kClient = "cvp client";
  static constexpr const char* kSecret = "s3cret/+:";
  static constexpr const char* kRedirect = "https://kb.example.org/api/oidc/callback";

  /// What it says next; a test changes it with `change`.
  struct Says {
    boost::json::object description, claims, userinfo;
    boost::json::array keys;
    const SigningKey* key = nullptr;
    const char* algorithm = "RS256";
    std::string token;  // instead of one that is signed; empty: none
    int delay_ms = 0;
  };

  explicit FakeProvider(int64_t now) {
    says_.description = {{"issuer", issuer()},
                         {"authorization_endpoint", issuer() + "/authorize?tenant=1"},
                         {"token_endpoint", issuer() + "/token"},
                         {"userinfo_endpoint", issuer() + "/userinfo"},
                         {"jwks_uri", issuer() + "/keys"},
                         {"scopes_supported", {"openid", "profile", "email", "groups"}},
                         {"token_endpoint_auth_methods_supported", {"client_secret_basic"}},
                         {"id_token_signing_alg_values_supported", {"RS256", "ES256", "HS256", "none"}}};
    says_.claims = {{"iss", issuer()}, {"aud", kClient},   {"sub", "ann-at-work"},
                    {"iat", now},      {"exp", now + 300}, {"preferred_username", "ann"}};
    says_.key = &first_key();
    says_.keys = {first_key().public_key()};
    stub_.route("/.well-known/openid-configuration",
                [this](const auto&) { return json(now_says().description); });
    stub_.route("/keys", [this](const auto&) { return json({{"keys", now_says().keys}}); });
    stub_.route("/userinfo", [this](const auto& request) { return tell_user(request); });
    stub_.route("/token", [this](const auto& request) { return trade(request); });
  }

  std::string issuer() const { return stub_.url(); }
  OidcOptions options() const {
    return {.issuer = issuer(), .client_id = kClient, .client_secret = kSecret, .redirect = kRedirect};
  }

  template <class Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    change(says_);
  }

  /// Somebody signs in there, sent with these fields: the code for the way back.
  std::string authorize(const std::map<std::string, std::string>& sent) {
    const std::lock_guard lock(mutex_);
    const std::string code = "code-" + sys::random_hex(8);
    codes_[code] = {.challenge = sent.at("code_challenge"), .nonce = sent.at("nonce")};
    return code;
  }

  std::vector<cvp::testing::StubRequest> asked(const std::string& path) const {
    std::vector<cvp::testing::StubRequest> out;
    for (const auto& request : stub_.requests())
      if (request.target == path) out.push_back(request);
    return out;
  }

 private:
  struct Code {
    std::string challenge, nonce;
  };

  Says now_says() {
    const std::lock_guard lock(mutex_);
    return says_;
  }

  cvp::testing::StubReply json(const boost::json::object& value, int status = 200) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            .body = boost::json::serialize(value),
            .delay_ms = now_says().delay_ms};
  }

  cvp::testing::StubReply trade(const cvp::testing::StubRequest& request) {
    constexpr int kBits = 256;
    const auto fields = form_fields(request.body);
    const std::string basic =
        "Basic " + base64(net::percent_encoded(kClient) + ":" + net::percent_encoded(kSecret));
    const auto authorization = request.headers.find("authorization");
    if (authorization == request.headers.end() || authorization->second != basic)
      return json({{"error", "invalid_client"}}, 401);
    Code code;
    {
      const std::lock_guard lock(mutex_);
      const auto found = codes_.find(fields.at("code"));
      if (found != codes_.end()) code = found->second;
      if (found != codes_.end()) codes_.erase(found);
    }
    if (code.challenge.empty() || code.challenge != base64url(sha2(kBits, fields.at("code_verifier"))) ||
        fields.at("redirect_uri") != kRedirect)
      return json({{"error", "invalid_grant"}}, 400);
    const Says says = now_says();
    boost::json::object claims = says.claims;
    if (!claims.contains("nonce")) claims["nonce"] = code.nonce;
    return json({{"access_token", "access"},
                 {"token_type", "Bearer"},
                 {"id_token", says.token.empty() ? says.key->sign(claims, says.algorithm) : says.token}});
  }

  cvp::testing::StubReply tell_user(const cvp::testing::StubRequest& request) {
    if (request.headers.at("authorization") != "Bearer access") return json({}, 401);
    return json(now_says().userinfo);
  }

  std::mutex mutex_;
  Says says_;                          // guarded by mutex_
  std::map<std::string, Code> codes_;  // guarded by mutex_
  cvp::testing::HttpStub stub_;        // last: its threads use the rest
};

}  // namespace cvp::serve
