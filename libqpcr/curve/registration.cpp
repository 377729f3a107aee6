// Gauss–Newton in five parameters against a tabulated shape; robust weights, weak priors.
#include "libqpcr/curve/registration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

// On the logistic curve: distance from the largest acceleration to the middle, ln(2 + √3), and the height there.
constexpr double logistic_distance = 1.3169578969248166;
constexpr double logistic_height = 0.21132486540518712;
constexpr std::size_t smallest_count = 8;
constexpr int largest_iterations = 60;
// Full steps that find no rest (weights that go to and fro) are halved.
constexpr int full_steps = 10;
// Nodes of the table: a twelfth of a knot spacing apart, from where the shape is below any fluorescence measured.
constexpr int nodes_per_knot = 12;
constexpr double table_reach = 12.0;
constexpr double longest_width_step = 0.3;
constexpr double smallest_step = 1e-6;
constexpr double largest_rest = 1e-3;

}  // namespace

std::string_view to_string(RegistrationStatus status) {
  switch (status) {
    case RegistrationStatus::found:
      return "found";
    case RegistrationStatus::no_amplification:
      return "no_amplification";
    case RegistrationStatus::not_reached:
      return "not_reached";
    case RegistrationStatus::not_converged:
      return "not_converged";
    case RegistrationStatus::too_few_readings:
      return "too_few_readings";
    case RegistrationStatus::no_shape:
      return "no_shape";
  }
  return "";
}

std::optional<RegistrationStart> to_registration_start(const SigmoidFit& fit, double width_cycles) {
  if (!(fit.d > fit.c) || !(fit.b < 0.0) || !(fit.e > 0.0) || !std::isfinite(fit.d - fit.c + fit.e))
    return std::nullopt;
  RegistrationStart start;
  start.baseline = fit.c;
  start.amplitude = logistic_height * (fit.d - fit.c);
  start.reference_cycle = fit.e - logistic_distance * width_cycles;
  return start;
}

ReadingWindow select_window(std::span<const double> cycles, std::size_t first, std::size_t end, double reference_cycle,
                            double width_cycles, double reach, const CommonShapeOptions& options) {
  ReadingWindow window;
  window.end = end;
  window.first = std::min(end, std::max(first, static_cast<std::size_t>(options.skipped_readings)));
  const double begin = reference_cycle - options.window_before * width_cycles;
  const double last = reference_cycle + reach * width_cycles;
  while (window.end - window.first > smallest_count && cycles[window.end - 1] > last) --window.end;
  while (window.end - window.first > smallest_count && cycles[window.first] < begin) ++window.first;
  return window;
}

CurveRegistrar::CurveRegistrar(const CommonShape& shape) : shape_(shape) {
  shape_.options.validate();
  if (!is_usable(shape_.status)) return;
  const double spacing = shape_.log_shape.spacing / nodes_per_knot;
  table_scale_ = 1.0 / spacing;
  const double first_knot = shape_.log_shape.first_knot;
  const int before = std::max(1, static_cast<int>(std::ceil((first_knot + table_reach) * table_scale_)));
  table_start_ = first_knot - spacing * before;
  // A width beyond what was learned: as far as a registration moves from its start.
  const double table_end = std::max(shape_.log_shape.last_knot(), shape_.reach) + 1.0;
  const int count = before + static_cast<int>(std::ceil((table_end - first_knot) * table_scale_));
  const auto node = [&](int i) {
    const double x = first_knot + spacing * (i - before);
    const double value = elementary::exp(shape_.log_shape.evaluate(x));
    return Point{value, value * shape_.log_shape.evaluate_slope(x)};
  };
  Point left = node(0);
  for (int i = 0; i < count; ++i) {
    Point right = node(i + 1);
    const double rise = right.value - left.value;
    const double a = left.slope * spacing;
    const double b = right.slope * spacing;
    table_.push_back({left.value, a, 3.0 * rise - 2.0 * a - b, a + b - 2.0 * rise});
    left = right;
  }
  table_.push_back({left.value, 0.0, 0.0, 0.0});
}

