// Server-sent events: any cut into pieces gives the same events.
#include <string>
#include <vector>

#include "base/check.h"
#include "fuzz/input.h"
#include "net/http.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = cvp::fuzz::view(data, size);
  const auto events = [&](size_t piece) {
    std::vector<std::string> out;
    cvp::net::SseParser parser([&](std::string_view event) {
      out.emplace_back(event);
      return true;
    });
    for (size_t at = 0; at < bytes.size(); at += piece) {
      if (!parser.feed(bytes.substr(at, piece))) break;
    }
    return out;
  };
  CHECK(events(bytes.size() + 1) == events(1));
  return 0;
}
