// Stability from lines against time, with lots pooled only as far as they agree.
#include "libqpcr/study/quantitative/stability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/quantitative/group_comparison.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

struct Layout {
  std::vector<std::string> lots;  ///< in name order
  std::vector<double> times;
  std::vector<double> values;
  std::vector<std::size_t> lot_of;
};

Layout lay_out(std::span<const StabilityPoint> points) {
  std::map<std::string, std::size_t> numbers;
  for (const StabilityPoint& point : points) numbers.emplace(point.lot, 0);
  Layout layout;
  for (auto& [lot, number] : numbers) {
    number = layout.lots.size();
    layout.lots.push_back(lot);
  }
  for (const StabilityPoint& point : points) {
    const double values[] = {point.time, point.value};
    check_finite("points", values);
    if (point.time < 0.0) refuse_value("time", fmt::format("{}", point.time), "at least 0");
    layout.times.push_back(point.time);
    layout.values.push_back(point.value);
    layout.lot_of.push_back(numbers.at(point.lot));
  }
  if (std::set<double>(layout.times.begin(), layout.times.end()).size() < 2) {
    refuse_value("time", "one time", "at least two times");
  }
  return layout;
}

/// Time, then a step of each lot after the first, then the step times the time.
LinearModelFit fit_lines(const Layout& layout, bool own_intercepts, bool own_slopes) {
  std::vector<std::vector<double>> columns{layout.times};
  for (int slopes = 0; slopes < 2; ++slopes) {
    if (slopes == 0 ? !own_intercepts : !own_slopes) continue;
    for (std::size_t lot = 1; lot < layout.lots.size(); ++lot) {
      std::vector<double> column(layout.times.size(), 0.0);
      for (std::size_t i = 0; i < column.size(); ++i) {
        if (layout.lot_of[i] == lot) column[i] = slopes == 0 ? 1.0 : layout.times[i];
      }
      columns.push_back(std::move(column));
    }
  }
  return fit_linear_model(columns, layout.values);
}

/// A linear combination of coefficients with its standard error.
Estimate combine(const LinearModelFit& fit, const std::vector<std::size_t>& terms, double confidence) {
  const std::size_t count = fit.coefficients.size();
  double value = 0.0;
  double variance = 0.0;
  for (const std::size_t i : terms) {
    value += fit.coefficients[i];
    for (const std::size_t j : terms) variance += fit.unscaled_covariance[i * count + j];
  }
  return make_t_estimate(value, fit.exact ? 0.0 : fit.residual_sd * std::sqrt(std::max(0.0, variance)),
                         fit.degrees_of_freedom, confidence, "quantitative_exact_fit");
}

/// The drift since time 0 is slope·t, so its bound grows in proportion to the time.
Estimate estimate_shelf_life(const Estimate& intercept, const Estimate& slope, double degrees, double longest,
                             const StabilityOptions& options) {
  double allowable = options.allowable_drift;
  if (options.unit == DriftUnit::percent_of_start) {
    if (!intercept.value || *intercept.value == 0.0) return not_estimable("quantitative_zero_reference");
    allowable *= std::abs(*intercept.value) / 100.0;
  }
  const double error = slope.standard_error.value_or(0.0);
  const bool both = options.direction == DriftDirection::either;
  const double tail = both ? (1.0 - options.confidence) / 2.0 : 1.0 - options.confidence;
  const double margin = error > 0.0 ? student_t_upper_quantile(tail, degrees) * error : 0.0;
  const double falling = margin - *slope.value;
  const double rising = margin + *slope.value;
  double pace = std::max(falling, rising);
  if (options.direction == DriftDirection::decrease) pace = falling;
  if (options.direction == DriftDirection::increase) pace = rising;
  const double limit = options.longest_extrapolation * longest;
  Estimate life;
  if (pace <= 0.0 || allowable / pace > limit) {
    life.value = limit;
    life.why_absent = Message{"quantitative_shelf_life_beyond_study", {{"time", fmt::format("{}", limit)}}};
    return life;
  }
  life.value = allowable / pace;
  if (error == 0.0) life.why_absent = slope.why_absent;
  return life;
}