CurveRegistrar::Point CurveRegistrar::evaluate(double x) const {
  const double scaled = (x - table_start_) * table_scale_;
  if (!(scaled > 0.0)) return {0.0, 0.0};
  if (scaled >= static_cast<double>(table_.size() - 1)) return {table_.back().value, 0.0};
  const auto i = static_cast<std::size_t>(scaled);
  const double u = scaled - static_cast<double>(i);
  const Node& n = table_[i];
  return {n.value + u * (n.slope + u * (n.quadratic + u * n.cubic)),
          (n.slope + u * (2.0 * n.quadratic + u * (3.0 * n.cubic))) * table_scale_};
}

/// Parameters b, ln A, τ, ln σ, s; their normal equations at the values given; the steps are taken by step().
struct CurveRegistrar::State {
  double baseline = 0.0;
  double amplitude = 0.0;
  double reference_cycle = 0.0;
  double log_width = 0.0;
  double slope = 0.0;
  double anchor_cycle = 0.0;
  double share = 1.0;  ///< of the Gauss–Newton step that is taken
  Eigen::Matrix<double, 5, 5> normal;
  Eigen::Matrix<double, 5, 1> delta = Eigen::Matrix<double, 5, 1>::Zero();
};

/// One Gauss–Newton step. @return false where the normal equations cannot be solved.
bool CurveRegistrar::step(std::span<const double> cycles, std::span<const double> fluorescence, State& state) const {
  const CommonShapeOptions& options = shape_.options;
  const double width = shape_.width_cycles * elementary::exp(state.log_width);
  const double per_width = 1.0 / width;
  const double per_common_width = 1.0 / shape_.width_cycles;
  const double ground = shape_.noise * state.amplitude;
  const double ground_variance = ground * ground;
  const double noise_variance = options.relative_noise * options.relative_noise;
  const double limit = options.outlier_limit * shape_.typical_misfit;
  const double limit_squared = limit * limit;
  std::array<double, 15> sums{};
  std::array<double, 5> right{};
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    const double x = (cycles[i] - state.reference_cycle) * per_width;
    const Point g = evaluate(x);
    const double above = state.amplitude * g.value;
    const double drift = state.amplitude * (cycles[i] - state.anchor_cycle) * per_common_width;
    const double residual = fluorescence[i] - state.baseline - state.slope * drift - above;
    double weight = 1.0 / (ground_variance + noise_variance * above * above);
    const double squared = residual * residual * weight;
    if (squared > limit_squared) weight *= limit / std::sqrt(squared);
    const double by_x = -state.amplitude * g.slope;
    const std::array<double, 5> j{1.0, above + state.slope * drift, by_x * per_width, by_x * x, drift};
    std::size_t k = 0;
    for (std::size_t a = 0; a < 5; ++a) {
      const double weighted = weight * j[a];
      right[a] += weighted * residual;
      for (std::size_t b = 0; b <= a; ++b) sums[k++] += weighted * j[b];
    }
  }
  std::size_t k = 0;
  for (int a = 0; a < 5; ++a) {
    for (int b = 0; b <= a; ++b) {
      state.normal(a, b) = state.normal(b, a) = sums[k++];
    }
  }
  const double amplitude_weight = 1.0 / (options.log_amplitude_sd * options.log_amplitude_sd);
  const double width_weight = 1.0 / (options.log_width_sd * options.log_width_sd);
  const double slope_weight = 1.0 / (options.baseline_slope_sd * options.baseline_slope_sd);
  state.normal(1, 1) += amplitude_weight;
  state.normal(3, 3) += width_weight;
  state.normal(4, 4) += slope_weight;
  Eigen::Matrix<double, 5, 1> gradient;
  gradient << right[0], right[1] - amplitude_weight * elementary::log(state.amplitude / shape_.median_amplitude),
      right[2], right[3] - width_weight * state.log_width,
      right[4] - slope_weight * (state.slope - shape_.median_slope);
  // A unit diagonal keeps the factor accurate whatever the fluorescence unit.
  const Eigen::Matrix<double, 5, 1> scale = state.normal.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::Matrix<double, 5, 5> scaled = scale.asDiagonal() * state.normal * scale.asDiagonal();
  const Eigen::LLT<Eigen::Matrix<double, 5, 5>> factor(scaled);
  if (factor.info() != Eigen::Success) return false;
  state.delta = scale.cwiseProduct(factor.solve(scale.cwiseProduct(gradient)));
  if (!state.delta.allFinite()) return false;
  state.baseline += state.share * state.delta(0);
  state.amplitude *= elementary::exp(std::clamp(state.share * state.delta(1), -1.0, 1.0));
  const double longest = 1.5 * shape_.width_cycles;
  state.reference_cycle += std::clamp(state.share * state.delta(2), -longest, longest);
  state.log_width += std::clamp(state.share * state.delta(3), -longest_width_step, longest_width_step);
  state.slope += state.share * state.delta(4);
  return true;
}

