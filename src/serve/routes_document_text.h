#pragma once
#include <vector>

#include "serve/backend.h"
#include "serve/route.h"

namespace cvp::serve {

/// What a document says and where: its original, text, boxes and chunks. A part of document_routes.
std::vector<Route> document_text_routes(Backend& backend);

/// A whole number behind the '?'.
Parameter number_parameter(std::string_view name, int64_t least, int64_t most, Text about);

}  // namespace cvp::serve
