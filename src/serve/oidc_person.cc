#include "serve/oidc_person.h"

#include "base/unicode.h"
#include "serve/oidc_json.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

constexpr size_t kGroups = 1000;
constexpr size_t kNumberCharacters = 5;  // "-1000"

/// The first so many characters.
std::string first_characters(std::string_view text, size_t most) {
  size_t end = 0;
  for (size_t count = 0; end < text.size() && count < most; ++count) decode_utf8(text, end);
  return std::string(text.substr(0, end));
}

/// What of it may stand in a name; empty where nothing may.
std::string as_name(std::string_view wish) {
  const std::string plain = nfkc(utf8_prefix(wish, 4 * kNameBytes));
  std::string out;
  for (size_t at = 0; at < plain.size();) {
    const char32_t c = decode_utf8(plain, at);
    const bool good =
        is_word(c) || is_cjk(c) ||
        (c < 0x80 && std::string_view(" .-_@+'").find(static_cast<char>(c)) != std::string_view::npos);
    if (good && !(out.empty() && c == ' ')) append_utf8(out, c);
  }
  out = first_characters(out, kNameCharacters);
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

bool tells_enough(const boost::json::object& claims, const OidcOptions& options) {
  const bool named = !text_in(claims, "preferred_username").empty() || !text_in(claims, "email").empty();
  return named && (options.groups_claim.empty() || claims.contains(options.groups_claim));
}

ExternalPerson person_of(const boost::json::object& claims, const OidcOptions& options) {
  ExternalPerson out{.subject = oidc_subject(options.issuer, text_in(claims, "sub"))};
  for (const char* claim : {"preferred_username", "email", "name"})
    if (out.name.empty()) out.name = as_name(text_in(claims, claim));
  if (out.name.empty()) out.name = "user";
  if (options.groups_claim.empty()) return out;
  out.groups = texts_in(claims, options.groups_claim, kGroups).value_or(std::vector<std::string>());
  // Keycloak writes groups as paths; here they have no folders.
  for (std::string& group : *out.groups)
    if (group.starts_with('/')) group.erase(0, 1);
  return out;
}

std::string numbered_name(const std::string& wish, size_t number) {
  if (number <= 1) return wish;
  return fmt::format("{}-{}", first_characters(wish, kNameCharacters - kNumberCharacters), number);
}

}  // namespace cvp::serve
