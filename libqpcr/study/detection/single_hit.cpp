// Fits λ of the Poisson model and turns it into doses.
#include "libqpcr/study/detection/single_hit.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "libqpcr/math/roots.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Levels that say something about λ.
struct Levels {
  std::vector<double> dose;
  std::vector<double> positive;
  std::vector<double> tested;
};

/// Σ positive·ln(1 − e^−λd) − negative·λd
double derive_log_likelihood(const Levels& levels, double log_rate) {
  double sum = 0.0;
  for (std::size_t i = 0; i < levels.dose.size(); ++i) {
    const double mean = levels.dose[i] * std::exp(log_rate);
    if (levels.positive[i] > 0.0) sum += levels.positive[i] * std::log(-std::expm1(-mean));
    sum -= (levels.tested[i] - levels.positive[i]) * mean;
  }
  return sum;
}

/// Where the log-likelihood ratio meets the quantile on one side of `from`; ±infinity where it never does.
double find_profile_limit(const Levels& levels, double greatest, double half_quantile, double from, double step) {
  const auto above = [&](double log_rate) {
    return derive_log_likelihood(levels, log_rate) - greatest + half_quantile;
  };
  double near = from;
  for (double reach = step; std::abs(reach) < 600.0; reach *= 2.0) {
    const double far = from + reach;
    if (above(far) < 0.0) {
      const auto root = find_root(above, std::min(near, far), std::max(near, far));
      return root ? *root : far;
    }
    near = far;
  }
  return step < 0.0 ? -infinity : infinity;
}

Interval derive_doses(double hits, const Interval& log_rate) {
  return {hits * std::exp(-log_rate.upper), hits * std::exp(-log_rate.lower)};
}

}  // namespace

void SingleHitOptions::validate() const {
  check_fraction("confidence", confidence);
  if (targets.empty()) refuse_request(ErrorCode::invalid_option, "targets", "none", "at least one share");
  for (const double target : targets) check_fraction("targets", target);
}

SingleHitFit fit_single_hit(const std::vector<HitRow>& rows, const SingleHitOptions& options) {
  options.validate();
  check_hit_rows(rows);
  SingleHitFit fit;
  Levels levels;
  std::vector<double> offset;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].dose < 0.0)
      refuse_request(ErrorCode::invalid_value, "dose", fmt::format("{}", rows[i].dose), "a dose of at least 0");
    if (rows[i].dose <= 0.0 || rows[i].tested == 0) {
      fit.excluded_rows.push_back(i);
      fit.positive_blanks += rows[i].positive;
      continue;
    }
    levels.dose.push_back(rows[i].dose);
    levels.positive.push_back(static_cast<double>(rows[i].positive));
    levels.tested.push_back(static_cast<double>(rows[i].tested));
    offset.push_back(std::log(rows[i].dose));
  }
  const auto set_absent = [&](const std::string& why, std::optional<Interval> log_rate) {
    fit.why_absent = Message{why, {}};
    for (const double target : options.targets) {
      SingleHitDose dose;
      dose.target = target;
      dose.wald = dose.profile = not_estimable(why);
      if (log_rate) dose.profile.interval = derive_doses(-std::log1p(-target), *log_rate);
      fit.doses.push_back(dose);
    }
  };
  if (levels.dose.empty()) {
    set_absent("detection_not_estimable_no_level_above_zero", std::nullopt);
    return fit;
  }
  const double half_quantile = 0.5 * chi_square_quantile(options.confidence, 1.0);
  BinomialRegressionOptions regression;
  regression.link = BinomialLink::complementary_log_log;
  const std::vector<double> design(levels.dose.size(), 1.0);
  const BinomialFit found = fit_binomial_regression({design, levels.positive, levels.tested, offset}, regression);
  if (!found.exists()) {
    // The likelihood rises towards 1 on one side, and falls through the limit on the other.
    const bool all_positive = levels.positive[0] > 0.0;
    const double middle = -offset[0];
    const double start = all_positive ? middle + 50.0 : middle - 50.0;
    const double limit = find_profile_limit(levels, 0.0, half_quantile, start, all_positive ? -1.0 : 1.0);
    set_absent(all_positive ? "detection_not_estimable_all_positive" : "detection_not_estimable_none_positive",
               all_positive ? Interval{limit, infinity} : Interval{-infinity, limit});
    return fit;
  }
  fit.log_rate = found.coefficients[0];
  fit.log_rate_standard_error = std::sqrt(found.covariance[0]);
  fit.log_likelihood = found.log_likelihood;
  fit.aic = found.aic;
  fit.degrees_of_freedom = static_cast<long>(levels.dose.size()) - 1;
  fit.deviance = derive_goodness_of_fit(found.deviance, fit.degrees_of_freedom);
  fit.pearson = derive_goodness_of_fit(found.pearson, fit.degrees_of_freedom);
  fit.fitted = found.fitted;
  const double reach = normal_upper_quantile(0.5 * (1.0 - options.confidence)) * fit.log_rate_standard_error;
  const double greatest = derive_log_likelihood(levels, fit.log_rate);
  const Interval profile = {
      find_profile_limit(levels, greatest, half_quantile, fit.log_rate, -fit.log_rate_standard_error),
      find_profile_limit(levels, greatest, half_quantile, fit.log_rate, fit.log_rate_standard_error)};
  for (const double target : options.targets) {
    const double hits = -std::log1p(-target);
    SingleHitDose dose;
    dose.target = target;
    dose.wald.value = dose.profile.value = hits * std::exp(-fit.log_rate);
    dose.wald.standard_error = dose.profile.standard_error = *dose.wald.value * fit.log_rate_standard_error;
    dose.wald.interval = derive_doses(hits, {fit.log_rate - reach, fit.log_rate + reach});
    dose.profile.interval = derive_doses(hits, profile);
    fit.doses.push_back(dose);
  }
  return fit;
}

}  // namespace qpcr
