// Mean and spread of differences, with approximate and exact intervals of the limits.
#include "libqpcr/study/agreement/bland_altman.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/roots.hpp"

namespace qpcr {
namespace {

struct Spread {
  double mean = 0.0;
  double sd = 0.0;
};

Spread summarise(const std::vector<double>& values) {
  Spread spread;
  const auto n = static_cast<double>(values.size());
  for (const double value : values) spread.mean += value / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.sd = std::sqrt(squares / (n - 1.0));
  return spread;
}

std::optional<double> noncentral_t_quantile(double probability, double degrees, double noncentrality) {
  const auto off = [&](double value) { return noncentral_t_cumulative(value, degrees, noncentrality) - probability; };
  double width = 4.0 + std::abs(noncentrality);
  while (width < 1e8 && (off(noncentrality - width) > 0.0 || off(noncentrality + width) < 0.0)) width *= 2.0;
  return find_root(off, noncentrality - width, noncentrality + width);
}

Estimate with_interval(double value, double error, double quantile) {
  Estimate estimate;
  estimate.value = value;
  estimate.standard_error = error;
  estimate.interval = Interval{value - quantile * error, value + quantile * error};
  return estimate;
}

Estimate exact_limit(double value, const Spread& spread, double n, double z, double confidence, bool upper) {
  Estimate estimate;
  estimate.value = value;
  const double tail = (1.0 - confidence) / 2.0;
  const auto near = noncentral_t_quantile(tail, n - 1.0, z * std::sqrt(n));
  const auto far = noncentral_t_quantile(1.0 - tail, n - 1.0, z * std::sqrt(n));
  if (!near || !far) {
    estimate.why_absent = Message{"agreement_interval_not_estimable_numerically", {}};
    return estimate;
  }
  const double inner = *near / std::sqrt(n) * spread.sd;
  const double outer = *far / std::sqrt(n) * spread.sd;
  estimate.interval =
      upper ? Interval{spread.mean + inner, spread.mean + outer} : Interval{spread.mean - outer, spread.mean - inner};
  return estimate;
}

void take_differences(BlandAltman& result, const std::vector<double>& x, const std::vector<double>& y,
                      const BlandAltmanOptions& options, const std::vector<long>& lines) {
  if (x.size() != y.size())
    refuse_request(ErrorCode::invalid_value, "y", std::to_string(y.size()),
                   "as many values as x has (" + std::to_string(x.size()) + ")");
  Exclusion missing;
  missing.reason = Message{"agreement_exclusion_missing_value", {}};
  Exclusion without_percent;
  without_percent.reason = Message{"agreement_exclusion_percent_of_zero", {}};
  const auto note = [&](Exclusion& exclusion, std::size_t row) {
    ++exclusion.rows;
    if (row < lines.size() && exclusion.lines.size() < 100) exclusion.lines.push_back(lines[row]);
  };
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isinf(x[i]) || std::isinf(y[i]))
      refuse_request(ErrorCode::invalid_value, std::isinf(x[i]) ? "x" : "y", "infinity",
                     "a finite number, or a missing one");
    if (std::isnan(x[i]) || std::isnan(y[i])) {
      note(missing, i);
      continue;
    }
    const double mean = x[i] + (y[i] - x[i]) / 2.0;
    const bool allowed =
        options.scale == DifferenceScale::absolute ||
        (options.scale == DifferenceScale::percent ? x[i] >= 0.0 && y[i] >= 0.0 : x[i] > 0.0 && y[i] > 0.0);
    if (!allowed)
      refuse_request(ErrorCode::invalid_value, x[i] > 0.0 ? "y" : "x", format_double(x[i] > 0.0 ? y[i] : x[i]),
                     options.scale == DifferenceScale::percent ? "no negative number: percentages need it"
                                                               : "a positive number: ratios need it");
    if (options.scale == DifferenceScale::percent && mean == 0.0) {
      note(without_percent, i);
      continue;
    }
    result.mean_of_pair.push_back(mean);
    switch (options.scale) {
      case DifferenceScale::absolute:
        result.difference.push_back(y[i] - x[i]);
        break;
      case DifferenceScale::percent:
        result.difference.push_back(100.0 * (y[i] - x[i]) / mean);
        break;
      case DifferenceScale::logarithm:
        result.difference.push_back(std::log(y[i] / x[i]));
        break;
    }
  }
  for (const Exclusion& exclusion : {missing, without_percent}) {
    if (exclusion.rows > 0) result.exclusions.push_back(exclusion);
  }
  result.pairs = static_cast<long>(result.difference.size());
}