void fill_lines(const LinearModelFit& fit, const Layout& layout, const StabilityOptions& options,
                StabilityResult& result) {
  const double longest = *std::max_element(layout.times.begin(), layout.times.end());
  const bool own_intercepts =
      result.pooling == LotPooling::common_slope || result.pooling == LotPooling::separate_lines;
  const std::size_t lots = layout.lots.size();
  for (std::size_t lot = 0; lot < (own_intercepts ? lots : 1); ++lot) {
    StabilityLine line;
    if (own_intercepts || result.pooling == LotPooling::single_lot) line.lot = layout.lots[lot];
    std::vector<std::size_t> intercept{0};
    std::vector<std::size_t> slope{1};
    if (own_intercepts && lot > 0) intercept.push_back(1 + lot);
    if (result.pooling == LotPooling::separate_lines && lot > 0) slope.push_back(lots + lot);
    line.intercept = combine(fit, intercept, options.confidence);
    line.slope = combine(fit, slope, options.confidence);
    line.shelf_life = estimate_shelf_life(line.intercept, line.slope, fit.degrees_of_freedom, longest, options);
    result.lines.push_back(std::move(line));
  }
  const auto shortest =
      std::min_element(result.lines.begin(), result.lines.end(), [](const StabilityLine& a, const StabilityLine& b) {
        // A lot without a shelf life leaves none for the product.
        const double none = -1.0;
        return a.shelf_life.value.value_or(none) < b.shelf_life.value.value_or(none);
      });
  result.shelf_life = shortest->shelf_life;
}

bool differs(const std::optional<VarianceRatio>& test, double significance) {
  return test && std::isfinite(test->p_value) && test->p_value < significance;
}

}  // namespace

void StabilityOptions::validate() const {
  check_positive("allowable_drift", allowable_drift);
  check_fraction("confidence", confidence);
  check_fraction("pooling_significance", pooling_significance);
  if (!(std::isfinite(longest_extrapolation) && longest_extrapolation >= 1.0)) {
    refuse_option("longest_extrapolation", fmt::format("{}", longest_extrapolation), "at least 1");
  }
}

StabilityResult estimate_stability(std::span<const StabilityPoint> points, const StabilityOptions& options) {
  options.validate();
  const Layout layout = lay_out(points);
  StabilityResult result;
  LinearModelFit fit = fit_lines(layout, false, false);
  if (layout.lots.size() > 1) {
    const LinearModelFit parallel = fit_lines(layout, true, false);
    const LinearModelFit separate = fit_lines(layout, true, true);
    if (!parallel.determined || !separate.determined || separate.degrees_of_freedom < 1.0) {
      result.shelf_life = not_estimable("quantitative_lots_not_comparable");
      result.pooling = LotPooling::separate_lines;
      return result;
    }
    result.slope_test = compare_nested(parallel.residual_sum_of_squares, parallel.degrees_of_freedom,
                                       separate.residual_sum_of_squares, separate.degrees_of_freedom);
    result.intercept_test = compare_nested(fit.residual_sum_of_squares, fit.degrees_of_freedom,
                                           parallel.residual_sum_of_squares, parallel.degrees_of_freedom);
    result.pooling = LotPooling::common_line;
    if (separate.exact && !fit.exact) {
      // Exact lines of their own cannot be tested, and a common one would hide the difference.
      result.pooling = LotPooling::separate_lines;
      result.slope_test.reset();
      result.intercept_test.reset();
      fit = separate;
    } else if (differs(result.slope_test, options.pooling_significance)) {
      result.pooling = LotPooling::separate_lines;
      fit = separate;
    } else if (differs(result.intercept_test, options.pooling_significance)) {
      result.pooling = LotPooling::common_slope;
      fit = parallel;
    }
  }
  if (std::isfinite(fit.residual_sd)) result.residual_sd = fit.residual_sd;
  result.degrees_of_freedom = fit.degrees_of_freedom;
  fill_lines(fit, layout, options, result);
  if (layout.lots.size() < 3) result.warnings.push_back({"quantitative_fewer_than_three_lots", {}});
  return result;
}