void CurveRegistrar::finish(std::span<const double> cycles, std::span<const double> fluorescence, const State& state,
                            Registration& result) const {
  const CommonShapeOptions& options = shape_.options;
  const double width = shape_.width_cycles * elementary::exp(state.log_width);
  const double by_amplitude = -options.amplitude_exponent / shape_.log_efficiency;
  const double by_width = options.width_reference * shape_.width_cycles;
  Eigen::Matrix<double, 5, 1> gradient;
  gradient << 0.0, by_amplitude, 1.0, by_width, 0.0;
  const Eigen::Matrix<double, 5, 1> scale = state.normal.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::Matrix<double, 5, 5> scaled = scale.asDiagonal() * state.normal * scale.asDiagonal();
  const Eigen::Matrix<double, 5, 5> inverse =
      scale.asDiagonal() * scaled.llt().solve(Eigen::Matrix<double, 5, 5>::Identity()) * scale.asDiagonal();
  const Eigen::Matrix<double, 5, 1> influence = inverse * gradient;
  const double ground = shape_.noise * state.amplitude;
  const double limit = options.outlier_limit * shape_.typical_misfit;
  double sum = 0.0;
  double largest = 0.0;
  double variance = 0.0;
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    const double x = (cycles[i] - state.reference_cycle) / width;
    const Point g = evaluate(x);
    const double above = state.amplitude * g.value;
    const double drift = state.amplitude * (cycles[i] - state.anchor_cycle) / shape_.width_cycles;
    const double noise = options.relative_noise * above;
    const double residual = fluorescence[i] - state.baseline - state.slope * drift - above;
    const double weight = 1.0 / (ground * ground + noise * noise);
    const double squared = residual * residual * weight;
    sum += squared;
    largest = std::max(largest, squared);
    const double by_x = -state.amplitude * g.slope;
    Eigen::Matrix<double, 5, 1> j;
    j << 1.0, above + state.slope * drift, by_x / width, by_x * x, drift;
    const double share = squared > limit * limit ? limit / std::sqrt(squared) : 1.0;
    // The fit bends to the few readings of the rise: their residuals are too small by 1 − leverage.
    const double leverage = std::min(0.9, share * weight * j.dot(inverse * j));
    const double moved = share * weight * residual * j.dot(influence);
    variance += moved * moved / ((1.0 - leverage) * (1.0 - leverage));
  }
  const auto count = static_cast<double>(cycles.size());
  const double misfit = std::sqrt(sum / (count - 4.0));
  result.reference_cycle = state.reference_cycle;
  result.amplitude = state.amplitude;
  result.relative_width = elementary::exp(state.log_width);
  result.baseline = state.baseline +
                    state.slope * state.amplitude * (state.reference_cycle - state.anchor_cycle) / shape_.width_cycles;
  result.baseline_slope_per_cycle = state.slope * state.amplitude / shape_.width_cycles;
  result.relative_misfit = misfit / shape_.typical_misfit;
  result.largest_deviation = std::sqrt(largest) / shape_.typical_misfit;
  const double cq = state.reference_cycle + by_amplitude * elementary::log(state.amplitude / shape_.median_amplitude) +
                    by_width * state.log_width + shape_.anchor_cycles;
  if (!(cq >= cycles.front() && cq <= cycles.back())) {
    result.status = RegistrationStatus::not_reached;
    return;
  }
  result.status = RegistrationStatus::found;
  const double error = std::sqrt(variance);
  result.cq_cycles = cq;
  result.standard_error_cycles = error;
  constexpr double log10_e = 0.43429448190325182765;
  result.log10_n0 = log10_e * (elementary::log(shape_.anchor_amplitude) - cq * shape_.log_efficiency);
  result.log10_n0_standard_error =
      log10_e * std::hypot(shape_.log_efficiency * error, cq * shape_.log_efficiency_standard_error);
}

