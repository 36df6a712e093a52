#include "serve/plan_arguments.h"

#include <algorithm>
#include <array>

#include "base/unicode.h"
#include "model/catalogue.h"
#include "model/installed.h"
#include "serve/call.h"
#include "serve/text_length.h"

namespace cvp::serve {
namespace {

constexpr size_t kModelCharacters = 100, kModelBytes = 4 * kModelCharacters;
constexpr size_t kSizeBytes = 20, kNameInErrorBytes = 100;
constexpr size_t kHardwareCharacters = 100, kHardwareBytes = 4 * kHardwareCharacters;
constexpr size_t kPrecisionCharacters = 40, kPrecisionBytes = 4 * kPrecisionCharacters;
constexpr size_t kLanguages = 20, kLanguageBytes = 2;
constexpr int64_t kContext = 10'000'000, kUsers = 65'536, kBudget = 10'000'000, kNone = -1;
constexpr int64_t kDocuments = 100'000'000, kSeconds = 86'400;
constexpr int64_t kGpus = 100'000, kGpusInOneMachine = 64;
constexpr std::string_view kHere = "here";

bool digit(char c) { return c >= '0' && c <= '9'; }

/// "14B", "500M", "65e9", "70亿": made of nothing that a path or an option could be made of.
bool looks_like_a_size(std::string_view typed) {
  if (typed.empty() || typed.size() > kSizeBytes || !digit(typed.front())) return false;
  for (const std::string_view unit : {"亿", "万"})
    if (typed.ends_with(unit)) typed.remove_suffix(unit.size());
  return std::ranges::all_of(typed, [](char c) {
    return digit(c) || std::string_view(".,_ e+kKmMbBgGtT").find(c) != std::string_view::npos;
  });
}

bool looks_like_a_file(std::string_view typed) {
  if (typed.starts_with('-') || typed.starts_with('.') || typed.starts_with('~')) return true;
  if (typed.find_first_of("/\\:") != std::string_view::npos) return true;
  constexpr std::array<std::string_view, 4> kEndings = {".gguf", ".json", ".safetensors", ".bin"};
  return std::ranges::any_of(kEndings, [&](std::string_view ending) { return typed.ends_with(ending); });
}

/// Those that the catalogue of fetched models has, or that are on this machine.
Result<bool> can_be_installed(const std::string& id, const sys::Path& home) {
  if (!model::valid_model_id(id)) return false;
  const model::Catalogue catalogue = TRY(model::Catalogue::load());
  if (std::ranges::find(catalogue.entries(), id, &model::CatalogueEntry::id) != catalogue.entries().end())
    return true;
  const auto found = model::find_installed(home, id);
  return found && found->entry.id == id;
}

std::string option(std::string_view name, int64_t value) { return fmt::format("--{}={}", name, value); }
std::string option(std::string_view name, std::string_view value) {
  return fmt::format("--{}={}", name, value);
}

bool is_language(const std::string& code) {
  return code.size() == kLanguageBytes &&
         std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

Result<std::string> plan_subject(const std::string& typed, const sys::Path& home,
                                 const plan::KnownModels& known) {
  if (looks_like_a_file(typed)) {
    return fail(
        Errc::usage,
        text("“{}” cannot be planned here", "这里无法规划“{}”", utf8_prefix(typed, kNameInErrorBytes)),
        text("give a model of the catalogue, an installed one, or a size such as 14B",
             "请填写目录中的模型、已安装的模型，或 14B 这样的规模"));
  }
  if (looks_like_a_size(typed) || TRY(can_be_installed(typed, home))) return typed;
  auto facts = known.find(typed);
  if (facts) return (*facts)->id;
  return std::unexpected(std::move(facts).error());
}

Result<std::vector<std::string>> plan_arguments(const boost::json::object& body, const sys::Path& home,
                                                const plan::KnownModels& known) {
  Fields fields(body);
  const std::string model = fields.text("model", kModelBytes);
  const auto precision = fields.maybe_text("precision", kPrecisionBytes);
  const int64_t context = fields.integer("context", 4096, 1, kContext);
  const int64_t users = fields.integer("users", 1, 1, kUsers);
  const std::string hardware = fields.maybe_text("hardware", kHardwareBytes).value_or(std::string(kHere));
  const int64_t count = fields.integer("count", 1, 1, kGpus);
  const std::string job =
      fields.choice("job", {"infer", "lora", "qlora", "full", "pretrain", "reward", "ppo", "dpo"}, "infer");
  TRY(fields.finish());
  TRY(check_length("model", model, 1, kModelCharacters));
  TRY(check_length("hardware", hardware, 1, kHardwareCharacters));
  if (precision) TRY(check_length("precision", *precision, 1, kPrecisionCharacters));
  const bool infer = job == "infer", here = hardware == kHere;
  if (infer && !here && count > kGpusInOneMachine) {
    return fail(Errc::usage, text("one machine is planned with at most {} GPUs",
                                  "一台机器最多按 {} 块 GPU 规划", kGpusInOneMachine));
  }
  const std::string subject = TRY(plan_subject(model, home, known));
  std::vector<std::string> out = {"plan", option("job", job)};
  // The same form asks for both: what is about running says nothing of training.
  if (infer) {
    out.push_back(option("context", context));
    out.push_back(option("users", users));
    if (precision) out.push_back(option("quantization", *precision));
  }
  if (!here) {
    out.push_back(option("gpu", hardware));
    out.push_back(option("count", count));
  }
  out.insert(out.end(), {"--", subject});
  return out;
}

Result<std::vector<std::string>> buy_arguments(const boost::json::object& body, const sys::Path& home,
                                               const plan::KnownModels& known) {
  Fields fields(body);
  const std::string model = fields.text("model", kModelBytes);
  const int64_t context = fields.integer("context", 4096, 1, kContext);
  const int64_t users = fields.integer("users", 1, 1, kUsers);
  const int64_t budget = fields.integer("budget", kNone, 0, kBudget);
  TRY(fields.finish());
  TRY(check_length("model", model, 1, kModelCharacters));
  const std::string subject = TRY(plan_subject(model, home, known));
  std::vector<std::string> out = {"plan", "--buy", option("context", context), option("users", users)};
  // The verb takes no budget of nothing; one dollar buys as little.
  if (budget != kNone) out.push_back(option("budget", std::max<int64_t>(budget, 1)));
  out.insert(out.end(), {"--", subject});
  return out;
}

Result<std::vector<std::string>> recommend_arguments(const boost::json::object& body) {
  Fields fields(body);
  const auto languages = fields.texts("languages", kLanguages, kLanguageBytes);
  const int64_t documents = fields.integer("documents", 1000, 0, kDocuments);
  const int64_t users = fields.integer("users", 1, 1, kUsers);
  const int64_t seconds = fields.integer("first_token_s", 30, 1, kSeconds);
  const int64_t budget = fields.integer("budget", kNone, 0, kBudget);
  TRY(fields.finish());
  if (budget != kNone) {
    return fail(
        Errc::usage,
        text("“budget” must be null: what to buy is another question", "“budget”须为 null：选购请另行查询"),
        text("ask /api/plan/buy which GPU runs a model for that sum",
             "可用 /api/plan/buy 查询该预算内能运行某个模型的显卡"));
  }
  std::string codes;
  for (const std::string& code : languages) {
    if (!is_language(code)) {
      return fail(Errc::usage,
                  text("“{}” is no language code such as zh or en", "“{}”不是 zh、en 这样的语言代码", code));
    }
    codes += (codes.empty() ? "" : ",") + code;
  }
  std::vector<std::string> out = {"plan", "recommend", option("documents", documents), option("users", users),
                                  option("seconds", seconds)};
  if (!codes.empty()) out.push_back(option("languages", codes));
  return out;
}

}  // namespace cvp::serve
