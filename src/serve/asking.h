// A question on its way through the server: waits its turn, is answered from what the caller may read.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "chat/answerer.h"
#include "serve/caller.h"

namespace cvp::serve {

struct Backend;

struct Asked {
  std::string question;
  std::vector<chat::HistoryTurn> history;
  std::string mode;                              // "auto", "single", "joint", "extract"; empty: as configured
  std::vector<store::CollectionId> collections;  // empty: all that the caller may read
};

/// Calls come from a queue's thread, one after another; `finished` is the last and comes exactly once, also
/// when nothing else did.
struct AskSink {
  std::function<void(size_t position)> on_position;
  chat::Events events;
  std::function<void(Result<chat::Answer>)> finished;
};

/// Errors before anything was queued: Errc::not_found (collections), Errc::busy (this user has enough in the
/// line), Errc::unavailable (the line is full). `finished` is then not called. cancel also ends it when the
/// account is revoked.
Result<void> ask(Backend& backend, const Caller& caller, Asked asked, AskSink sink,
                 const CancelToken& cancel);

}  // namespace cvp::serve
