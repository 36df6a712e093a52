// The table bench/data/bad_requests.json: requests that no proper client sends, as bytes. Numbers are those
// of the list of bad inputs that the project is tested by: 21 to 37 requests, 60 to 65 prompts.
//
// {"number", "what", "request": "POST /path", "body"?: [pieces], "expect": [statuses; 0: none]} and, where it
// is not as usual: "headers": [further lines], "key", "host" ("": no such line), "type", "framing": "none"
// (no Content-Length), "then", "never": what no reply may hold. A piece or a line is a text, or {"text",
// "times"}. {name} stands for a value of the run: the server's address, a key, an id.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cvp::bench {

struct BadRequest {
  /// What the client does after it has sent.
  enum class Then {
    read,   // the reply, to the end of the connection
    end,    // says that nothing more comes, then reads
    drip,   // a byte a second, then leaves
    hold,   // reads nothing for a while, then leaves
    leave,  // as soon as anything came
  };
  int number = 0;
  std::string what;
  std::string head, body;  // with {names}
  Then then = Then::read;
  std::vector<int> expect;
  std::string never;
};

using BadRequestValues = std::map<std::string, std::string>;

Result<std::vector<BadRequest>> parse_bad_requests(std::string_view json);
/// With the values in the place of their names: the bytes to send, Content-Length by the body that came out.
std::string bytes_of(const BadRequest& request, const BadRequestValues& values);
std::string with_values(std::string text, const BadRequestValues& values);

}  // namespace cvp::bench
