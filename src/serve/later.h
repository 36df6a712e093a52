// Replies that wait for a model, without holding a worker.
#pragma once
#include <functional>

#include "base/cancel.h"
#include "net/reply.h"
#include "serve/call.h"
#include "serve/live_calls.h"
#include "serve/work_queue.h"

namespace cvp::serve {

/// Puts `work` in the line and gives the reply that will come of it, whatever becomes of the work. It is
/// cancelled when the client leaves or the account is revoked. Errors as WorkQueue::push.
Result<net::Reply> later(WorkQueue& queue, LiveCalls& live, const Call& call,
                         std::function<Result<net::Reply>(const CancelToken&)> work);
/// The same; what the line says (429, 503) as the reply.
net::Reply later_or_refusal(WorkQueue& queue, LiveCalls& live, const Call& call,
                            std::function<Result<net::Reply>(const CancelToken&)> work);

}  // namespace cvp::serve
