// Fits the share of positives to the dose and inverts the curve.
#include "libqpcr/study/detection/dose_response.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include <fmt/format.h>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::pair<BinomialLink, std::string_view>, 4> link_names = {
    {{BinomialLink::probit, "probit"},
     {BinomialLink::logit, "logit"},
     {BinomialLink::complementary_log_log, "complementary_log_log"},
     {BinomialLink::log_log, "log_log"}}};
constexpr std::array<std::pair<DoseScale, std::string_view>, 2> scale_names = {
    {{DoseScale::log10, "log10"}, {DoseScale::linear, "linear"}}};
constexpr std::array<std::pair<Dispersion, std::string_view>, 2> dispersion_names = {
    {{Dispersion::none, "none"}, {Dispersion::pearson, "pearson"}}};

template <class Names, class Value>
std::string_view find_name(const Names& names, Value value) {
  return std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.first == value; })->second;
}

template <class Names>
auto find_named(const Names& names, std::string_view text, const char* field) {
  std::string all;
  for (const auto& one : names) {
    if (one.second == text) return one.first;
    all += (all.empty() ? "" : ", ") + std::string(one.second);
  }
  refuse_request(ErrorCode::invalid_option, field, std::string(text), all);
}

double to_scale(double dose, DoseScale scale) { return scale == DoseScale::log10 ? std::log10(dose) : dose; }
double from_scale(double scaled, DoseScale scale) {
  return scale == DoseScale::log10 ? std::pow(10.0, scaled) : scaled;
}

Interval from_scale(const Interval& scaled, DoseScale scale) {
  return {from_scale(scaled.lower, scale), from_scale(scaled.upper, scale)};
}

DoseAtTarget derive_dose(const DoseResponse& curve, double target, double quantile) {
  const DoseScale scale = curve.options.scale;
  DoseAtTarget found;
  found.target = target;
  const double eta = apply_link(curve.options.link, target);
  const double x = (eta - curve.intercept) / curve.slope;
  const double intercept_variance = curve.intercept_standard_error * curve.intercept_standard_error;
  const double slope_variance = curve.slope_standard_error * curve.slope_standard_error;
  const double error =
      std::sqrt(std::max(0.0, intercept_variance + 2.0 * x * curve.covariance + x * x * slope_variance)) / curve.slope;
  const double dose = from_scale(x, scale);
  if (!std::isfinite(dose) || !std::isfinite(error)) {
    found.delta = found.fieller = not_estimable("detection_not_estimable_dose_out_of_range");
    return found;
  }
  found.scaled = x;
  found.scaled_standard_error = error;
  found.delta.value = dose;
  found.delta.standard_error = scale == DoseScale::log10 ? dose * std::log(10.0) * error : error;
  found.delta.interval = from_scale(Interval{x - quantile * error, x + quantile * error}, scale);
  found.fieller.value = dose;
  found.fieller.standard_error = found.delta.standard_error;
  if (const auto limits = derive_fieller_interval(eta, curve.intercept, curve.slope, intercept_variance, slope_variance,
                                                  curve.covariance, quantile)) {
    found.fieller.interval = from_scale(*limits, scale);
  } else {
    found.fieller.why_absent =
        Message{"detection_interval_fieller_open", {{"g", fmt::format("{:.4g}", curve.fieller_g)}}};
  }
  return found;
}

void set_absent(DoseResponse& curve, const std::string& why) {
  curve.why_absent = Message{why, {}};
  for (const double target : curve.options.targets) {
    DoseAtTarget dose;
    dose.target = target;
    dose.delta = dose.fieller = not_estimable(why);
    curve.doses.push_back(dose);
  }
}

}  // namespace

std::string_view to_string(BinomialLink link) { return find_name(link_names, link); }
std::string_view to_string(DoseScale scale) { return find_name(scale_names, scale); }
std::string_view to_string(Dispersion dispersion) { return find_name(dispersion_names, dispersion); }

BinomialLink parse_binomial_link(std::string_view text) { return find_named(link_names, text, "link"); }
DoseScale parse_dose_scale(std::string_view text) { return find_named(scale_names, text, "scale"); }
Dispersion parse_dispersion(std::string_view text) { return find_named(dispersion_names, text, "dispersion"); }

void DoseResponseOptions::validate() const {
  check_fraction("confidence", confidence);
  if (targets.empty()) refuse_request(ErrorCode::invalid_option, "targets", "none", "at least one share");
  for (const double target : targets) check_fraction("targets", target);
}

GoodnessOfFit derive_goodness_of_fit(double statistic, long degrees) {
  GoodnessOfFit fit;
  fit.statistic = std::max(0.0, statistic);
  if (degrees > 0) fit.p_value = chi_square_upper_tail(fit.statistic, static_cast<double>(degrees));
  return fit;
}

void check_hit_rows(const std::vector<HitRow>& rows) {
  for (const HitRow& row : rows) {
    if (!std::isfinite(row.dose))
      refuse_request(ErrorCode::invalid_value, "dose", fmt::format("{}", row.dose), "a finite number");
    if (row.tested < 0)
      refuse_request(ErrorCode::invalid_value, "tested", fmt::format("{}", row.tested), "a count of at least 0");
    if (row.positive < 0 || row.positive > row.tested)
      refuse_request(ErrorCode::invalid_value, "positive", fmt::format("{}", row.positive),
                     fmt::format("0 to {} tested", row.tested));
  }
}

