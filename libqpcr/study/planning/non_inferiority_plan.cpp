// Sample size for non-inferiority of proportions.
#include "libqpcr/study/planning/non_inferiority_plan.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr long most_exact_subjects = 20'000;

/// An outcome of one group: its share, its probability and the squared distance to one of its score limits.
struct Outcome {
  double share;
  double mass;
  double squared_distance;
};

enum class Side { lower, upper };

std::vector<Outcome> list_outcomes(long n, double rate, Side side, double confidence) {
  const double mean = static_cast<double>(n) * rate;
  const double reach = 10.0 * std::sqrt(mean * (1.0 - rate)) + 20.0;
  std::vector<Outcome> outcomes;
  const long last = std::min(n, static_cast<long>(mean + reach));
  for (long x = std::max(0L, static_cast<long>(mean - reach)); x <= last; ++x) {
    const double share = static_cast<double>(x) / static_cast<double>(n);
    const Interval limits = wilson_interval(x, n, confidence);
    const double distance = side == Side::lower ? share - limits.lower : limits.upper - share;
    outcomes.push_back({share, binomial_mass(x, n, rate), distance * distance});
  }
  return outcomes;
}

}  // namespace

void NonInferiorityPlanOptions::validate() const {
  check_fraction("expected_new", expected_new);
  check_fraction("expected_comparator", expected_comparator);
  check_fraction("margin", margin);
  check_fraction("one_sided_alpha", one_sided_alpha);
  check_fraction("power", power);
  check_positive("allocation", allocation);
  if (expected_new - expected_comparator + margin <= 0.0)
    refuse_option("margin", margin, "more than the expected loss");
}

double derive_newcombe_power(long new_subjects, long comparator_subjects, double new_rate, double comparator_rate,
                             double margin, double one_sided_alpha) {
  check_count("new_subjects", new_subjects, 1, most_exact_subjects);
  check_count("comparator_subjects", comparator_subjects, 1, most_exact_subjects);
  check_fraction("new_rate", new_rate);
  check_fraction("comparator_rate", comparator_rate);
  check_fraction("one_sided_alpha", one_sided_alpha);
  const double confidence = 1.0 - 2.0 * one_sided_alpha;
  check_fraction("confidence", confidence);
  const std::vector<Outcome> first = list_outcomes(new_subjects, new_rate, Side::lower, confidence);
  const std::vector<Outcome> second = list_outcomes(comparator_subjects, comparator_rate, Side::upper, confidence);
  double power = 0.0;
  for (const Outcome& one : first) {
    double sum = 0.0;
    for (const Outcome& other : second) {
      const double gap = one.share - other.share + margin;
      if (gap > 0.0 && gap * gap > one.squared_distance + other.squared_distance) sum += other.mass;
    }
    power += one.mass * sum;
  }
  return power;
}

NonInferiorityPlan derive_non_inferiority_plan(const NonInferiorityPlanOptions& options) {
  options.validate();
  const double z = alpha_quantile(options.one_sided_alpha) + power_quantile(options.power);
  const double difference = options.expected_new - options.expected_comparator + options.margin;
  const double variance = options.expected_new * (1.0 - options.expected_new) / options.allocation +
                          options.expected_comparator * (1.0 - options.expected_comparator);
  NonInferiorityPlan plan;
  if (z <= 0.0) {
    plan.new_group = plan_size_absent("plan_power_below_alpha");
    plan.comparator_group = plan.new_group;
    return plan;
  }
  const double comparator = z * z * variance / (difference * difference);
  plan.comparator_group = plan_size(comparator);
  plan.new_group = plan_size(options.allocation * comparator);
  if (!plan.new_group.subjects || !plan.comparator_group.subjects) return plan;
  const long first = *plan.new_group.subjects;
  const long second = *plan.comparator_group.subjects;
  const double at_margin = options.expected_comparator - options.margin;
  if (std::max(first, second) > most_exact_subjects || options.one_sided_alpha >= 0.5) return plan;
  plan.comparator_group.power = derive_newcombe_power(first, second, options.expected_new, options.expected_comparator,
                                                      options.margin, options.one_sided_alpha);
  plan.new_group.power = plan.comparator_group.power;
  if (at_margin > 0.0) {
    plan.exact_size = derive_newcombe_power(first, second, at_margin, options.expected_comparator, options.margin,
                                            options.one_sided_alpha);
  }
  return plan;
}

void PairedNonInferiorityPlanOptions::validate() const {
  if (!(new_only >= 0.0 && comparator_only >= 0.0 && new_only + comparator_only <= 1.0))
    refuse_option("new_only", new_only, "shares of at least 0 that sum to at most 1");
  if (new_only + comparator_only == 0.0) refuse_option("new_only", new_only, "some discordant share");
  check_fraction("margin", margin);
  check_fraction("one_sided_alpha", one_sided_alpha);
  check_fraction("power", power);
  if (new_only - comparator_only + margin <= 0.0) refuse_option("margin", margin, "more than the expected loss");
}

PlannedSize derive_paired_non_inferiority_size(const PairedNonInferiorityPlanOptions& options) {
  options.validate();
  const double z = alpha_quantile(options.one_sided_alpha) + power_quantile(options.power);
  if (z <= 0.0) return plan_size_absent("plan_power_below_alpha");
  const double difference = options.new_only - options.comparator_only;
  const double variance = options.new_only + options.comparator_only - difference * difference;
  return plan_size(z * z * variance / ((difference + options.margin) * (difference + options.margin)));
}

}  // namespace qpcr
