// Precision of each level, the power function through them, and where the goals are met.
#include "libqpcr/study/detection/limit_of_quantitation.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

struct Moments {
  double mean = 0.0;
  std::optional<double> sd;
};

Moments derive_moments(const std::vector<double>& values) {
  Moments found;
  for (const double value : values) found.mean += value;
  found.mean /= static_cast<double>(values.size());
  if (values.size() < 2) return found;
  double squares = 0.0;
  for (const double value : values) squares += (value - found.mean) * (value - found.mean);
  found.sd = std::sqrt(squares / (static_cast<double>(values.size()) - 1.0));
  return found;
}

double derive_lognormal_cv(double log_sd) { return std::sqrt(std::expm1(log_sd * log_sd)); }

QuantityLevel derive_level(const std::string& name, const std::vector<double>& values, std::optional<double> assigned,
                           const QuantitationOptions& options) {
  QuantityLevel level;
  level.level = name;
  level.results = static_cast<long>(values.size());
  const Moments moments = derive_moments(values);
  level.mean = moments.mean;
  level.sd = moments.sd;
  level.assigned = assigned;
  if (moments.sd) {
    const double degrees = static_cast<double>(level.results) - 1.0;
    const double widening = std::sqrt(degrees / chi_square_quantile(1.0 - options.confidence, degrees));
    if (options.cv == CvKind::lognormal) {
      std::vector<double> logarithms;
      for (const double value : values) logarithms.push_back(std::log(value));
      const double log_sd = *derive_moments(logarithms).sd;
      level.cv = derive_lognormal_cv(log_sd);
      level.cv_upper = derive_lognormal_cv(log_sd * widening);
    } else if (moments.mean > 0.0) {
      level.cv = *moments.sd / moments.mean;
      level.cv_upper = *moments.sd * widening / moments.mean;
    }
    // Results that do not differ are rounded, not perfect: no goal is met by them.
    if (level.cv && !(*level.cv > 0.0)) level.cv = level.cv_upper = std::nullopt;
  }
  if (!assigned) return level;
  level.bias = moments.mean - *assigned;
  if (moments.sd) {
    const double error = options.total_error == TotalError::westgard ? std::abs(*level.bias) + 2.0 * *moments.sd
                                                                     : std::hypot(*level.bias, *moments.sd);
    level.total_error = error / *assigned;
  }
  return level;
}

/// Weighted least squares of ln CV on ln mean, with the variance 1/(2·degrees) of ln SD.
std::optional<PrecisionPower> fit_power(const std::vector<QuantityLevel>& levels) {
  double weights = 0.0;
  double mean_x = 0.0;
  double mean_y = 0.0;
  long used = 0;
  const auto usable = [](const QuantityLevel& level) { return level.cv && *level.cv > 0.0 && level.mean > 0.0; };
  for (const QuantityLevel& level : levels) {
    if (!usable(level)) continue;
    const double weight = 2.0 * (static_cast<double>(level.results) - 1.0);
    weights += weight;
    mean_x += weight * std::log(level.mean);
    mean_y += weight * std::log(*level.cv);
    ++used;
  }
  if (used < 2) return std::nullopt;
  mean_x /= weights;
  mean_y /= weights;
  double squares = 0.0;
  double products = 0.0;
  for (const QuantityLevel& level : levels) {
    if (!usable(level)) continue;
    const double weight = 2.0 * (static_cast<double>(level.results) - 1.0);
    const double x = std::log(level.mean) - mean_x;
    squares += weight * x * x;
    products += weight * x * (std::log(*level.cv) - mean_y);
  }
  if (!(squares > 1e-12 * weights)) return std::nullopt;
  PrecisionPower profile;
  profile.power = products / squares;
  profile.scale = std::exp(mean_y - profile.power * mean_x);
  profile.power_variance = 1.0 / squares;
  profile.covariance = -mean_x / squares;
  profile.log_scale_variance = 1.0 / weights + mean_x * mean_x / squares;
  return profile;
}

/// The lowest level from which on all meet the goal.
Estimate find_lowest(const std::vector<QuantityLevel>& levels, std::optional<double> QuantityLevel::*what,
                     double goal) {
  Estimate found = not_estimable("detection_not_estimable_goal_not_met");
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    if (!((*level).*what) || *((*level).*what) > goal) break;
    found = Estimate{level->mean, std::nullopt, std::nullopt, std::nullopt};
  }
  return found;
}

