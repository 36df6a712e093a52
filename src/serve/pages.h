// The page's files, embedded in the program.
#pragma once
#include <span>

#include "base/embedded.h"
#include "net/server.h"

namespace cvp::serve {

class Pages {
 public:
  /// Paths as in web/dist: "index.html", "assets/x.js", and beside it "assets/x.js.gz" where it was
  /// compressed.
  explicit Pages(std::span<const data::Embedded> files) : files_(files) {}

  /// A file, or index.html for every other address: the page finds its own way. 404 for an asset that is not
  /// there, and a plain page that says so where the program was built without one.
  net::Reply reply(const net::RequestHead& head) const;

 private:
  const data::Embedded* find(std::string_view path) const;
  std::span<const data::Embedded> files_;
};

}  // namespace cvp::serve
