// A verb of the program: what it is called, what it is for, and how its command line becomes something to
// run.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/app.h"
#include "cli/command.h"

namespace cvp::cli {

/// Does the work; the value is the exit status.
using RunVerb = std::function<Result<int>(App&)>;

struct Verb {
  std::string name;                          // "ask", "models pull"
  Text summary;                              // one line of the overview
  std::function<RunVerb(Command&)> declare;  // options live in what the result captures
  bool is_default = false;                   // of its group: `cvp models` is `cvp models list`
  bool uses_home = false;                    // opens the store: run by the server where one owns the home
};

/// In the order of the overview.
std::vector<Verb> all_verbs();

// One function a file; groups give several.
Verb add_verb();
Verb ls_verb();
Verb rm_verb();
Verb search_verb();
Verb ask_verb();
Verb chat_verb();
Verb why_verb();
Verb doctor_verb();
Verb serve_verb();
std::vector<Verb> hw_verbs();
std::vector<Verb> models_verbs();
std::vector<Verb> prompt_verbs();
std::vector<Verb> config_verbs();
std::vector<Verb> eval_verbs();
std::vector<Verb> engine_verbs();
std::vector<Verb> plan_verbs();
std::vector<Verb> users_verbs();

}  // namespace cvp::cli
