#include "plan/published.h"

#include <algorithm>
#include <cmath>
#include <span>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/embedded.h"

namespace cvp::data {
std::span<const Embedded> planning();
}

namespace cvp::plan {
namespace {

constexpr size_t kMostRows = 1000;

std::unexpected<Error> wrong(std::string_view file, std::string_view what) {
  return fail(Errc::corrupt,
              text("the built-in file {} is wrong at “{}”", "内置文件 {} 的“{}”有误", file, what),
              text("install cvp again", "请重新安装 cvp"));
}

Result<toml::table> read(std::string_view file) {
  for (const data::Embedded& embedded : data::planning()) {
    if (embedded.path != file) continue;
    toml::parse_result parsed = toml::parse(embedded.bytes, file);
    if (!parsed) return wrong(file, parsed.error().description());
    return std::move(parsed).table();
  }
  return wrong(file, "");
}

/// Fields of one table; remembers the first that is missing or of the wrong kind.
class Fields {
 public:
  explicit Fields(const toml::table& table) : table_(table) {}

  std::string string(std::string_view key) {
    const auto value = table_[key].value<std::string>();
    if (!value || value->empty()) miss(key);
    return value.value_or("");
  }
  double number(std::string_view key) {
    const auto value = table_[key].value<double>();
    if (!value || !std::isfinite(*value)) miss(key);
    return value.value_or(0);
  }
  double positive(std::string_view key) {
    const double value = number(key);
    if (!(value > 0)) miss(key);
    return value;
  }
  double positive_or_none(std::string_view key) { return table_.contains(key) ? positive(key) : 0; }
  int count(std::string_view key) { return static_cast<int>(std::min(positive(key), 1e6)); }
  bool flag(std::string_view key) {
    const auto value = table_[key].value<bool>();
    if (!value) miss(key);
    return value.value_or(false);
  }
  const std::string& missing() const { return missing_; }

 private:
  void miss(std::string_view key) {
    if (missing_.empty()) missing_ = key;
  }
  const toml::table& table_;
  std::string missing_;
};

/// Calls take(fields) for each table of the array `key`; the first wrong field is the error.
template <class Take>
Result<void> each(const toml::table& table, std::string_view key, std::string_view file, const Take& take) {
  const toml::array* rows = table[key].as_array();
  if (rows == nullptr || rows->empty() || rows->size() > kMostRows) return wrong(file, key);
  for (const toml::node& node : *rows) {
    const toml::table* row = node.as_table();
    if (row == nullptr) return wrong(file, key);
    Fields fields(*row);
    take(fields);
    if (!fields.missing().empty()) return wrong(file, fields.missing());
  }
  return {};
}

Result<std::vector<PublishedSource>> sources(const toml::table& table, std::string_view file, bool dated) {
  std::vector<PublishedSource> out;
  TRY(each(table, "source", file, [&](Fields& f) {
    out.push_back({f.string("key"), f.string("title"), f.string("url"), dated ? f.string("month") : ""});
  }));
  return out;
}

Result<PublishedSource> named(const std::vector<PublishedSource>& all, const std::string& key,
                              std::string_view file) {
  const auto at = std::ranges::find(all, key, &PublishedSource::key);
  if (at == all.end()) return wrong(file, key);
  return *at;
}

}  // namespace

const QualityLoss* QualityTable::find(std::string_view quantization) const {
  const auto at = std::ranges::find(rows, quantization, &QualityLoss::quantization);
  return at == rows.end() ? nullptr : &*at;
}

Result<QualityTable> quality_table() {
  constexpr std::string_view kFile = "data/planning/quality.toml";
  const toml::table table = TRY(read(kFile));
  QualityTable out;
  const toml::table* small = table["small"].as_table();
  const toml::table* large = table["large"].as_table();
  if (small == nullptr || large == nullptr) return wrong(kFile, "small, large");
  Fields of_small(*small), of_large(*large);
  out.small_model = of_small.string("model");
  out.large_model = of_large.string("model");
  out.small_source = {"small", of_small.string("source"), of_small.string("url"), ""};
  out.large_source = {"large", of_large.string("source"), of_large.string("url"), ""};
  const double small_base = of_small.positive("base"), large_base = of_large.positive("base");
  for (const Fields* fields : {&of_small, &of_large}) {
    if (!fields->missing().empty()) return wrong(kFile, fields->missing());
  }
  TRY(each(*small, "rows", kFile, [&](Fields& f) {
    out.rows.push_back({.quantization = f.string("name"),
                        .small_percent = 100 * f.positive("difference") / small_base,
                        .small_divergence = f.positive("divergence"),
                        .small_probability = f.number("probability"),
                        .with_matrix = f.flag("matrix")});
  }));
  TRY(each(*large, "rows", kFile, [&](Fields& f) {
    const std::string name = f.string("name");
    const auto at = std::ranges::find(out.rows, name, &QualityLoss::quantization);
    if (at != out.rows.end()) at->large_percent = 100 * (f.positive("perplexity") / large_base - 1);
  }));
  return out;
}

Result<std::vector<TrainingRun>> training_runs() {
  constexpr std::string_view kFile = "data/planning/training_runs.toml";
  const toml::table table = TRY(read(kFile));
  const auto all = TRY(sources(table, kFile, false));
  std::vector<TrainingRun> out;
  std::vector<std::string> keys;
  TRY(each(table, "run", kFile, [&](Fields& f) {
    out.push_back({.model = f.string("model"),
                   .parameters = f.positive("parameters"),
                   .tokens = f.positive("tokens"),
                   .gpu = f.string("gpu"),
                   .gpu_hours = f.positive("gpu_hours"),
                   .gpus = static_cast<int>(f.positive_or_none("gpus")),
                   .days = f.positive_or_none("days")});
    keys.push_back(f.string("source"));
  }));
  for (size_t i = 0; i < out.size(); ++i) out[i].source = TRY(named(all, keys[i], kFile));
  return out;
}

Result<SpeedRuns> speed_runs() {
  constexpr std::string_view kFile = "data/planning/speed_runs.toml";
  const toml::table table = TRY(read(kFile));
  SpeedRuns out;
  Fields head(table);
  out.source = {"speed", head.string("source"), head.string("url"), ""};
  if (!head.missing().empty()) return wrong(kFile, head.missing());
  TRY(each(table, "run", kFile, [&](Fields& f) {
    out.rows.push_back({.gpu = f.string("gpu"),
                        .count = f.count("count"),
                        .model = f.string("model"),
                        .quantization = f.string("quantization"),
                        .decode = f.positive("decode"),
                        .prefill = f.positive("prefill"),
                        .fitted = f.flag("fitted")});
  }));
  return out;
}

Result<std::vector<RentalPrice>> rental_prices() {
  constexpr std::string_view kFile = "data/planning/prices.toml";
  const toml::table table = TRY(read(kFile));
  const auto all = TRY(sources(table, kFile, true));
  std::vector<RentalPrice> out;
  std::vector<std::string> keys;
  TRY(each(table, "price", kFile, [&](Fields& f) {
    out.push_back({.gpu = f.string("gpu"), .low = f.positive("low"), .high = f.positive("high")});
    keys.push_back(f.string("source"));
  }));
  for (size_t i = 0; i < out.size(); ++i) out[i].source = TRY(named(all, keys[i], kFile));
  return out;
}

}  // namespace cvp::plan
