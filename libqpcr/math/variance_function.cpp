// Fits variance functions: scoring for the coefficients at a given exponent, and a search of the exponent.
#include "libqpcr/math/variance_function.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/roots.hpp"

namespace qpcr {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();
constexpr double least_exponent = 0.1;
constexpr double largest_exponent = 10.0;

/// v = (Σ βₖ u^pₖ)^outer.
struct Shape {
  std::vector<double> powers;
  std::vector<bool> bounded;  ///< βₖ ≥ 0
  double outer = 1.0;
};

Shape make_shape(VarianceFunction function, double exponent) {
  switch (function) {
    case VarianceFunction::one:
      return {{0.0}, {true}, 1.0};
    case VarianceFunction::two:
      return {{2.0}, {true}, 1.0};
    case VarianceFunction::three:
      return {{0.0, 2.0}, {true, true}, 1.0};
    case VarianceFunction::four:
      return {{0.0, 1.0}, {true, true}, 2.0};
    case VarianceFunction::five:
    case VarianceFunction::seven:
      return {{0.0, exponent}, {true, true}, 1.0};
    case VarianceFunction::six:
      return {{0.0, 1.0, exponent}, {true, false, true}, 1.0};
    case VarianceFunction::eight:
      return {{0.0, 1.0}, {true, false}, exponent};
    default:
      return {{exponent}, {true}, 1.0};
  }
}

bool fits_exponent(VarianceFunction function) { return function >= VarianceFunction::six; }

double linear_part(const Shape& shape, const Eigen::VectorXd& beta, double level) {
  double sum = 0.0;
  for (std::size_t k = 0; k < shape.powers.size(); ++k)
    sum += beta[static_cast<Eigen::Index>(k)] * (shape.powers[k] == 0.0 ? 1.0 : std::pow(level, shape.powers[k]));
  return sum;
}

/// Above 0 at every level, and between 0 and the largest: a variance that vanishes inside the range is none.
bool is_positive(const Shape& shape, const Eigen::VectorXd& beta, std::span<const VarianceAtLevel> points) {
  double largest = 0.0;
  for (const VarianceAtLevel& point : points) {
    largest = std::max(largest, point.level);
    if (!(linear_part(shape, beta, point.level) > 0.0)) return false;
  }
  constexpr int steps = 64;
  for (int i = 1; i < steps; ++i)
    if (!(linear_part(shape, beta, largest * i / steps) > 0.0)) return false;
  return true;
}

double deviance_of(const Shape& shape, const Eigen::VectorXd& beta, std::span<const VarianceAtLevel> points) {
  if (!is_positive(shape, beta, points)) return none;
  double sum = 0.0;
  for (const VarianceAtLevel& point : points) {
    const double mean = std::pow(linear_part(shape, beta, point.level), shape.outer);
    if (!(mean > 0.0) || !std::isfinite(mean)) return none;
    const double ratio = point.variance / mean;
    sum += point.degrees_of_freedom * (ratio - 1.0 - std::log(ratio));
  }
  return std::isfinite(sum) ? sum : none;
}

struct Solution {
  Eigen::VectorXd beta;
  double deviance = none;
};

/// Scoring from a least-squares start on the linear part, with the chosen coefficients alone.
Solution solve_columns(const Shape& shape, const std::vector<std::size_t>& columns,
                       std::span<const VarianceAtLevel> points) {
  const auto n = static_cast<Eigen::Index>(points.size());
  const auto p = static_cast<Eigen::Index>(columns.size());
  Eigen::MatrixXd design(n, p);
  Eigen::VectorXd target(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const VarianceAtLevel& point = points[static_cast<std::size_t>(i)];
    target[i] = std::pow(point.variance, 1.0 / shape.outer);
    for (Eigen::Index k = 0; k < p; ++k) {
      const double power = shape.powers[columns[static_cast<std::size_t>(k)]];
      design(i, k) = power == 0.0 ? 1.0 : std::pow(point.level, power);
    }
  }
  const Eigen::RowVectorXd scale = design.cwiseAbs().colwise().maxCoeff();
  for (Eigen::Index k = 0; k < p; ++k) design.col(k) /= scale[k];
  const auto spread = [&](const Eigen::VectorXd& scaled) {
    Eigen::VectorXd beta = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(shape.powers.size()));
    for (Eigen::Index k = 0; k < p; ++k)
      beta[static_cast<Eigen::Index>(columns[static_cast<std::size_t>(k)])] = scaled[k] / scale[k];
    return beta;
  };
  const auto step_from = [&](const Eigen::VectorXd& linear, const Eigen::VectorXd& working) -> Eigen::VectorXd {
    // Weight of the linear part: ν/2 (dμ/dη / μ)² = ν/2 (outer/η)².
    Eigen::VectorXd weights(n);
    for (Eigen::Index i = 0; i < n; ++i)
      weights[i] = points[static_cast<std::size_t>(i)].degrees_of_freedom / (linear[i] * linear[i]);
    const Eigen::MatrixXd normal = design.transpose() * weights.asDiagonal() * design;
    return normal.ldlt().solve(design.transpose() * weights.asDiagonal() * working);
  };
  Eigen::VectorXd scaled = step_from(target, target);
  Solution found{spread(scaled), none};
  found.deviance = deviance_of(shape, found.beta, points);
  if (!std::isfinite(found.deviance)) {
    // A start inside: each column alone reaches about the middle of the values.
    scaled.setConstant(target.mean() / static_cast<double>(p));
    found = {spread(scaled), none};
    found.deviance = deviance_of(shape, found.beta, points);
    if (!std::isfinite(found.deviance)) return found;
  }
  constexpr int most_steps = 200;
  for (int step = 0; step < most_steps; ++step) {
    const Eigen::VectorXd linear = design * scaled;
    Eigen::VectorXd working(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const double mean = std::pow(linear[i], shape.outer);
      working[i] = (points[static_cast<std::size_t>(i)].variance / mean - 1.0) * linear[i] / shape.outer;
    }
    const Eigen::VectorXd direction = step_from(linear, working);
    if (!direction.allFinite()) return found;
    bool moved = false;
    for (double length = 1.0; length > 1e-8 && !moved; length *= 0.5) {
      const Eigen::VectorXd next = scaled + length * direction;
      const Eigen::VectorXd beta = spread(next);
      const double deviance = deviance_of(shape, beta, points);
      if (!(deviance < found.deviance)) continue;
      moved = found.deviance - deviance > 1e-15 * (1.0 + found.deviance);
      scaled = next;
      found = {beta, deviance};
    }
    if (!moved) break;
  }
  return found;
}

