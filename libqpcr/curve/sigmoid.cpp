// Log-logistic fits by variable projection: the two levels are eliminated, only the shape is iterated.
#include "libqpcr/curve/sigmoid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"
#include "libqpcr/math/least_squares.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest_kappa =
    1e-8;  // f = 1e8: the residual sum of squares is that of the Gompertz limit to 1e-7 of itself
constexpr double largest_kappa = 1e4;
const double smallest_log_beta = std::log(0.05);
const double largest_log_beta = std::log(2000.0);
// Beyond this eᵗ the shape is 0 to double precision and its square still finite.
constexpr double largest_exponent = 300.0;

/// ln(1 + κv)/κ and its derivative in κ, without cancellation towards κ = 0.
struct Exponent {
  double value;
  double derivative;
};

Exponent power_to_gompertz(double v, double kappa) {
  const double y = kappa * v;
  if (y < 1e-3) {
    const double value = v * (1.0 - y * (1.0 / 2.0 - y * (1.0 / 3.0 - y * (1.0 / 4.0 - y * (1.0 / 5.0 - y / 6.0)))));
    const double derivative =
        -v * v * (1.0 / 2.0 - y * (2.0 / 3.0 - y * (3.0 / 4.0 - y * (4.0 / 5.0 - y * (5.0 / 6.0)))));
    return {value, derivative};
  }
  const double value = std::log1p(y) / kappa;
  return {value, (v / (1.0 + y) - value) / kappa};
}

struct Data {
  std::span<const double> log_cycles;
  std::span<const double> centred;  ///< fluorescence minus its mean
  std::span<double> shape;          ///< s − mean of s, at the last evaluation
  std::array<std::span<double>, 3> derivatives;
};

/// The level difference and the mean of s at the last evaluation.
struct Projection {
  double amplitude = nan;
  double mean_shape = nan;
};

/// Fills shape and derivatives of s by (ln β, τ, κ).
template <int N>
double fill_shape(const Data& data, const SigmoidShape& at) {
  const double beta = std::exp(at.log_beta);
  const std::size_t n = data.log_cycles.size();
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double t = std::min(-beta * (data.log_cycles[i] - at.tau), largest_exponent);
    const double v = std::exp(t);
    double s = 0.0;
    double by_t = 0.0;
    if constexpr (N == 2) {
      s = 1.0 / (1.0 + v);
      by_t = -s * (v / (1.0 + v));
    } else {
      const Exponent q = power_to_gompertz(v, at.kappa);
      s = std::exp(-q.value);
      by_t = -s * (v / (1.0 + at.kappa * v));
      data.derivatives[2][i] = s > 0.0 ? -s * q.derivative : 0.0;
    }
    data.shape[i] = s;
    data.derivatives[0][i] = by_t * t;
    data.derivatives[1][i] = by_t * beta;
    sum += s;
  }
  return sum / static_cast<double>(n);
}

/// Kaufman's variable projection (1975, 10.1007/BF01932995): residuals of the best levels for this shape, and the
/// derivatives projected off the levels. The normal matrix is the Schur complement of the full one, so its inverse is
/// the covariance of the shape parameters.
template <int N>
Projection evaluate(const Data& data, const SigmoidShape& at, NormalEquations<N>& normal) {
  Projection projection;
  const std::size_t n = data.log_cycles.size();
  projection.mean_shape = fill_shape<N>(data, at);
  double ss = 0.0;
  double sy = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    data.shape[i] -= projection.mean_shape;
    ss += data.shape[i] * data.shape[i];
    sy += data.shape[i] * data.centred[i];
  }
  projection.amplitude = sy / ss;
  const double amplitude = projection.amplitude;
  ParameterArray<N> mean{};
  ParameterArray<N> along{};
  for (std::size_t k = 0; k < N; ++k) {
    double sum = 0.0;
    double product = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += data.derivatives[k][i];
      product += data.derivatives[k][i] * data.shape[i];
    }
    mean[k] = sum / static_cast<double>(n);
    along[k] = product / ss;
  }
  double rss = 0.0;
  ParameterArray<N> gradient{};
  ParameterArray<N * N> matrix{};
  for (std::size_t i = 0; i < n; ++i) {
    const double residual = data.centred[i] - amplitude * data.shape[i];
    rss += residual * residual;
    ParameterArray<N> row{};
    for (std::size_t k = 0; k < N; ++k) {
      row[k] = amplitude * (data.derivatives[k][i] - mean[k] - along[k] * data.shape[i]);
      gradient[k] += row[k] * residual;
      for (std::size_t l = 0; l <= k; ++l) matrix[k * N + l] += row[k] * row[l];
    }
  }
  normal.residual_sum_of_squares = rss;
  for (int k = 0; k < N; ++k) {
    normal.gradient(k) = gradient[static_cast<std::size_t>(k)];
    for (int l = 0; l <= k; ++l) {
      normal.matrix(k, l) = matrix[static_cast<std::size_t>(k * N + l)];
      normal.matrix(l, k) = normal.matrix(k, l);
    }
  }
  return projection;
}

