#include "serve/undo_tokens.h"

#include <fmt/format.h>

#include "base/number.h"
#include "serve/encoding.h"
#include "sys/secrets.h"
#include "sys/sha256.h"

namespace cvp::serve {
namespace {

constexpr size_t kSecretBytes = 32;

}  // namespace

UndoTokens::UndoTokens() : secret_(sys::random_hex(kSecretBytes)) {}

std::string UndoTokens::sign(std::string_view words) const { return base64url(keyed_hash(secret_, words)); }

std::string UndoTokens::token(const Deletion& deletion) const {
  const std::string words = fmt::format("{}.{}", deletion.until_unix, deletion.collection);
  return fmt::format("{}.{}", words, sign(fmt::format("{}.{}", deletion.document, words)));
}

std::optional<UndoTokens::Deletion> UndoTokens::read(std::string_view token,
                                                     store::DocumentId document) const {
  const size_t signature = token.rfind('.');
  if (token.size() > kMostBytes || signature == std::string_view::npos) return {};
  const std::string_view words = token.substr(0, signature);
  if (!sys::equal_secrets(token.substr(signature + 1), sign(fmt::format("{}.{}", document, words))))
    return {};
  const size_t dot = words.find('.');
  if (dot == std::string_view::npos) return {};
  const auto until = parse_number<int64_t>(words.substr(0, dot)),
             collection = parse_number<int64_t>(words.substr(dot + 1));
  if (!until || !collection) return {};
  return Deletion{.document = document, .collection = *collection, .until_unix = *until};
}

}  // namespace cvp::serve
