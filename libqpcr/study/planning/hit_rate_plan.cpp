// Replicates for hit rates.
#include "libqpcr/study/planning/hit_rate_plan.hpp"

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

/// The chance of at most `misses` misses falls as replicates grow.
long search_replicates(long misses, const HitRateOptions& options) {
  const auto shown = [&](long n) {
    return binomial_cumulative(misses, n, 1.0 - options.hit_rate) <= 1.0 - options.confidence;
  };
  long enough = misses + 1;
  while (!shown(enough)) enough *= 2;
  long none = misses;
  while (enough - none > 1) {
    const long middle = none + (enough - none) / 2;
    (shown(middle) ? enough : none) = middle;
  }
  return enough;
}

}  // namespace

void HitRateOptions::validate() const {
  check_fraction("hit_rate", hit_rate);
  check_fraction("confidence", confidence);
  if (hit_rate > 0.999999) refuse_option("hit_rate", hit_rate, "at most 0.999999");
  if (!(true_rate > hit_rate && true_rate <= 1.0))
    refuse_option("true_rate", true_rate, "above the hit rate to be shown and at most 1");
  check_count("most_misses", most_misses, 0, 1000);
  check_count("replicates", replicates, 1, 1'000'000);
  check_count("required_hits", required_hits, 1, replicates);
}

HitRatePlan derive_hit_rate_plan(const HitRateOptions& options) {
  options.validate();
  HitRatePlan plan;
  for (long misses = 0; misses <= options.most_misses; ++misses) {
    const long replicates = search_replicates(misses, options);
    plan.rows.push_back({misses, replicates, binomial_upper_tail(replicates - misses, replicates, options.true_rate)});
  }
  plan.rule_lower_limit = beta_quantile(1.0 - options.confidence, static_cast<double>(options.required_hits),
                                        static_cast<double>(options.replicates - options.required_hits) + 1.0);
  for (int percent = 50; percent <= 100; ++percent) {
    const double rate = percent / 100.0;
    plan.characteristic.push_back({rate, binomial_upper_tail(options.required_hits, options.replicates, rate)});
  }
  return plan;
}

}  // namespace qpcr