/// Slope of the differences and of their absolute residuals on the means: a slope means that one bias, or one spread,
/// does not hold over the range.
void add_trends(BlandAltman& result, double z) {
  if (result.pairs < 3) return;
  RegressionLimits limits;
  limits.difference = fit_line(result.mean_of_pair, result.difference);
  if (!std::isfinite(limits.difference.slope)) return;
  std::vector<double> residual(result.difference.size());
  for (std::size_t i = 0; i < residual.size(); ++i) {
    const double fitted = limits.difference.intercept + limits.difference.slope * result.mean_of_pair[i];
    residual[i] = std::abs(result.difference[i] - fitted);
  }
  limits.absolute_residual = fit_line(result.mean_of_pair, residual);
  limits.factor = z * std::sqrt(std::numbers::pi / 2.0);
  const auto trend = [&](const LinearFit& line, const std::string& what, const std::string& test) {
    Assumption assumption;
    assumption.what = Message{what, {}};
    assumption.test = test;
    if (line.slope_standard_error > 0.0) {
      assumption.statistic = line.slope / line.slope_standard_error;
      assumption.p_value = student_t_two_sided(*assumption.statistic, static_cast<double>(result.pairs - 2));
      assumption.holds = *assumption.p_value >= 0.05;
    }
    result.assumptions.push_back(assumption);
  };
  trend(limits.difference, "agreement_assumption_bias_constant", "slope_of_difference_on_mean");
  trend(limits.absolute_residual, "agreement_assumption_spread_constant", "slope_of_absolute_residual_on_mean");
  result.regression = limits;
}

}  // namespace

std::string_view to_string(DifferenceScale scale) {
  constexpr std::array<std::string_view, 3> names{"absolute", "percent", "logarithm"};
  return names[static_cast<std::size_t>(scale)];
}

void BlandAltmanOptions::validate() const {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", format_double(confidence), "a number between 0 and 1");
  if (!(coverage > 0.0 && coverage < 1.0))
    refuse_request(ErrorCode::invalid_option, "coverage", format_double(coverage), "a number between 0 and 1");
  if (allowed_difference && !(*allowed_difference > 0.0 && std::isfinite(*allowed_difference)))
    refuse_request(ErrorCode::invalid_option, "allowed_difference", format_double(*allowed_difference),
                   "a positive number");
}

BlandAltman estimate_limits_of_agreement(const std::vector<double>& x, const std::vector<double>& y,
                                         const BlandAltmanOptions& options, const std::vector<long>& lines) {
  options.validate();
  BlandAltman result;
  result.scale = to_string(options.scale);
  result.confidence = options.confidence;
  result.coverage = options.coverage;
  take_differences(result, x, y, options, lines);
  if (options.allowed_difference && result.pairs > 0) {
    const long within = std::count_if(result.difference.begin(), result.difference.end(), [&](double difference) {
      return std::abs(difference) <= *options.allowed_difference;
    });
    result.within_allowed.value = static_cast<double>(within) / static_cast<double>(result.pairs);
    result.within_allowed.interval = clopper_pearson_interval(within, result.pairs, options.confidence);
  } else {
    result.within_allowed = not_estimable(options.allowed_difference ? "agreement_not_estimable_fewer_than_two_pairs"
                                                                     : "agreement_not_estimable_no_allowed_difference");
  }
  if (result.pairs < 2) {
    const Estimate absent = not_estimable("agreement_not_estimable_fewer_than_two_pairs");
    result.mean = absent;
    if (result.pairs == 1) result.mean.value = result.difference.front();
    for (Estimate* estimate :
         {&result.standard_deviation, &result.lower_limit, &result.upper_limit, &result.lower_limit_simple,
          &result.upper_limit_simple, &result.lower_limit_exact, &result.upper_limit_exact})
      *estimate = absent;
    return result;
  }
  const Spread spread = summarise(result.difference);
  const auto n = static_cast<double>(result.pairs);
  const double tail = (1.0 - options.confidence) / 2.0;
  const double t = student_t_upper_quantile(tail, n - 1.0);
  const double z = normal_upper_quantile((1.0 - options.coverage) / 2.0);
  result.mean = with_interval(spread.mean, spread.sd / std::sqrt(n), t);
  result.standard_deviation.value = spread.sd;
  const double sum = spread.sd * std::sqrt(n - 1.0);
  result.standard_deviation.interval = Interval{sum / std::sqrt(chi_square_quantile(1.0 - tail, n - 1.0)),
                                                sum / std::sqrt(chi_square_quantile(tail, n - 1.0))};
  const double error = spread.sd * std::sqrt(1.0 / n + z * z / (2.0 * (n - 1.0)));
  const double simple = spread.sd * std::sqrt(3.0 / n);
  const double low = spread.mean - z * spread.sd;
  const double high = spread.mean + z * spread.sd;
  result.lower_limit = with_interval(low, error, t);
  result.upper_limit = with_interval(high, error, t);
  result.lower_limit_simple = with_interval(low, simple, t);
  result.upper_limit_simple = with_interval(high, simple, t);
  result.lower_limit_exact = exact_limit(low, spread, n, z, options.confidence, false);
  result.upper_limit_exact = exact_limit(high, spread, n, z, options.confidence, true);
  if (spread.sd > 0.0) result.bias_p_value = student_t_two_sided(spread.mean / spread.sd * std::sqrt(n), n - 1.0);
  add_trends(result, z);
  return result;
}

