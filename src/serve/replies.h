// Results and errors as HTTP.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.h"
#include "net/reply.h"

namespace cvp::serve {

net::Reply json_reply(const boost::json::value& value, int status = 200);
net::Reply no_content();
/// {"error": {"code", "message", "hint", "type", "param"}} in one language, with the status that the kind of
/// error has. "type" and "param" are for OpenAI's clients, which read errors of every address.
net::Reply error_reply(const Error& error, Lang lang);
net::Reply error_reply(int status, std::string_view code, const Text& message, const Text& hint, Lang lang);
/// Server-sent events, as they come.
net::Reply event_reply(const std::shared_ptr<net::EventStream>& stream);
/// What a line for a model (WorkQueue) says: a full share of it is 429.
net::Reply queue_refusal(const Error& error, Lang lang);
boost::json::object error_json(const Error& error, Lang lang);
std::string_view error_code(Errc code);
int error_status(Errc code);

}  // namespace cvp::serve
