// Reference limits by each method of EP28, from one sorted sample.
#include "libqpcr/study/quantitative/reference_interval.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "libqpcr/math/parallel.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/math/robust.hpp"
#include "libqpcr/math/roots.hpp"
#include "libqpcr/math/sample_quantiles.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"
#include "libqpcr/study/quantitative/outliers.hpp"

namespace qpcr {
namespace {

constexpr const char* no_variation = "quantitative_no_variation";

bool varies(std::span<const double> values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) != values.end();
}

double box_cox(double value, double power) {
  return std::abs(power) < 1e-12 ? std::log(value) : std::expm1(power * std::log(value)) / power;
}

/// Infinite where the transformed value has no original.
double invert_box_cox(double value, double power) {
  if (std::abs(power) < 1e-12) return std::exp(value);
  const double base = 1.0 + power * value;
  if (base <= 0.0) return power > 0.0 ? 0.0 : std::numeric_limits<double>::infinity();
  return std::exp(std::log(base) / power);
}

ReferenceLimits absent_limits(const Message& why) { return {not_estimable(why), not_estimable(why)}; }

/// mean ± z·sd; each limit's variance is s²/n·(1 + z²/2) (Solberg 1987).
ReferenceLimits estimate_parametric(std::span<const double> values, const ReferenceIntervalOptions& options) {
  if (values.size() < 2) return absent_limits(too_few_values(values.size(), 2));
  if (!varies(values)) return absent_limits({no_variation, {}});
  const double n = static_cast<double>(values.size());
  const double mean = mean_of(values);
  const double sd = std::sqrt(variance_of(values));
  const double z = normal_upper_quantile((1.0 - options.coverage) / 2.0);
  const double error = sd * std::sqrt((1.0 + z * z / 2.0) / n);
  const double margin = normal_upper_quantile((1.0 - options.confidence) / 2.0) * error;
  const auto make = [&](double value) {
    Estimate made;
    made.value = value;
    made.standard_error = error;
    made.interval = Interval{value - margin, value + margin};
    return made;
  };
  return {make(mean - z * sd), make(mean + z * sd)};
}

void transform_back(Estimate& limit, const std::function<double(double)>& back) {
  if (!limit.value) return;
  const double value = back(*limit.value);
  if (!std::isfinite(value)) {
    limit = not_estimable("quantitative_limit_not_transformable");
    return;
  }
  limit.value = value;
  limit.standard_error.reset();
  limit.interval = Interval{back(limit.interval->lower), back(limit.interval->upper)};
}

ReferenceLimits estimate_transformed(std::span<const double> values, const ReferenceIntervalOptions& options,
                                     double power) {
  std::vector<double> transformed;
  for (const double value : values) transformed.push_back(box_cox(value, power));
  ReferenceLimits limits = estimate_parametric(transformed, options);
  const auto back = [power](double value) { return invert_box_cox(value, power); };
  transform_back(limits.lower, back);
  transform_back(limits.upper, back);
  return limits;
}

/// Biweight scale of Horn, Pesce and Copeland: deviations from `centre` in units of tuning·scale, cut at 1.
double estimate_biweight_scale(std::span<const double> values, double centre, double unit, double numerator_factor) {
  double numerator = 0.0;
  double denominator = 0.0;
  for (const double value : values) {
    const double u = (value - centre) / unit;
    if (std::abs(u) >= 1.0) continue;
    const double rest = 1.0 - u * u;
    numerator += u * u * rest * rest * rest * rest;
    denominator += rest * (1.0 - 5.0 * u * u);
  }
  if (!(denominator > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return unit * std::sqrt(numerator_factor * numerator / (denominator * std::max(1.0, denominator - 1.0)));
}

struct RobustLimits {
  double lower = 0.0;
  double upper = 0.0;
};

/// Reorders `scratch`. NaN where half the values are equal: there is no median deviation.
RobustLimits estimate_robust(std::span<double> scratch, std::span<double> deviations, double t_quantile) {
  const double n = static_cast<double>(scratch.size());
  const double middle = median_in_place(scratch);
  for (std::size_t i = 0; i < scratch.size(); ++i) deviations[i] = std::abs(scratch[i] - middle);
  const double scale = median_in_place(deviations) / 0.6745;
  const double none = std::numeric_limits<double>::quiet_NaN();
  if (!(scale > 0.0)) return {none, none};
  constexpr double narrow = 3.7;
  constexpr double wide = 205.6;
  double location = middle;
  for (int step = 0; step < 500; ++step) {
    double weights = 0.0;
    double sum = 0.0;
    for (const double value : scratch) {
      const double u = (value - location) / (narrow * scale);
      if (std::abs(u) >= 1.0) continue;
      const double weight = (1.0 - u * u) * (1.0 - u * u);
      weights += weight;
      sum += weight * (value - middle);
    }
    const double next = middle + sum / weights;
    const bool settled = std::abs(next - location) <= 1e-12 * scale;
    location = next;
    if (settled) break;
  }
  const double spread_wide = estimate_biweight_scale(scratch, middle, wide * scale, n);
  const double spread_narrow = estimate_biweight_scale(scratch, middle, narrow * scale, n);
  const double location_error = estimate_biweight_scale(scratch, location, narrow * spread_narrow, 1.0);
  const double margin = t_quantile * std::hypot(spread_wide, location_error);
  return {location - margin, location + margin};
}

Estimate make_bootstrap_limit(double value, std::vector<double> replicates, double confidence) {
  Estimate made = make_estimate(value, no_variation);
  if (!made.value) return made;
  const auto absent = std::remove_if(replicates.begin(), replicates.end(), [](double one) { return std::isnan(one); });
  // An interval of the replicates that exist would be one of another population.
  if (absent - replicates.begin() < static_cast<std::ptrdiff_t>(replicates.size()) * 99 / 100) {
    made.why_absent = Message{"quantitative_bootstrap_not_defined", {}};
    return made;
  }
  replicates.erase(absent, replicates.end());
  made.interval = percentile_interval(replicates, confidence);
  return made;
}

struct ResampledLimits {
  std::vector<double> lower;
  std::vector<double> upper;
};

using LimitFunction = std::function<RobustLimits(std::span<double>, std::span<double>)>;

ResampledLimits resample_limits(std::span<const double> values, const ReferenceIntervalOptions& options,
                                const LimitFunction& estimate) {
  constexpr std::size_t replicates_per_block = 64;
  const auto replicates = static_cast<std::size_t>(options.replicates);
  ResampledLimits made{std::vector<double>(replicates), std::vector<double>(replicates)};
  parallel_for(replicates, replicates_per_block, options.threads, [&](std::size_t first, std::size_t last) {
    std::vector<double> sample(values.size());
    std::vector<double> scratch(values.size());
    for (std::size_t replicate = first; replicate < last; ++replicate) {
      ResamplingStream stream(options.seed, replicate);
      for (double& value : sample) value = values[stream.index(values.size())];
      const RobustLimits limits = estimate(sample, scratch);
      made.lower[replicate] = limits.lower;
      made.upper[replicate] = limits.upper;
    }
  });
  return made;
}

ReferenceLimits estimate_resampled(std::span<const double> values, const ReferenceIntervalOptions& options,
                                   const LimitFunction& estimate) {
  std::vector<double> sample(values.begin(), values.end());
  std::vector<double> scratch(values.size());
  const RobustLimits limits = estimate(sample, scratch);
  if (!std::isfinite(limits.lower) || !std::isfinite(limits.upper)) return absent_limits({no_variation, {}});
  // About half a minute's work; beyond it the order statistics say as much.
  constexpr double most_draws = 2e8;
  if (static_cast<double>(options.replicates) * static_cast<double>(values.size()) > most_draws) {
    ReferenceLimits made{make_estimate(limits.lower, no_variation), make_estimate(limits.upper, no_variation)};
    made.lower.why_absent = made.upper.why_absent = Message{"quantitative_too_many_for_bootstrap", {}};
    return made;
  }
  const ResampledLimits resampled = resample_limits(values, options, estimate);
  return {make_bootstrap_limit(limits.lower, resampled.lower, options.confidence),
          make_bootstrap_limit(limits.upper, resampled.upper, options.confidence)};
}

Estimate make_order_limit(std::span<const double> sorted, double probability, LimitRanks ranks, int type) {
  Estimate limit;
  limit.value = sorted_quantile(sorted, probability, type);
  if (ranks.lower < 1 || ranks.upper > static_cast<long>(sorted.size())) {
    limit.why_absent = Message{"quantitative_no_order_statistic", {}};
    return limit;
  }
  limit.interval =
      Interval{sorted[static_cast<std::size_t>(ranks.lower) - 1], sorted[static_cast<std::size_t>(ranks.upper) - 1]};
  return limit;
}

void flag_outliers(std::span<const double> sorted, ReferenceIntervalResult& result) {
  std::vector<double> transformed(sorted.begin(), sorted.end());
  if (result.box_cox_power) {
    for (double& value : transformed) value = box_cox(value, *result.box_cox_power);
  }
  const auto fences = derive_tukey_fences(transformed);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (transformed[i] < fences->lower || transformed[i] > fences->upper) result.tukey_outliers.push_back(sorted[i]);
  }
  const double range = sorted.back() - sorted.front();
  if (sorted.size() < 3 || !(range > 0.0)) return;
  if (sorted[1] - sorted[0] >= range / 3.0) result.dixon_outliers.push_back(sorted.front());
  const double top_gap = sorted.back() - sorted[sorted.size() - 2];
  if (top_gap >= range / 3.0) result.dixon_outliers.push_back(sorted.back());
}

}  // namespace

void ReferenceIntervalOptions::validate() const {
  check_fraction("coverage", coverage);
  check_fraction("confidence", confidence);
  if (quantile_type < 1 || quantile_type > 9)
    refuse_option("quantile_type", fmt::format("{}", quantile_type), "1 to 9");
  if (replicates < 100) refuse_option("replicates", fmt::format("{}", replicates), "at least 100");
}

LimitRanks find_limit_ranks(long count, double probability, double confidence) {
  check_fraction("probability", probability);
  check_fraction("confidence", confidence);
  if (count < 0) refuse_value("count", fmt::format("{}", count), "at least 0");
  const double tail = (1.0 - confidence) / 2.0;
  // The value of rank r lies above the quantile when fewer than r values lie below it.
  LimitRanks ranks{0, count + 1};
  long low = 0;
  long high = count;
  while (low < high) {
    const long middle = low + (high - low + 1) / 2;
    if (binomial_cumulative(middle - 1, count, probability) <= tail) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  ranks.lower = low;
  low = 1;
  high = count + 1;
  while (low < high) {
    const long middle = low + (high - low) / 2;
    if (binomial_upper_tail(middle, count, probability) <= tail) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  ranks.upper = low;
  return ranks;
}

std::optional<double> estimate_box_cox_power(std::span<const double> values) {
  check_finite("values", values);
  if (values.size() < 3 || !varies(values)) return std::nullopt;
  double logarithms = 0.0;
  double lowest = values.front();
  for (const double value : values) lowest = std::min(lowest, value);
  if (!(lowest > 0.0)) return std::nullopt;
  for (const double value : values) logarithms += std::log(value);
  const double n = static_cast<double>(values.size());
  const double unit = std::exp(logarithms / n);
  std::vector<double> transformed(values.size());
  // Over their geometric mean, the values' own logarithms leave the likelihood.
  const auto loss = [&](double power) {
    for (std::size_t i = 0; i < values.size(); ++i) transformed[i] = box_cox(values[i] / unit, power);
    return std::log(squares_about(transformed, mean_of(transformed)));
  };
  double best = -5.0;
  for (double power = -5.0; power <= 5.0; power += 0.25) {
    if (loss(power) < loss(best)) best = power;
  }
  return find_minimum(loss, std::max(-5.0, best - 0.25), std::min(5.0, best + 0.25));
}

ReferenceIntervalResult estimate_reference_interval(std::span<const double> values,
                                                    const ReferenceIntervalOptions& options) {
  options.validate();
  check_finite("values", values);
  ReferenceIntervalResult result;
  result.count = static_cast<long>(values.size());
  result.coverage = options.coverage;
  result.confidence = options.confidence;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double tail = (1.0 - options.coverage) / 2.0;
  result.lower_ranks = find_limit_ranks(result.count, tail, options.confidence);
  // Mirrored, so that both ends agree to the last rank.
  result.upper_ranks = {result.count + 1 - result.lower_ranks.upper, result.count + 1 - result.lower_ranks.lower};
  result.normality = shapiro_wilk(values);
  if (sorted.size() < 2) {
    const ReferenceLimits none = absent_limits(too_few_values(sorted.size(), 2));
    result.nonparametric = result.bootstrap = result.parametric = result.parametric_log = none;
    result.parametric_box_cox = result.robust = none;
    return result;
  }
  result.nonparametric.lower = make_order_limit(sorted, tail, result.lower_ranks, options.quantile_type);
  result.nonparametric.upper = make_order_limit(sorted, 1.0 - tail, result.upper_ranks, options.quantile_type);
  result.bootstrap = estimate_resampled(sorted, options, [&](std::span<double> sample, std::span<double>) {
    std::sort(sample.begin(), sample.end());
    return RobustLimits{sorted_quantile(sample, tail, options.quantile_type),
                        sorted_quantile(sample, 1.0 - tail, options.quantile_type)};
  });
  result.parametric = estimate_parametric(sorted, options);
  result.box_cox_power = estimate_box_cox_power(sorted);
  if (sorted.front() > 0.0) {
    result.parametric_log = estimate_transformed(sorted, options, 0.0);
  } else {
    result.parametric_log = absent_limits({"quantitative_needs_positive_values", {}});
  }
  if (result.box_cox_power) {
    result.parametric_box_cox = estimate_transformed(sorted, options, *result.box_cox_power);
    std::vector<double> transformed;
    for (const double value : sorted) transformed.push_back(box_cox(value, *result.box_cox_power));
    result.normality_box_cox = shapiro_wilk(transformed);
  } else {
    result.parametric_box_cox =
        absent_limits({sorted.front() > 0.0 ? no_variation : "quantitative_needs_positive_values", {}});
  }
  const double t = student_t_upper_quantile(tail, static_cast<double>(sorted.size()) - 1.0);
  result.robust = estimate_resampled(sorted, options, [t](std::span<double> sample, std::span<double> deviations) {
    return estimate_robust(sample, deviations, t);
  });
  flag_outliers(sorted, result);
  if (result.count < 120) {
    result.warnings.push_back({"quantitative_fewer_than_120", {{"found", fmt::format("{}", result.count)}}});
  }
  if (!result.tukey_outliers.empty() || !result.dixon_outliers.empty()) {
    result.warnings.push_back({"quantitative_outliers_kept", {}});
  }
  return result;
}

PartitionResult compare_partition(std::span<const double> first, std::span<const double> second) {
  check_finite("first", first);
  check_finite("second", second);
  PartitionResult result;
  const double m = static_cast<double>(first.size());
  const double n = static_cast<double>(second.size());
  result.critical_z = 3.0 * std::sqrt((m + n) / 240.0);
  if (std::min(first.size(), second.size()) < 2) {
    result.z = result.sd_ratio = not_estimable(too_few_values(std::min(first.size(), second.size()), 2));
    return result;
  }
  const double a = varies(first) ? variance_of(first) : 0.0;
  const double b = varies(second) ? variance_of(second) : 0.0;
  if (!(a > 0.0 && b > 0.0)) {
    result.z = result.sd_ratio = not_estimable(no_variation);
    return result;
  }
  result.z.value = std::abs(mean_of(first) - mean_of(second)) / std::sqrt(a / m + b / n);
  result.sd_ratio.value = std::sqrt(std::max(a, b) / std::min(a, b));
  result.partition = *result.z.value > result.critical_z || *result.sd_ratio.value > 1.5;
  return result;
}

TransferResult verify_transfer(std::span<const double> values, Interval limits, bool second_sample) {
  check_finite("values", values);
  if (!(limits.lower < limits.upper)) {
    refuse_option("limits", fmt::format("{} and {}", limits.lower, limits.upper), "a lower limit below the upper one");
  }
  TransferResult result;
  result.count = static_cast<long>(values.size());
  result.outside = std::count_if(values.begin(), values.end(),
                                 [&](double value) { return value < limits.lower || value > limits.upper; });
  if (result.count == 0) {
    result.share_outside = not_estimable(too_few_values(0, 20));
    return result;
  }
  result.share_outside.value = static_cast<double>(result.outside) / static_cast<double>(result.count);
  result.share_outside.interval = clopper_pearson_interval(result.outside, result.count, 0.95);
  if (result.count < 20) return result;
  if (result.outside * 20 <= 2 * result.count) {
    result.verdict = TransferVerdict::accepted;
  } else {
    result.verdict = result.outside * 20 < 5 * result.count && !second_sample
                         ? TransferVerdict::repeat_with_second_sample
                         : TransferVerdict::rejected;
  }
  return result;
}

}  // namespace qpcr
