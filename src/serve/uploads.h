// Files that people send. Reading one may take minutes, in a child of its own: uploads wait in a line, and no
// worker waits with them.
#pragma once
#include <string>

#include "net/reply.h"
#include "serve/backend.h"
#include "serve/call.h"
#include "serve/work_queue.h"

namespace cvp::serve {

/// Thread-safe. The destructor stops what is being read: a document is there whole or not at all.
class Uploads {
 public:
  static constexpr size_t kAtOnce = 2, kWaiting = 64, kPerUser = 16;

  explicit Uploads(Backend& backend);

  /// Adds the call's file to the collection in its path. 201 and Uploaded, or an error that names the file,
  /// the reason and the remedy.
  Result<net::Reply> take(const Call& call);

 private:
  Result<net::Reply> add(const Call& call, store::CollectionId collection, const std::string& name,
                         const CancelToken& cancel);

  Backend& backend_;
  WorkQueue line_;  // last: its threads use the rest
};

/// What a client is told of a file that could not be added. What an error says of the server's own folders is
/// for the log alone.
net::Reply upload_failure(const Error& error, const std::string& name, const sys::Path& home, bool disk_full,
                          Lang lang);

}  // namespace cvp::serve
