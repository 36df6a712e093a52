// Results and errors as HTTP.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.h"
#include "net/reply.h"

namespace cvp::serve {

net::Reply json_reply(const boost::json::value& value, int status = 200);
net::Reply no_content();
/// {"error": {"code", "message", "hint"}} in one language, with the status that the kind of error has.
net::Reply error_reply(const Error& error, Lang lang);
net::Reply error_reply(int status, std::string_view code, const Text& message, const Text& hint, Lang lang);
boost::json::object error_json(const Error& error, Lang lang);
std::string_view error_code(Errc code);
int error_status(Errc code);

}  // namespace cvp::serve
