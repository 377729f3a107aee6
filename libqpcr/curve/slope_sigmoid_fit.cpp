// Variable projection of the sigmoid family: levels and line are eliminated, only the shape is iterated.
#include "libqpcr/curve/slope_sigmoid_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/curve/sigmoid_family.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/least_squares.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Working columns of one fit: fluorescence and shape with the ground (constant, or constant and line) projected off.
struct Columns {
  std::span<double> target;
  std::span<double> shape;
  std::array<std::span<double>, 3> derivatives;
  std::span<const double> cycles;
  std::span<const double> axis;
  double mean_cycle = 0.0;
  double cycle_squares = 0.0;  ///< Σ(x − mean)²
  bool line = false;
};

/// Removes the ground from a column in place.
void remove_ground(const Columns& columns, std::span<double> column) {
  const std::size_t n = column.size();
  double sum = 0.0;
  for (const double value : column) sum += value;
  const double mean = sum / static_cast<double>(n);
  double slope = 0.0;
  if (columns.line) {
    for (std::size_t i = 0; i < n; ++i) slope += (columns.cycles[i] - columns.mean_cycle) * column[i];
    slope /= columns.cycle_squares;
  }
  for (std::size_t i = 0; i < n; ++i) column[i] -= mean + slope * (columns.cycles[i] - columns.mean_cycle);
}

Columns make_columns(const FamilyData& data, bool line) {
  const std::size_t n = data.cycles.size();
  Columns columns;
  columns.target = data.work.subspan(0, n);
  columns.shape = data.work.subspan(n, n);
  for (std::size_t k = 0; k < 3; ++k) columns.derivatives[k] = data.work.subspan((k + 2) * n, n);
  columns.cycles = data.cycles;
  columns.axis = data.axis;
  columns.line = line;
  for (const double cycle : data.cycles) columns.mean_cycle += cycle / static_cast<double>(n);
  for (const double cycle : data.cycles)
    columns.cycle_squares += (cycle - columns.mean_cycle) * (cycle - columns.mean_cycle);
  std::copy(data.fluorescence.begin(), data.fluorescence.end(), columns.target.begin());
  remove_ground(columns, columns.target);
  return columns;
}

/// The derivative in κ is 0 where it is not wanted.
void fill_shape(const Columns& columns, const SigmoidShape& at, bool with_asymmetry) {
  const double beta = elementary::exp(at.log_beta);
  const bool symmetric = at.kappa == 1.0 && !with_asymmetry;
  for (std::size_t i = 0; i < columns.axis.size(); ++i) {
    const double t = std::min(-beta * (columns.axis[i] - at.tau), 300.0);
    if (symmetric) {
      const double v = elementary::exp(t);
      const double value = 1.0 / (1.0 + v);
      columns.shape[i] = value;
      columns.derivatives[0][i] = -value * (v * value) * t;
      columns.derivatives[1][i] = -value * (v * value) * beta;
      columns.derivatives[2][i] = 0.0;
      continue;
    }
    const ShapeValue s = evaluate_shape(t, at.kappa);
    columns.shape[i] = s.value;
    columns.derivatives[0][i] = s.by_t * t;
    columns.derivatives[1][i] = s.by_t * beta;
    columns.derivatives[2][i] = s.by_asymmetry;
  }
}

/// Kaufman's variable projection (1975, 10.1007/BF01932995). @return the amplitude d − c.
template <int N>
double evaluate(const Columns& columns, const SigmoidShape& at, NormalEquations<N>& normal) {
  constexpr auto size = static_cast<std::size_t>(N);
  fill_shape(columns, at, N == 3);
  remove_ground(columns, columns.shape);
  double ss = 0.0;
  double sy = 0.0;
  for (std::size_t i = 0; i < columns.shape.size(); ++i) {
    ss += columns.shape[i] * columns.shape[i];
    sy += columns.shape[i] * columns.target[i];
  }
  const double amplitude = sy / ss;
  ParameterArray<N> along{};
  for (std::size_t k = 0; k < size; ++k) {
    remove_ground(columns, columns.derivatives[k]);
    for (std::size_t i = 0; i < columns.shape.size(); ++i)
      along[k] += columns.derivatives[k][i] * columns.shape[i] / ss;
  }
  for (std::size_t i = 0; i < columns.shape.size(); ++i) {
    ParameterArray<N> row{};
    for (std::size_t k = 0; k < size; ++k)
      row[k] = amplitude * (columns.derivatives[k][i] - along[k] * columns.shape[i]);
    normal.add(row, columns.target[i] - amplitude * columns.shape[i]);
  }
  return amplitude;
}

