// Verbs as a user types them, in this process, with a home and a screen of their own. Tests only.
#pragma once
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cli/verb.h"
#include "testing/fakes.h"

namespace cvp::cli {

class VerbFixture : public ::testing::Test {
 protected:
  explicit VerbFixture(size_t max_columns = 80)
      : printer_({.out = out_, .err = err_, .max_columns = max_columns}, clock_, Lang::en) {
    open({});
  }

  /// An app with these settings ("key=value") beside its own home.
  void open(std::vector<std::string> settings) {
    settings.push_back("home=" + (folder_.path() / "home").string());
    auto config = Config::load({.file = "/not/there", .settings = settings});
    app_ = std::make_unique<App>(std::move(*config), printer_, clock_, CancelToken(), "test");
  }

  /// The exit status; what was printed is in out_ and err_.
  int run(const Verb& verb, const std::vector<std::string>& arguments, Lang lang = Lang::en) {
    out_.str("");
    err_.str("");
    printer_.set_lang(lang);
    Command command(verb.name);
    CommonOptions common;
    const RunVerb runner = verb.declare(command);
    add_common_options(command, common);
    const auto parsed = command.parse(arguments);
    if (!parsed) return exit_status(parsed.error().code);
    printer_.set_json(common.json);
    const auto status = runner(*app_);
    if (!status) printer_.error(status.error());
    return status ? *status : exit_status(status.error().code);
  }
  int run(const std::string& name, const std::vector<std::string>& arguments, Lang lang = Lang::en) {
    for (const Verb& verb : all_verbs())
      if (verb.name == name) return run(verb, arguments, lang);
    ADD_FAILURE() << "no verb " << name;
    return -1;
  }
  std::string out() const { return out_.str(); }
  boost::json::object json() const { return boost::json::parse(out_.str()).as_object(); }

  sys::TempFolder folder_ = *sys::TempFolder::create("cvp-test");
  testing::FakeClock clock_;
  std::ostringstream out_, err_;
  Printer printer_;
  std::unique_ptr<App> app_;
};

}  // namespace cvp::cli
