// The settings of the whole server, as an administrator changes them on the page.
#include <boost/json/array.hpp>

#include "base/number.h"
#include "base/unicode.h"
#include "serve/later.h"
#include "serve/replies.h"
#include "serve/routes.h"

namespace cvp::serve {
namespace {

constexpr size_t kValueCharacters = 4000;
constexpr size_t kKeyShownBytes = 100;
constexpr size_t kWaiting = 16;
// A secret is never sent back, and sent here it means "as it is".
constexpr std::string_view kHidden = "********";

std::optional<boost::json::value> to_number(std::string_view text) {
  if (const auto whole = parse_number<int64_t>(text)) return *whole;
  if (const auto real = parse_number<double>(text)) return *real;
  return {};
}

boost::json::value value_json(const Setting& setting, const std::string& value) {
  if (setting.type == "secret") return boost::json::string(value.empty() ? std::string_view() : kHidden);
  if (setting.type == "number") {
    if (auto number = to_number(value)) return std::move(*number);
  }
  return boost::json::string(value);
}

net::Reply settings_reply(Backend& backend, Lang lang) {
  const std::vector<Setting> settings = backend.host.settings();
  boost::json::array items;
  for (const Setting& setting : settings) {
    boost::json::object item{{"key", setting.key},
                             {"value", value_json(setting, setting.value)},
                             {"default", value_json(setting, setting.fallback)},
                             {"text", setting.help.in(lang)},
                             {"type", setting.type}};
    if (!setting.choices.empty())
      item["choices"] = boost::json::array(setting.choices.begin(), setting.choices.end());
    items.push_back(std::move(item));
  }
  return json_reply(boost::json::object{{"items", std::move(items)}});
}

/// A value as the configuration has it; nothing where it is of another kind than the setting.
std::optional<std::string> written_value(const Setting& setting, const boost::json::value& value) {
  if (setting.type == "number") {
    if (value.is_int64()) return std::to_string(value.get_int64());
    if (value.is_uint64()) return std::to_string(value.get_uint64());
    if (value.is_double()) return fmt::format("{}", value.get_double());
    return {};
  }
  const boost::json::string* string = value.if_string();
  if (string == nullptr) return {};
  const std::string_view words(string->data(), string->size());
  if (!valid_utf8(words) || count_code_points(words) > kValueCharacters ||
      words.find('\0') != std::string_view::npos)
    return {};
  return std::string(words);
}

Text kind_wanted(const Setting& setting) {
  if (setting.type == "number") return text("must be a number", "须为数字");
  return text("must be a text of at most {} characters", "须为不超过 {} 个字符的文本", kValueCharacters);
}

Result<std::map<std::string, std::string>> read_changes(const boost::json::object& body,
                                                        const std::vector<Setting>& settings) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : body) {
    const std::string_view key(name.data(), name.size());
    const auto setting = std::ranges::find(settings, key, &Setting::key);
    if (setting == settings.end())
      return fail(Errc::usage,
                  text("there is no setting “{}”", "没有设置项“{}”", utf8_prefix(key, kKeyShownBytes)));
    auto written = written_value(*setting, value);
    if (!written) return fail(Errc::usage, text("“{}”: {}", "“{}”：{}", setting->key, kind_wanted(*setting)));
    if (setting->type == "secret" && *written == kHidden) continue;
    out[setting->key] = std::move(*written);
  }
  return out;
}

class SettingsArea {
 public:
  explicit SettingsArea(Backend& backend)
      : backend_(backend), queue_({.at_once = 1, .waiting = kWaiting, .per_user = kWaiting + 1}) {}

  Result<net::Reply> show(const Call& call) { return settings_reply(backend_, call.lang); }

  Result<net::Reply> change(const Call& call) {
    const std::vector<Setting> settings = backend_.host.settings();
    const auto changes = TRY(read_changes(call.body, settings));
    if (changes.empty()) return show(call);
    // Opening a model takes seconds: not on a worker.
    return later(queue_, backend_.live, call,
                 [this, call, changes](const CancelToken&) { return apply(call, changes); });
  }

 private:
  Result<net::Reply> apply(const Call& call, const std::map<std::string, std::string>& changes) {
    TRY(backend_.host.change_settings(changes));
    std::string keys;
    for (const auto& [key, value] : changes) keys.append(keys.empty() ? "" : ", ").append(key);
    TRY(backend_.audit(call, "settings.change", keys));
    const auto reloaded = backend_.host.reload_models();
    backend_.upkeep.wake();
    if (reloaded) return show(call);
    Error error = reloaded.error();
    error.code = Errc::unavailable;  // not the request's fault, whatever the model's is
    return wrap(std::move(error), text("the settings are saved, but the models stayed as they were",
                                       "设置已保存，但模型未能按新设置打开，仍沿用原来的"));
  }

  Backend& backend_;
  WorkQueue queue_;  // one at a time: two changes do not write the file at once
};

}  // namespace

std::vector<Route> settings_routes(Backend& backend) {
  const auto area = std::make_shared<SettingsArea>(backend);
  return {{.method = "GET",
           .pattern = "/api/settings",
           .need = Need::admin,
           .scope = Scope::admin,
           .summary = text("The server's settings; secrets are hidden", "服务器的设置；密钥类的值不显示"),
           .gives = "Settings",
           .run = [area](Call& call) { return area->show(call); }},
          {.method = "PATCH",
           .pattern = "/api/settings",
           .need = Need::admin,
           .scope = Scope::admin,
           .body = {Body::Kind::json, kJsonBytes},
           .summary = text("Changes settings, all or none, and opens the models that they name",
                           "修改设置（全部生效或全部不改），并打开所选的模型"),
           .takes = "SettingsChange",
           .gives = "Settings",
           .run = [area](Call& call) { return area->change(call); }}};
}

}  // namespace cvp::serve
