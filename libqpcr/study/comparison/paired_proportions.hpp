// Two tests on the same subjects: McNemar's tests, and intervals of the paired difference, ratio and odds ratio.
#pragma once

#include <vector>

#include "libqpcr/study/comparison/comparison_types.hpp"

namespace qpcr {

struct PairedProportionsOptions {
  double confidence = 0.95;  ///< two-sided
  ComparisonOrder order = ComparisonOrder::first_minus_second;

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

struct PairedProportionsResult {
  double confidence = 0.95;
  PairedCounts counts;
  Estimate first_positive_rate;  ///< Wilson
  Estimate second_positive_rate;
  std::vector<MethodEstimate> differences;  ///< tango, newcombe, agresti_min, wald, bonett_price
  MethodEstimate ratio;                     ///< of the two rates, on the logarithm
  std::vector<MethodEstimate> odds_ratios;  ///< exact, mid_p: of the discordant subjects
  std::vector<ComparisonTest> tests;        ///< mcnemar, mcnemar_corrected, mcnemar_exact, mcnemar_mid_p
  Estimate phi;                             ///< correlation of the two tests
  Estimate phi_corrected;                   ///< as Newcombe's method 10 uses it
  std::vector<Message> warnings;
};

/// Differences: tango (score; Tango 1998, 10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B), newcombe
/// (1998, method 10 for paired data, 10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C), agresti_min
/// (2005, 10.1002/sim.1781), wald, bonett_price (2012, 10.3102/1076998611411915). Limits are kept within [−1, 1].
/// Odds ratio: first_only/second_only with Clopper–Pearson or mid-p limits of the discordant share. McNemar's tests
/// (1947, 10.1007/BF02295996; mid-p: Fagerland, Lydersen & Laake 2013, 10.1186/1471-2288-13-91) do not exist without
/// discordant subjects, but for the exact ones, whose p is then 1.
/// @throws Error invalid_option (options), invalid_value (counts).
PairedProportionsResult compare_paired_proportions(const PairedCounts& counts, const PairedProportionsOptions& options);

/// Two-sided p of `first_only` of `discordant` against one half.
double mcnemar_exact_p_value(const PairedCounts& counts);
double mcnemar_mid_p_value(const PairedCounts& counts);

/// Newcombe's interval of the paired difference, first minus second. Needs a subject.
Interval newcombe_paired_interval(const PairedCounts& counts, double confidence);

}  // namespace qpcr