/// Best of the fits with some bounded coefficients at 0: the constrained optimum is one of them.
Solution solve_shape(const Shape& shape, std::span<const VarianceAtLevel> points) {
  Solution best;
  const std::size_t count = shape.powers.size();
  for (unsigned chosen = 1; chosen < (1U << count); ++chosen) {
    std::vector<std::size_t> columns;
    bool allowed = true;
    for (std::size_t k = 0; k < count; ++k) {
      if (((chosen >> k) & 1U) != 0)
        columns.push_back(k);
      else
        allowed = allowed && shape.bounded[k];
    }
    if (!allowed) continue;
    const Solution one = solve_columns(shape, columns, points);
    if (!(one.deviance < best.deviance)) continue;
    bool inside = true;
    for (std::size_t k = 0; k < count; ++k)
      inside = inside && (!shape.bounded[k] || one.beta[static_cast<Eigen::Index>(k)] >= 0.0);
    if (inside) best = one;
  }
  return best;
}

void check(std::span<const VarianceAtLevel> points) {
  for (const VarianceAtLevel& point : points) {
    for (const double value : {point.level, point.variance, point.degrees_of_freedom}) {
      if (value > 0.0 && std::isfinite(value)) continue;
      ErrorContext context;
      context.field = "variance at level";
      context.found = fmt::format("level {}, variance {}, degrees of freedom {}", point.level, point.variance,
                                  point.degrees_of_freedom);
      context.expected = "finite numbers above 0";
      throw Error(ErrorCode::invalid_value, context);
    }
  }
}

