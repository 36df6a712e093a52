// What a tool gave, in MCP's form. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cvp::serve {

struct ToolOutput {
  std::string text;  // for the model to read; documents' words in as_quote() only
  boost::json::object structured;
};

/// Every line behind "> ": no text can end its own quotation.
std::string as_quote(std::string_view text);
/// "notice" beside texts that are quoted from documents.
Text quoted_notice();

boost::json::object tool_result(const ToolOutput& output);
/// For the model to see and mend; not an error of the protocol.
boost::json::object tool_failure(const Error& error, Lang lang);

}  // namespace cvp::serve
