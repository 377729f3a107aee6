// Fits the joint model from its parts and inverts its probability of detection.
#include "libqpcr/study/detection/present_or_late_cq.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "libqpcr/math/censored_regression.hpp"
#include "libqpcr/math/present_or_late.hpp"
#include "libqpcr/math/roots.hpp"
#include "libqpcr/study/detection/single_hit.hpp"

namespace qpcr {
namespace {

PresentOrLateCq make_absent(const std::string& why) {
  PresentOrLateCq found;
  found.why_absent = Message{why, {}};
  found.limit = not_estimable(why);
  return found;
}

/// The line of the replicates with Cq, and the rate of the hits.
std::vector<double> find_start(const std::vector<double>& doses, const std::vector<double>& cq,
                               const std::vector<char>& missing) {
  std::vector<double> design;
  std::vector<double> values;
  std::vector<bool> detected;
  for (std::size_t i = 0; i < doses.size(); ++i) {
    detected.push_back(!missing[i]);
    if (missing[i]) continue;
    design.push_back(1.0);
    design.push_back(std::log10(doses[i]));
    values.push_back(cq[i]);
  }
  const SingleHitFit rate = fit_single_hit(count_hits(doses, detected), {});
  if (rate.why_absent || values.empty()) return {};
  const CensoredFit line =
      fit_censored_regression(design, values, std::vector<char>(values.size(), 0), std::vector<double>(values.size()));
  if (!line.exists()) return {};
  return {line.scaled[0], line.scaled[1], line.scaled[2], rate.log_rate};
}

/// The parts of the probability of detection at x = log10 dose.
struct Detection {
  double mean, absent, present, density, in_time;
};

Detection detect_at(const std::vector<double>& parameters, double last_cycle, double x) {
  const double mean = std::pow(10.0, x) * std::exp(parameters[3]);
  const double late = parameters[0] + parameters[1] * x - parameters[2] * last_cycle;
  return {mean, std::exp(-mean), -std::expm1(-mean), 0.3989422804014327 * std::exp(-0.5 * late * late),
          normal_upper_tail(late)};
}

Estimate derive_limit(const PresentOrLateFit& fit, double last_cycle, double hit_rate, double confidence) {
  if (!(fit.parameters[1] < 0.0)) return not_estimable("detection_not_estimable_cq_does_not_fall");
  const auto missing_share = [&](double x) {
    const Detection at = detect_at(fit.parameters, last_cycle, x);
    return at.present * at.in_time - hit_rate;
  };
  const std::optional<double> x = find_root(missing_share, -30.0, 30.0);
  if (!x) return not_estimable("detection_not_estimable_dose_out_of_range");
  const Detection at = detect_at(fit.parameters, last_cycle, *x);
  const double by_x = at.mean * at.absent * std::log(10.0) * at.in_time - at.present * at.density * fit.parameters[1];
  const std::array<double, 4> by = {-at.present * at.density, -at.present * at.density * *x,
                                    at.present * at.density * last_cycle, at.mean * at.absent * at.in_time};
  double variance = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t k = 0; k < 4; ++k) variance += by[i] * by[k] * fit.covariance[4 * i + k];
  }
  const double error = std::sqrt(std::max(0.0, variance)) / by_x;
  const double reach = normal_upper_quantile(0.5 * (1.0 - confidence)) * error;
  const double dose = std::pow(10.0, *x);
  if (!std::isfinite(error)) return not_estimable("detection_not_estimable_dose_out_of_range");
  return {dose, dose * std::log(10.0) * error, Interval{std::pow(10.0, *x - reach), std::pow(10.0, *x + reach)},
          std::nullopt};
}

}  // namespace

PresentOrLateCq fit_present_or_late_cq(const std::vector<double>& doses, const std::vector<double>& cq,
                                       const std::vector<char>& missing, double last_cycle, double hit_rate,
                                       double confidence) {
  const std::vector<double> start = find_start(doses, cq, missing);
  if (start.empty()) return make_absent("detection_not_estimable_joint_start");
  const PresentOrLateFit fit = fit_present_or_late(doses, cq, missing, last_cycle, start);
  if (!fit.exists()) return make_absent("detection_not_estimable_joint_flat");
  PresentOrLateCq found;
  found.residual_sd = 1.0 / fit.parameters[2];
  found.intercept = fit.parameters[0] * found.residual_sd;
  found.slope = fit.parameters[1] * found.residual_sd;
  found.targets_per_unit = std::exp(fit.parameters[3]);
  found.log_likelihood = fit.log_likelihood;
  found.aic = 8.0 - 2.0 * fit.log_likelihood;
  found.limit = derive_limit(fit, last_cycle, hit_rate, confidence);
  return found;
}

}  // namespace qpcr
