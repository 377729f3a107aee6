// Tests of groups from centred sums.
#include "libqpcr/study/quantitative/group_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "libqpcr/math/linear_model.hpp"
#include "libqpcr/math/robust.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

constexpr const char* no_variation = "quantitative_no_variation";

TestOutcome absent_test(Message why) {
  TestOutcome outcome;
  outcome.why_absent = std::move(why);
  return outcome;
}

/// Rounding of the mean gives equal values a tiny variance: that is none.
bool varies(std::span<const double> values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) != values.end();
}

double centred_squares(std::span<const double> values) {
  return varies(values) ? squares_about(values, mean_of(values)) : 0.0;
}

struct MeanDifference {
  double value = 0.0;
  double standard_error = 0.0;
  double degrees_of_freedom = 0.0;
};

MeanDifference estimate_difference(std::span<const double> first, std::span<const double> second, bool pooled) {
  const double m = static_cast<double>(first.size());
  const double n = static_cast<double>(second.size());
  MeanDifference found;
  found.value = mean_of(first) - mean_of(second);
  const double a = centred_squares(first) / (m - 1.0) / m;
  const double b = centred_squares(second) / (n - 1.0) / n;
  if (pooled) {
    found.degrees_of_freedom = m + n - 2.0;
    found.standard_error =
        std::sqrt((centred_squares(first) + centred_squares(second)) / found.degrees_of_freedom * (1.0 / m + 1.0 / n));
  } else {
    found.standard_error = std::sqrt(a + b);
    found.degrees_of_freedom = (a + b) * (a + b) / (a * a / (m - 1.0) + b * b / (n - 1.0));
  }
  return found;
}

TestOutcome to_t_test(const MeanDifference& difference) {
  if (!(difference.standard_error > 0.0)) return absent_test({no_variation, {}});
  TestOutcome outcome;
  outcome.statistic = difference.value / difference.standard_error;
  outcome.degrees_of_freedom = difference.degrees_of_freedom;
  outcome.p_value = student_t_two_sided(*outcome.statistic, difference.degrees_of_freedom);
  return outcome;
}

void fill_variance_ratio(std::span<const double> first, std::span<const double> second, TwoGroupResult& result) {
  const double m = static_cast<double>(first.size()) - 1.0;
  const double n = static_cast<double>(second.size()) - 1.0;
  const double a = centred_squares(first) / m;
  const double b = centred_squares(second) / n;
  if (!(a > 0.0 && b > 0.0)) {
    result.variance_ratio = not_estimable(no_variation);
    result.variance_ratio_test = absent_test({no_variation, {}});
    return;
  }
  const double ratio = a / b;
  const double tail = (1.0 - result.confidence) / 2.0;
  result.variance_ratio.value = ratio;
  // The upper quantile of F(n, m) is the reciprocal of the lower one of F(m, n), and keeps its digits.
  result.variance_ratio.interval = Interval{ratio / f_quantile(1.0 - tail, m, n), ratio * f_quantile(1.0 - tail, n, m)};
  result.variance_ratio_test.statistic = ratio;
  result.variance_ratio_test.degrees_of_freedom = m;
  result.variance_ratio_test.denominator_degrees_of_freedom = n;
  result.variance_ratio_test.p_value =
      std::min(1.0, 2.0 * std::min(f_upper_tail(ratio, m, n), f_upper_tail(1.0 / ratio, n, m)));
}

void fill_mann_whitney(std::span<const double> first, std::span<const double> second, const TwoGroupOptions& options,
                       TwoGroupResult& result) {
  const MannWhitneyTest test =
      compare_mann_whitney(first, second, {options.confidence, options.distribution, options.continuity_correction});
  result.mann_whitney_exact = test.exact;
  result.mann_whitney.statistic = test.u;
  result.hodges_lehmann.value = test.shift;
  if (std::isfinite(test.p_value)) {
    result.mann_whitney.p_value = test.p_value;
  } else {
    result.mann_whitney.why_absent = Message{no_variation, {}};
  }
  if (std::isfinite(test.shift_interval.lower)) {
    result.hodges_lehmann.interval = test.shift_interval;
  } else {
    result.hodges_lehmann.why_absent = Message{no_variation, {}};
  }
}

void require_groups(const std::vector<std::vector<double>>& groups) {
  if (groups.size() < 2) refuse_value("groups", fmt::format("{}", groups.size()), "at least two groups");
  for (const auto& group : groups) {
    if (group.empty()) refuse_value("groups", "an empty group", "values in every group");
    check_finite("groups", group);
  }
}

