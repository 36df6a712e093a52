#pragma once
#include "serve/backend.h"

namespace cvp::serve {

/// POST /v1/chat/completions: from documents, checked and cited, or from the chat model as it is.
Result<net::Reply> chat_completion(Backend& backend, const Call& call);

}  // namespace cvp::serve