template <int N>
SigmoidShape to_shape(const ParameterArray<N>& parameters) {
  if constexpr (N == 2) {
    return {parameters[0], parameters[1], 1.0};
  } else {
    return {parameters[0], parameters[1], parameters[2]};
  }
}

template <int N>
LeastSquaresResult<N> minimise(const Data& data, const SigmoidShape& start, int max_iterations) {
  LeastSquaresOptions options;
  options.max_iterations = max_iterations;
  options.relative_reduction = 1e-15;
  ParameterBounds<N> bounds;
  bounds.lower[0] = smallest_log_beta;
  bounds.upper[0] = largest_log_beta;
  bounds.lower[1] = data.log_cycles.front() - 2.0;
  bounds.upper[1] = data.log_cycles.back() + 2.0;
  ParameterArray<N> parameters{};
  parameters[0] = start.log_beta;
  parameters[1] = start.tau;
  if constexpr (N == 3) {
    parameters[2] = start.kappa;
    bounds.lower[2] = smallest_kappa;
    bounds.upper[2] = largest_kappa;
  }
  const auto model = [&data](const ParameterArray<N>& at, NormalEquations<N>& normal) {
    evaluate<N>(data, to_shape<N>(at), normal);
  };
  return fit_least_squares<N>(model, parameters, static_cast<int>(data.log_cycles.size()), options, bounds);
}

/// Where the smoothed curve last climbs through a share of its range, walking down from its highest reading.
double find_crossing(const Data& data, std::span<const double> smooth, std::size_t top, double level) {
  std::size_t i = top;
  while (i > 0 && smooth[i - 1] > level) --i;
  if (i == 0) return data.log_cycles[0];
  const double step = smooth[i] - smooth[i - 1];
  const double share = step > 0.0 ? (level - smooth[i - 1]) / step : 0.5;
  return data.log_cycles[i - 1] + share * (data.log_cycles[i] - data.log_cycles[i - 1]);
}

/// A start read off the curve: levels from the running mean of three, slope from the quarter and three-quarter points.
SigmoidShape find_start(const Data& data) {
  const std::size_t n = data.log_cycles.size();
  std::span<double> smooth = data.shape;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t first = i == 0 ? 0 : i - 1;
    const std::size_t last = std::min(n - 1, i + 1);
    double sum = 0.0;
    for (std::size_t j = first; j <= last; ++j) sum += data.centred[j];
    smooth[i] = sum / static_cast<double>(last - first + 1);
  }
  const auto top = static_cast<std::size_t>(std::max_element(smooth.begin(), smooth.end()) - smooth.begin());
  double low = smooth[0];
  for (std::size_t i = 0; i <= top; ++i) low = std::min(low, smooth[i]);
  const double range = smooth[top] - low;
  const double quarter = find_crossing(data, smooth, top, low + 0.25 * range);
  const double half = find_crossing(data, smooth, top, low + 0.5 * range);
  const double three_quarters = find_crossing(data, smooth, top, low + 0.75 * range);
  const double width = std::max(three_quarters - quarter, 1e-3);
  return {std::log(std::clamp(2.0 * std::log(3.0) / width, 2.0, 100.0)), half, 1.0};
}

/// True where a fit looks like an amplification curve seen whole: nothing a further start would improve.
template <int N>
bool is_settled(const LeastSquaresResult<N>& fit, const Data& data, double total) {
  if (fit.status != LeastSquaresStatus::converged) return false;
  const bool inside = fit.parameters[1] > data.log_cycles.front() && fit.parameters[1] < data.log_cycles.back();
  return inside && fit.normal.residual_sum_of_squares < 0.02 * total;
}

template <int N>
void keep_better(LeastSquaresResult<N>& best, const LeastSquaresResult<N>& candidate) {
  const int iterations = best.iterations + candidate.iterations;
  const bool first = best.status == LeastSquaresStatus::not_finite;
  if (candidate.status != LeastSquaresStatus::not_finite &&
      (first || candidate.normal.residual_sum_of_squares < best.normal.residual_sum_of_squares)) {
    best = candidate;
  }
  best.iterations = iterations;
}