std::size_t count_values(const std::vector<std::vector<double>>& groups) {
  return std::accumulate(groups.begin(), groups.end(), std::size_t{0},
                         [](std::size_t sum, const auto& group) { return sum + group.size(); });
}

}  // namespace

void TwoGroupOptions::validate() const { check_fraction("confidence", confidence); }

TwoGroupResult compare_two_groups(std::span<const double> first, std::span<const double> second,
                                  const TwoGroupOptions& options) {
  options.validate();
  check_finite("first", first);
  check_finite("second", second);
  TwoGroupResult result;
  result.first_count = static_cast<long>(first.size());
  result.second_count = static_cast<long>(second.size());
  result.confidence = options.confidence;
  const std::size_t fewest = std::min(first.size(), second.size());
  if (fewest == 0) {
    const Message why = too_few_values(0, 1);
    for (TestOutcome* test : {&result.welch, &result.student, &result.variance_ratio_test, &result.mann_whitney}) {
      test->why_absent = why;
    }
    for (Estimate* one :
         {&result.mean_difference, &result.mean_difference_pooled, &result.variance_ratio, &result.hodges_lehmann}) {
      one->why_absent = why;
    }
    return result;
  }
  fill_mann_whitney(first, second, options, result);
  if (fewest == 1) {
    const Message why = too_few_values(1, 2);
    result.welch = result.variance_ratio_test = absent_test(why);
    result.variance_ratio = not_estimable(why);
    result.mean_difference.value = mean_of(first) - mean_of(second);
    result.mean_difference.why_absent = why;
  } else {
    const MeanDifference separate = estimate_difference(first, second, false);
    result.welch = to_t_test(separate);
    result.mean_difference = make_t_estimate(separate.value, separate.standard_error, separate.degrees_of_freedom,
                                             options.confidence, no_variation);
    fill_variance_ratio(first, second, result);
  }
  if (first.size() + second.size() < 3) {
    const Message why = too_few_values(2, 3);
    result.student = absent_test(why);
    result.mean_difference_pooled.value = mean_of(first) - mean_of(second);
    result.mean_difference_pooled.why_absent = why;
    return result;
  }
  const double degrees = static_cast<double>(first.size() + second.size()) - 2.0;
  MeanDifference pooled;
  pooled.value = mean_of(first) - mean_of(second);
  pooled.degrees_of_freedom = degrees;
  pooled.standard_error =
      std::sqrt((centred_squares(first) + centred_squares(second)) / degrees *
                (1.0 / static_cast<double>(first.size()) + 1.0 / static_cast<double>(second.size())));
  result.student = to_t_test(pooled);
  result.mean_difference_pooled =
      make_t_estimate(pooled.value, pooled.standard_error, degrees, options.confidence, no_variation);
  return result;
}

TestOutcome compare_means(const std::vector<std::vector<double>>& groups) {
  require_groups(groups);
  const double n = static_cast<double>(count_values(groups));
  const double k = static_cast<double>(groups.size());
  if (n <= k) return absent_test({"quantitative_no_replicates", {}});
  double grand = 0.0;
  for (const auto& group : groups) grand += mean_of(group) * static_cast<double>(group.size()) / n;
  double within = 0.0;
  double between = 0.0;
  for (const auto& group : groups) {
    const double deviation = mean_of(group) - grand;
    within += centred_squares(group);
    between += static_cast<double>(group.size()) * deviation * deviation;
  }
  if (!(within > 0.0)) return absent_test({no_variation, {}});
  TestOutcome outcome;
  outcome.statistic = between / (k - 1.0) / (within / (n - k));
  outcome.degrees_of_freedom = k - 1.0;
  outcome.denominator_degrees_of_freedom = n - k;
  outcome.p_value = f_upper_tail(*outcome.statistic, k - 1.0, n - k);
  return outcome;
}

TestOutcome compare_spread(const std::vector<std::vector<double>>& groups, LeveneCentre centre) {
  require_groups(groups);
  std::vector<std::vector<double>> deviations = groups;
  for (auto& group : deviations) {
    const double middle = centre == LeveneCentre::median ? median(group) : mean_of(group);
    for (double& value : group) value = std::abs(value - middle);
  }
  return compare_means(deviations);
}

