#include "cli/add_job.h"

#include <boost/json.hpp>
#include <optional>

#include "base/unicode.h"

namespace cvp::cli {
namespace {

boost::json::value path_json(const std::string& path) {
  if (valid_utf8(path)) return boost::json::string(path);
  boost::json::array bytes;
  for (const char c : path) bytes.emplace_back(static_cast<unsigned char>(c));
  return bytes;
}

std::optional<std::string> path_of(const boost::json::value& value) {
  if (const boost::json::string* whole = value.if_string()) return std::string(*whole);
  const boost::json::array* bytes = value.if_array();
  if (bytes == nullptr) return std::nullopt;
  std::string out;
  for (const boost::json::value& byte : *bytes) {
    const int64_t* number = byte.if_int64();
    if (number == nullptr || *number < 1 || *number > 255) return std::nullopt;
    out += static_cast<char>(*number);
  }
  return out;
}

}  // namespace

std::string AddJob::description() const {
  boost::json::array list;
  for (const std::string& path : paths) list.push_back(path_json(path));
  return boost::json::serialize(
      boost::json::object{{"collection", collection}, {"paths", std::move(list)}, {"vectors", vectors}});
}

Result<AddJob> AddJob::parse(std::string_view description) {
  const auto bad = [] {
    return fail(Errc::corrupt, text("the note of an unfinished job is damaged", "未完成任务的记录已损坏"));
  };
  boost::system::error_code error;
  const boost::json::value value =
      boost::json::parse(boost::json::string_view(description.data(), description.size()), error);
  const boost::json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return bad();
  const boost::json::value* collection = object->if_contains("collection");
  const boost::json::value* paths = object->if_contains("paths");
  const boost::json::value* vectors = object->if_contains("vectors");
  if (!collection || !collection->is_string() || !paths || !paths->is_array() || !vectors ||
      !vectors->is_bool())
    return bad();
  AddJob job{
      .collection = std::string(collection->get_string()), .paths = {}, .vectors = vectors->get_bool()};
  for (const boost::json::value& path : paths->get_array()) {
    auto whole = path_of(path);
    if (!whole || whole->empty()) return bad();
    job.paths.push_back(std::move(*whole));
  }
  return job;
}

}  // namespace cvp::cli