LeastSquaresResult<2> fit_four(const Data& data, double total, int max_iterations) {
  LeastSquaresResult<2> best = minimise<2>(data, find_start(data), max_iterations);
  if (is_settled<2>(best, data, total)) return best;
  const double first = data.log_cycles.front();
  const double last = data.log_cycles.back();
  const double middle = std::log((std::exp(first) + std::exp(last)) / 2.0);
  const double late = std::log(0.15 * std::exp(first) + 0.85 * std::exp(last));
  for (const double tau : {middle, late, last + 0.15}) {
    for (const double beta : {6.0, 20.0})
      keep_better<2>(best, minimise<2>(data, {std::log(beta), tau, 1.0}, max_iterations));
  }
  return best;
}

LeastSquaresResult<3> fit_five(const Data& data, double total, int max_iterations) {
  const LeastSquaresResult<2> four = fit_four(data, total, max_iterations);
  const SigmoidShape base = to_shape<2>(four.parameters);
  LeastSquaresResult<3> best = minimise<3>(data, base, max_iterations);
  best.iterations += four.iterations;
  if (is_settled<3>(best, data, total) && !best.at_bound[2]) return best;
  // A steep lag with a slow plateau, and its mirror image: the minima on either side of the symmetric curve.
  keep_better<3>(best, minimise<3>(data, {base.log_beta - 0.4, base.tau - 0.1, 0.02}, max_iterations));
  keep_better<3>(best, minimise<3>(data, {base.log_beta + 0.7, base.tau + 0.1, 8.0}, max_iterations));
  return best;
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

/// Standard errors of b, c, d, e, f: the full normal matrix in (ln β, τ, κ, level before, level difference), mapped by
/// the derivatives of the published parameters.
template <int N>
void set_standard_errors(const Data& data, const SigmoidShape& at, double amplitude, bool kappa_fixed,
                         SigmoidFit& fit) {
  constexpr int size = N + 2;
  NormalEquations<size> full;
  fill_shape<N>(data, at);
  for (std::size_t i = 0; i < data.log_cycles.size(); ++i) {
    ParameterArray<size> row{};
    for (std::size_t k = 0; k < N; ++k) row[k] = amplitude * data.derivatives[k][i];
    row[N] = 1.0;
    row[N + 1] = data.shape[i];
    full.add(row, 0.0);
  }
  ParameterFlags<size> excluded{};
  if constexpr (N == 3) excluded[2] = kappa_fixed;
  const int free = size - (N == 3 && kappa_fixed ? 1 : 0);
  Eigen::Matrix<double, size, size> covariance;
  if (fit.points <= free || !invert_normal_matrix<size>(full.matrix, excluded, covariance)) return;
  covariance *= fit.residual_sum_of_squares / static_cast<double>(fit.points - free);
  const auto variance = [&covariance](int i, int j) { return covariance(i, j); };
  fit.standard_errors[0] = std::abs(fit.b) * std::sqrt(variance(0, 0));
  fit.standard_errors[1] = std::sqrt(variance(N, N));
  fit.standard_errors[2] = std::sqrt(variance(N, N) + 2.0 * variance(N, N + 1) + variance(N + 1, N + 1));
  if constexpr (N == 2) {
    fit.standard_errors[3] = fit.e * std::sqrt(variance(1, 1));
  } else if (!kappa_fixed) {
    const double beta = -fit.b;
    const Eigen::Matrix<double, 3, 1> by_shape(-fit.e * std::log(at.kappa) / beta, fit.e, fit.e / (beta * at.kappa));
    const Eigen::Matrix<double, 3, 3> shape = covariance.template topLeftCorner<3, 3>();
    fit.standard_errors[3] = std::sqrt(by_shape.dot(shape * by_shape));
    fit.standard_errors[4] = std::sqrt(variance(2, 2)) / (at.kappa * at.kappa);
  }
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      const bool fixed = (i == 2 || j == 2) && (N == 2 || kappa_fixed);
      // A shape parameter that is held adds nothing to the variance of what is derived from it.
      fit.shape_covariance[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = fixed ? 0.0 : covariance(i, j);
    }
  }
}

template <int N>
void finish(const Data& data, double mean, const LeastSquaresResult<N>& result, SigmoidFit& fit) {
  fit.status = to_fit_status(result.status);
  fit.iterations = result.iterations;
  if (result.status == LeastSquaresStatus::not_finite) return;
  const SigmoidShape at = to_shape<N>(result.parameters);
  NormalEquations<N> normal;
  const Projection projection = evaluate<N>(data, at, normal);
  fit.b = -std::exp(at.log_beta);
  fit.c = mean - projection.amplitude * projection.mean_shape;
  fit.d = fit.c + projection.amplitude;
  fit.e = std::exp(at.tau - std::log(at.kappa) / fit.b);
  fit.f = 1.0 / at.kappa;
  fit.residual_sum_of_squares = normal.residual_sum_of_squares;
  bool kappa_fixed = false;
  if constexpr (N == 3) {
    kappa_fixed = result.at_bound[2] || at.kappa <= smallest_kappa;
    fit.gompertz_limit = at.kappa <= smallest_kappa;
  }
  set_standard_errors<N>(data, at, projection.amplitude, kappa_fixed, fit);
  const bool limit = result.at_bound[0] || result.at_bound[1] || (kappa_fixed && !fit.gompertz_limit);
  if (fit.status == FitStatus::converged && (limit || std::isnan(fit.standard_errors[0]))) {
    fit.status = FitStatus::degenerate;
    fit.standard_errors.fill(nan);
    for (auto& row : fit.shape_covariance) row.fill(nan);
  }
}

