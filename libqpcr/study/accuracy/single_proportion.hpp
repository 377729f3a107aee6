// One proportion: every usual interval by name, and its comparison with a target value.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// Intervals of a binomial proportion; sources and formulas in docs/methods/single_proportion.md.
enum class ProportionInterval {
  wilson,             ///< score (Wilson 1927)
  wilson_corrected,   ///< score with continuity correction (Newcombe 1998, method 4)
  clopper_pearson,    ///< exact, tails of at most α/2 each (Clopper & Pearson 1934)
  mid_p,              ///< exact tails that count half of the observed outcome (Lancaster 1961)
  blaker,             ///< exact, never wider than Clopper–Pearson (Blaker 2000)
  agresti_coull,      ///< Wald about the score midpoint (Agresti & Coull 1998), cut at 0 and 1
  jeffreys,           ///< beta quantiles of the Jeffreys prior (Brown, Cai & DasGupta 2001)
  modified_jeffreys,  ///< the same with exact limits near 0 and 1
  modified_wilson,    ///< score with Poisson limits near 0 and 1 (Brown, Cai & DasGupta 2001)
  likelihood,         ///< where twice the log likelihood ratio reaches the chi-square quantile
  logit,              ///< Wald on the logit; absent for 0 and n successes
  arcsine,            ///< Wald on Anscombe's (1948) arcsine square root, cut at 0 and 1
  wald,               ///< estimate ± z standard errors, cut at 0 and 1: for comparison only
  wald_corrected,     ///< Wald widened by 1/(2n)
};

std::string_view to_string(ProportionInterval interval);
std::span<const ProportionInterval> list_proportion_intervals();

/// Which limit carries the error probability; the other one is then 0 or 1.
enum class ProportionSides { two_sided, lower, upper };

struct SingleProportionOptions {
  double confidence = 0.95;
  ProportionInterval interval = ProportionInterval::wilson;
  ProportionSides sides = ProportionSides::two_sided;

  /// @throws Error invalid_option unless 0 < confidence < 1, above 0.5 for one limit; for one limit of Blaker's
  /// interval, which has none.
  void validate() const;
};

/// successes/trials with the interval asked for. No trials: not estimable. A one-sided limit has the tail that each
/// side of the two-sided interval at 2·confidence − 1 has.
/// Tested to 1e-10 against DescTools::BinomCI and the definitions in tests/study/accuracy/test_single_proportion.cpp.
/// @throws Error invalid_option; invalid_value unless 0 ≤ successes ≤ trials.
Estimate estimate_single_proportion(long successes, long trials, const SingleProportionOptions& options);

/// Probability that the interval holds the true proportion, and its mean width, by summing over all outcomes.
struct IntervalCoverage {
  double proportion = 0.0;
  double coverage = 0.0;
  double mean_width = 0.0;

  bool operator==(const IntervalCoverage&) const = default;
};

/// An outcome without an interval (the logit interval of 0 of n) counts as not covering and with the width 1.
/// @throws Error invalid_option for trials below 1 or above 100 000 and a proportion outside [0, 1].
std::vector<IntervalCoverage> derive_interval_coverage(long trials, std::span<const double> proportions,
                                                       const SingleProportionOptions& options);

enum class TargetAlternative { two_sided, greater, less };

std::string_view to_string(TargetAlternative alternative);

/// P values of "the proportion equals the target".
struct TargetComparison {
  long successes = 0;
  long trials = 0;
  double target = 0.0;
  TargetAlternative alternative = TargetAlternative::two_sided;
  Estimate exact;            ///< binomial; two-sided: outcomes no likelier than the observed one
  Estimate mid_p;            ///< half of the observed outcome; two-sided: twice the smaller side
  Estimate score;            ///< normal, variance under the target
  Estimate score_corrected;  ///< with Yates' correction of at most 1/2
};

/// Exact two-sided p values sum the outcomes whose probability is at most (1 + 1e-7) times that of the observed one.
/// @throws Error invalid_value unless 0 ≤ successes ≤ trials; invalid_option unless 0 < target < 1.
TargetComparison compare_with_target(long successes, long trials, double target, TargetAlternative alternative);

}  // namespace qpcr
