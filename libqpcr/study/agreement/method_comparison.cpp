// One fit function for all lines; jackknife and bootstrap repeat it.
#include "libqpcr/study/agreement/method_comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/parallel.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/math/structural_line.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Coefficients of a line; NaN where it does not exist.
struct Line {
  double intercept = nan;
  double slope = nan;
  bool exists() const { return std::isfinite(intercept) && std::isfinite(slope); }
  double bias(double level) const { return intercept + (slope - 1.0) * level; }
};

bool is_median_line(ComparisonLine line) {
  return line == ComparisonLine::passing_bablok || line == ComparisonLine::equivariant ||
         line == ComparisonLine::theil_sen;
}

PassingBablokOptions slope_options(const MethodComparisonOptions& options) {
  PassingBablokOptions slopes = options.slopes;
  slopes.confidence = options.confidence;
  slopes.median = options.line == ComparisonLine::equivariant ? SlopeMedian::equivariant
                  : options.line == ComparisonLine::theil_sen ? SlopeMedian::theil_sen
                                                              : SlopeMedian::passing_bablok;
  return slopes;
}

StructuralLine fit_structural(std::span<const double> x, std::span<const double> y,
                              const MethodComparisonOptions& options) {
  if (options.line == ComparisonLine::deming) return fit_deming(x, y, options.error_ratio);
  if (options.line == ComparisonLine::weighted_deming) {
    WeightedDemingOptions iteration;
    iteration.absolute_tolerance = options.weighted_deming_step;
    return fit_weighted_deming(x, y, options.error_ratio, iteration);
  }
  std::vector<double> weights(x.size(), 1.0);
  if (options.line == ComparisonLine::weighted) {
    for (std::size_t i = 0; i < x.size(); ++i) weights[i] = 1.0 / (x[i] * x[i]);
  }
  return fit_weighted_line(x, y, weights);
}

Line fit(std::span<const double> x, std::span<const double> y, const MethodComparisonOptions& options) {
  if (is_median_line(options.line)) {
    const PassingBablokFit fitted = fit_median_slope(x, y, slope_options(options));
    return {fitted.intercept.value.value_or(nan), fitted.slope.value.value_or(nan)};
  }
  const StructuralLine line = fit_structural(x, y, options);
  return {line.intercept, line.slope};
}

Estimate with_t_interval(double value, double error, double t, const std::string& why_no_interval) {
  Estimate estimate;
  estimate.value = value;
  if (!std::isfinite(error)) {
    estimate.why_absent = Message{why_no_interval, {}};
    return estimate;
  }
  estimate.standard_error = error;
  estimate.interval = Interval{value - t * error, value + t * error};
  return estimate;
}

Estimate scaled(const Estimate& absolute, double level) {
  if (level == 0.0) return not_estimable("agreement_not_estimable_percent_of_zero");
  Estimate percent = absolute;
  const double factor = 100.0 / level;
  if (percent.value) *percent.value *= factor;
  if (percent.standard_error) *percent.standard_error *= std::abs(factor);
  if (percent.interval) {
    const double a = percent.interval->lower * factor;
    const double b = percent.interval->upper * factor;
    percent.interval = Interval{std::min(a, b), std::max(a, b)};
  }
  return percent;
}

void add_bias(MethodComparison& result, const MethodComparisonOptions& options,
              const std::function<Estimate(double)>& estimate) {
  for (const double level : options.levels) {
    BiasAtLevel bias;
    bias.level = level;
    bias.absolute = estimate(level);
    bias.percent = scaled(bias.absolute, level);
    result.bias.push_back(bias);
  }
}

void add_analytic(MethodComparison& result, const MethodComparisonOptions& options, const Line& line) {
  const auto n = static_cast<double>(result.pairs);
  const double t = n > 2.0 ? student_t_upper_quantile((1.0 - options.confidence) / 2.0, n - 2.0) : nan;
  double centre = nan;
  if (is_median_line(options.line)) {
    result.slopes = estimate_passing_bablok(result.x, result.y, slope_options(options));
    result.slope = result.slopes->slope;
    result.intercept = result.slopes->intercept;
    centre = result.slopes->centre.value_or(nan);
  } else {
    const StructuralLine fitted = fit_structural(result.x, result.y, options);
    const std::string why = options.line == ComparisonLine::weighted_deming
                                ? "agreement_interval_needs_jackknife_or_bootstrap"
                            : n < 3.0 ? "agreement_interval_not_estimable_fewer_than_three_pairs"
                                      : "agreement_interval_not_estimable_no_covariation";
    result.slope = with_t_interval(line.slope, fitted.slope_standard_error, t, why);
    result.intercept = with_t_interval(line.intercept, fitted.intercept_standard_error, t, why);
    centre = fitted.centre;
  }
  add_bias(result, options, [&](double level) {
    double error = nan;
    if (result.slope.standard_error && result.intercept.standard_error && std::isfinite(centre)) {
      const double slope_variance = *result.slope.standard_error * *result.slope.standard_error;
      const double variance = *result.intercept.standard_error * *result.intercept.standard_error +
                              slope_variance * level * (level - 2.0 * centre);
      error = std::sqrt(std::max(0.0, variance));
    }
    const std::string why =
        result.slope.why_absent ? result.slope.why_absent->id : "agreement_interval_needs_jackknife_or_bootstrap";
    return with_t_interval(line.bias(level), error, t, why);
  });
}