std::vector<ConditionResult> compare_conditions(std::span<const double> baseline,
                                                std::span<const StabilityCondition> conditions,
                                                const StabilityOptions& options) {
  options.validate();
  std::vector<ConditionResult> results;
  std::set<std::string> names;
  for (const StabilityCondition& condition : conditions) {
    if (!names.insert(condition.name).second) {
      ErrorContext context;
      context.field = "conditions";
      context.found = condition.name;
      context.expected = "each name once";
      throw Error(ErrorCode::duplicate_entry, context);
    }
    TwoGroupOptions two;
    two.confidence = options.confidence;
    ConditionResult one;
    one.name = condition.name;
    one.change = compare_two_groups(condition.values, baseline, two).mean_difference;
    const double start = mean_of(baseline);
    if (!one.change.value) {
      one.change_percent = one.change;
    } else if (start == 0.0) {
      one.change_percent = not_estimable("quantitative_zero_reference");
    } else {
      const double scale = 100.0 / std::abs(start);
      one.change_percent.value = scale * *one.change.value;
      one.change_percent.why_absent = one.change.why_absent;
      if (one.change.interval) {
        one.change_percent.interval = Interval{scale * one.change.interval->lower, scale * one.change.interval->upper};
        one.change_percent.standard_error = scale * *one.change.standard_error;
      }
    }
    const Estimate& judged = options.unit == DriftUnit::percent_of_start ? one.change_percent : one.change;
    if (judged.interval) {
      const double drift = options.allowable_drift;
      const bool up = options.direction != DriftDirection::decrease;
      const bool down = options.direction != DriftDirection::increase;
      const bool within = !(up && judged.interval->upper > drift) && !(down && judged.interval->lower < -drift);
      const bool beyond = (up && judged.interval->lower > drift) || (down && judged.interval->upper < -drift);
      if (within || beyond) one.stable = within;
    }
    results.push_back(std::move(one));
  }
  return results;
}

ArrheniusResult estimate_arrhenius(std::span<const DegradationRate> rates, double storage_celsius,
                                   double allowable_drift, double confidence) {
  check_positive("allowable_drift", allowable_drift);
  check_fraction("confidence", confidence);
  constexpr double zero_celsius = 273.15;
  constexpr double gas_constant = 8.31446261815324;
  const auto invert = [](double celsius) {
    if (!(std::isfinite(celsius) && celsius > -zero_celsius)) {
      refuse_value("celsius", fmt::format("{}", celsius), "a temperature above absolute zero");
    }
    return 1.0 / (celsius + zero_celsius);
  };
  std::vector<double> x;
  std::vector<double> y;
  for (const DegradationRate& one : rates) {
    if (!(std::isfinite(one.rate) && one.rate > 0.0)) {
      refuse_value("rate", fmt::format("{}", one.rate), "a rate above 0");
    }
    x.push_back(invert(one.celsius));
    y.push_back(std::log(one.rate));
  }
  if (std::set<double>(x.begin(), x.end()).size() < 2) refuse_value("celsius", "one temperature", "at least two");
  const LinearModelFit line = fit_linear_model({x}, y);
  const char* const why =
      line.degrees_of_freedom < 1.0 ? "quantitative_no_degrees_of_freedom" : "quantitative_exact_fit";
  ArrheniusResult result;
  result.activation_energy_kj_per_mol =
      make_t_estimate(-line.coefficients[1] * gas_constant / 1000.0, line.standard_errors[1] * gas_constant / 1000.0,
                      line.degrees_of_freedom, confidence, why);
  result.ln_frequency_factor = line.coefficients[0];
  if (std::isfinite(line.r_squared)) result.r_squared = line.r_squared;
  const double at[] = {invert(storage_celsius)};
  const LinearPrediction there = predict_linear_model(line, at);
  const Estimate logarithm =
      make_t_estimate(there.value, there.standard_error, line.degrees_of_freedom, confidence, why);
  result.rate = make_estimate(std::exp(there.value), "quantitative_limit_not_transformable");
  result.shelf_life = make_estimate(allowable_drift * std::exp(-there.value), "quantitative_limit_not_transformable");
  if (logarithm.interval) {
    const Interval limits{std::exp(logarithm.interval->lower), std::exp(logarithm.interval->upper)};
    result.rate.interval = limits;
    result.shelf_life.interval = Interval{allowable_drift / limits.upper, allowable_drift / limits.lower};
  } else {
    result.rate.why_absent = result.shelf_life.why_absent = logarithm.why_absent;
  }
  return result;
}

}  // namespace qpcr