constexpr std::array<std::pair<SigmoidModel, std::string_view>, 2> model_names{{
    {SigmoidModel::log_logistic_4, "log_logistic_4"},
    {SigmoidModel::log_logistic_5, "log_logistic_5"},
}};

}  // namespace

std::string_view to_string(SigmoidModel model) {
  for (const auto& [value, name] : model_names) {
    if (value == model) return name;
  }
  return "log_logistic_4";
}

std::optional<SigmoidModel> parse_sigmoid_model(std::string_view text) {
  for (const auto& [value, name] : model_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(FitStatus status) {
  switch (status) {
    case FitStatus::converged:
      return "converged";
    case FitStatus::not_converged:
      return "not_converged";
    case FitStatus::degenerate:
      return "degenerate";
    case FitStatus::too_few_points:
      return "too_few_points";
  }
  return "degenerate";
}

void SigmoidOptions::validate() const {
  if (max_iterations >= 1) return;
  ErrorContext context;
  context.field = "max_iterations";
  context.found = std::to_string(max_iterations);
  context.expected = "at least 1";
  throw Error(ErrorCode::invalid_option, context);
}

SigmoidFit SigmoidFitter::fit(CurveView curve, const SigmoidOptions& options) {
  check_lengths(curve);
  cycles_.clear();
  fluorescence_.clear();
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (!std::isfinite(curve.fluorescence[i]) || !(curve.cycles[i] > 0.0)) continue;
    cycles_.push_back(curve.cycles[i]);
    fluorescence_.push_back(curve.fluorescence[i]);
  }
  return fit_points(cycles_, fluorescence_, options);
}

SigmoidFit SigmoidFitter::fit_points(std::span<const double> cycles, std::span<const double> fluorescence,
                                     const SigmoidOptions& options) {
  const std::size_t n = cycles.size();
  const bool five = options.model == SigmoidModel::log_logistic_5;
  SigmoidFit fit;
  fit.model = options.model;
  fit.points = static_cast<int>(n);
  fit.b = fit.c = fit.d = fit.e = fit.f = fit.residual_sum_of_squares = nan;
  fit.standard_errors.fill(nan);
  for (auto& row : fit.shape_covariance) row.fill(nan);
  if (fit.points < (five ? 6 : 5)) return fit;

  log_cycles_.resize(n);
  centred_.resize(n);
  shape_.resize(n);
  for (auto& column : derivatives_) column.resize(n);
  double mean = 0.0;
  for (const double value : fluorescence) mean += value;
  mean /= static_cast<double>(n);
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    log_cycles_[i] = std::log(cycles[i]);
    centred_[i] = fluorescence[i] - mean;
    total += centred_[i] * centred_[i];
  }
  if (!(total > 0.0)) {
    fit.status = FitStatus::degenerate;
    fit.residual_sum_of_squares = 0.0;
    return fit;
  }
  const Data data{log_cycles_, centred_, shape_, {derivatives_[0], derivatives_[1], derivatives_[2]}};
  if (five) {
    finish<3>(data, mean, fit_five(data, total, options.max_iterations), fit);
  } else {
    finish<2>(data, mean, fit_four(data, total, options.max_iterations), fit);
  }
  return fit;
}

SigmoidShape to_shape(const SigmoidFit& fit) {
  return {std::log(-fit.b), std::log(fit.e) + std::log(fit.f) / -fit.b, 1.0 / fit.f};
}

SigmoidFit fit_sigmoid(CurveView curve, const SigmoidOptions& options) {
  options.validate();
  SigmoidFitter fitter;
  return fitter.fit(curve, options);
}

double evaluate_sigmoid(const SigmoidFit& fit, double cycle) {
  const SigmoidShape at = to_shape(fit);
  const double v = std::exp(std::min(fit.b * (std::log(cycle) - at.tau), largest_exponent));
  return fit.c + (fit.d - fit.c) * std::exp(-power_to_gompertz(v, at.kappa).value);
}

}  // namespace qpcr
