// One request on its way through a route: who asks, in which language, and what was sent, read strictly.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/server.h"
#include "serve/caller.h"

namespace cvp::serve {

struct Call {
  net::Incoming request;
  Caller caller;
  Lang lang = Lang::en;
  std::map<std::string, std::string> path;  // {"id": "12"}
  boost::json::object body;                 // of a JSON request

  /// A number in the path or the query. Errc::usage names it.
  Result<int64_t> id(const std::string& name) const;
  Result<int64_t> number(const std::string& name, int64_t otherwise, int64_t least, int64_t most) const;
  std::string query(const std::string& name) const;
};

/// Reads the fields of a JSON object one by one and refuses what is missing, of another kind, out of bounds
/// or never asked for.
class Fields {
 public:
  explicit Fields(const boost::json::object& object) : object_(object) {}

  std::string text(const std::string& name, size_t most_bytes);
  std::optional<std::string> maybe_text(const std::string& name, size_t most_bytes);
  std::string choice(const std::string& name, const std::vector<std::string_view>& choices,
                     const std::string& otherwise);
  int64_t integer(const std::string& name, int64_t otherwise, int64_t least, int64_t most);
  std::optional<bool> maybe_bool(const std::string& name);
  bool boolean(const std::string& name, bool otherwise) { return maybe_bool(name).value_or(otherwise); }
  std::vector<int64_t> ids(const std::string& name, size_t most);
  std::vector<std::string> texts(const std::string& name, size_t most, size_t most_bytes);
  const boost::json::array* array(const std::string& name, size_t most);
  bool has(const std::string& name) const { return object_.contains(name); }
  /// Of any kind, for fields that may be of several; null where it is absent or null.
  const boost::json::value* value(const std::string& name) { return take(name); }

  /// What was wrong first, or that there are fields nobody asked for. Errc::usage.
  Result<void> finish() const;

 private:
  const boost::json::value* take(const std::string& name);
  void wrong(const std::string& name, const Text& what);

  const boost::json::object& object_;
  std::vector<std::string> asked_;
  std::optional<Error> first_;
};

}  // namespace cvp::serve