template <int N>
SigmoidShape to_shape(const ParameterArray<N>& parameters, double held) {
  if constexpr (N == 2) {
    return {parameters[0], parameters[1], held};
  } else {
    return {parameters[0], parameters[1], parameters[2]};
  }
}

struct Limits {
  double lowest_log_beta;
  double highest_log_beta;
  double first_tau;
  double last_tau;
};

Limits find_limits(const FamilyData& data, bool log_axis) {
  const double first = data.axis.front();
  const double last = data.axis.back();
  // The log axis counts in factors, the plain one in cycles.
  if (log_axis) return {elementary::log(0.05), elementary::log(2000.0), first - 2.0, last + 2.0};
  const double span = last - first;
  return {elementary::log(0.1 / span), elementary::log(100.0), first - span, last + span};
}

template <int N>
LeastSquaresResult<N> minimise(const Columns& columns, const Limits& limits, const SigmoidShape& start, double held,
                               int max_iterations) {
  LeastSquaresOptions options;
  options.max_iterations = max_iterations;
  options.relative_reduction = 1e-15;
  ParameterBounds<N> bounds;
  bounds.lower[0] = limits.lowest_log_beta;
  bounds.upper[0] = limits.highest_log_beta;
  bounds.lower[1] = limits.first_tau;
  bounds.upper[1] = limits.last_tau;
  ParameterArray<N> parameters{};
  parameters[0] = std::clamp(start.log_beta, bounds.lower[0], bounds.upper[0]);
  parameters[1] = std::clamp(start.tau, bounds.lower[1], bounds.upper[1]);
  if constexpr (N == 3) {
    parameters[2] = std::clamp(start.kappa, smallest_asymmetry, largest_asymmetry);
    bounds.lower[2] = smallest_asymmetry;
    bounds.upper[2] = largest_asymmetry;
  }
  const auto model = [&columns, held](const ParameterArray<N>& at, NormalEquations<N>& normal) {
    evaluate<N>(columns, to_shape<N>(at, held), normal);
  };
  return fit_least_squares<N>(model, parameters, static_cast<int>(columns.axis.size()), options, bounds);
}

FitStatus to_fit_status(LeastSquaresStatus status) {
  switch (status) {
    case LeastSquaresStatus::converged:
    case LeastSquaresStatus::no_progress:
      return FitStatus::converged;
    case LeastSquaresStatus::iteration_limit:
      return FitStatus::not_converged;
    case LeastSquaresStatus::not_finite:
      return FitStatus::degenerate;
    case LeastSquaresStatus::too_few_observations:
      return FitStatus::too_few_points;
  }
  return FitStatus::degenerate;
}

/// Starts around the symmetric shape: as it is, the steep lag with a slow plateau, its mirror image, and for models
/// with a line narrower and wider ones, between which the line trades.
std::span<const std::array<double, 3>> find_starts(const ModelTraits& traits) {
  // Factor of β, shift of τ in units of 1/β, κ.
  static constexpr std::array<std::array<double, 3>, 8> all{{{1.0, 0.0, 1.0},
                                                             {0.67, -0.5, 0.02},
                                                             {2.0, 1.0, 8.0},
                                                             {0.8, 0.0, 1e-4},
                                                             {0.6, 0.0, 0.3},
                                                             {1.4, 0.3, 3.0},
                                                             {0.5, -1.0, 1e-3},
                                                             {3.0, 1.0, 40.0}}};
  if (!traits.free_asymmetry) return std::span(all).first(1);
  return traits.line ? std::span(all) : std::span(all).first(4);
}

template <int N>
void fit_shape(const FamilyData& data, const SigmoidShape& start, int max_iterations, AmplificationFit& fit) {
  const ModelTraits traits = find_traits(fit.model);
  const Columns columns = make_columns(data, traits.line);
  const Limits limits = find_limits(data, traits.log_axis);
  LeastSquaresResult<N> best;
  int iterations = 0;
  for (const auto& [factor, shift, kappa] : find_starts(traits)) {
    SigmoidShape at = start;
    at.log_beta += elementary::log(factor);
    at.tau += shift / elementary::exp(start.log_beta);
    at.kappa = kappa;
    const LeastSquaresResult<N> trial = minimise<N>(columns, limits, at, traits.held_asymmetry, max_iterations);
    iterations += trial.iterations;
    if (trial.status == LeastSquaresStatus::not_finite) continue;
    if (best.status == LeastSquaresStatus::not_finite ||
        trial.normal.residual_sum_of_squares < best.normal.residual_sum_of_squares) {
      best = trial;
    }
  }
  fit.iterations += iterations;
  fit.status = to_fit_status(best.status);
  if (best.status == LeastSquaresStatus::not_finite) return;
  fit.shape = to_shape<N>(best.parameters, traits.held_asymmetry);
  bool held = !traits.free_asymmetry;
  bool at_limit = best.at_bound[0] || best.at_bound[1];
  if constexpr (N == 3) {
    fit.gompertz_limit = fit.shape.kappa <= smallest_asymmetry;
    held = fit.gompertz_limit || best.at_bound[2];
    at_limit = at_limit || (held && !fit.gompertz_limit);
  }
  complete_family_fit(data, held, at_limit, fit);
}

