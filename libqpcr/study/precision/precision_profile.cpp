// Fits the variance functions, chooses one, and reads the profile off it.
#include "libqpcr/study/precision/precision_profile.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/roots.hpp"

namespace qpcr {
namespace {

PredictedPrecision predict(const VarianceFunctionFit& fit, double level, double confidence) {
  PredictedPrecision made;
  made.level = level;
  const double variance = predict_variance(fit, level);
  const double error = predict_variance_error(fit, level);
  made.variance = make_estimate(variance, "not_estimable_outside_function");
  if (!made.variance.value || !(variance > 0.0)) {
    made.variance = made.sd = made.cv = not_estimable("not_estimable_outside_function");
    return made;
  }
  made.sd.value = std::sqrt(variance);
  made.cv.value = 100.0 * *made.sd.value / level;
  made.variance.standard_error = error;
  const double degrees = error > 0.0 ? 2.0 * (variance / error) * (variance / error) : 0.0;
  const double tail = (1.0 - confidence) / 2.0;
  Interval limits;
  if (degrees > 0.0) {
    limits = {variance * degrees / chi_square_quantile(1.0 - tail, degrees),
              variance * degrees / chi_square_quantile(tail, degrees)};
  }
  if (!(degrees > 0.0) || !std::isfinite(limits.upper) || limits.lower > variance) {
    for (Estimate* one : {&made.variance, &made.sd, &made.cv})
      one->why_absent = Message{"not_estimable_few_degrees_of_freedom", {}};
    return made;
  }
  made.variance.interval = limits;
  made.sd.interval = Interval{std::sqrt(limits.lower), std::sqrt(limits.upper)};
  made.cv.interval = Interval{100.0 * made.sd.interval->lower / level, 100.0 * made.sd.interval->upper / level};
  return made;
}

/// The last crossing of the goal from above on the curve's levels; nothing when the curve ends above it. The first
/// level when it never is above.
std::optional<double> find_last_crossing(const std::vector<double>& levels, const std::function<double(double)>& cv,
                                         double goal) {
  if (cv(levels.back()) > goal) return std::nullopt;
  for (std::size_t i = levels.size() - 1; i-- > 0;) {
    if (cv(levels[i]) <= goal) continue;
    const auto away = [&](double level) { return cv(level) - goal; };
    return find_root(away, levels[i], levels[i + 1]);
  }
  return levels.front();
}

Estimate find_level_at_goal(const VarianceFunctionFit& fit, const std::vector<double>& levels, double goal,
                            double confidence) {
  const auto cv = [&](double level) { return 100.0 * std::sqrt(predict_variance(fit, level)) / level; };
  const std::optional<double> found = find_last_crossing(levels, cv, goal);
  if (!found) return not_estimable("not_estimable_goal_not_reached");
  if (*found == levels.front()) return not_estimable("not_estimable_goal_met_throughout");
  Estimate made;
  made.value = found;
  const auto limit = [&](bool upper) {
    return [&fit, confidence, upper](double level) {
      const Estimate at = predict(fit, level, confidence).cv;
      if (!at.interval) return upper ? 1e300 : 0.0;
      return upper ? at.interval->upper : at.interval->lower;
    };
  };
  made.interval = Interval{*found, *found};
  made.interval->lower = find_last_crossing(levels, limit(false), goal).value_or(levels.back());
  made.interval->upper = find_last_crossing(levels, limit(true), goal).value_or(levels.back());
  return made;
}

std::vector<double> space_levels(std::span<const VarianceAtLevel> points) {
  double least = points.front().level;
  double largest = least;
  for (const VarianceAtLevel& point : points) {
    least = std::min(least, point.level);
    largest = std::max(largest, point.level);
  }
  constexpr int count = 100;
  std::vector<double> levels;
  for (int i = 0; i < count; ++i) levels.push_back(least * std::pow(largest / least, i / (count - 1.0)));
  levels.back() = largest;
  return levels;
}

}  // namespace

void PrecisionProfileOptions::validate() const {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", fmt::format("{}", confidence), "a number between 0 and 1");
  if (!(power > 0.0) || !std::isfinite(power))
    refuse_request(ErrorCode::invalid_option, "power", fmt::format("{}", power), "a number above 0");
  for (const double level : at)
    if (!(level > 0.0) || !std::isfinite(level))
      refuse_request(ErrorCode::invalid_option, "at", fmt::format("{}", level), "levels above 0");
  if (cv_goal && !(*cv_goal > 0.0 && std::isfinite(*cv_goal)))
    refuse_request(ErrorCode::invalid_option, "cv_goal", fmt::format("{}", *cv_goal), "a percentage above 0");
}

PrecisionProfileResult estimate_precision_profile(std::span<const VarianceAtLevel> points,
                                                  const PrecisionProfileOptions& options) {
  options.validate();
  if (points.size() < 2)
    refuse_request(ErrorCode::invalid_value, "levels", fmt::format("{}", points.size()),
                   "variances at two levels or more");
  std::vector<VarianceFunction> functions = options.functions;
  if (functions.empty())
    for (const int number : {1, 2, 3, 4, 6, 7, 8, 9}) functions.push_back(static_cast<VarianceFunction>(number));
  PrecisionProfileResult result;
  for (const VarianceFunction function : functions) {
    const auto fit = fit_variance_function(function, points, options.power);
    if (fit) {
      result.fits.push_back(*fit);
    } else {
      result.not_fitted.push_back(function);
    }
  }
  if (result.fits.empty())
    refuse_request(ErrorCode::invalid_value, "levels", fmt::format("{}", points.size()),
                   "at least as many as coefficients");
  const bool estimated = options.criterion == ProfileCriterion::estimated_dispersion &&
                         std::any_of(result.fits.begin(), result.fits.end(), [](const auto& fit) { return fit.aic; });
  const auto criterion = [&](const VarianceFunctionFit& fit) {
    return estimated ? fit.aic.value_or(std::numeric_limits<double>::infinity()) : fit.exact_aic;
  };
  for (std::size_t i = 1; i < result.fits.size(); ++i)
    if (criterion(result.fits[i]) < criterion(result.fits[result.best])) result.best = i;
  const VarianceFunctionFit& best = result.fits[result.best];
  for (const double level : options.at) result.predictions.push_back(predict(best, level, options.confidence));
  const std::vector<double> levels = space_levels(points);
  for (const double level : levels) result.curve.push_back(predict(best, level, options.confidence));
  result.level_at_goal = options.cv_goal ? find_level_at_goal(best, levels, *options.cv_goal, options.confidence)
                                         : not_estimable("not_estimable_no_goal");
  return result;
}

}  // namespace qpcr