void add_jackknife(MethodComparison& result, const MethodComparisonOptions& options, const Line& line) {
  const std::size_t size = result.x.size();
  const auto n = static_cast<double>(size);
  std::vector<Line> left_out(size);
  parallel_for(size, 16, options.threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t out = first; out < last; ++out) {
      std::vector<double> x = result.x;
      std::vector<double> y = result.y;
      x.erase(x.begin() + static_cast<std::ptrdiff_t>(out));
      y.erase(y.begin() + static_cast<std::ptrdiff_t>(out));
      left_out[out] = fit(x, y, options);
    }
  });
  for (const Line& one : left_out) result.resamples_without_line += one.exists() ? 0 : 1;
  const bool complete = result.resamples_without_line == 0 && size >= 3;
  const double t = complete ? student_t_upper_quantile((1.0 - options.confidence) / 2.0, n - 2.0) : nan;
  const std::string why = size < 3 ? "agreement_interval_not_estimable_fewer_than_three_pairs"
                                   : "agreement_interval_not_estimable_line_hangs_on_one_pair";
  const auto estimate = [&](double value, const std::function<double(const Line&)>& of) {
    if (!complete) return with_t_interval(value, nan, t, why);
    double mean = 0.0;
    for (const Line& one : left_out) mean += of(one) / n;
    double squares = 0.0;
    for (const Line& one : left_out) squares += (of(one) - mean) * (of(one) - mean);
    return with_t_interval(value, std::sqrt((n - 1.0) / n * squares), t, why);
  };
  result.slope = estimate(line.slope, [](const Line& one) { return one.slope; });
  result.intercept = estimate(line.intercept, [](const Line& one) { return one.intercept; });
  add_bias(result, options, [&](double level) {
    return estimate(line.bias(level), [level](const Line& one) { return one.bias(level); });
  });
}

void add_bootstrap(MethodComparison& result, const MethodComparisonOptions& options, const Line& line) {
  const std::size_t size = result.x.size();
  std::vector<Line> drawn(static_cast<std::size_t>(options.replicates));
  parallel_for(drawn.size(), 16, options.threads, [&](std::size_t first, std::size_t last) {
    std::vector<double> x(size);
    std::vector<double> y(size);
    for (std::size_t replicate = first; replicate < last; ++replicate) {
      ResamplingStream stream(options.seed, replicate);
      for (std::size_t i = 0; i < size; ++i) {
        const std::size_t from = stream.index(size);
        x[i] = result.x[from];
        y[i] = result.y[from];
      }
      drawn[replicate] = fit(x, y, options);
    }
  });
  std::vector<Line> found;
  for (const Line& one : drawn) {
    if (one.exists()) found.push_back(one);
  }
  result.resamples_without_line = static_cast<long>(drawn.size() - found.size());
  const bool enough = found.size() >= 2 && 20 * result.resamples_without_line <= options.replicates;
  const auto estimate = [&](double value, const std::function<double(const Line&)>& of) {
    Estimate estimated;
    estimated.value = value;
    if (!enough) {
      estimated.why_absent = Message{"agreement_interval_not_estimable_resamples_without_line", {}};
      return estimated;
    }
    std::vector<double> values;
    values.reserve(found.size());
    for (const Line& one : found) values.push_back(of(one));
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0.0;
    for (const double one : values) squares += (one - mean) * (one - mean);
    estimated.standard_error = std::sqrt(squares / (count - 1.0));
    estimated.interval = percentile_interval(values, options.confidence);
    return estimated;
  };
  result.slope = estimate(line.slope, [](const Line& one) { return one.slope; });
  result.intercept = estimate(line.intercept, [](const Line& one) { return one.intercept; });
  add_bias(result, options, [&](double level) {
    return estimate(line.bias(level), [level](const Line& one) { return one.bias(level); });
  });
}