RepeatedBlandAltman estimate_repeated_limits(const std::vector<std::vector<double>>& x,
                                             const std::vector<std::vector<double>>& y, TrueValue true_value,
                                             const BlandAltmanOptions& options) {
  options.validate();
  if (options.scale != DifferenceScale::absolute)
    refuse_request(ErrorCode::invalid_option, "scale", std::string(to_string(options.scale)),
                   "absolute: take logarithms of the replicates for ratios");
  if (x.size() != y.size())
    refuse_request(ErrorCode::invalid_value, "y", std::to_string(y.size()),
                   "as many subjects as x has (" + std::to_string(x.size()) + ")");
  const bool paired = true_value == TrueValue::varying;
  RepeatedBlandAltman result;
  result.true_value = paired ? "varying" : "constant";
  result.subjects = static_cast<long>(x.size());
  const auto subjects = static_cast<double>(x.size());
  std::vector<double> mean_difference;
  std::array<double, 2> squares{};
  std::array<double, 2> degrees{};
  std::array<double, 2> inverse{};
  double within = 0.0;
  double between = 0.0;
  double total = 0.0;
  double sum_of_squared_counts = 0.0;
  double grand = 0.0;
  for (std::size_t s = 0; s < x.size(); ++s) {
    if (x[s].empty() || y[s].empty() || (paired && x[s].size() != y[s].size()))
      refuse_request(ErrorCode::invalid_value, "subject",
                     std::to_string(x[s].size()) + " and " + std::to_string(y[s].size()),
                     paired ? "equally many measurements by both, at least one" : "at least one measurement by each");
    std::array<double, 2> means{};
    for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
      const std::vector<double>& values = which == 0 ? x[s] : y[s];
      const auto count = static_cast<double>(values.size());
      for (const double value : values) {
        if (!std::isfinite(value))
          refuse_request(ErrorCode::invalid_value, "value", format_double(value), "a finite number");
        means[which] += value / count;
      }
      for (const double value : values) squares[which] += (value - means[which]) * (value - means[which]);
      degrees[which] += count - 1.0;
      inverse[which] += 1.0 / count / subjects;
      result.measurements += static_cast<long>(values.size());
    }
    mean_difference.push_back(means[1] - means[0]);
    if (!paired) continue;
    const auto count = static_cast<double>(x[s].size());
    for (std::size_t i = 0; i < x[s].size(); ++i) {
      const double off = y[s][i] - x[s][i] - mean_difference.back();
      within += off * off;
    }
    total += count;
    sum_of_squared_counts += count * count;
    grand += count * mean_difference.back();
  }
  if (x.size() < 2) {
    result.mean = not_estimable("agreement_not_estimable_fewer_than_two_subjects");
    result.standard_deviation = result.lower_limit = result.upper_limit = result.mean;
    return result;
  }
  const Spread spread = summarise(mean_difference);
  double variance = 0.0;
  double mean = spread.mean;
  if (paired) {
    if (!(total > subjects)) {
      result.mean.value = mean;
      result.standard_deviation = not_estimable("agreement_not_estimable_no_replicates");
      result.lower_limit = result.upper_limit = result.standard_deviation;
      return result;
    }
    mean = grand / total;
    for (std::size_t s = 0; s < x.size(); ++s)
      between += static_cast<double>(x[s].size()) * (mean_difference[s] - mean) * (mean_difference[s] - mean);
    const double within_square = within / (total - subjects);
    const double divisor = (total * total - sum_of_squared_counts) / ((subjects - 1.0) * total);
    result.between_variance = std::max(0.0, (between / (subjects - 1.0) - within_square) / divisor);
    variance = *result.between_variance + within_square;
  } else {
    if (!(degrees[0] > 0.0 && degrees[1] > 0.0)) {
      result.mean.value = mean;
      result.standard_deviation = not_estimable("agreement_not_estimable_no_replicates");
      result.lower_limit = result.upper_limit = result.standard_deviation;
      return result;
    }
    result.between_variance = spread.sd * spread.sd;
    result.x_within_variance = squares[0] / degrees[0];
    result.y_within_variance = squares[1] / degrees[1];
    variance = *result.between_variance + (1.0 - inverse[0]) * *result.x_within_variance +
               (1.0 - inverse[1]) * *result.y_within_variance;
  }
  const double z = normal_upper_quantile((1.0 - options.coverage) / 2.0);
  const double sd = std::sqrt(variance);
  result.mean.value = mean;
  result.standard_deviation.value = sd;
  result.lower_limit.value = mean - z * sd;
  result.upper_limit.value = mean + z * sd;
  for (Estimate* estimate : {&result.mean, &result.standard_deviation, &result.lower_limit, &result.upper_limit})
    estimate->why_absent = Message{"agreement_interval_not_offered_for_replicates", {}};
  return result;
}

}  // namespace qpcr
