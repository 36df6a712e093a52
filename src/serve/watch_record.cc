#include "serve/watch_record.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/number.h"

namespace cvp::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// A file is [uri, document, ours, copy_of], or with its stamp [… , bytes, modified_unix].
constexpr size_t kWithoutStamp = 4, kWithStamp = 6;

std::unexpected<Error> damaged() {
  return fail(Errc::corrupt, text("the record of a watched folder is damaged", "受监视文件夹的记录已损坏"));
}

std::string to_string(const boost::json::string& text) { return {text.data(), text.size()}; }

std::optional<std::string> text_of(const object& from, std::string_view name) {
  const value* found = from.if_contains(name);
  const boost::json::string* text = found != nullptr ? found->if_string() : nullptr;
  if (text == nullptr) return {};
  return to_string(*text);
}

std::optional<std::pair<std::string, WatchedFile>> file_of(const value& from) {
  const array* parts = from.if_array();
  if (parts == nullptr || (parts->size() != kWithoutStamp && parts->size() != kWithStamp)) return {};
  const boost::json::string* uri = (*parts)[0].if_string();
  const bool* ours = (*parts)[2].if_bool();
  const int64_t* document = (*parts)[1].if_int64();
  const int64_t* copy_of = (*parts)[3].if_int64();
  if (uri == nullptr || ours == nullptr || document == nullptr || copy_of == nullptr) return {};
  WatchedFile file{.document = *document, .ours = *ours, .copy_of = *copy_of};
  if (parts->size() == kWithStamp) {
    const int64_t* bytes = (*parts)[4].if_int64();
    const int64_t* modified = (*parts)[5].if_int64();
    if (bytes == nullptr || modified == nullptr || *bytes < 0) return {};
    file.stamp = {.bytes = static_cast<uint64_t>(*bytes), .modified_unix = *modified};
  }
  return std::pair{to_string(*uri), file};
}

}  // namespace

std::string record_text(const WatchRecord& record) {
  array files;
  for (const auto& [uri, file] : record.files) {
    array parts{uri, file.document, file.ours, file.copy_of};
    if (file.stamp) {
      parts.emplace_back(static_cast<int64_t>(file.stamp->bytes));
      parts.emplace_back(file.stamp->modified_unix);
    }
    files.push_back(std::move(parts));
  }
  // As text: a device's number may need all 64 bits.
  return boost::json::serialize(object{{"made_with", record.made_with},
                                       {"device", std::to_string(record.device)},
                                       {"files", std::move(files)}});
}

Result<WatchRecord> read_record(std::string_view text) {
  boost::system::error_code error;
  const value parsed = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  const object* from = error ? nullptr : parsed.if_object();
  if (from == nullptr) return damaged();
  const auto made_with = text_of(*from, "made_with"), device = text_of(*from, "device");
  const value* files = from->if_contains("files");
  if (!made_with || !device || files == nullptr || !files->is_array()) return damaged();
  WatchRecord out{.made_with = *made_with};
  const auto number = parse_number<decltype(out.device)>(*device);
  if (!number) return damaged();
  out.device = *number;
  for (const value& one : files->get_array()) {
    auto file = file_of(one);
    if (!file) return damaged();
    out.files.insert(std::move(*file));
  }
  return out;
}

}  // namespace cvp::serve
