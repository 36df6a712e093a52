// plan/params, plan/file-bytes, plan/kv: what follows from a model's config or header alone, against
// published numbers and against files. The models' shapes come from the catalogue that the program ships.
#include <cmath>

#include "bench/context.h"
#include "bench/figure.h"
#include "plan/known_models.h"
#include "plan/kv_cache.h"
#include "plan/parameters.h"
#include "sys/host.h"

namespace cvp::bench {
namespace {

using plan::Shape;

Result<const Shape*> shape_of(const plan::KnownModels& known, std::string_view id) {
  const plan::ModelFacts* model = TRY(known.find(id));
  if (!model->shape) return fail(Errc::corrupt, text("{} has no shape", "{} 没有结构", std::string(id)));
  return &*model->shape;
}

/// unit: what the published number is rounded to; 1: exact.
struct Count {
  const char* model;
  double total = 0, active = 0, unit = 1;
};
constexpr Count kCounts[] = {{"llama-2-7b", 6'738'415'616},
                             {"llama-2-13b", 13'015'864'320},
                             {"llama-2-70b", 68'976'648'192},
                             {"llama-3-8b", 8'030'261'248},
                             {"llama-3-70b", 70'553'706'496},
                             {"llama-3.1-405b", 405'853'388'800},
                             {"mixtral-8x7b", 46'702'792'704, 12'879'925'248},
                             {"qwen2.5-0.5b", 494'032'768},
                             {"deepseek-v3", 671.03e9, 37.55e9, 0.01e9}};

/// bytes: of a file as its repository on Hugging Face lists it. Files of 2023 whose mixes followed older
/// rules are left out; their headers tell their sizes exactly.
struct File {
  const char* model;
  const char* quantization;
  double bytes;
};
constexpr File kFiles[] = {
    {"llama-2-7b", "Q4_K_M", 4'081'004'224},      {"llama-2-7b", "Q8_0", 7'161'089'728},
    {"llama-2-13b", "Q4_K_M", 7'865'956'224},     {"llama-3.1-8b", "Q4_K_M", 4'920'739'232},
    {"llama-3.2-3b", "Q4_K_M", 2'019'377'696},    {"llama-3.3-70b", "Q4_K_M", 42'520'398'432},
    {"mistral-7b", "Q4_K_M", 4'368'439'584},      {"qwen2-7b", "Q8_0", 8'098'522'912},
    {"qwen2.5-7b", "Q4_K_M", 4'683'074'240},      {"qwen3-0.6b", "Q8_0", 639'446'688},
    {"qwen3-8b", "Q4_K_M", 5'027'783'488},        {"qwen3-30b-a3b", "Q4_K_M", 18'556'686'912},
    {"gemma-3-4b", "Q4_K_M", 2'489'757'856},      {"phi-3-mini", "Q4_K_M", 2'393'231'072},
    {"smollm2-1.7b", "Q4_K_M", 1'055'609'824},    {"llama-3-8b", "safetensors", 16'060'522'496},
    {"qwen2.5-7b", "safetensors", 15'231'233'024}};

double predicted_bytes(const Shape& shape, std::string_view quantization) {
  const plan::Quantization* q = plan::find_quantization(quantization);
  if (q == nullptr) return static_cast<double>(plan::safetensors_file_bytes(shape));
  return static_cast<double>(
      plan::gguf_file_bytes(plan::quantized(plan::weights_of_shape(shape), shape, *q), shape));
}

double error_percent(double predicted, double actual) { return 100 * std::abs(predicted / actual - 1); }

/// The worst error of files that are here, by their headers; how many there were.
Result<std::pair<double, size_t>> measure_local_files(Context& context) {
  double worst = 0;
  size_t files = 0;
  const sys::Path folders[] = {context.options().home / "models", sys::default_home() / "models"};
  constexpr size_t kMostFiles = 1000;
  for (const sys::Path& folder : folders) {
    if (!sys::exists(folder)) continue;
    for (const sys::Path& path : TRY(sys::list_files(folder, kMostFiles))) {
      if (path.extension() != ".gguf") continue;
      const model::GgufFile file = TRY(model::GgufFile::open(path));
      // Files of vocabularies only have no data to be padded.
      if (file.header().tensors().empty()) continue;
      const auto actual = static_cast<double>(TRY(sys::stat_file(path)).bytes);
      const double error = error_percent(static_cast<double>(plan::gguf_file_bytes(file.header())), actual);
      context.say("{:44} header {:9.4f} % off  {:14.0f} bytes", path.parent_path().filename().string(), error,
                  actual);
      worst = std::max(worst, error);
      ++files;
    }
  }
  return std::pair{worst, files};
}

struct Cache {
  const char* model;
  uint64_t context;
  double expected;   // bytes
  double tolerance;  // of it: half a unit in the last published digit
  const char* what;
};
constexpr double kGib = 1 << 30;
constexpr Cache kCaches[] = {
    {"llama-2-7b", 1, 524'288, 0, "Llama-2-7B, a token"},
    {"llama-3-8b", 1, 131'072, 0, "Llama-3-8B, a token: 8 heads of keys for 32 of queries"},
    {"llama-3-70b", 1, 327'680, 0, "Llama-3-70B, a token"},
    {"deepseek-v3", 1, 70'272, 0, "DeepSeek-V3, a token: one latent vector"},
    {"deepseek-v3.1", 163'840, 10.72 * kGib, 0.005 * kGib, "DeepSeek-V3.1, whole context"},
    {"qwen3-0.6b", 40'960, 4.375 * kGib, 0, "Qwen3-0.6B, whole context: heads wider than d/H"},
    {"qwen3-8b", 32'768, 4.5 * kGib, 0, "36 layers of 8 heads of 128, 32K"},
    {"qwen3-8b", 262'144, 36 * kGib, 0, "36 layers of 8 heads of 128, 256K"},
    {"gemma-3-27b", 131'072, 10.41 * kGib, 0.005 * kGib, "Gemma-3-27B, whole context: windows of 1,024"},
    {"qwen3.5-27b", 262'144, 16 * kGib, 0, "Qwen3.5-27B, whole context: a hybrid's 16 attention layers"}};

}  // namespace

Result<std::vector<Claim>> plan_params(Context& context) {
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  size_t exact = 0;
  for (const Count& count : kCounts) {
    const plan::ParameterCount counted = plan::count_parameters(*TRY(shape_of(known, count.model)));
    const auto equal = [&](double published, uint64_t mine) {
      return published == 0 || std::abs(published - static_cast<double>(mine)) <= count.unit / 2;
    };
    const bool same = equal(count.total, counted.total) && equal(count.active, counted.active);
    exact += same ? 1 : 0;
    context.say("{:16} counted {:>15} active {:>15}  published {:.0f}  {}", count.model, counted.total,
                counted.active, count.total, same ? "equal" : "DIFFERENT");
  }
  return std::vector<Claim>{at_least("vectors equal", static_cast<double>(exact), std::size(kCounts), 0)};
}

Result<std::vector<Claim>> plan_file_bytes(Context& context) {
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  double worst = 0, worst_rule = 0;
  for (const File& file : kFiles) {
    const Shape& shape = *TRY(shape_of(known, file.model));
    const double error = error_percent(predicted_bytes(shape, file.quantization), file.bytes);
    worst = std::max(worst, error);
    // The peers' way: parameters times the main type's bits.
    const plan::Quantization* q = plan::find_quantization(file.quantization);
    const double bits = q != nullptr ? q->bits_per_weight : 16;
    const double rule = static_cast<double>(plan::count_parameters(shape).total) * bits / 8;
    worst_rule = std::max(worst_rule, error_percent(rule, file.bytes));
    context.say("{:16} {:12} config {:8.4f} % off  parameters × bits {:7.3f} % off", file.model,
                file.quantization, error, error_percent(rule, file.bytes));
  }
  const auto [local, files] = TRY(measure_local_files(context));
  context.say("{} published files from their configs, {} local files from their headers", std::size(kFiles),
              files);
  context.say("peer: parameters × nominal bits, worst {:.1f} % off", worst_rule);
  std::vector<Claim> claims = {at_most("from config, worst", worst, 0.1, 4, "%")};
  if (files > 0) claims.push_back(at_most("from header, worst", local, 0.1, 4, "%"));
  return claims;
}

Result<std::vector<Claim>> plan_kv(Context& context) {
  const plan::KnownModels known = TRY(plan::KnownModels::load());
  size_t exact = 0;
  for (const Cache& cache : kCaches) {
    const Shape& shape = *TRY(shape_of(known, cache.model));
    const plan::CacheBytes bytes = TRY(plan::cache_bytes(shape, {.context_tokens = cache.context}));
    // Published figures of hybrids leave the states out, which do not grow.
    const auto counted = static_cast<double>(bytes.full + bytes.sliding);
    const bool same = std::abs(counted - cache.expected) <= cache.tolerance;
    exact += same ? 1 : 0;
    context.say("{:64} {:15.0f} bytes  {}", cache.what, counted, same ? "equal" : "DIFFERENT");
  }
  return std::vector<Claim>{at_least("vectors equal", static_cast<double>(exact), std::size(kCaches), 0)};
}

}  // namespace cvp::bench