Estimate correlate(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  if (x.size() < 2) return not_estimable("agreement_not_estimable_fewer_than_two_pairs");
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0.0;
  double yy = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  if (!(xx > 0.0 && yy > 0.0)) return not_estimable("agreement_not_estimable_values_all_equal");
  return make_estimate(std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0),
                       "agreement_not_estimable_values_all_equal");
}

std::vector<double> mid_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = 0.5 * static_cast<double>(first + last + 1);
    first = last;
  }
  return ranks;
}

void take_pairs(MethodComparison& result, const std::vector<double>& x, const std::vector<double>& y,
                const std::vector<long>& lines) {
  if (x.size() != y.size())
    refuse_request(ErrorCode::invalid_value, "y", std::to_string(y.size()),
                   "as many values as x has (" + std::to_string(x.size()) + ")");
  Exclusion missing;
  missing.reason = Message{"agreement_exclusion_missing_value", {}};
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isinf(x[i]) || std::isinf(y[i]))
      refuse_request(ErrorCode::invalid_value, std::isinf(x[i]) ? "x" : "y", "infinity",
                     "a finite number, or a missing one");
    if (std::isnan(x[i]) || std::isnan(y[i])) {
      ++missing.rows;
      if (i < lines.size() && missing.lines.size() < 100) missing.lines.push_back(lines[i]);
      continue;
    }
    result.x.push_back(x[i]);
    result.y.push_back(y[i]);
  }
  if (missing.rows > 0) result.exclusions.push_back(missing);
  result.pairs = static_cast<long>(result.x.size());
}

/// Why this line cannot be fitted to these values, if so.
std::optional<std::string> find_obstacle(const MethodComparison& data, ComparisonLine line) {
  if (data.pairs < 2) return "agreement_not_estimable_fewer_than_two_pairs";
  const auto positive = [](double value) { return value > 0.0; };
  const bool positive_x = std::all_of(data.x.begin(), data.x.end(), positive);
  if (line == ComparisonLine::weighted_deming && !(positive_x && std::all_of(data.y.begin(), data.y.end(), positive)))
    return "agreement_not_estimable_needs_positive_values";
  if (line == ComparisonLine::weighted && std::find(data.x.begin(), data.x.end(), 0.0) != data.x.end())
    return "agreement_not_estimable_weight_of_zero";
  return std::nullopt;
}

void add_assumptions(MethodComparison& result, const MethodComparisonOptions& options, const Line& line) {
  result.linearity = compare_with_line(result.x, result.y, line.intercept, line.slope);
  Assumption linear;
  linear.what = Message{"agreement_assumption_linear_relation", {}};
  linear.test = "cusum";
  linear.statistic = result.linearity.statistic;
  linear.p_value = result.linearity.p_value;
  if (linear.p_value) linear.holds = *linear.p_value >= 0.05;
  result.assumptions.push_back(linear);
  if ((options.line == ComparisonLine::ordinary || options.line == ComparisonLine::weighted) && result.pearson.value) {
    // CLSI EP09: with r below 0.975 the error of x flattens a least-squares line.
    Assumption range;
    range.what = Message{"agreement_assumption_range_wide_enough", {}};
    range.test = "pearson_r_at_least_0.975";
    range.statistic = result.pearson.value;
    range.holds = *result.pearson.value >= 0.975;
    result.assumptions.push_back(range);
  }
  for (const BiasAtLevel& bias : result.bias) {
    const auto [low, high] = std::minmax_element(result.x.begin(), result.x.end());
    if (bias.level < *low || bias.level > *high)
      result.warnings.push_back({"agreement_level_outside_range", {{"level", format_double(bias.level)}}});
  }
}

}  // namespace

std::string_view to_string(ComparisonLine line) {
  constexpr std::array<std::string_view, 7> names{"ordinary",       "weighted",    "deming",   "weighted_deming",
                                                  "passing_bablok", "equivariant", "theil_sen"};
  return names[static_cast<std::size_t>(line)];
}

std::string_view to_string(ComparisonInterval interval) {
  constexpr std::array<std::string_view, 3> names{"analytic", "jackknife", "bootstrap"};
  return names[static_cast<std::size_t>(interval)];
}

