// Sample size for McNemar's test.
#include "libqpcr/study/planning/paired_proportions_plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr long most_exact_pairs = 20'000;

/// For 0, 1, 2 … discordant pairs: how likely the exact test rejects, at the share that favours the first test.
class ConditionalPower {
 public:
  ConditionalPower(double share, double alpha) : share_(share), alpha_(alpha) {}

  struct Values {
    double size;
    double power;
  };

  const Values& at(long discordant) {
    while (std::ssize(values_) <= discordant) extend();
    return values_[static_cast<std::size_t>(discordant)];
  }

 private:
  void extend() {
    const long n = std::ssize(values_);
    // The critical count of n + 1 fair tosses is that of n or one more.
    while (critical_ <= n && binomial_upper_tail(critical_, n, 0.5) > alpha_ / 2.0) ++critical_;
    if (critical_ > n) {
      values_.push_back({0.0, 0.0});
      return;
    }
    values_.push_back({2.0 * binomial_upper_tail(critical_, n, 0.5),
                       binomial_upper_tail(critical_, n, share_) + binomial_cumulative(n - critical_, n, share_)});
  }

  double share_;
  double alpha_;
  long critical_ = 1;
  std::vector<Values> values_;
};

PowerPoint find_power(long pairs, double discordant, ConditionalPower& conditional) {
  const double mean = static_cast<double>(pairs) * discordant;
  const double reach = 10.0 * std::sqrt(mean * (1.0 - discordant)) + 20.0;
  const long first = std::max(0L, static_cast<long>(mean - reach));
  const long last = std::min(pairs, static_cast<long>(mean + reach));
  PowerPoint point;
  point.subjects = pairs;
  for (long count = first; count <= last; ++count) {
    const double mass = binomial_mass(count, pairs, discordant);
    const auto& values = conditional.at(count);
    point.size += mass * values.size;
    point.power += mass * values.power;
  }
  return point;
}

ConditionalPower conditional_power(const PairedProportionsPlanOptions& options) {
  return {std::max(options.first_only, options.second_only) / (options.first_only + options.second_only),
          options.alpha};
}

}  // namespace

void PairedProportionsPlanOptions::validate() const {
  if (!(first_only >= 0.0 && second_only >= 0.0 && first_only + second_only <= 1.0))
    refuse_option("first_only", first_only, "shares of at least 0 that sum to at most 1");
  if (first_only == second_only) refuse_option("second_only", second_only, "another share than the first");
  check_fraction("alpha", alpha);
  check_fraction("power", power);
}

double derive_exact_mcnemar_power(long pairs, const PairedProportionsPlanOptions& options) {
  options.validate();
  check_count("pairs", pairs, 1, most_exact_pairs);
  ConditionalPower conditional = conditional_power(options);
  return find_power(pairs, options.first_only + options.second_only, conditional).power;
}

PairedProportionsPlan derive_paired_proportions_plan(const PairedProportionsPlanOptions& options) {
  options.validate();
  const double z_alpha = alpha_quantile(options.alpha / 2.0);
  const double z_power = power_quantile(options.power);
  PairedProportionsPlan plan;
  if (z_alpha + z_power <= 0.0) {
    for (PlannedSize* each : {&plan.normal, &plan.exact_first, &plan.exact_stable})
      *each = plan_size_absent("plan_power_below_alpha");
    return plan;
  }
  const double discordant = options.first_only + options.second_only;
  const double difference = options.first_only - options.second_only;
  const double root = z_alpha * std::sqrt(discordant) + z_power * std::sqrt(discordant - difference * difference);
  plan.normal = plan_size(root * root / (difference * difference));
  const long most = 3 * plan.normal.subjects.value_or(most_exact_pairs) + 200;
  if (most > most_exact_pairs) {
    plan.exact_first = plan_size_absent("plan_too_many_subjects");
    plan.exact_stable = plan.exact_first;
    return plan;
  }
  ConditionalPower conditional = conditional_power(options);
  std::vector<PowerPoint> points;
  for (long pairs = 1; pairs <= most; ++pairs) points.push_back(find_power(pairs, discordant, conditional));
  plan.normal.power = points[static_cast<std::size_t>(std::max(1L, *plan.normal.subjects)) - 1].power;
  StableSize found = find_stable_size(points, options.power);
  plan.exact_first = found.first;
  plan.exact_stable = found.stable;
  plan.saw_tooth = std::move(found.saw_tooth);
  return plan;
}

}  // namespace qpcr
