// MAK2 and MAK3 by variable projection over one parameter, the ratio of template to kinetic constant.
#include "libqpcr/curve/mechanistic_model.hpp"

#include <algorithm>
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
// Cycles beyond this are no cycles of a reaction.
constexpr double largest_cycle = 1000.0;

/// g(n) = Dₙ/k and its derivative in θ = ln(D₀/k), for every reading.
struct Growth {
  std::vector<double> value;
  std::vector<double> by_theta;
};

void fill_growth(const std::vector<int>& cycles, double theta, Growth& growth) {
  double g = elementary::exp(theta);
  double by = g;
  int cycle = 0;
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    for (; cycle < cycles[i]; ++cycle) {
      by *= 1.0 + 1.0 / (1.0 + g);
      g += elementary::log1p(g);
    }
    growth.value[i] = g;
    growth.by_theta[i] = by;
  }
}

struct Problem {
  std::vector<int> cycles;
  std::vector<double> fluorescence;  ///< ground removed
  Growth growth;
  double mean_cycle = 0.0;
  double cycle_squares = 0.0;
  bool line = false;

  void remove_ground(std::vector<double>& column) const {
    const auto n = static_cast<double>(column.size());
    double mean = 0.0;
    double slope = 0.0;
    for (const double value : column) mean += value / n;
    if (line) {
      for (std::size_t i = 0; i < column.size(); ++i) slope += (cycles[i] - mean_cycle) * column[i] / cycle_squares;
    }
    for (std::size_t i = 0; i < column.size(); ++i) column[i] -= mean + slope * (cycles[i] - mean_cycle);
  }

  /// Fills the reduced normal equations in θ. @return k.
  double evaluate(double theta, NormalEquations<1>& normal) {
    fill_growth(cycles, theta, growth);
    remove_ground(growth.value);
    remove_ground(growth.by_theta);
    double gg = 0.0;
    double gy = 0.0;
    double gd = 0.0;
    for (std::size_t i = 0; i < cycles.size(); ++i) {
      gg += growth.value[i] * growth.value[i];
      gy += growth.value[i] * fluorescence[i];
      gd += growth.value[i] * growth.by_theta[i];
    }
    const double k = gy / gg;
    for (std::size_t i = 0; i < cycles.size(); ++i) {
      normal.add({k * (growth.by_theta[i] - gd / gg * growth.value[i])}, fluorescence[i] - k * growth.value[i]);
    }
    return k;
  }
};

void refuse(const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

void set_unknown(MechanisticFit& fit) {
  fit.initial_fluorescence = fit.kinetic_constant = fit.background = fit.slope_per_cycle = nan;
  fit.residual_sum_of_squares = fit.aicc = fit.first_cycle = fit.last_cycle = nan;
  fit.standard_errors.fill(nan);
  for (auto& row : fit.covariance) row.fill(nan);
}

/// Covariance of (θ, k, Fb, slope) from the full normal matrix.
void set_covariance(const Problem& problem, double theta, int parameters, MechanisticFit& fit) {
  Growth growth{std::vector<double>(problem.cycles.size()), std::vector<double>(problem.cycles.size())};
  fill_growth(problem.cycles, theta, growth);
  NormalEquations<4> full;
  for (std::size_t i = 0; i < problem.cycles.size(); ++i) {
    full.add({fit.kinetic_constant * growth.by_theta[i], growth.value[i], 1.0, static_cast<double>(problem.cycles[i])},
             0.0);
  }
  const ParameterFlags<4> excluded{false, false, false, !problem.line};
  Eigen::Matrix<double, 4, 4> inverse;
  if (fit.points <= parameters || !invert_normal_matrix<4>(full.matrix, excluded, inverse)) {
    if (fit.status == FitStatus::converged) fit.status = FitStatus::degenerate;
    return;
  }
  const double variance = fit.residual_sum_of_squares / static_cast<double>(fit.points - parameters);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      const bool out = excluded[i] || excluded[j];
      fit.covariance[i][j] = out ? 0.0 : variance * inverse(static_cast<int>(i), static_cast<int>(j));
    }
  }
  const auto& c = fit.covariance;
  const double k = fit.kinetic_constant;
  // ln D₀ = θ + ln k.
  fit.standard_errors[0] = std::sqrt(c[0][0] + 2.0 * c[0][1] / k + c[1][1] / (k * k));
  fit.standard_errors[1] = std::sqrt(c[1][1]) / std::abs(k);
  fit.standard_errors[2] = std::sqrt(c[2][2]);
  if (problem.line) fit.standard_errors[3] = std::sqrt(c[3][3]);
}

}  // namespace

void MechanisticOptions::validate() const {
  if (first_cycle && !std::isfinite(*first_cycle)) refuse("first_cycle", format_double(*first_cycle), "a finite cycle");
  if (last_cycle && !(std::isfinite(*last_cycle) && *last_cycle >= first_cycle.value_or(*last_cycle)))
    refuse("last_cycle", format_double(*last_cycle), "a cycle not before the first one");
  if (max_iterations < 1) refuse("max_iterations", std::to_string(max_iterations), "at least 1");
}