void MethodComparisonOptions::validate() const {
  slopes.validate();
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", format_double(confidence), "a number between 0 and 1");
  if (!(error_ratio > 0.0 && std::isfinite(error_ratio)))
    refuse_request(ErrorCode::invalid_option, "error_ratio", format_double(error_ratio), "a positive finite number");
  if (!(weighted_deming_step >= 0.0 && std::isfinite(weighted_deming_step)))
    refuse_request(ErrorCode::invalid_option, "weighted_deming_step", format_double(weighted_deming_step),
                   "at least 0");
  if (replicates < 1) refuse_request(ErrorCode::invalid_option, "replicates", std::to_string(replicates), "at least 1");
  for (const double level : levels) {
    if (!std::isfinite(level))
      refuse_request(ErrorCode::invalid_option, "levels", format_double(level), "finite numbers");
  }
}

MethodComparison compare_methods(const std::vector<double>& x, const std::vector<double>& y,
                                 const MethodComparisonOptions& options, const std::vector<long>& lines) {
  options.validate();
  MethodComparison result;
  result.line = to_string(options.line);
  result.interval = to_string(options.interval);
  result.confidence = options.confidence;
  take_pairs(result, x, y, lines);
  result.pearson = correlate(result.x, result.y);
  result.spearman = correlate(mid_ranks(result.x), mid_ranks(result.y));
  std::optional<std::string> obstacle = find_obstacle(result, options.line);
  Line line;
  if (!obstacle) {
    line = fit(result.x, result.y, options);
    if (!line.exists()) obstacle = "agreement_not_estimable_values_do_not_vary_together";
  }
  if (obstacle) {
    result.slope = not_estimable(*obstacle);
    result.intercept = result.slope;
    add_bias(result, options, [&](double) { return result.slope; });
    return result;
  }
  if (options.interval == ComparisonInterval::analytic) add_analytic(result, options, line);
  if (options.interval == ComparisonInterval::jackknife) add_jackknife(result, options, line);
  if (options.interval == ComparisonInterval::bootstrap) add_bootstrap(result, options, line);
  add_assumptions(result, options, line);
  return result;
}

ErrorRatio estimate_error_ratio(const Replicates& x, const Replicates& y, double confidence) {
  if (x.size() != y.size())
    refuse_request(ErrorCode::invalid_value, "y", std::to_string(y.size()),
                   "as many samples as x has (" + std::to_string(x.size()) + ")");
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", format_double(confidence), "a number between 0 and 1");
  struct Pool {
    double squares = 0.0;
    double degrees = 0.0;
    double inverse = 0.0;
    std::vector<double> means;
  };
  const auto pool = [](const Replicates& samples, const char* field) {
    Pool pooled;
    for (const std::vector<double>& values : samples) {
      if (values.empty())
        refuse_request(ErrorCode::invalid_value, field, "a sample without a value", "at least one value");
      const auto count = static_cast<double>(values.size());
      double mean = 0.0;
      for (const double value : values) {
        if (!std::isfinite(value))
          refuse_request(ErrorCode::invalid_value, field, format_double(value), "a finite number");
        mean += value / count;
      }
      for (const double value : values) pooled.squares += (value - mean) * (value - mean);
      pooled.degrees += count - 1.0;
      pooled.inverse += 1.0 / count / static_cast<double>(samples.size());
      pooled.means.push_back(mean);
    }
    return pooled;
  };
  const Pool first = pool(x, "x");
  const Pool second = pool(y, "y");
  ErrorRatio result;
  result.x_degrees = first.degrees;
  result.y_degrees = second.degrees;
  result.x_mean = first.means;
  result.y_mean = second.means;
  const auto variance = [](const Pool& pooled) {
    if (!(pooled.degrees > 0.0)) return not_estimable("agreement_not_estimable_no_replicates");
    return make_estimate(pooled.squares / pooled.degrees, "agreement_not_estimable_no_replicates");
  };
  result.x_variance = variance(first);
  result.y_variance = variance(second);
  if (!result.x_variance.value || !result.y_variance.value) {
    result.ratio_of_means = not_estimable("agreement_not_estimable_no_replicates");
    return result;
  }
  if (!(*result.x_variance.value > 0.0 && *result.y_variance.value > 0.0)) {
    result.ratio_of_means = not_estimable("agreement_not_estimable_replicates_all_equal");
    return result;
  }
  const double ratio = *result.x_variance.value * first.inverse / (*result.y_variance.value * second.inverse);
  const double tail = (1.0 - confidence) / 2.0;
  result.ratio_of_means.value = ratio;
  result.ratio_of_means.interval = Interval{ratio / f_quantile(1.0 - tail, first.degrees, second.degrees),
                                            ratio / f_quantile(tail, first.degrees, second.degrees)};
  return result;
}

}  // namespace qpcr
