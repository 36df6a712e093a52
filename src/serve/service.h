// What answers requests: finds the route, checks who may pass, reads the body, runs it, and says what went
// wrong.
#pragma once
#include <memory>
#include <span>

#include "base/embedded.h"
#include "serve/backend.h"

namespace cvp::serve {

class Service : public net::Service {
 public:
  struct Parts {
    sys::Path home;
    ServeOptions options;
    const Clock& clock;
    store::Store& store;
    vector::Index& index;
    const prompt::Library& prompts;
    Host& host;
    std::span<const data::Embedded> page;
    size_t generations_at_once = 1;
  };
  /// References must outlive it. Background work begins at once.
  static Result<std::unique_ptr<Service>> create(Parts parts);

  virtual Backend& backend() = 0;
  virtual const std::vector<Route>& routes() const = 0;
};

}  // namespace cvp::serve
