// Polynomials through the replicates, and a weighted line through the level means with the deviations from it.
#include "libqpcr/study/quantitative/linearity.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

using Replicates = std::map<double, std::vector<double>>;

constexpr const char* no_variation = "quantitative_no_variation";

std::vector<std::vector<double>> raise_powers(std::span<const double> x, int degree) {
  std::vector<std::vector<double>> columns(static_cast<std::size_t>(degree));
  for (std::size_t k = 0; k < columns.size(); ++k) {
    for (const double value : x) columns[k].push_back(std::pow(value, static_cast<double>(k + 1)));
  }
  return columns;
}

double predict_polynomial(const LinearModelFit& fit, double x) {
  double value = 0.0;
  for (std::size_t k = fit.coefficients.size(); k-- > 0;) value = value * x + fit.coefficients[k];
  return value;
}

void fit_polynomials(std::span<const double> x, std::span<const double> y, std::size_t levels,
                     LinearityResult& result) {
  for (int degree = 1; degree <= 3; ++degree) {
    const auto terms = static_cast<std::size_t>(degree) + 1;
    if (levels < terms || y.size() <= terms) continue;
    LinearModelFit fit = fit_linear_model(raise_powers(x, degree), y);
    if (fit.determined) result.polynomials[static_cast<std::size_t>(degree) - 1] = std::move(fit);
  }
}

bool has_significant_curvature(const LinearModelFit& fit, const LinearityOptions& options) {
  const auto first =
      options.best_degree == BestDegree::highest_significant ? fit.p_values.end() - 1 : fit.p_values.begin() + 2;
  return std::any_of(first, fit.p_values.end(), [&](double p) { return p < options.significance; });
}

void choose_degree(const LinearityOptions& options, LinearityResult& result) {
  const auto& fits = result.polynomials;
  if (!fits[0]) {
    result.why_no_degree = Message{"quantitative_too_few_levels", {}};
    return;
  }
  if (!fits[1]) {
    result.why_no_degree = Message{"quantitative_too_few_levels_for_curvature", {}};
    return;
  }
  // A polynomial that meets every value needs none above it.
  for (std::size_t k = 0; k < fits.size(); ++k) {
    if (fits[k] && fits[k]->exact) {
      result.best_degree = static_cast<int>(k) + 1;
      return;
    }
  }
  bool curved = false;
  int highest = 1;
  for (std::size_t k = 1; k < fits.size(); ++k) {
    if (fits[k] && has_significant_curvature(*fits[k], options)) {
      curved = true;
      highest = static_cast<int>(k) + 1;
    }
  }
  result.best_degree = highest;
  if (curved && options.best_degree == BestDegree::lowest_residual_sd) {
    result.best_degree = fits[2] && fits[2]->residual_sd < fits[1]->residual_sd ? 3 : 2;
  }
}

void fill_levels(const Replicates& groups, LinearityResult& result) {
  double squares = 0.0;
  double degrees = 0.0;
  double deviations = 0.0;
  for (const auto& [level, replicates] : groups) {
    LinearityLevel one;
    one.level = level;
    one.replicates = static_cast<long>(replicates.size());
    one.mean = mean_of(replicates);
    if (replicates.size() > 1) {
      const double spread = squares_about(replicates, one.mean);
      const double n = static_cast<double>(replicates.size());
      one.sd = std::sqrt(spread / (n - 1.0));
      squares += spread;
      degrees += n - 1.0;
    }
    if (result.polynomials[0]) one.linear = predict_polynomial(*result.polynomials[0], level);
    if (result.best_degree) {
      const auto best = static_cast<std::size_t>(*result.best_degree) - 1;
      one.best = predict_polynomial(*result.polynomials[best], level);
      one.best_minus_linear = best == 0 ? 0.0 : *one.best - *one.linear;
      deviations += *one.best_minus_linear * *one.best_minus_linear;
    }
    result.levels.push_back(std::move(one));
  }
  if (degrees > 0.0) {
    result.repeatability_sd.value = std::sqrt(squares / degrees);
  } else {
    result.repeatability_sd = not_estimable("quantitative_no_replicates");
  }
  if (result.best_degree) {
    result.average_deviation.value = std::sqrt(deviations / static_cast<double>(groups.size()));
  } else {
    result.average_deviation = not_estimable(*result.why_no_degree);
  }
  if (!result.polynomials[0] || groups.size() < 3) {
    result.why_no_lack_of_fit = Message{"quantitative_too_few_levels", {}};
  } else if (degrees == 0.0) {
    result.why_no_lack_of_fit = Message{"quantitative_no_replicates", {}};
  } else if (!(squares > 0.0)) {
    result.why_no_lack_of_fit = Message{no_variation, {}};
  } else {
    const LinearModelFit& line = *result.polynomials[0];
    result.lack_of_fit = compare_nested(line.residual_sum_of_squares, line.degrees_of_freedom, squares, degrees);
  }
}

std::optional<double> find_weight(const LinearityLevel& level, LevelWeights weights) {
  double variance = 1.0;
  // Of a mean: the variance of its replicates over their number.
  if (weights == LevelWeights::inverse_variance)
    variance = level.sd.value_or(0.0) * level.sd.value_or(0.0) / static_cast<double>(level.replicates);
  if (weights == LevelWeights::inverse_square) variance = level.mean * level.mean;
  if (!(variance > 0.0)) return std::nullopt;
  return 1.0 / variance;
}

DeviationVerdict judge(const Interval& interval, double allowable) {
  if (interval.lower >= -allowable && interval.upper <= allowable) return DeviationVerdict::within;
  if (interval.lower > allowable || interval.upper < -allowable) return DeviationVerdict::outside;
  return DeviationVerdict::undecided;
}