/// Where the exponent's profile is least: a grid over its range, then between the neighbours of the best.
double search_exponent(VarianceFunction function, std::span<const VarianceAtLevel> points) {
  const auto profile = [&](double exponent) {
    const double deviance = solve_shape(make_shape(function, exponent), points).deviance;
    return std::isfinite(deviance) ? deviance : 1e300;
  };
  constexpr int steps = 60;
  const auto at = [](int i) {
    return least_exponent * std::pow(largest_exponent / least_exponent, static_cast<double>(i) / steps);
  };
  int best = 0;
  double least = none;
  for (int i = 0; i <= steps; ++i) {
    const double here = profile(at(i));
    if (here < least) {
      least = here;
      best = i;
    }
  }
  const double found = find_minimum(profile, at(std::max(0, best - 1)), at(std::min(steps, best + 1)));
  return profile(found) <= least ? found : at(best);
}

/// Derivatives of the prediction by the coefficients.
Eigen::VectorXd differentiate(const VarianceFunctionFit& fit, double level) {
  const Shape shape = make_shape(fit.function, fit.exponent);
  const auto count = static_cast<Eigen::Index>(shape.powers.size());
  Eigen::VectorXd beta(count);
  for (Eigen::Index k = 0; k < count; ++k) beta[k] = fit.coefficients[static_cast<std::size_t>(k)];
  const double linear = linear_part(shape, beta, level);
  const double mean = std::pow(linear, shape.outer);
  const double slope = shape.outer * std::pow(linear, shape.outer - 1.0);
  Eigen::VectorXd derivatives(static_cast<Eigen::Index>(fit.coefficients.size()));
  for (Eigen::Index k = 0; k < count; ++k) {
    const double power = shape.powers[static_cast<std::size_t>(k)];
    derivatives[k] = slope * (power == 0.0 ? 1.0 : std::pow(level, power));
  }
  if (fits_exponent(fit.function)) {
    derivatives[count] = fit.function == VarianceFunction::eight
                             ? mean * std::log(linear)
                             : beta[count - 1] * std::pow(level, fit.exponent) * std::log(level);
  }
  return derivatives;
}

void add_covariance(VarianceFunctionFit& fit, std::span<const VarianceAtLevel> points) {
  const auto size = static_cast<Eigen::Index>(fit.coefficients.size());
  Eigen::MatrixXd information = Eigen::MatrixXd::Zero(size, size);
  for (const VarianceAtLevel& point : points) {
    const Eigen::VectorXd derivatives = differentiate(fit, point.level) / predict_variance(fit, point.level);
    information += 0.5 * point.degrees_of_freedom * derivatives * derivatives.transpose();
  }
  std::vector<Eigen::Index> free;
  for (Eigen::Index i = 0; i < size; ++i)
    if (!fit.at_bound[static_cast<std::size_t>(i)]) free.push_back(i);
  const auto count = static_cast<Eigen::Index>(free.size());
  Eigen::MatrixXd kept(count, count);
  for (Eigen::Index i = 0; i < count; ++i)
    for (Eigen::Index j = 0; j < count; ++j)
      kept(i, j) = information(free[static_cast<std::size_t>(i)], free[static_cast<std::size_t>(j)]);
  const Eigen::VectorXd scale = kept.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd unit = scale.asDiagonal() * kept * scale.asDiagonal();
  const Eigen::MatrixXd inverse = unit.ldlt().solve(Eigen::MatrixXd::Identity(count, count));
  fit.covariance.assign(static_cast<std::size_t>(size * size), 0.0);
  for (Eigen::Index i = 0; i < count; ++i)
    for (Eigen::Index j = 0; j < count; ++j)
      fit.covariance[static_cast<std::size_t>(free[static_cast<std::size_t>(i)] * size +
                                              free[static_cast<std::size_t>(j)])] = inverse(i, j) * scale[i] * scale[j];
}