std::optional<Interval> derive_fieller_interval(double target, double intercept, double slope,
                                                double intercept_variance, double slope_variance, double covariance,
                                                double quantile) {
  const double square = quantile * quantile;
  const double distance = target - intercept;
  const double leading = slope * slope - square * slope_variance;
  if (!(leading > 0.0)) return std::nullopt;
  const double half = slope * distance + square * covariance;
  const double constant = distance * distance - square * intercept_variance;
  const double root = std::sqrt(std::max(0.0, half * half - leading * constant));
  // The root of the larger sum is formed first: the other then loses no digits.
  const double far = half >= 0.0 ? half + root : half - root;
  if (far == 0.0) return Interval{0.0, 0.0};
  const double first = far / leading;
  const double second = constant / far;
  return Interval{std::min(first, second), std::max(first, second)};
}

DoseResponse fit_dose_response(const std::vector<HitRow>& rows, const DoseResponseOptions& options) {
  options.validate();
  check_hit_rows(rows);
  DoseResponse curve;
  curve.options = options;
  std::vector<double> design;
  std::vector<double> positive;
  std::vector<double> tested;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const HitRow& row = rows[i];
    if (options.scale == DoseScale::log10 && row.dose < 0.0)
      refuse_request(ErrorCode::invalid_value, "dose", fmt::format("{}", row.dose), "a dose of at least 0");
    if (row.tested == 0 || (options.scale == DoseScale::log10 && row.dose <= 0.0)) {
      curve.excluded_rows.push_back(i);
      continue;
    }
    design.push_back(1.0);
    design.push_back(to_scale(row.dose, options.scale));
    positive.push_back(static_cast<double>(row.positive));
    tested.push_back(static_cast<double>(row.tested));
  }
  curve.levels = static_cast<long>(tested.size());
  curve.excluded_levels = static_cast<long>(curve.excluded_rows.size());
  if (curve.levels < 2) {
    set_absent(curve, "detection_not_estimable_fewer_than_two_levels");
    return curve;
  }
  BinomialRegressionOptions regression;
  regression.link = options.link;
  regression.observed_information = options.observed_information;
  const BinomialFit fit = fit_binomial_regression({design, positive, tested, {}}, regression);
  if (!fit.exists()) {
    set_absent(curve, fit.separation != Separation::none ? "detection_not_estimable_separation"
                      : fit.rank < 2                     ? "detection_not_estimable_fewer_than_two_levels"
                                                         : "detection_not_estimable_no_convergence");
    return curve;
  }
  curve.degrees_of_freedom = curve.levels - 2;
  const double degrees = static_cast<double>(curve.degrees_of_freedom);
  const bool scaled = options.dispersion == Dispersion::pearson && curve.degrees_of_freedom > 0;
  curve.dispersion = scaled ? std::max(1.0, fit.pearson / degrees) : 1.0;
  curve.intercept = fit.coefficients[0];
  curve.slope = fit.coefficients[1];
  curve.intercept_standard_error = std::sqrt(fit.covariance[0] * curve.dispersion);
  curve.slope_standard_error = std::sqrt(fit.covariance[3] * curve.dispersion);
  curve.covariance = fit.covariance[1] * curve.dispersion;
  curve.log_likelihood = fit.log_likelihood;
  curve.aic = fit.aic;
  curve.deviance = derive_goodness_of_fit(fit.deviance, curve.degrees_of_freedom);
  curve.pearson = derive_goodness_of_fit(fit.pearson, curve.degrees_of_freedom);
  curve.fitted = fit.fitted;
  const double tail = 0.5 * (1.0 - options.confidence);
  const double quantile = scaled ? student_t_upper_quantile(tail, degrees) : normal_upper_quantile(tail);
  if (!(curve.slope > 0.0)) {
    set_absent(curve, "detection_not_estimable_hit_rate_does_not_rise");
    curve.why_absent.reset();
    return curve;
  }
  const double relative = quantile * curve.slope_standard_error / curve.slope;
  curve.fieller_g = relative * relative;
  for (const double target : options.targets) curve.doses.push_back(derive_dose(curve, target, quantile));
  return curve;
}

std::vector<HitRow> count_hits(const std::vector<double>& doses, const std::vector<bool>& positive) {
  if (doses.size() != positive.size())
    refuse_request(ErrorCode::invalid_value, "positive", fmt::format("{}", positive.size()),
                   fmt::format("{} results, one a dose", doses.size()));
  std::map<double, HitRow> levels;
  for (std::size_t i = 0; i < doses.size(); ++i) {
    if (!std::isfinite(doses[i]))
      refuse_request(ErrorCode::invalid_value, "dose", fmt::format("{}", doses[i]), "a finite number");
    HitRow& row = levels[doses[i]];
    row.dose = doses[i];
    row.positive += positive[i] ? 1 : 0;
    ++row.tested;
  }
  std::vector<HitRow> rows;
  for (const auto& level : levels) rows.push_back(level.second);
  return rows;
}

}  // namespace qpcr
