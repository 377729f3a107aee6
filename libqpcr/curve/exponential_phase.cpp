// Exponential growth over a window, the rate iterated and the rest eliminated.
#include "libqpcr/curve/exponential_phase.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/curve/slope_sigmoid_fit.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/least_squares.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
// A factor of e⁵ a cycle is no growth of a reaction, one of 1.0001 cannot be told from a line.
constexpr double largest_rate = 5.0;
constexpr double smallest_rate = 1e-4;

/// Readings in the window; x counted from the last one, so that no exponential overflows.
struct Window {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> growth;
  std::vector<double> by_rate;
  bool ground = true;

  void centre(std::vector<double>& column) const {
    if (!ground) return;
    double mean = 0.0;
    for (const double value : column) mean += value / static_cast<double>(column.size());
    for (double& value : column) value -= mean;
  }

  void fill(double rate) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      growth[i] = elementary::exp(rate * x[i]);
      by_rate[i] = x[i] * growth[i];
    }
  }

  double evaluate(double rate, const std::vector<double>& centred, NormalEquations<1>& normal) {
    fill(rate);
    centre(growth);
    centre(by_rate);
    double gg = 0.0;
    double gy = 0.0;
    double gd = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      gg += growth[i] * growth[i];
      gy += growth[i] * centred[i];
      gd += growth[i] * by_rate[i];
    }
    const double amplitude = gy / gg;
    for (std::size_t i = 0; i < x.size(); ++i)
      normal.add({amplitude * (by_rate[i] - gd / gg * growth[i])}, centred[i] - amplitude * growth[i]);
    return amplitude;
  }
};

void refuse(const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

}  // namespace

void ExponentialOptions::validate() const {
  if (!std::isfinite(first_cycle)) refuse("first_cycle", format_double(first_cycle), "a finite cycle");
  if (!std::isfinite(last_cycle) || last_cycle <= first_cycle)
    refuse("last_cycle", format_double(last_cycle), "a cycle after the first one");
  if (max_iterations < 1) refuse("max_iterations", std::to_string(max_iterations), "at least 1");
}

ExponentialFit fit_exponential_phase(CurveView curve, const ExponentialOptions& options) {
  options.validate();
  check_lengths(curve);
  ExponentialFit fit;
  fit.initial_fluorescence = fit.rate_per_cycle = fit.ground = fit.efficiency = nan;
  fit.efficiency_standard_error = fit.residual_sum_of_squares = fit.aicc = nan;
  fit.standard_errors.fill(nan);
  Window window;
  window.ground = options.ground;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    const double x = curve.cycles[i];
    if (!std::isfinite(curve.fluorescence[i]) || !(x >= options.first_cycle && x <= options.last_cycle)) continue;
    window.x.push_back(x);
    window.y.push_back(curve.fluorescence[i]);
  }
  const int parameters = options.ground ? 3 : 2;
  fit.points = static_cast<int>(window.x.size());
  if (fit.points <= parameters) return fit;
  const double origin = window.x.back();
  for (double& x : window.x) x -= origin;
  window.growth.resize(window.x.size());
  window.by_rate.resize(window.x.size());
  std::vector<double> centred = window.y;
  window.centre(centred);

  LeastSquaresOptions solver;
  solver.max_iterations = options.max_iterations;
  ParameterBounds<1> bounds;
  bounds.lower[0] = smallest_rate;
  bounds.upper[0] = largest_rate;
  LeastSquaresResult<1> best;
  const auto model = [&](const ParameterArray<1>& at, NormalEquations<1>& normal) {
    window.evaluate(at[0], centred, normal);
  };
  for (const double start : {0.1, 0.5, 1.0}) {
    const LeastSquaresResult<1> trial = fit_least_squares<1>(model, {start}, fit.points, solver, bounds);
    fit.iterations += trial.iterations;
    if (trial.status == LeastSquaresStatus::not_finite) continue;
    if (best.status == LeastSquaresStatus::not_finite ||
        trial.normal.residual_sum_of_squares < best.normal.residual_sum_of_squares) {
      best = trial;
    }
  }
  fit.status = FitStatus::degenerate;
  if (best.status == LeastSquaresStatus::not_finite) return fit;
  NormalEquations<1> normal;
  const double rate = best.parameters[0];
  const double amplitude = window.evaluate(rate, centred, normal);
  fit.rate_per_cycle = rate;
  fit.efficiency = elementary::exp(rate);
  fit.residual_sum_of_squares = normal.residual_sum_of_squares;
  fit.aicc = derive_aicc(fit.residual_sum_of_squares, fit.points, parameters);
  fit.initial_fluorescence = amplitude * elementary::exp(-rate * origin);
  window.fill(rate);
  fit.ground = 0.0;
  for (std::size_t i = 0; options.ground && i < window.y.size(); ++i)
    fit.ground += (window.y[i] - amplitude * window.growth[i]) / static_cast<double>(fit.points);
  if (best.status == LeastSquaresStatus::iteration_limit) {
    fit.status = FitStatus::not_converged;
    return fit;
  }
  if (best.at_bound[0] || !(amplitude > 0.0)) return fit;
  // In (ln amplitude, rate, ground): the amplitude stands at the window's last reading.
  NormalEquations<3> full;
  for (std::size_t i = 0; i < window.x.size(); ++i)
    full.add({amplitude * window.growth[i], amplitude * window.by_rate[i], 1.0}, 0.0);
  Eigen::Matrix<double, 3, 3> covariance;
  if (!invert_normal_matrix<3>(full.matrix, {false, false, !options.ground}, covariance)) return fit;
  fit.status = FitStatus::converged;
  covariance *= fit.residual_sum_of_squares / static_cast<double>(fit.points - parameters);
  fit.standard_errors[0] =
      std::sqrt(covariance(0, 0) - 2.0 * origin * covariance(0, 1) + origin * origin * covariance(1, 1));
  fit.standard_errors[1] = std::sqrt(covariance(1, 1));
  if (options.ground) fit.standard_errors[2] = std::sqrt(covariance(2, 2));
  fit.efficiency_standard_error = fit.efficiency * fit.standard_errors[1];
  return fit;
}

}  // namespace qpcr
