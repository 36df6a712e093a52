#include "serve/replies.h"

#include "base/json_text.h"

namespace cvp::serve {
namespace {

/// What OpenAI's clients look for.
std::string_view error_type(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 429:
      return "rate_limit_error";
    default:
      return status < 500 ? "invalid_request_error" : "server_error";
  }
}

boost::json::object error_object(int status, std::string_view code, const Text& message, const Text& hint,
                                 Lang lang) {
  return {{"code", code},
          {"message", message.in(lang)},
          {"hint", hint.in(lang)},
          {"type", error_type(status)},
          {"param", nullptr}};
}

}  // namespace

std::string_view error_code(Errc code) {
  switch (code) {
    case Errc::usage:
      return "usage";
    case Errc::not_found:
      return "not_found";
    case Errc::refused:
      return "forbidden";
    case Errc::busy:
      return "conflict";
    case Errc::corrupt:
      return "unreadable";
    case Errc::unavailable:
      return "unavailable";
    case Errc::cancelled:
      return "cancelled";
    case Errc::failed:
      break;
  }
  return "failed";
}

int error_status(Errc code) {
  switch (code) {
    case Errc::usage:
      return 400;
    case Errc::not_found:
      return 404;
    case Errc::refused:
      return 403;
    case Errc::busy:
      return 409;
    case Errc::corrupt:
      return 422;
    case Errc::unavailable:
      return 503;
    case Errc::cancelled:
      return 499;
    case Errc::failed:
      break;
  }
  return 500;
}

net::Reply json_reply(const boost::json::value& value, int status) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = json_text(value)};
}

net::Reply no_content() { return {.status = 204, .headers = {{"Cache-Control", "no-store"}}}; }

boost::json::object error_json(const Error& error, Lang lang) {
  return error_object(error_status(error.code), error_code(error.code), error.message, error.hint, lang);
}

net::Reply error_reply(const Error& error, Lang lang) {
  net::Reply reply =
      json_reply(boost::json::object{{"error", error_json(error, lang)}}, error_status(error.code));
  if (error.code == Errc::unavailable) reply.headers.emplace_back("Retry-After", "5");
  return reply;
}

net::Reply error_reply(int status, std::string_view code, const Text& message, const Text& hint, Lang lang) {
  return json_reply(boost::json::object{{"error", error_object(status, code, message, hint, lang)}}, status);
}

net::Reply event_reply(const std::shared_ptr<net::EventStream>& stream) {
  return {.headers = {{"Content-Type", "text/event-stream; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}},
          .body = stream};
}

net::Reply queue_refusal(const Error& error, Lang lang) {
  if (error.code != Errc::busy) return error_reply(error, lang);
  net::Reply reply = error_reply(429, "busy", error.message, error.hint, lang);
  reply.headers.emplace_back("Retry-After", "5");
  return reply;
}

}  // namespace cvp::serve