/// Weighted least squares is linear in the means: deviation i = Σ (δᵢⱼ − hᵢⱼ)·meanⱼ, with the variance that follows.
struct DeviationErrors {
  std::vector<double> variances;
  double degrees_of_freedom = 0.0;
};

std::optional<DeviationErrors> estimate_errors(const std::vector<LinearityLevel>& levels, const LinearModelFit& line,
                                               std::span<const double> weights, LevelWeights kind, double pooled_sd) {
  const std::size_t count = levels.size();
  DeviationErrors errors;
  std::vector<double> mean_variances(count);
  for (std::size_t j = 0; j < count; ++j) {
    const double n = static_cast<double>(levels[j].replicates);
    errors.degrees_of_freedom += n - 1.0;
    const double sd = kind == LevelWeights::equal ? pooled_sd : levels[j].sd.value_or(0.0);
    mean_variances[j] = sd * sd / n;
  }
  if (!(errors.degrees_of_freedom > 0.0)) return std::nullopt;
  const std::vector<double>& c = line.unscaled_covariance;
  for (std::size_t i = 0; i < count; ++i) {
    double variance = 0.0;
    for (std::size_t j = 0; j < count; ++j) {
      const double leverage =
          weights[j] * (c[0] + c[1] * (levels[i].level + levels[j].level) + c[3] * levels[i].level * levels[j].level);
      const double share = (i == j ? 1.0 : 0.0) - leverage;
      variance += share * share * mean_variances[j];
    }
    errors.variances.push_back(variance);
  }
  return errors;
}

void drop_weighted(LinearityResult& result, const Message& why) {
  result.weighted_intercept = result.weighted_slope = not_estimable(why);
  for (LinearityLevel& level : result.levels) level.deviation = level.deviation_percent = not_estimable(why);
}

void fill_deviations(const LinearityOptions& options, LinearityResult& result) {
  std::vector<double> x;
  std::vector<double> means;
  std::vector<double> weights;
  for (const LinearityLevel& level : result.levels) {
    const auto weight = find_weight(level, options.weights);
    if (!weight) return drop_weighted(result, {"quantitative_level_without_weight", {}});
    x.push_back(level.level);
    means.push_back(level.mean);
    weights.push_back(*weight);
  }
  const LinearModelFit line = fit_linear_model({x}, means, weights);
  if (!line.determined) return drop_weighted(result, {"quantitative_too_few_levels", {}});
  for (const std::size_t k : {std::size_t{0}, std::size_t{1}}) {
    Estimate& estimate = k == 0 ? result.weighted_intercept : result.weighted_slope;
    estimate = make_t_estimate(line.coefficients[k], line.standard_errors[k], line.degrees_of_freedom,
                               options.confidence, "quantitative_exact_fit");
  }
  const auto errors =
      estimate_errors(result.levels, line, weights, options.weights, result.repeatability_sd.value.value_or(0.0));
  const bool judged = options.allowable_deviation.has_value();
  bool all_within = judged;
  bool any_outside = false;
  for (std::size_t i = 0; i < result.levels.size(); ++i) {
    LinearityLevel& level = result.levels[i];
    const double fitted = line.fitted[i];
    const double error = errors ? std::sqrt(errors->variances[i]) : 0.0;
    const double degrees = errors ? errors->degrees_of_freedom : 0.0;
    level.weighted = fitted;
    level.deviation =
        make_t_estimate(level.mean - fitted, error, degrees, options.confidence, "quantitative_no_replicates");
    level.deviation_percent =
        fitted == 0.0 ? not_estimable("quantitative_zero_reference")
                      : make_t_estimate(100.0 * (level.mean - fitted) / fitted, 100.0 * error / std::abs(fitted),
                                        degrees, options.confidence, "quantitative_no_replicates");
    if (line.coefficients[1] != 0.0) level.deviation_in_level = (level.mean - fitted) / line.coefficients[1];
    if (!judged) continue;
    const Estimate& used = options.unit == DeviationUnit::percent ? level.deviation_percent : level.deviation;
    if (used.interval) level.verdict = judge(*used.interval, *options.allowable_deviation);
    all_within = all_within && level.verdict == DeviationVerdict::within;
    any_outside = any_outside || level.verdict == DeviationVerdict::outside;
  }
  if (all_within) result.linear = true;
  if (any_outside) result.linear = false;
}

}  // namespace

void LinearityOptions::validate() const {
  check_fraction("confidence", confidence);
  check_fraction("significance", significance);
  if (allowable_deviation) check_positive("allowable_deviation", *allowable_deviation);
}

LinearityResult estimate_linearity(std::span<const double> levels, std::span<const double> values,
                                   const LinearityOptions& options) {
  options.validate();
  check_same_length("values", values.size(), levels.size());
  check_finite("levels", levels);
  check_finite("values", values);
  std::vector<double> x(levels.begin(), levels.end());
  if (options.log10_level) {
    for (double& level : x) {
      if (!(level > 0.0)) refuse_value("levels", fmt::format("{}", level), "quantities above 0");
      level = std::log10(level);
    }
  }
  Replicates groups;
  for (std::size_t i = 0; i < x.size(); ++i) groups[x[i]].push_back(values[i]);
  if (groups.size() < 2) refuse_value("levels", fmt::format("{}", groups.size()), "at least two levels");
  LinearityResult result;
  result.confidence = options.confidence;
  fit_polynomials(x, values, groups.size(), result);
  choose_degree(options, result);
  fill_levels(groups, result);
  fill_deviations(options, result);
  return result;
}

}  // namespace qpcr