/// Published parameters and their errors from the canonical ones.
void publish(bool log_axis, bool asymmetry_held, AmplificationFit& fit) {
  const double beta = elementary::exp(fit.shape.log_beta);
  const double kappa = fit.shape.kappa;
  // The explicit Gompertz curve has no f, and its e is the cycle at t = 0.
  const double shift = kappa > 0.0 ? elementary::log(kappa) : 0.0;
  fit.b = -beta;
  fit.f = kappa > 0.0 ? 1.0 / kappa : nan;
  const double position = fit.shape.tau + shift / beta;
  fit.e = log_axis ? elementary::exp(position) : position;
  const auto variance = [&fit](std::size_t i, std::size_t j) { return fit.covariance[i][j]; };
  fit.standard_errors.fill(nan);
  fit.standard_errors[0] = beta * std::sqrt(variance(0, 0));
  fit.standard_errors[1] = std::sqrt(variance(3, 3));
  fit.standard_errors[2] = std::sqrt(variance(3, 3) + 2.0 * variance(3, 4) + variance(4, 4));
  if (!fit.gompertz_limit) {
    const double scale = log_axis ? fit.e : 1.0;
    const std::array<double, 3> gradient{-scale * shift / beta, scale, asymmetry_held ? 0.0 : scale / (beta * kappa)};
    double sum = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) sum += gradient[i] * variance(i, j) * gradient[j];
    }
    fit.standard_errors[3] = std::sqrt(sum);
    if (!asymmetry_held) fit.standard_errors[4] = std::sqrt(variance(2, 2)) / (kappa * kappa);
  }
}

}  // namespace

void complete_family_fit(const FamilyData& data, bool asymmetry_held, bool at_limit, AmplificationFit& fit) {
  const ModelTraits traits = find_traits(fit.model);
  const std::size_t n = data.cycles.size();
  const Columns columns = make_columns(data, traits.line);
  NormalEquations<2> unused;
  const double amplitude = evaluate<2>(columns, fit.shape, unused);
  fit.residual_sum_of_squares = unused.residual_sum_of_squares;
  fill_shape(columns, fit.shape, !asymmetry_held);
  // Ground of what the sigmoid leaves over.
  double mean = 0.0;
  double slope = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double rest = data.fluorescence[i] - amplitude * columns.shape[i];
    mean += rest / static_cast<double>(n);
    if (traits.line) slope += (data.cycles[i] - columns.mean_cycle) * rest / columns.cycle_squares;
  }
  fit.slope_per_cycle = slope;
  fit.c = mean - slope * columns.mean_cycle;
  fit.d = fit.c + amplitude;

  NormalEquations<6> full;
  for (std::size_t i = 0; i < n; ++i) {
    full.add({amplitude * columns.derivatives[0][i], amplitude * columns.derivatives[1][i],
              amplitude * columns.derivatives[2][i], 1.0, columns.shape[i], data.cycles[i]},
             0.0);
  }
  const ParameterFlags<6> excluded{false, false, asymmetry_held, false, false, !traits.line};
  fit.parameters = 6 - (asymmetry_held ? 1 : 0) - (traits.line ? 0 : 1);
  fit.aicc = derive_aicc(fit.residual_sum_of_squares, fit.points, fit.parameters);
  for (auto& row : fit.covariance) row.fill(nan);
  Eigen::Matrix<double, 6, 6> inverse;
  const bool inverted = fit.points > fit.parameters && invert_normal_matrix<6>(full.matrix, excluded, inverse);
  if (inverted && !at_limit) {
    const double variance = fit.residual_sum_of_squares / static_cast<double>(fit.points - fit.parameters);
    for (std::size_t i = 0; i < 6; ++i) {
      for (std::size_t j = 0; j < 6; ++j) {
        // What is held adds nothing to the variance of what is derived.
        fit.covariance[i][j] =
            excluded[i] || excluded[j] ? 0.0 : variance * inverse(static_cast<int>(i), static_cast<int>(j));
      }
    }
  } else if (fit.status == FitStatus::converged) {
    fit.status = FitStatus::degenerate;
  }
  publish(traits.log_axis, asymmetry_held, fit);
  if (traits.line) fit.standard_errors[5] = std::sqrt(fit.covariance[5][5]);
}