Registration CurveRegistrar::register_readings(std::span<const double> cycles, std::span<const double> fluorescence,
                                               const RegistrationStart& start) const {
  Registration result;
  if (!is_usable(shape_.status)) return result;
  result.readings = static_cast<int>(cycles.size());
  if (cycles.size() < smallest_count || cycles.size() != fluorescence.size()) {
    result.status = RegistrationStatus::too_few_readings;
    return result;
  }
  State state;
  state.baseline = start.baseline;
  state.amplitude = start.amplitude;
  state.reference_cycle = start.reference_cycle;
  state.slope = shape_.median_slope;
  state.anchor_cycle = start.reference_cycle - drift_anchor_widths * shape_.width_cycles;
  result.status = RegistrationStatus::not_converged;
  while (result.iterations < largest_iterations) {
    state.share = result.iterations < full_steps ? 1.0 : 0.5;
    if (!step(cycles, fluorescence, state)) return result;
    ++result.iterations;
    // Convergence is linear, by a factor of ten a step on curves of the shape: what is left is below this.
    if (std::abs(state.delta(2)) < smallest_step * shape_.width_cycles && std::abs(state.delta(3)) < smallest_step &&
        std::abs(state.delta(1)) < smallest_step) {
      finish(cycles, fluorescence, state, result);
      return result;
    }
  }
  // A curve of another shape creeps: its own standard error is far above what is left.
  if (std::abs(state.delta(2)) < largest_rest * shape_.width_cycles && std::abs(state.delta(3)) < largest_rest) {
    finish(cycles, fluorescence, state, result);
  }
  return result;
}

Registration CurveRegistrar::register_analysed(const CurveAnalyser& analysed) const {
  Registration result;
  if (!is_usable(shape_.status)) return result;
  result.status = RegistrationStatus::no_amplification;
  if (!analysed.call().amplified) return result;
  const std::optional<RegistrationStart> start = to_registration_start(analysed.fit(), shape_.width_cycles);
  result.status = RegistrationStatus::not_converged;
  if (!start) return result;
  const Readings& readings = analysed.readings();
  const ReadingWindow window = select_window(readings.cycles, analysed.first(), analysed.fitted_end(),
                                             start->reference_cycle, shape_.width_cycles, shape_.reach, shape_.options);
  const std::size_t count = window.end - window.first;
  return register_readings(std::span<const double>(readings.cycles).subspan(window.first, count),
                           std::span<const double>(readings.fluorescence).subspan(window.first, count), *start);
}

Registration CurveRegistrar::register_curve(CurveView curve) {
  analyser_.analyse(curve);
  return register_analysed(analyser_);
}

Registration register_curve(CurveView curve, const CommonShape& shape) {
  CurveRegistrar registrar(shape);
  return registrar.register_curve(curve);
}

std::vector<Registration> register_curves(std::span<const CurveView> curves, const CommonShape& shape) {
  CurveRegistrar registrar(shape);
  std::vector<Registration> results;
  results.reserve(curves.size());
  for (const CurveView& curve : curves) results.push_back(registrar.register_curve(curve));
  return results;
}

}  // namespace qpcr
