#include "serve/model_names.h"

#include <algorithm>
#include <boost/json/object.hpp>

#include "base/unicode.h"

namespace cvp::serve {
namespace {

constexpr std::string_view kDocuments = "cvp";
// A slash would be escaped in an address, and no address here may hide one.
constexpr std::string_view kSeparators = ":/";
constexpr size_t kShownNameBytes = 100;
constexpr size_t kShownNames = 20;

std::string name_of_collection(const store::Collection& collection) {
  return std::string(kDocuments) + kSeparators.front() + collection.name;
}

Result<std::vector<std::string>> names(const Backend& backend, const Caller& caller) {
  std::vector<std::string> out = {std::string(kDocuments)};
  for (const store::Collection& one : TRY(seen_collections(backend, caller)))
    out.push_back(name_of_collection(one));
  if (const auto generator = backend.host.generator()) out.push_back(generator->identity().name);
  if (const auto embedder = backend.host.embedder()) out.push_back(embedder->identity().name);
  return out;
}

}  // namespace

Result<std::vector<store::Collection>> seen_collections(const Backend& backend, const Caller& caller) {
  std::vector<store::Collection> out = TRY(backend.store.collections());
  std::erase_if(out,
                [&](const store::Collection& one) { return caller.right(one.id) == store::Right::none; });
  return out;
}

Result<store::CollectionId> collection_named(const Backend& backend, const Caller& caller,
                                             std::string_view name) {
  const std::vector<store::Collection> seen = TRY(seen_collections(backend, caller));
  const auto found = std::ranges::find(seen, name, &store::Collection::name);
  if (found != seen.end()) return found->id;
  return fail(Errc::not_found, text("there is no collection “{}”", "没有名为“{}”的文档集",
                                    utf8_prefix(name, kShownNameBytes)));
}

Result<NamedModel> named_model(const Backend& backend, const Caller& caller, std::string_view name) {
  if (name == kDocuments) return NamedModel{};
  if (name.starts_with(kDocuments) && kSeparators.find(name[kDocuments.size()]) != std::string_view::npos) {
    return NamedModel{
        .collections = {TRY(collection_named(backend, caller, name.substr(kDocuments.size() + 1)))}};
  }
  const auto generator = backend.host.generator();
  if (generator != nullptr && generator->identity().name == name)
    return NamedModel{.kind = NamedModel::Kind::chat};
  const auto embedder = backend.host.embedder();
  if (embedder != nullptr && embedder->identity().name == name)
    return NamedModel{.kind = NamedModel::Kind::embedder};
  const std::vector<std::string> known = TRY(names(backend, caller));
  std::string all;
  for (size_t i = 0; i < std::min(known.size(), kShownNames); ++i)
    all.append(i == 0 ? "" : ", ").append(known[i]);
  if (known.size() > kShownNames) all += ", …";
  return fail(Errc::not_found,
              text("there is no model “{}” here", "这里没有模型“{}”", utf8_prefix(name, kShownNameBytes)),
              text("there are: {}", "可用的有：{}", all));
}

boost::json::object model_json(std::string_view name) {
  // When a model came here is of no use to anybody; the field must be a time.
  return {{"id", name}, {"object", "model"}, {"created", 0}, {"owned_by", "cvp"}};
}

Result<boost::json::array> models_json(const Backend& backend, const Caller& caller) {
  boost::json::array out;
  for (const std::string& name : TRY(names(backend, caller))) out.push_back(model_json(name));
  return out;
}

}  // namespace cvp::serve
