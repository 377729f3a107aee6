// Two proportions of different subjects: intervals of their difference and ratio, and tests that they are equal.
#pragma once

#include <vector>

#include "libqpcr/study/comparison/comparison_types.hpp"

namespace qpcr {

struct IndependentProportionsOptions {
  double confidence = 0.95;  ///< two-sided
  ComparisonOrder order = ComparisonOrder::first_minus_second;

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

/// Every difference has the same value with another interval, and so has every ratio. The first of each list is the
/// one to report by default.
struct IndependentProportionsResult {
  double confidence = 0.95;
  std::vector<MethodEstimate> differences;
  std::vector<MethodEstimate> ratios;
  MethodEstimate odds_ratio;  ///< conditional, most likely, exact interval
  std::vector<ComparisonTest> tests;
  std::vector<Message> warnings;
};

/// Differences: newcombe, newcombe_corrected (Newcombe 1998, methods 10 and 11,
/// 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I), miettinen_nurminen (1985,
/// 10.1002/sim.4780040211), mee (1984), wald, wald_corrected, agresti_caffo (2000, 10.1080/00031305.2000.10474560),
/// brown_li_jeffreys (2005, 10.1016/j.jspi.2003.09.039), hauck_anderson (1986, 10.1080/00031305.1986.10475426), haldane
/// and jeffreys_perks (Beal 1987, 10.2307/2531547). Limits are kept within [−1, 1].
/// Ratios: koopman (1984, 10.2307/2531405), katz_log (Katz et al. 1978), adjusted_log (Walter 1975), bailey (1987, cube
/// root), noether (1957), inverse_sinh (Newman 2001). A zero cell is replaced by a
/// half (inverse_sinh: by z) for the limit that exists, and the result warns of it; a ratio over no success has no
/// value and no upper limit.
/// Tests: chi_square, chi_square_yates, fisher_exact (two-sided: tables not more probable than the one seen).
/// @throws Error invalid_option (options), invalid_value (counts).
IndependentProportionsResult compare_independent_proportions(const ProportionPair& pair,
                                                             const IndependentProportionsOptions& options);

/// Newcombe's interval of p₁ − p₂ alone. Both totals must be positive.
Interval newcombe_interval(const ProportionPair& pair, double confidence);

}  // namespace qpcr
