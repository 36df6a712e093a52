#include "serve/later.h"

#include "base/log.h"
#include "serve/replies.h"

namespace cvp::serve {
namespace {

/// To a client that left this says nothing; whoever still reads it was cancelled by an administrator.
net::Reply cancelled_reply(Lang lang) {
  return error_reply(403, "forbidden",
                     text("what you may do changed in the meantime", "处理期间你的权限发生了变化"),
                     text("sign in again if need be, and try again", "请重试；必要时重新登录"), lang);
}

net::Reply stopping_reply(Lang lang) {
  return error_reply(Error{Errc::unavailable, text("the server is stopping", "服务器正在停止"),
                           text("try again in a minute", "请过一分钟再试")},
                     lang);
}

net::Reply reply_of(Result<net::Reply> made, const std::string& request, Lang lang) {
  if (made) return std::move(*made);
  const Error& error = made.error();
  if (error.code == Errc::cancelled) return cancelled_reply(lang);
  if (error.code == Errc::failed || error.code == Errc::corrupt)
    log::warn("request {}: {}", request, error.message.en);
  return error_reply(error, lang);
}

}  // namespace

Result<net::Reply> later(WorkQueue& queue, LiveCalls& live, const Call& call,
                         std::function<Result<net::Reply>(const CancelToken&)> work) {
  const auto reply = std::make_shared<net::LateReply>();
  // The connection sets the request's token in the moment in which the client leaves, whether the server
  // waits for the reply already or not; LateReply::gone() follows later, if at all.
  const CancelToken cancel = call.request.gone;
  // As long as the job, which the queue forgets when it ran or was dropped.
  const auto ticket =
      std::make_shared<const LiveCalls::Ticket>(live.begin({.user = call.caller.user.id,
                                                            .key = call.caller.key,
                                                            .session_hash = call.caller.session_hash,
                                                            .cancel = cancel}));
  TRY(queue.push({.user = call.caller.user.id,
                  .cancel = cancel,
                  .on_position = {},
                  .run =
                      [=, id = call.request.id, lang = call.lang] {
                        static_cast<void>(ticket);  // held
                        reply->set(reply_of(work(cancel), id, lang));
                      },
                  .dropped =
                      [=, lang = call.lang] {
                        reply->set(cancel.cancelled() ? cancelled_reply(lang) : stopping_reply(lang));
                      }}));
  return net::Reply{.body = reply};
}

net::Reply later_or_refusal(WorkQueue& queue, LiveCalls& live, const Call& call,
                            std::function<Result<net::Reply>(const CancelToken&)> work) {
  auto reply = later(queue, live, call, std::move(work));
  return reply ? std::move(*reply) : queue_refusal(reply.error(), call.lang);
}

}  // namespace cvp::serve