MechanisticFit fit_mechanistic_model(CurveView curve, const MechanisticOptions& options) {
  options.validate();
  check_lengths(curve);
  MechanisticFit fit;
  set_unknown(fit);
  double last = 0.0;
  if (options.last_cycle) {
    last = *options.last_cycle;
  } else {
    const SigmoidFit sigmoid = fit_sigmoid(curve, {});
    const auto maximum = derive_second_derivative_maximum(sigmoid);
    if (sigmoid.status != FitStatus::converged || !maximum) return fit;
    last = std::round(maximum->cycle);
  }
  Problem problem;
  problem.line = options.line;
  const double first = options.first_cycle.value_or(0.0);
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    const double x = curve.cycles[i];
    if (!std::isfinite(curve.fluorescence[i]) || !(x >= std::max(0.0, first) && x <= std::min(last, largest_cycle)) ||
        x != std::round(x)) {
      continue;
    }
    problem.cycles.push_back(static_cast<int>(x));
    problem.fluorescence.push_back(curve.fluorescence[i]);
  }
  const int parameters = options.line ? 4 : 3;
  fit.points = static_cast<int>(problem.cycles.size());
  if (fit.points <= parameters) return fit;
  fit.first_cycle = problem.cycles.front();
  fit.last_cycle = problem.cycles.back();
  const double n = fit.points;
  for (const int cycle : problem.cycles) problem.mean_cycle += cycle / n;
  for (const int cycle : problem.cycles)
    problem.cycle_squares += (cycle - problem.mean_cycle) * (cycle - problem.mean_cycle);
  problem.growth.value.resize(problem.cycles.size());
  problem.growth.by_theta.resize(problem.cycles.size());
  const std::vector<double> readings = problem.fluorescence;
  problem.remove_ground(problem.fluorescence);

  LeastSquaresOptions solver;
  solver.max_iterations = options.max_iterations;
  ParameterBounds<1> bounds;
  // At the upper bound the first cycle is on the plateau already, at the lower the growth is exponential to the end.
  bounds.upper[0] = 3.0;
  bounds.lower[0] = -fit.last_cycle * elementary::log(2.0) - 30.0;
  LeastSquaresResult<1> best;
  int iterations = 0;
  const auto model = [&problem](const ParameterArray<1>& at, NormalEquations<1>& normal) {
    problem.evaluate(at[0], normal);
  };
  // D at the last reading in units of k: from nearly exponential to far into the slowing.
  for (const double log_end : {-3.0, -1.0, 0.0, 1.0, 2.0, 3.5}) {
    const double start = std::clamp(log_end - fit.last_cycle * elementary::log(2.0), bounds.lower[0], bounds.upper[0]);
    const LeastSquaresResult<1> trial = fit_least_squares<1>(model, {start}, fit.points, solver, bounds);
    iterations += trial.iterations;
    if (trial.status == LeastSquaresStatus::not_finite) continue;
    if (best.status == LeastSquaresStatus::not_finite ||
        trial.normal.residual_sum_of_squares < best.normal.residual_sum_of_squares) {
      best = trial;
    }
  }
  fit.iterations = iterations;
  fit.status = FitStatus::degenerate;
  if (best.status == LeastSquaresStatus::not_finite) return fit;
  NormalEquations<1> normal;
  const double theta = best.parameters[0];
  const double k = problem.evaluate(theta, normal);
  fit.residual_sum_of_squares = normal.residual_sum_of_squares;
  fit.aicc = derive_aicc(fit.residual_sum_of_squares, fit.points, parameters);
  fit.kinetic_constant = k;
  fit.initial_fluorescence = k * elementary::exp(theta);
  fill_growth(problem.cycles, theta, problem.growth);
  double mean = 0.0;
  double slope = 0.0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const double rest = readings[i] - k * problem.growth.value[i];
    mean += rest / n;
    if (options.line) slope += (problem.cycles[i] - problem.mean_cycle) * rest / problem.cycle_squares;
  }
  fit.slope_per_cycle = slope;
  fit.background = mean - slope * problem.mean_cycle;
  if (best.status == LeastSquaresStatus::iteration_limit) {
    fit.status = FitStatus::not_converged;
  } else if (!best.at_bound[0] && k > 0.0) {
    fit.status = FitStatus::converged;
  }
  if (fit.status != FitStatus::degenerate) set_covariance(problem, theta, parameters, fit);
  return fit;
}

double evaluate_mechanistic(const MechanisticFit& fit, int cycle) {
  double g = fit.initial_fluorescence / fit.kinetic_constant;
  for (int i = 0; i < cycle; ++i) g += elementary::log1p(g);
  return fit.kinetic_constant * g + fit.background + fit.slope_per_cycle * cycle;
}

}  // namespace qpcr
