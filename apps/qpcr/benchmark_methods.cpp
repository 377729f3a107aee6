// The table of methods; a new method is a row and the function it names.
#include "apps/qpcr/benchmark_methods.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "libqpcr/curve/amplification.hpp"
#include "libqpcr/curve/cq.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A method that looks at one curve at a time: the batch form of its Cq.
BenchmarkValues to_values(const std::vector<CqResult>& results) {
  BenchmarkValues values;
  for (const CqResult& result : results) values.values.push_back(result.cq_cycles.value_or(nan));
  return values;
}

BenchmarkValues evaluate_threshold(std::span<const CurveView> curves) {
  CqOptions options;
  const double threshold = derive_threshold(curves, options);
  if (std::isfinite(threshold)) options.threshold = threshold;
  return to_values(estimate_cq_batch(curves, options));
}

template <SigmoidModel model>
BenchmarkValues evaluate_second_maximum(std::span<const CurveView> curves) {
  CqOptions options;
  options.method = CqMethod::second_derivative_maximum;
  options.model = model;
  return to_values(estimate_cq_batch(curves, options));
}

template <SigmoidModel model>
BenchmarkValues evaluate_first_maximum(std::span<const CurveView> curves) {
  SigmoidOptions options;
  options.model = model;
  BenchmarkValues values;
  for (const CurveView& curve : curves) {
    double& value = values.values.emplace_back(nan);
    if (!call_amplification(curve).amplified) continue;
    const auto cycle = derive_first_derivative_maximum(fit_sigmoid(curve, options));
    if (cycle && cycle->cycle >= curve.cycles.front() && cycle->cycle <= curve.cycles.back()) value = cycle->cycle;
  }
  return values;
}

constexpr auto l4 = SigmoidModel::log_logistic_4;
constexpr auto l5 = SigmoidModel::log_logistic_5;

constexpr std::array methods = {
    BenchmarkMethod{"threshold", "automatic threshold per assay, linear baseline", BenchmarkOutput::cq, "",
                    &evaluate_threshold},
    BenchmarkMethod{"sdm_l4", "second-derivative maximum, 4-parameter log-logistic", BenchmarkOutput::cq,
                    "qpcR:l4_cpD2", &evaluate_second_maximum<l4>},
    BenchmarkMethod{"sdm_l5", "second-derivative maximum, 5-parameter log-logistic", BenchmarkOutput::cq,
                    "qpcR:l5_cpD2", &evaluate_second_maximum<l5>},
    BenchmarkMethod{"fdm_l4", "first-derivative maximum, 4-parameter log-logistic", BenchmarkOutput::cq, "qpcR:l4_cpD1",
                    &evaluate_first_maximum<l4>},
    BenchmarkMethod{"fdm_l5", "first-derivative maximum, 5-parameter log-logistic", BenchmarkOutput::cq, "qpcR:l5_cpD1",
                    &evaluate_first_maximum<l5>},
};

}  // namespace

std::span<const BenchmarkMethod> benchmark_methods() { return methods; }

const BenchmarkMethod* find_benchmark_method(std::string_view id) {
  const auto found =
      std::find_if(methods.begin(), methods.end(), [&](const BenchmarkMethod& method) { return method.id == id; });
  return found == methods.end() ? nullptr : &*found;
}

}  // namespace qpcr::apps