void fit_family(const FamilyData& data, const SigmoidShape& start, int max_iterations, AmplificationFit& fit) {
  if (find_traits(fit.model).free_asymmetry) {
    fit_shape<3>(data, start, max_iterations, fit);
  } else {
    fit_shape<2>(data, start, max_iterations, fit);
  }
}

void AmplificationModelFitter::assign(CurveView curve, bool log_axis) {
  check_lengths(curve);
  cycles_.clear();
  fluorescence_.clear();
  axis_.clear();
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    const double cycle = curve.cycles[i];
    if (!std::isfinite(curve.fluorescence[i]) || !std::isfinite(cycle) || (log_axis && !(cycle > 0.0))) continue;
    cycles_.push_back(cycle);
    fluorescence_.push_back(curve.fluorescence[i]);
    axis_.push_back(log_axis ? elementary::log(cycle) : cycle);
  }
  work_.resize(5 * cycles_.size());
}

AmplificationFit AmplificationModelFitter::adopt(CurveView curve, const SigmoidFit& sigmoid) {
  AmplificationFit fit;
  const bool five = sigmoid.model == SigmoidModel::log_logistic_5;
  fit.model = five ? AmplificationModel::log_logistic_5 : AmplificationModel::log_logistic_4;
  fit.status = sigmoid.status;
  fit.points = sigmoid.points;
  fit.iterations = sigmoid.iterations;
  fit.parameters = five ? 5 : 4;
  fit.gompertz_limit = sigmoid.gompertz_limit;
  fit.standard_errors.fill(nan);
  for (auto& row : fit.covariance) row.fill(nan);
  fit.residual_sum_of_squares = sigmoid.residual_sum_of_squares;
  fit.aicc = nan;
  fit.b = sigmoid.b;
  fit.c = sigmoid.c;
  fit.d = sigmoid.d;
  fit.e = sigmoid.e;
  fit.f = sigmoid.f;
  if (!std::isfinite(sigmoid.b) || !std::isfinite(sigmoid.e)) return fit;
  assign(curve, true);
  fit.shape = to_shape(sigmoid);
  const bool held = !five || sigmoid.gompertz_limit;
  complete_family_fit({cycles_, axis_, fluorescence_, work_}, held, sigmoid.status == FitStatus::degenerate, fit);
  return fit;
}

AmplificationFit AmplificationModelFitter::fit(CurveView curve, const AmplificationModelOptions& options) {
  const ModelTraits traits = find_traits(options.model);
  SigmoidOptions sigmoid_options;
  sigmoid_options.max_iterations = options.max_iterations;
  if (options.model == AmplificationModel::log_logistic_5) sigmoid_options.model = SigmoidModel::log_logistic_5;
  const SigmoidFit sigmoid = sigmoid_.fit(curve, sigmoid_options);
  if (options.model == AmplificationModel::log_logistic_4 || options.model == AmplificationModel::log_logistic_5)
    return adopt(curve, sigmoid);

  assign(curve, traits.log_axis);
  AmplificationFit fit;
  fit.model = options.model;
  fit.points = static_cast<int>(cycles_.size());
  fit.parameters = 4 + (traits.free_asymmetry ? 1 : 0) + (traits.line ? 1 : 0);
  fit.iterations = sigmoid.iterations;
  fit.standard_errors.fill(nan);
  for (auto& row : fit.covariance) row.fill(nan);
  fit.b = fit.c = fit.d = fit.e = fit.f = fit.slope_per_cycle = nan;
  fit.residual_sum_of_squares = fit.aicc = nan;
  if (fit.points <= fit.parameters) return fit;
  const auto [low, high] = std::minmax_element(fluorescence_.begin(), fluorescence_.end());
  if (!(*high > *low)) {
    fit.status = FitStatus::degenerate;
    fit.residual_sum_of_squares = 0.0;
    return fit;
  }
  SigmoidShape start =
      std::isfinite(sigmoid.b) && std::isfinite(sigmoid.e)
          ? to_shape(sigmoid)
          : SigmoidShape{elementary::log(10.0), elementary::log(std::max(cycles_[cycles_.size() / 2], 1.0)), 1.0};
  if (!traits.log_axis) {
    // The same steepness at the same place: d ln x = dx/x.
    start.log_beta -= start.tau;
    start.tau = elementary::exp(start.tau);
  }
  fit_family({cycles_, axis_, fluorescence_, work_}, start, options.max_iterations, fit);
  return fit;
}

}  // namespace qpcr