TestOutcome compare_variances(const std::vector<std::vector<double>>& groups) {
  require_groups(groups);
  const double n = static_cast<double>(count_values(groups));
  const double k = static_cast<double>(groups.size());
  double pooled = 0.0;
  double logarithms = 0.0;
  double reciprocals = 0.0;
  for (const auto& group : groups) {
    if (group.size() < 2) return absent_test(too_few_values(group.size(), 2));
    const double degrees = static_cast<double>(group.size()) - 1.0;
    const double squares = centred_squares(group);
    if (!(squares > 0.0)) return absent_test({no_variation, {}});
    pooled += squares / (n - k);
    logarithms += degrees * std::log(squares / degrees);
    reciprocals += 1.0 / degrees;
  }
  TestOutcome outcome;
  outcome.statistic = std::max(0.0, (n - k) * std::log(pooled) - logarithms) /
                      (1.0 + (reciprocals - 1.0 / (n - k)) / (3.0 * (k - 1.0)));
  outcome.degrees_of_freedom = k - 1.0;
  outcome.p_value = chi_square_upper_tail(*outcome.statistic, k - 1.0);
  return outcome;
}

TestOutcome compare_rank_sums(const std::vector<std::vector<double>>& groups) {
  const RankTest test = compare_kruskal_wallis(groups);
  if (!std::isfinite(test.statistic)) return absent_test({no_variation, {}});
  TestOutcome outcome;
  outcome.statistic = test.statistic;
  outcome.degrees_of_freedom = test.degrees_of_freedom;
  outcome.p_value = test.p_value;
  return outcome;
}

TestOutcome compare_trend(const std::vector<std::vector<double>>& groups, const JonckheereOptions& options) {
  const JonckheereTest test = compare_jonckheere_terpstra(groups, options);
  if (!std::isfinite(test.p_value)) return absent_test({no_variation, {}});
  TestOutcome outcome;
  outcome.statistic = test.j;
  outcome.p_value = test.p_value;
  return outcome;
}

void EquivalenceOptions::validate() const {
  check_fraction("alpha", alpha);
  if (!(std::isfinite(lower) && std::isfinite(upper) && lower < upper)) {
    refuse_option("lower", fmt::format("{} and {}", lower, upper), "a lower limit below the upper one");
  }
}

EquivalenceResult compare_equivalence(std::span<const double> first, std::span<const double> second,
                                      const EquivalenceOptions& options) {
  options.validate();
  check_finite("first", first);
  check_finite("second", second);
  EquivalenceResult result;
  if (std::min(first.size(), second.size()) < 2) {
    result.difference = not_estimable(too_few_values(std::min(first.size(), second.size()), 2));
    return result;
  }
  const MeanDifference found = estimate_difference(first, second, options.equal_variances);
  result.difference = make_t_estimate(found.value, found.standard_error, found.degrees_of_freedom,
                                      1.0 - 2.0 * std::min(options.alpha, 0.499999), no_variation);
  if (!(found.standard_error > 0.0)) return result;
  result.p_lower = student_t_upper_tail((found.value - options.lower) / found.standard_error, found.degrees_of_freedom);
  result.p_upper = student_t_upper_tail((options.upper - found.value) / found.standard_error, found.degrees_of_freedom);
  result.equivalent = std::max(*result.p_lower, *result.p_upper) < options.alpha;
  return result;
}

std::vector<double> adjust_p_values(std::span<const double> p_values, PAdjustment adjustment) {
  for (const double p : p_values) {
    if (!(p >= 0.0 && p <= 1.0)) refuse_value("p_values", fmt::format("{}", p), "numbers from 0 to 1");
  }
  const std::size_t count = p_values.size();
  const double n = static_cast<double>(count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(count);
  const auto factor = [&](std::size_t index) {
    const double rank = static_cast<double>(index) + 1.0;
    if (adjustment == PAdjustment::bonferroni) return n;
    return adjustment == PAdjustment::benjamini_hochberg ? n / rank : n - rank + 1.0;
  };
  const bool step_down = adjustment == PAdjustment::holm || adjustment == PAdjustment::bonferroni;
  double last = step_down ? 0.0 : 1.0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t index = step_down ? k : count - 1 - k;
    const double value = std::min(1.0, factor(index) * p_values[order[index]]);
    last = step_down ? std::max(last, value) : std::min(last, value);
    adjusted[order[index]] = last;
  }
  return adjusted;
}

}  // namespace qpcr