/// −2 ln density of a gamma variable with this mean and shape.
double minus_two_log_gamma(double value, double mean, double shape) {
  return -2.0 *
         (shape * std::log(shape / mean) + (shape - 1.0) * std::log(value) - shape * value / mean - log_gamma(shape));
}

void add_fit_statistics(VarianceFunctionFit& fit, std::span<const VarianceAtLevel> points) {
  double weights = 0.0;
  for (const VarianceAtLevel& point : points) {
    const double mean = predict_variance(fit, point.level);
    fit.residual_sum_of_squares += (point.variance - mean) * (point.variance - mean);
    weights += point.degrees_of_freedom / 2.0;
    fit.exact_aic += minus_two_log_gamma(point.variance, mean, point.degrees_of_freedom / 2.0);
  }
  const double dispersion = fit.deviance / weights;
  const double penalty = 2.0 * static_cast<double>(fit.coefficients.size());
  fit.exact_aic += penalty;
  if (dispersion < 1e-12 || points.size() <= fit.coefficients.size()) return;
  double aic = 2.0 + penalty;
  for (const VarianceAtLevel& point : points)
    aic += point.degrees_of_freedom / 2.0 *
           minus_two_log_gamma(point.variance, predict_variance(fit, point.level), 1.0 / dispersion);
  fit.aic = aic;
}

}  // namespace

int count_coefficients(VarianceFunction function) {
  return static_cast<int>(make_shape(function, 1.0).powers.size()) + (fits_exponent(function) ? 1 : 0);
}

std::optional<VarianceFunctionFit> fit_variance_function(VarianceFunction function,
                                                         std::span<const VarianceAtLevel> points, double power) {
  check(points);
  if (points.size() < static_cast<std::size_t>(count_coefficients(function))) return std::nullopt;
  VarianceFunctionFit fit;
  fit.function = function;
  fit.exponent = fits_exponent(function) ? search_exponent(function, points) : power;
  const Solution solved = solve_shape(make_shape(function, fit.exponent), points);
  if (!std::isfinite(solved.deviance)) return std::nullopt;
  fit.deviance = solved.deviance;
  for (Eigen::Index k = 0; k < solved.beta.size(); ++k) {
    fit.coefficients.push_back(solved.beta[k]);
    fit.at_bound.push_back(solved.beta[k] == 0.0);
  }
  if (fits_exponent(function)) {
    fit.coefficients.push_back(fit.exponent);
    fit.at_bound.push_back(fit.exponent < least_exponent * 1.0001 || fit.exponent > largest_exponent * 0.9999 ||
                           (function != VarianceFunction::eight && *(fit.coefficients.end() - 2) == 0.0));
  }
  add_covariance(fit, points);
  add_fit_statistics(fit, points);
  return fit;
}

double predict_variance(const VarianceFunctionFit& fit, double level) {
  const Shape shape = make_shape(fit.function, fit.exponent);
  const Eigen::Map<const Eigen::VectorXd> beta(fit.coefficients.data(), static_cast<Eigen::Index>(shape.powers.size()));
  return std::pow(linear_part(shape, beta, level), shape.outer);
}

double predict_variance_error(const VarianceFunctionFit& fit, double level) {
  const Eigen::VectorXd derivatives = differentiate(fit, level);
  const Eigen::Index size = derivatives.size();
  const Eigen::Map<const Eigen::MatrixXd> covariance(fit.covariance.data(), size, size);
  return std::sqrt(std::max(0.0, derivatives.dot(covariance * derivatives)));
}

}  // namespace qpcr
