#include "cli/server_host.h"

#include <boost/json/parse.hpp>
#include <sstream>

#include "base/log.h"
#include "cli/from_config.h"
#include "hub/engine_install.h"

namespace cvp::cli {
namespace {

constexpr uint64_t kConfigBytes = 1 << 20;

/// Settings that a browser may change. Paths and addresses decide which programs run and where documents go:
/// whoever may log in to the machine sets those.
bool for_browsers(const ConfigKey& key) {
  using Kind = ConfigKey::Kind;
  return key.kind != Kind::path && key.kind != Kind::url && key.kind != Kind::secret &&
         !key.name.starts_with("serve.") && !key.name.starts_with("log.") && key.name != "lang";
}

std::string_view type_name(ConfigKey::Kind kind) {
  using Kind = ConfigKey::Kind;
  if (kind == Kind::integer || kind == Kind::real) return "number";
  if (kind == Kind::choice) return "choice";
  return kind == Kind::secret ? "secret" : "text";
}

/// What decides which models are opened and how.
std::string made_of(const Config& config, const ModelsInUse& models) {
  std::string out;
  for (const ConfigKey& key : config_keys()) {
    if (key.name.starts_with("chat.") || key.name.starts_with("embedding.") ||
        key.name.starts_with("engine."))
      out += key.name + "=" + config.string(key.name) + "\n";
  }
  for (const model::ModelRole role : {model::ModelRole::chat, model::ModelRole::embedding}) {
    const auto installed = models.installed(role);
    if (installed && *installed) out += (*installed)->gguf_sha256 + "\n";
  }
  if (const auto engine = hub::find_engine(home_of(config), config.string("engine.path")))
    for (const std::string& word : engine->argv_prefix) out += word + " ";
  return out;
}

Errc code_named(std::string_view name) {
  for (const Errc code : {Errc::usage, Errc::not_found, Errc::refused, Errc::busy, Errc::corrupt,
                          Errc::unavailable, Errc::cancelled}) {
    if (errc_name(code) == name) return code;
  }
  return Errc::failed;
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

ServerHost::Opened::Opened(Config config_, const Parts& parts)
    : config(std::move(config_)),
      models(config, home_of(config), parts.clock, parts.cancel),
      made_of(cli::made_of(config, models)) {}

ServerHost::ServerHost(Parts parts)
    : parts_(std::move(parts)),
      config_(std::make_shared<const Config>(parts_.config)),
      opened_(std::make_shared<Opened>(parts_.config, parts_)) {}

std::shared_ptr<const Config> ServerHost::config() const {
  const std::lock_guard lock(mutex_);
  return config_;
}

std::shared_ptr<ServerHost::Opened> ServerHost::opened() const {
  const std::lock_guard lock(mutex_);
  return opened_;
}

std::shared_ptr<ModelsInUse> ServerHost::models() {
  const auto now = opened();
  return {now, &now->models};
}

std::shared_ptr<model::Generator> ServerHost::generator() {
  const auto now = opened();
  const auto model = now->models.generator();
  return model && *model != nullptr ? std::shared_ptr<model::Generator>(now, *model) : nullptr;
}

std::shared_ptr<model::Embedder> ServerHost::embedder() {
  const auto now = opened();
  const auto model = now->models.embedder();
  return model && *model != nullptr ? std::shared_ptr<model::Embedder>(now, *model) : nullptr;
}

Text ServerHost::why_no_generator() {
  const auto now = opened();
  const auto model = now->models.generator();
  return model ? now->models.why_no_generator() : model.error().message;
}

Text ServerHost::why_no_embedder() {
  const auto now = opened();
  const auto model = now->models.embedder();
  return model ? now->models.why_no_embedder() : model.error().message;
}

Result<void> ServerHost::engine_answers() {
  const auto model = generator();
  return model ? model->answers() : Result<void>();
}

Result<void> ServerHost::reload_models() {
  auto next = std::make_shared<Opened>(*config(), parts_);
  // Engines that run are kept where nothing changed for them.
  if (next->made_of == opened()->made_of) return {};
  TRY(next->models.embedder());
  TRY(next->models.generator());
  const std::lock_guard lock(mutex_);
  opened_ = std::move(next);
  return {};
}

Result<chat::Calibration> ServerHost::calibration(const std::string& model) {
  return calibration_of(parts_.store, model);
}

chat::AskOptions ServerHost::ask_options(const std::string& mode) {
  return cli::ask_options(*config(), mode);
}

vector::SearchOptions ServerHost::search_options() { return cli::search_options(*config()); }

Result<ingest::AddOptions> ServerHost::add_options(store::CollectionId collection) {
  const auto now = config();
  if (!now->string("embedding.endpoint").empty())
    return cli::add_options(*now, collection, static_cast<uint32_t>(now->integer("embedding.max_tokens")));
  const auto model = embedder();
  return cli::add_options(*now, collection, model ? model->identity().max_tokens : 0);
}

Result<std::shared_ptr<const model::Tokenizer>> ServerHost::tokenizer() {
  const auto now = opened();
  return std::shared_ptr<const model::Tokenizer>(now, TRY(now->models.tokenizer()));
}

hub::PullOptions ServerHost::pull_options() { return cli::pull_options(*config()); }

std::vector<serve::Setting> ServerHost::settings() {
  const auto now = config();
  std::vector<serve::Setting> out;
  for (const ConfigKey& key : config_keys()) {
    if (!for_browsers(key)) continue;
    out.push_back({.key = key.name,
                   .value = now->string(key.name),
                   .fallback = key.fallback,
                   .help = key.help,
                   .type = type_name(key.kind),
                   .choices = key.choices});
  }
  return out;
}

Result<void> ServerHost::change_settings(const std::map<std::string, std::string>& values) {
  const std::lock_guard one_at_a_time(changing_);
  const auto now = config();
  const sys::Path& file = now->file();
  std::string content = sys::exists(file) ? TRY(sys::read_file(file, kConfigBytes)) : std::string();
  for (const auto& [name, value] : values) {
    const ConfigKey* key = find_config_key(name);
    if (key == nullptr || !for_browsers(*key))
      return fail(Errc::usage, text("there is no setting “{}” here", "这里没有设置项“{}”", name),
                  text("paths, addresses and secrets are set on the server itself: `cvp config set`",
                       "路径、地址和密钥请在服务器上用 `cvp config set` 设置"));
    const auto origin = now->at(name).origin;
    if (origin == Config::Value::Origin::environment || origin == Config::Value::Origin::command_line)
      return fail(Errc::refused, text("{} decides {}", "{1} 由{0}决定", origin_text(*key, origin), name),
                  text("change it where the server is started", "请在启动服务器的地方修改"));
    content = TRY(set_in_toml(content, *key, TRY(check_config_value(*key, value))));
  }
  if (!file.parent_path().empty()) TRY(sys::make_folders(file.parent_path()));
  TRY(sys::write_file_atomic(file, content));
  auto changed = std::make_shared<const Config>(TRY(Config::load(parts_.sources)));
  {
    const std::lock_guard lock(mutex_);
    config_ = std::move(changed);
  }
  return reload_models();
}

Result<boost::json::value> ServerHost::verb(const std::vector<std::string>& arguments, Lang lang,
                                            const CancelToken& cancel) {
  std::ostringstream out, err;
  std::map<std::string, std::string> environment = parts_.sources.environment;
  environment["CVP_HOME"] = home_of(*config()).string();
  if (parts_.sources.file_was_named) environment["CVP_CONFIG"] = parts_.sources.file.string();
  std::vector<std::string> all = {"--lang", lang == Lang::zh ? "zh" : "en", "--json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const int status = run_program(all, {.screen = {.out = out, .err = err},
                                       .clock = parts_.clock,
                                       .cancel = cancel,
                                       .cvp_environment = std::move(environment),
                                       .environment = [](const char*) { return std::nullopt; },
                                       .keep_log = true});
  boost::system::error_code error;
  boost::json::value printed = boost::json::parse(out.str(), error);
  if (error) return fail(Errc::failed, text("no answer to this", "没有得到结果"), verbatim(err.str()));
  const boost::json::object* object = printed.if_object();
  const boost::json::value* told = object != nullptr ? object->if_contains("error") : nullptr;
  if (status != 0 && told != nullptr && told->is_object()) {
    const boost::json::object& what = told->get_object();
    return fail(code_named(text_at(what, "code")), verbatim(text_at(what, "message")),
                verbatim(text_at(what, "hint")));
  }
  return printed;
}

}  // namespace cvp::cli
