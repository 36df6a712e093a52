#include "chat/calibration.h"

#include <algorithm>
#include <map>
#include <span>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/check.h"
#include "base/embedded.h"

namespace cvp::data {
std::span<const Embedded> calibration();
}

namespace cvp::chat {
namespace {

constexpr size_t kFewestExamples = 20;
constexpr int kNewtonSteps = 30;
constexpr double kRidge = 1.0;

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// One row a signal in use, the bias last.
using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

/// Solves a·x = b for a symmetric positive definite matrix (Cholesky; the ridge makes it so).
Vector solve(Matrix a, Vector b) {
  const size_t n = b.size();
  for (size_t j = 0; j < n; ++j) {
    for (size_t k = 0; k < j; ++k) a[j][j] -= a[j][k] * a[j][k];
    a[j][j] = std::sqrt(std::max(a[j][j], 1e-12));
    for (size_t i = j + 1; i < n; ++i) {
      for (size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] /= a[j][j];
    }
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

/// Newton's method on the ridge-penalised log-likelihood of standardised rows (bias not penalised).
Vector newton(const Matrix& rows, const std::vector<bool>& labels) {
  const size_t n = rows.front().size();
  Vector w(n, 0.0);
  for (int step = 0; step < kNewtonSteps; ++step) {
    Vector gradient(n, 0.0);
    Matrix hessian(n, Vector(n, 0.0));
    for (size_t r = 0; r < rows.size(); ++r) {
      double z = 0;
      for (size_t i = 0; i < n; ++i) z += w[i] * rows[r][i];
      const double p = sigmoid(z);
      for (size_t i = 0; i < n; ++i) {
        gradient[i] += ((labels[r] ? 1.0 : 0.0) - p) * rows[r][i];
        for (size_t k = 0; k <= i; ++k) hessian[i][k] += p * (1 - p) * rows[r][i] * rows[r][k];
      }
    }
    for (size_t i = 0; i < n; ++i) {
      if (i + 1 < n) gradient[i] -= kRidge * w[i];
      hessian[i][i] += i + 1 < n ? kRidge : 1e-6;
    }
    const Vector delta = solve(hessian, gradient);
    double largest = 0;
    for (size_t i = 0; i < n; ++i) {
      w[i] += delta[i];
      largest = std::max(largest, std::abs(delta[i]));
    }
    if (largest < 1e-8) break;
  }
  return w;
}

struct Moments {
  double mean = 0, deviation = 1;
};
Moments moments(const std::vector<Labelled>& examples, Signal signal) {
  double sum = 0, squares = 0, n = 0;
  for (const Labelled& one : examples) {
    if (!one.signals.has(signal)) continue;
    sum += one.signals[signal];
    squares += one.signals[signal] * one.signals[signal];
    n += 1;
  }
  if (n == 0) return {};
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(squares / n - mean * mean, 1e-9))};
}

/// Each question's most probable passage, ascending, of the questions that have (or have not) an answer.
std::vector<double> question_maxima(const std::vector<Labelled>& examples, const Logistic& logistic,
                                    bool answerable) {
  std::map<size_t, bool> has_answer;
  for (const Labelled& one : examples) has_answer[one.question] = has_answer[one.question] || one.answerable;
  std::map<size_t, double> best;
  for (const Labelled& one : examples) {
    if (has_answer[one.question] != answerable || (answerable && !one.answerable)) continue;
    best[one.question] = std::max(best[one.question], logistic.probability(one.signals));
  }
  std::vector<double> sorted;
  for (const auto& [question, p] : best) sorted.push_back(p);
  std::ranges::sort(sorted);
  return sorted;
}

double quantile(const std::vector<double>& sorted, double share) {
  const auto at = static_cast<size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

double logit(double p) { return std::log(p / (1 - p)); }

/// Where the two kinds of question lie apart, any threshold between them fits the examples; the middle is the
/// safest for questions that were not among them. The floor stays below the lowest example for the same
/// reason.
void choose_thresholds(const std::vector<Labelled>& examples, double max_false_refusals, Logistic& out) {
  constexpr double kOnePercent = 0.01, kMargin = 1.0, kMostFalseAnswers = 0.06;
  const std::vector<double> answerable = question_maxima(examples, out, true);
  out.floor = sigmoid(logit(quantile(answerable, kOnePercent)) - kMargin);
  out.threshold = quantile(answerable, max_false_refusals);
  const std::vector<double> unanswerable = question_maxima(examples, out, false);
  out.sure = out.threshold;
  if (unanswerable.empty()) return;
  out.sure = std::max(out.threshold, quantile(unanswerable, 1 - kOnePercent));
  const double lowest = quantile(unanswerable, 1 - kMostFalseAnswers);
  if (lowest < out.threshold) out.threshold = sigmoid((logit(lowest) + logit(out.threshold)) / 2);
  out.floor = std::min(out.floor, out.threshold);
}

Logistic read_logistic(const toml::table& table) {
  Logistic out;
  out.bias = table["bias"].value_or(0.0);
  out.floor = table["floor"].value_or(0.0);
  out.threshold = table["threshold"].value_or(0.5);
  out.sure = table["sure"].value_or(0.9);
  for (size_t i = 0; i < kSignals; ++i) {
    out.weight[i] = table[kSignalNames[i]]["weight"].value_or(0.0);
    out.mean[i] = table[kSignalNames[i]]["mean"].value_or(0.0);
  }
  return out;
}

std::string write_logistic(std::string_view name, const Logistic& logistic) {
  std::string out = fmt::format("[{}]\nbias = {:.6f}\nfloor = {:.6f}\nthreshold = {:.6f}\nsure = {:.6f}\n",
                                name, logistic.bias, logistic.floor, logistic.threshold, logistic.sure);
  for (size_t i = 0; i < kSignals; ++i)
    if (logistic.weight[i] != 0)
      out += fmt::format("{} = {{ weight = {:.6f}, mean = {:.6f} }}\n", kSignalNames[i], logistic.weight[i],
                         logistic.mean[i]);
  return out + "\n";
}

}  // namespace

double Logistic::probability(const Signals& signals) const {
  double z = bias;
  for (size_t i = 0; i < kSignals; ++i) {
    const double x = signals[static_cast<Signal>(i)];
    if (!std::isnan(x)) z += weight[i] * (x - mean[i]);
  }
  return sigmoid(z);
}

Result<Logistic> fit(const std::vector<Labelled>& examples, std::initializer_list<Signal> use,
                     double max_false_refusals) {
  const auto answerable = static_cast<size_t>(std::ranges::count_if(examples, &Labelled::answerable));
  if (answerable < kFewestExamples || examples.size() - answerable < kFewestExamples)
    return fail(
        Errc::refused,
        text("a calibration needs at least {} passages that answer and {} that do not; there are {} and {}",
             "校准至少需要 {} 段能回答问题的资料和 {} 段不能回答的；目前只有 {} 段和 {} 段", kFewestExamples,
             kFewestExamples, answerable, examples.size() - answerable),
        text("add more questions to the file", "请在问题文件中补充更多问题"));
  std::vector<Moments> of;
  for (Signal signal : use) of.push_back(moments(examples, signal));
  Matrix rows;
  std::vector<bool> labels;
  for (const Labelled& one : examples) {
    Vector row;
    size_t i = 0;
    for (Signal signal : use) {
      row.push_back(one.signals.has(signal) ? (one.signals[signal] - of[i].mean) / of[i].deviation : 0.0);
      ++i;
    }
    row.push_back(1.0);
    rows.push_back(std::move(row));
    labels.push_back(one.answerable);
  }
  const Vector w = newton(rows, labels);
  Logistic out;
  size_t i = 0;
  for (Signal signal : use) {
    out.weight[static_cast<size_t>(signal)] = w[i] / of[i].deviation;
    out.mean[static_cast<size_t>(signal)] = of[i].mean;
    ++i;
  }
  out.bias = w.back();
  choose_thresholds(examples, max_false_refusals, out);
  return out;
}

Result<LanguageCalibration> fit_language(const std::vector<Labelled>& examples, double max_false_refusals) {
  using enum Signal;
  LanguageCalibration out;
  out.text = TRY(fit(examples, {coverage, subject, dense, lead}, max_false_refusals));
  out.before = TRY(fit(examples, {margin, coverage, subject, dense, lead}, max_false_refusals));
  out.read = TRY(fit(examples, {margin, coverage, subject, dense, lead, support}, max_false_refusals));
  return out;
}

Result<Calibration> parse_calibration(std::string_view source, std::string_view name) {
  const toml::parse_result parsed = toml::parse(source, std::string(name));
  if (!parsed)
    return fail(Errc::corrupt, text("the calibration {} cannot be read: {}", "无法读取校准数据 {}：{}", name,
                                    parsed.error().description()));
  const toml::table& table = parsed.table();
  Calibration out;
  out.source = table["source"].value_or(std::string(name));
  for (const auto& [lang, of] : {std::pair{"zh", &out.zh}, std::pair{"en", &out.en}}) {
    for (const auto& [stage, logistic] :
         {std::pair{"text", &of->text}, std::pair{"before", &of->before}, std::pair{"read", &of->read}}) {
      const toml::table* part = table[lang][stage].as_table();
      if (part == nullptr)
        return fail(Errc::corrupt,
                    text("the calibration {} lacks [{}.{}]", "校准数据 {} 缺少 [{}.{}]", name, lang, stage));
      *logistic = read_logistic(*part);
    }
  }
  return out;
}

std::string format_calibration(const Calibration& calibration) {
  std::string out = fmt::format("source = \"{}\"\n\n", calibration.source);
  for (const auto& [lang, of] : {std::pair{"zh", &calibration.zh}, std::pair{"en", &calibration.en}}) {
    for (const auto& [stage, logistic] :
         {std::pair{"text", &of->text}, std::pair{"before", &of->before}, std::pair{"read", &of->read}})
      out += write_logistic(fmt::format("{}.{}", lang, stage), *logistic);
  }
  return out;
}

Result<Calibration> shipped_calibration(std::string_view model_name) {
  const data::Embedded* general = nullptr;
  for (const data::Embedded& file : data::calibration()) {
    if (file.path == fmt::format("data/calibration/{}.toml", model_name))
      return parse_calibration(file.bytes, file.path);
    if (file.path == "data/calibration/general.toml") general = &file;
  }
  CHECK(general != nullptr);
  return parse_calibration(general->bytes, general->path);
}

}  // namespace cvp::chat
