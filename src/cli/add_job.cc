#include "cli/add_job.h"

#include <boost/json.hpp>

namespace cvp::cli {

std::string AddJob::description() const {
  boost::json::array list(paths.begin(), paths.end());
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
    if (!path.is_string()) return bad();
    job.paths.emplace_back(path.get_string());
  }
  return job;
}

}  // namespace cvp::cli
