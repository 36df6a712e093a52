// JSON from an identity provider: foreign, so every read may find something else than it looks for.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::serve {

/// Errc::unavailable where it is no object; `what` is what it should have been.
Result<boost::json::object> parse_foreign_object(std::string_view bytes, const Text& what);

/// Empty where it is absent, no text, or has a control character.
std::string text_in(const boost::json::object& object, std::string_view name);
/// The texts of a list, or the one text; nothing where it is absent or of another kind. At most `most`.
std::optional<std::vector<std::string>> texts_in(const boost::json::object& object, std::string_view name,
                                                 size_t most);
bool true_in(const boost::json::object& object, std::string_view name);
/// A point in time, in whole seconds.
std::optional<int64_t> time_in(const boost::json::object& object, std::string_view name);

}  // namespace cvp::serve
