// What routes work with. Everything here is thread-safe and outlives every call.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "prompt/library.h"
#include "serve/asking.h"
#include "serve/call.h"
#include "serve/event_hub.h"
#include "serve/gate.h"
#include "serve/host.h"
#include "serve/jobs.h"
#include "serve/live_calls.h"
#include "serve/metrics.h"
#include "serve/oidc_options.h"
#include "serve/throttle.h"
#include "serve/upkeep.h"
#include "serve/watches.h"
#include "serve/work_queue.h"
#include "store/store.h"
#include "sys/files.h"
#include "vector/index.h"

namespace cvp::serve {

struct ServeOptions {
  std::string version;
  uint64_t max_upload_bytes = 200ull << 20;
  int64_t undo_seconds = 10 * 60;  // how long a removed document can be had back
  std::string setup_token;         // for the first admin; empty: there is one
  std::vector<std::string> host_names;
  bool secure_cookies = false;  // behind TLS
  OidcOptions oidc;
};

struct Backend {
  sys::Path home;
  const ServeOptions& options;
  const Clock& clock;
  store::Store& store;
  vector::Index& index;
  const prompt::Library& prompts;
  Host& host;
  Gate& gate;
  Throttle& throttle;
  LiveCalls& live;
  WorkQueue& generation;  // what needs the chat model
  WorkQueue& retrieval;   // what needs a query's vector
  EventHub& events;
  Jobs& jobs;
  Upkeep& upkeep;
  Watches& watches;
  Metrics& metrics;

  /// Written before the change is acknowledged.
  Result<void> audit(const Call& call, std::string_view action, std::string_view subject) const;
};

/// Of the collections asked for (none: all), those to search in; never empty, because an empty list means
/// "all" further down: without any right it holds an id that no collection has. Errc::not_found for one that
/// the caller may not read, as for one that is not there.
Result<std::vector<store::CollectionId>> readable_collections(const Caller& caller,
                                                              const std::vector<store::CollectionId>& asked);

/// Errc::not_found where the right is missing altogether, Errc::refused where it is too small.
Result<void> need_right(const Caller& caller, store::CollectionId collection, store::Right least);

/// A document, or a revision's, that the caller has this right to; as need_right.
Result<store::DocumentInfo> document_for(const Backend& backend, const Caller& caller, store::DocumentId id,
                                         store::Right least);

}  // namespace cvp::serve