Estimate invert_profile(const PrecisionPower& profile, const QuantitationOptions& options) {
  if (!(profile.power < 0.0)) return not_estimable("detection_not_estimable_cv_does_not_fall");
  const double goal = std::log(options.cv_goal);
  const double log_scale = std::log(profile.scale);
  const double x = (goal - log_scale) / profile.power;
  if (!std::isfinite(std::exp(x))) return not_estimable("detection_not_estimable_dose_out_of_range");
  const double error = std::sqrt(std::max(0.0, profile.log_scale_variance + 2.0 * x * profile.covariance +
                                                   x * x * profile.power_variance)) /
                       std::abs(profile.power);
  const double reach = normal_upper_quantile(0.5 * (1.0 - options.confidence)) * error;
  return {std::exp(x), std::exp(x) * error, Interval{std::exp(x - reach), std::exp(x + reach)}, std::nullopt};
}

void raise_to_detection(Estimate& estimate, LimitOfQuantitation& found) {
  const std::optional<double> least = found.options.limit_of_detection;
  if (!least || !estimate.value || *estimate.value >= *least) return;
  estimate = Estimate{*least, std::nullopt, std::nullopt, std::nullopt};
  const Message warning{"quantitation_raised_to_detection", {{"limit", fmt::format("{:.6g}", *least)}}};
  if (std::find(found.warnings.begin(), found.warnings.end(), warning) == found.warnings.end())
    found.warnings.push_back(warning);
}

}  // namespace

void QuantitationOptions::validate() const {
  check_fraction("confidence", confidence);
  const auto positive = [](const char* field, double value) {
    if (!(std::isfinite(value) && value > 0.0))
      refuse_request(ErrorCode::invalid_option, field, fmt::format("{}", value), "a number above 0");
  };
  positive("cv_goal", cv_goal);
  if (total_error_goal) positive("total_error_goal", *total_error_goal);
  if (limit_of_detection) positive("limit_of_detection", *limit_of_detection);
}

LimitOfQuantitation estimate_limit_of_quantitation(const std::vector<QuantityResult>& results,
                                                   const QuantitationOptions& options) {
  options.validate();
  if (results.empty()) refuse_request(ErrorCode::invalid_value, "value", "none", "at least one result");
  LimitOfQuantitation found;
  found.options = options;
  std::map<std::string, std::vector<double>> values;
  std::map<std::string, std::optional<double>> assigned;
  for (const QuantityResult& result : results) {
    check_finite("value", result.value);
    if (options.cv == CvKind::lognormal && !(result.value > 0.0))
      refuse_request(ErrorCode::invalid_value, "value", fmt::format("{}", result.value), "an amount above 0");
    if (result.assigned && !(std::isfinite(*result.assigned) && *result.assigned > 0.0))
      refuse_request(ErrorCode::invalid_value, "assigned", fmt::format("{}", *result.assigned), "an amount above 0");
    values[result.level].push_back(result.value);
    const auto [known, is_new] = assigned.emplace(result.level, result.assigned);
    if (!is_new && known->second != result.assigned)
      refuse_request(ErrorCode::invalid_value, "assigned", result.level, "one assigned amount a level");
  }
  for (const auto& [name, list] : values) found.levels.push_back(derive_level(name, list, assigned[name], options));
  std::stable_sort(found.levels.begin(), found.levels.end(),
                   [](const QuantityLevel& a, const QuantityLevel& b) { return a.mean < b.mean; });
  found.profile = fit_power(found.levels);
  if (found.profile) {
    const double quantile = normal_quantile(options.confidence);
    for (QuantityLevel& level : found.levels) {
      if (!(level.mean > 0.0)) continue;
      const double x = std::log(level.mean);
      const double fitted = std::log(found.profile->scale) + found.profile->power * x;
      const double variance = found.profile->log_scale_variance + 2.0 * x * found.profile->covariance +
                              x * x * found.profile->power_variance;
      level.fitted_cv = std::exp(fitted);
      level.fitted_upper = std::exp(fitted + quantile * std::sqrt(std::max(0.0, variance)));
    }
    found.by_profile = invert_profile(*found.profile, options);
    if (found.by_profile.value &&
        (*found.by_profile.value < found.levels.front().mean || *found.by_profile.value > found.levels.back().mean))
      found.warnings.push_back({"quantitation_limit_extrapolated", {}});
  } else {
    found.why_no_profile = Message{"detection_not_estimable_fewer_than_two_levels", {}};
    found.by_profile = not_estimable("detection_not_estimable_fewer_than_two_levels");
  }
  found.by_upper_profile = find_lowest(found.levels, &QuantityLevel::fitted_upper, options.cv_goal);
  found.by_observed = find_lowest(found.levels, &QuantityLevel::cv, options.cv_goal);
  found.by_total_error = options.total_error_goal
                             ? find_lowest(found.levels, &QuantityLevel::total_error, *options.total_error_goal)
                             : not_estimable("detection_not_estimable_no_total_error_goal");
  for (Estimate* estimate : {&found.by_profile, &found.by_upper_profile, &found.by_observed, &found.by_total_error})
    raise_to_detection(*estimate, found);
  return found;
}

}  // namespace qpcr
