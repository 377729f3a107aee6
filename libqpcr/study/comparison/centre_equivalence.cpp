// Two one-sided tests of each centre against the rest.
#include "libqpcr/study/comparison/centre_equivalence.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/study/comparison/independent_proportions.hpp"
#include "libqpcr/study/comparison/score_difference.hpp"

namespace qpcr {
namespace {

Estimate estimate_range(std::span<const StratumCount> centres, double alpha) {
  const double pairs = static_cast<double>(centres.size() * (centres.size() - 1)) / 2.0;
  Estimate made;
  double widest = 0.0;
  Interval limits{0.0, 0.0};
  for (std::size_t i = 0; i < centres.size(); ++i) {
    for (std::size_t j = i + 1; j < centres.size(); ++j) {
      const ProportionPair pair{centres[i].successes, centres[i].total, centres[j].successes, centres[j].total};
      const Interval interval = newcombe_interval(pair, 1.0 - alpha / pairs);
      widest = std::max(widest, std::abs(pair.first() - pair.second()));
      limits.lower = std::max({limits.lower, interval.lower, -interval.upper});
      limits.upper = std::max({limits.upper, interval.upper, -interval.lower});
    }
  }
  made.value = widest;
  made.interval = limits;
  return made;
}

}  // namespace

void CentreEquivalenceOptions::validate() const {
  if (!(margin > 0.0 && margin < 1.0))
    refuse_option("margin", fmt::format("{}", margin), "a number between 0 and 1, both excluded");
  if (!(alpha > 0.0 && alpha < 0.5))
    refuse_option("alpha", fmt::format("{}", alpha), "a number between 0 and 0.5, both excluded");
}

CentreEquivalenceResult compare_centre_equivalence(std::span<const StratumCount> given,
                                                   const CentreEquivalenceOptions& options) {
  options.validate();
  CentreEquivalenceResult result;
  result.margin = options.margin;
  result.alpha = options.alpha;
  const std::vector<StratumCount> centres = keep_strata(given, result.exclusions);
  if (centres.size() < 2) {
    result.range = not_estimable("comparison_one_stratum");
    return result;
  }
  long successes = 0;
  long subjects = 0;
  for (const StratumCount& one : centres) {
    successes += one.successes;
    subjects += one.total;
  }
  std::vector<double> p_values;
  for (const StratumCount& one : centres) {
    const ProportionPair pair{one.successes, one.total, successes - one.successes, subjects - one.total};
    CentreDifference centre;
    centre.centre = one.stratum;
    centre.difference.value = pair.first() - pair.second();
    centre.difference.interval = newcombe_interval(pair, 1.0 - 2.0 * options.alpha);
    centre.p_lower = normal_upper_tail(score_of_difference(pair, -options.margin, ScoreVariance::mee));
    centre.p_upper = normal_cumulative(score_of_difference(pair, options.margin, ScoreVariance::mee));
    centre.p_value = std::max(centre.p_lower, centre.p_upper);
    p_values.push_back(centre.p_value);
    result.centres.push_back(centre);
  }
  const std::vector<double> adjusted = adjust_by_holm(p_values);
  bool all = true;
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    result.centres[i].p_holm = adjusted[i];
    result.centres[i].equivalent = adjusted[i] <= options.alpha;
    all = all && result.centres[i].equivalent;
  }
  result.all_equivalent = all;
  result.range = estimate_range(centres, options.alpha);
  return result;
}

}  // namespace qpcr
