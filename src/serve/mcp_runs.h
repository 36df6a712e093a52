// The work of the tools: on a queue's thread, with the caller's rights of that moment.
#pragma once
#include <boost/json/object.hpp>
#include <functional>

#include "serve/add_document.h"
#include "serve/backend.h"
#include "serve/mcp_output.h"
#include "serve/mcp_tools.h"
#include "serve/work_queue.h"

namespace cvp::serve {

struct McpCall {
  Origin origin;
  Lang lang = Lang::en;
  CancelToken cancel;
};

/// Thread-safe. The destructor stops what runs.
class McpRuns {
 public:
  using Done = std::function<void(const Result<ToolOutput>&)>;

  explicit McpRuns(Backend& backend);

  /// `done` is called exactly once, from any thread, perhaps before this returns.
  void run(McpTool::Kind kind, const McpCall& call, const boost::json::object& arguments, Done done);

 private:
  using Work = std::function<Result<ToolOutput>(const Caller& now)>;
  /// What to do, or Errc::usage for wrong arguments.
  Result<Work> search(const McpCall& call, const boost::json::object& arguments);
  Result<Work> read(const McpCall& call, const boost::json::object& arguments);
  Result<Work> list(const McpCall& call, const boost::json::object& arguments);
  Result<Work> add(const McpCall& call, const boost::json::object& arguments);
  Result<void> ask(const McpCall& call, const boost::json::object& arguments, const Done& done);
  Result<void> push(WorkQueue& queue, const McpCall& call, Work work, const Done& done);

  Backend& backend_;
  WorkQueue adding_;  // last: its thread uses the rest
};

}  // namespace cvp::serve
