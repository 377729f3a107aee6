// The table of methods; a new method is a row and the function it names.
#include "apps/qpcr/benchmark_methods.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "libqpcr/curve/amplification.hpp"
#include "libqpcr/curve/cq.hpp"
#include "libqpcr/curve/window_of_linearity.hpp"

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

template <CqMethod method, AmplificationModel model = AmplificationModel::log_logistic_4>
BenchmarkValues evaluate(std::span<const CurveView> curves) {
  CqOptions options;
  options.method = method;
  options.model = model;
  return to_values(estimate_cq_batch(curves, options));
}

std::vector<CqResult> estimate_by_shape(std::span<const CurveView> curves) {
  CqOptions options;
  options.method = CqMethod::common_shape;
  options.common_shape = std::make_shared<const CommonShape>(learn_common_shape(curves));
  return estimate_cq_batch(curves, options);
}

BenchmarkValues evaluate_common_shape(std::span<const CurveView> curves) {
  return to_values(estimate_by_shape(curves));
}

BenchmarkValues evaluate_common_shape_n0(std::span<const CurveView> curves) {
  BenchmarkValues values;
  for (const CqResult& result : estimate_by_shape(curves))
    values.values.push_back(result.log10_n0 ? std::pow(10.0, *result.log10_n0) : nan);
  return values;
}

BenchmarkValues evaluate_window_of_linearity(std::span<const CurveView> curves) {
  const WindowOfLinearity target = estimate_window_of_linearity(curves, {}, {});
  BenchmarkValues values;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const ReactionQuantity& reaction = target.reactions[i];
    const bool amplified = call_amplification(curves[i]).amplified;
    values.values.push_back(amplified && reaction.log10_n0 ? std::pow(10.0, *reaction.log10_n0) : nan);
    values.efficiencies.push_back(reaction.efficiency.value_or(nan));
  }
  return values;
}

constexpr auto l5 = AmplificationModel::log_logistic_5;
constexpr auto in_cycles = BenchmarkOutput::cq;
constexpr auto in_quantity = BenchmarkOutput::quantity;

constexpr std::array methods = {
    BenchmarkMethod{"common_shape", "registration to the assay's common shape (the default of qpcr cq)", in_cycles, "",
                    &evaluate_common_shape},
    BenchmarkMethod{"common_shape_n0", "the same, N0 with the efficiency of the shape, no standard curve", in_quantity,
                    "", &evaluate_common_shape_n0},
    BenchmarkMethod{"sdm_l4", "second-derivative maximum, 4-parameter log-logistic", in_cycles, "qpcR:l4_cpD2",
                    &evaluate<CqMethod::second_derivative_maximum>},
    BenchmarkMethod{"sdm_l5", "second-derivative maximum, 5-parameter log-logistic", in_cycles, "qpcR:l5_cpD2",
                    &evaluate<CqMethod::second_derivative_maximum, l5>},
    BenchmarkMethod{"fdm_l4", "first-derivative maximum, 4-parameter log-logistic", in_cycles, "qpcR:l4_cpD1",
                    &evaluate<CqMethod::first_derivative_maximum>},
    BenchmarkMethod{"fdm_l5", "first-derivative maximum, 5-parameter log-logistic", in_cycles, "qpcR:l5_cpD1",
                    &evaluate<CqMethod::first_derivative_maximum, l5>},
    BenchmarkMethod{"threshold", "automatic threshold per assay, linear baseline", in_cycles, "", &evaluate_threshold},
    BenchmarkMethod{"relative_threshold", "a tenth of the fitted rise, 4-parameter log-logistic", in_cycles, "",
                    &evaluate<CqMethod::relative_threshold>},
    BenchmarkMethod{"cy0_l4", "Cy0, 4-parameter log-logistic", in_cycles, "", &evaluate<CqMethod::cy0>},
    BenchmarkMethod{"third_derivative_zero", "TD0 of the readings", in_cycles, "rdmlpython v3.0.1:TD0",
                    &evaluate<CqMethod::third_derivative_zero>},
    BenchmarkMethod{"max_ratio", "maxRatio of the readings", in_cycles, "", &evaluate<CqMethod::max_ratio>},
    BenchmarkMethod{"take_off", "first reading that stands out of the ground", in_cycles, "",
                    &evaluate<CqMethod::take_off>},
    BenchmarkMethod{"window_of_linearity_n0", "N0 with the mean efficiency of log-linear phases, no standard curve",
                    in_quantity, "", &evaluate_window_of_linearity},
};

}  // namespace

std::span<const BenchmarkMethod> benchmark_methods() { return methods; }

const BenchmarkMethod* find_benchmark_method(std::string_view id) {
  const auto found =
      std::find_if(methods.begin(), methods.end(), [&](const BenchmarkMethod& method) { return method.id == id; });
  return found == methods.end() ? nullptr : &*found;
}

}  // namespace qpcr::apps
