// P: prompts as code. Templates are versioned data files (data/prompts/NAME.LANG.toml, embedded), a user's
// copy in CONFIG/prompts/ overrides them. Pure: a template and its values give messages, nothing is fetched,
// nothing is cut silently.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/generator.h"

namespace cvp::prompt {

/// One template. `parts` of a message keep their borders when rendered (see model::Message): what comes
/// before a border never changes with what comes after it.
struct Template {
  std::string name;  // "read-answer"
  Lang lang = Lang::en;
  int version = 0;
  std::string purpose;  // one line, for `cvp prompt list`
  struct TemplateMessage {
    model::Role role;
    std::vector<std::string> parts;  // with {placeholders}; {{ and }} are braces
  };
  std::vector<TemplateMessage> messages;
  std::vector<std::string> options;  // for one-token questions: the answers, the affirming one first
  std::map<std::string, std::string> strings;  // small wordings that go with the template
  bool overridden = false;                     // from the user's folder
};

using Values = std::map<std::string, std::string, std::less<>>;

class Library {
 public:
  /// The embedded templates; files (name → content) of the user's folder override them. A bad file is an
  /// error that names it.
  static Result<Library> load(const std::map<std::string, std::string>& user_files = {});
  Result<const Template*> find(std::string_view name,
                               Lang lang) const;  // Errc::not_found with the names there are
  const std::vector<Template>& all() const { return templates_; }

 private:
  std::vector<Template> templates_;
};

/// Fills the placeholders. A placeholder without a value and a value without a placeholder are errors.
Result<std::vector<model::Message>> render(const Template& source, const Values& values);

/// Parses one template file; name says where it came from, for the error.
Result<Template> parse_template(std::string_view toml, std::string_view name);

}  // namespace cvp::prompt
