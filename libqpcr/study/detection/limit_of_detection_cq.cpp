// The censored line of Cq on dose, and the hit rates of the same replicates beside it.
#include "libqpcr/study/detection/limit_of_detection_cq.hpp"

#include <cmath>
#include <map>

#include <fmt/format.h>

#include "libqpcr/math/censored_regression.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

void derive_limit(CqDetection& found, const CensoredFit& fit) {
  const double last = found.options.last_cycle;
  const double slope = fit.scaled[1];
  const auto covariance = [&](std::size_t i, std::size_t k) { return fit.scaled_covariance[3 * i + k]; };
  const double quantile = normal_quantile(found.options.hit_rate);
  const double confidence_quantile = normal_upper_quantile(0.5 * (1.0 - found.options.confidence));
  if (!(slope < 0.0)) {
    found.delta = found.fieller = not_estimable("detection_not_estimable_cq_does_not_fall");
    return;
  }
  // last/σ − (a + b·x)/σ = quantile, linear in the parameters of the fit.
  const double distance = fit.scaled[2] * last - quantile - fit.scaled[0];
  const double x = distance / slope;
  const double distance_variance = covariance(0, 0) - 2.0 * last * covariance(0, 2) + last * last * covariance(2, 2);
  const double intercept_covariance = covariance(0, 1) - last * covariance(1, 2);
  const double error =
      std::sqrt(std::max(0.0, distance_variance + 2.0 * x * intercept_covariance + x * x * covariance(1, 1))) /
      std::abs(slope);
  const double dose = std::pow(10.0, x);
  if (!std::isfinite(dose) || !std::isfinite(error)) {
    found.delta = found.fieller = not_estimable("detection_not_estimable_dose_out_of_range");
    return;
  }
  found.delta.value = found.fieller.value = dose;
  found.delta.standard_error = found.fieller.standard_error = dose * std::log(10.0) * error;
  found.delta.interval =
      Interval{std::pow(10.0, x - confidence_quantile * error), std::pow(10.0, x + confidence_quantile * error)};
  if (const auto limits = derive_fieller_interval(0.0, -distance, slope, distance_variance, covariance(1, 1),
                                                  intercept_covariance, confidence_quantile)) {
    found.fieller.interval = Interval{std::pow(10.0, limits->lower), std::pow(10.0, limits->upper)};
  } else {
    const double relative = confidence_quantile * std::sqrt(covariance(1, 1)) / slope;
    found.fieller.why_absent =
        Message{"detection_interval_fieller_open", {{"g", fmt::format("{:.4g}", relative * relative)}}};
  }
}

void compare_detection(CqDetection& found) {
  GoodnessOfFit fit;
  long levels = 0;
  for (CqLevel& level : found.levels) {
    if (level.dose <= 0.0) continue;
    level.line_cq = found.intercept + found.slope * std::log10(level.dose);
    const double within = normal_cumulative((found.options.last_cycle - *level.line_cq) / found.residual_sd);
    const auto count = static_cast<double>(level.replicates);
    level.expected = count * within;
    const double variance = count * within * (1.0 - within);
    const double difference = static_cast<double>(level.detected) - *level.expected;
    // Where the line expects all or none, half a replicate stands for the spread it denies.
    fit.statistic += difference * difference / std::max(variance, 0.25);
    ++levels;
  }
  if (levels < 1) return;
  found.detection_fit = derive_goodness_of_fit(fit.statistic, levels);
  if (found.detection_fit->p_value && *found.detection_fit->p_value < 0.05)
    found.warnings.push_back(
        {"cq_line_misses_detection", {{"p", fmt::format("{:.3g}", *found.detection_fit->p_value)}}});
}

}  // namespace

void CqDetectionOptions::validate() const {
  check_fraction("hit_rate", hit_rate);
  check_fraction("confidence", confidence);
  if (!(std::isfinite(last_cycle) && last_cycle > 0.0))
    refuse_request(ErrorCode::invalid_option, "last_cycle", fmt::format("{}", last_cycle), "a number above 0");
}

CqDetection estimate_cq_detection_limit(const std::vector<CqReplicate>& replicates, const CqDetectionOptions& options) {
  options.validate();
  CqDetection found;
  found.options = options;
  std::vector<double> design;
  std::vector<double> values;
  std::vector<char> censored;
  std::vector<double> doses;
  std::vector<double> positive_doses;
  std::vector<bool> detected;
  std::map<double, CqLevel> levels;
  for (const CqReplicate& replicate : replicates) {
    if (!(std::isfinite(replicate.dose) && replicate.dose >= 0.0))
      refuse_request(ErrorCode::invalid_value, "dose", fmt::format("{}", replicate.dose), "a dose of at least 0");
    if (replicate.cq && !(std::isfinite(*replicate.cq) && *replicate.cq > 0.0))
      refuse_request(ErrorCode::invalid_value, "cq", fmt::format("{}", *replicate.cq), "a number above 0");
    const bool within = replicate.cq && *replicate.cq <= options.last_cycle;
    CqLevel& level = levels[replicate.dose];
    level.dose = replicate.dose;
    ++level.replicates;
    if (within) {
      level.mean_cq = (level.mean_cq.value_or(0.0) * static_cast<double>(level.detected) + *replicate.cq) /
                      static_cast<double>(level.detected + 1);
      ++level.detected;
    }
    doses.push_back(replicate.dose);
    detected.push_back(within);
    if (replicate.dose <= 0.0) {
      ++found.excluded_blanks;
      continue;
    }
    positive_doses.push_back(replicate.dose);
    design.push_back(1.0);
    design.push_back(std::log10(replicate.dose));
    values.push_back(within ? *replicate.cq : options.last_cycle);
    censored.push_back(within ? 0 : 1);
  }
  for (const auto& level : levels) found.levels.push_back(level.second);
  HitRateDetectionOptions rates;
  rates.confidence = options.confidence;
  rates.hit_rate = options.hit_rate;
  const std::vector<HitRow> rows = count_hits(doses, detected);
  found.hit_rate = estimate_detection_limit(rows, rates);
  rates.model = DetectionModel::single_hit;
  found.single_hit = estimate_detection_limit(rows, rates);
  found.joint = fit_present_or_late_cq(positive_doses, values, censored, options.last_cycle, options.hit_rate,
                                       options.confidence);
  CensoredFit fit;
  if (!values.empty())
    fit = fit_censored_regression(design, values, censored, std::vector<double>(values.size(), options.last_cycle));
  if (!fit.exists()) {
    found.why_absent = Message{"detection_not_estimable_cq_line", {}};
    found.delta = found.fieller = not_estimable("detection_not_estimable_cq_line");
    return found;
  }
  found.intercept = fit.coefficients[0];
  found.slope = fit.coefficients[1];
  found.residual_sd = fit.sd;
  found.log_likelihood = fit.log_likelihood;
  found.aic = 6.0 - 2.0 * fit.log_likelihood;
  derive_limit(found, fit);
  compare_detection(found);
  return found;
}

}  // namespace qpcr
