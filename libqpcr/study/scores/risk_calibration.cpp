// Recalibration by logistic regression on the logit of the risks, and the smooth calibration curve.
#include "libqpcr/study/scores/risk_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/math/binomial_regression.hpp"
#include "libqpcr/math/lowess.hpp"
#include "libqpcr/math/resampling.hpp"

namespace qpcr {
namespace {

double logit(double risk) { return std::log(risk) - std::log1p(-risk); }

/// Why logits of these risks say nothing, or nothing.
std::optional<Message> why_not_recalibrated(std::span<const double> risks, const OutcomeCounts& counts,
                                            bool fixed_slope) {
  if (const auto why = score_inputs::why_one_class(counts)) return why;
  if (std::any_of(risks.begin(), risks.end(), [](double risk) { return risk <= 0.0 || risk >= 1.0; }))
    return Message{"score_risk_zero_or_one", {}};
  if (!fixed_slope && std::all_of(risks.begin(), risks.end(), [&](double risk) { return risk == risks[0]; }))
    return Message{"score_risk_constant", {}};
  return std::nullopt;
}

double derive_null_deviance(const OutcomeCounts& counts) {
  const double rate = counts.event_rate();
  double log_likelihood = 0.0;
  if (counts.events > 0) log_likelihood += static_cast<double>(counts.events) * std::log(rate);
  if (counts.nonevents() > 0) log_likelihood += static_cast<double>(counts.nonevents()) * std::log1p(-rate);
  return -2.0 * log_likelihood;
}

void smooth(RiskCalibration& result, std::span<const double> risks, std::span<const int> outcomes, double span) {
  const std::vector<std::size_t> order = score_inputs::order_of(risks);
  std::vector<double> x;
  std::vector<double> y;
  for (const std::size_t row : order) {
    x.push_back(risks[row]);
    y.push_back(outcomes[row]);
  }
  LowessOptions options;
  options.span = span;
  const std::vector<double> smoothed = smooth_lowess(x, y, options);
  std::vector<double> errors;
  double total = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    errors.push_back(std::abs(x[i] - smoothed[i]));
    total += errors.back();
    if (i > 0 && x[i] == x[i - 1]) continue;
    result.curve_risks.push_back(x[i]);
    result.curve_smooth.push_back(smoothed[i]);
  }
  result.mean_error.value = total / static_cast<double>(errors.size());
  result.ninety_percent_error.value = quantile_in_place(errors, 0.9);
  result.greatest_error.value = errors.back();  // sorted by the quantile
}

Estimate estimate_observed_over_expected(std::span<const double> risks, const OutcomeCounts& counts,
                                         double confidence) {
  double expected = 0.0;
  for (const double risk : risks) expected += risk;
  if (!(expected > 0.0)) return not_estimable("score_no_expected_events");
  Estimate ratio;
  ratio.value = static_cast<double>(counts.events) / expected;
  if (counts.events == 0 || counts.nonevents() == 0) {
    ratio.why_absent = score_inputs::why_one_class(counts);
    return ratio;
  }
  const double error = std::sqrt((1.0 - counts.event_rate()) / static_cast<double>(counts.events));
  const double factor = std::exp(normal_upper_quantile((1.0 - confidence) / 2.0) * error);
  ratio.interval = Interval{*ratio.value / factor, *ratio.value * factor};
  return ratio;
}

void add_groups(RiskCalibration& result, std::span<const double> risks, std::span<const int> outcomes,
                const RiskCalibrationOptions& options) {
  for (const RiskGroup& group : group_risks(risks, outcomes, options.groups)) {
    CalibrationGroup made;
    made.group = group;
    made.observed.value = static_cast<double>(group.events) / static_cast<double>(group.subjects);
    made.observed.interval = wilson_interval(group.events, group.subjects, options.confidence);
    result.groups.push_back(made);
  }
}

}  // namespace

void RiskCalibrationOptions::validate() const {
  score_inputs::check_confidence(confidence);
  HosmerLemeshowOptions{groups, 0}.validate();
  LowessOptions smoother;
  smoother.span = span;
  smoother.validate();
}

double derive_deviance(std::span<const double> risks, std::span<const int> outcomes) {
  double log_likelihood = 0.0;
  for (std::size_t i = 0; i < risks.size(); ++i)
    log_likelihood += outcomes[i] == 1 ? std::log(risks[i]) : std::log1p(-risks[i]);
  return -2.0 * log_likelihood;
}

Recalibration fit_recalibration(std::span<const double> risks, std::span<const int> outcomes, bool fixed_slope,
                                double confidence) {
  score_inputs::check_risks(risks, outcomes.size(), "risk");
  const OutcomeCounts counts = score_inputs::count_outcomes(outcomes);
  Recalibration found;
  if (const auto why = why_not_recalibrated(risks, counts, fixed_slope)) {
    found.intercept = found.slope = not_estimable(*why);
    return found;
  }
  std::vector<double> design;
  std::vector<double> offset;
  const std::vector<double> events(outcomes.begin(), outcomes.end());
  const std::vector<double> trials(outcomes.size(), 1.0);
  for (const double risk : risks) {
    design.push_back(1.0);
    (fixed_slope ? offset : design).push_back(logit(risk));
  }
  BinomialData data;
  data.design = design;
  data.successes = events;
  data.trials = trials;
  data.offset = offset;
  const BinomialFit fit = fit_binomial_regression(data, {});
  if (!fit.exists()) {
    found.intercept = found.slope =
        not_estimable(fit.separation == Separation::none ? "score_not_converged" : "score_separation");
    return found;
  }
  found.intercept = score_inputs::make_wald_estimate(fit.coefficients[0], std::sqrt(fit.covariance[0]), confidence);
  if (!fixed_slope)
    found.slope = score_inputs::make_wald_estimate(fit.coefficients[1], std::sqrt(fit.covariance[3]), confidence);
  found.deviance = fit.deviance;
  found.null_deviance = derive_null_deviance(counts);
  return found;
}

RiskCalibration estimate_risk_calibration(std::span<const double> risks, std::span<const int> outcomes,
                                          const RiskCalibrationOptions& options) {
  options.validate();
  score_inputs::check_risks(risks, outcomes.size(), "risk");
  RiskCalibration result;
  result.confidence = options.confidence;
  result.counts = score_inputs::count_outcomes(outcomes);
  const Recalibration joint = fit_recalibration(risks, outcomes, false, options.confidence);
  result.slope = joint.slope;
  result.intercept = joint.intercept;
  result.calibration_in_the_large = fit_recalibration(risks, outcomes, true, options.confidence).intercept;
  if (joint.exists()) {
    // Below 0 only by rounding: the fit is the maximum.
    const double chi_square = std::max(0.0, derive_deviance(risks, outcomes) - joint.deviance);
    result.miscalibration_chi_square.value = chi_square;
    result.miscalibration_p = chi_square_upper_tail(chi_square, 2.0);
  } else {
    result.miscalibration_chi_square = not_estimable(*joint.intercept.why_absent);
  }
  if (result.counts.subjects == 0) {
    for (Estimate* one :
         {&result.observed_over_expected, &result.mean_error, &result.ninety_percent_error, &result.greatest_error})
      *one = not_estimable("score_no_subjects");
    return result;
  }
  result.observed_over_expected = estimate_observed_over_expected(risks, result.counts, options.confidence);
  smooth(result, risks, outcomes, options.span);
  add_groups(result, risks, outcomes, options);
  return result;
}

}  // namespace qpcr
