// Fourfold tables in strata: Cochran–Mantel–Haenszel tests, pooled odds ratio and risk difference, and their
// homogeneity.
#pragma once

#include <span>

#include "libqpcr/study/comparison/comparison_types.hpp"

namespace qpcr {

struct StratifiedTablesOptions {
  double confidence = 0.95;  ///< two-sided
  bool exact = true;         ///< the conditional test and odds ratio, by convolution

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

struct StratifiedTablesResult {
  double confidence = 0.95;
  long strata = 0;
  long informative_strata = 0;              ///< without an empty margin
  std::vector<ComparisonTest> tests;        ///< cochran_mantel_haenszel, …_corrected, exact_conditional
  MethodEstimate mantel_haenszel_odds;      ///< interval of Robins, Breslow & Greenland
  MethodEstimate conditional_odds;          ///< exact
  MethodEstimate risk_difference;           ///< Mantel–Haenszel weights, Sato's variance
  std::vector<ComparisonTest> homogeneity;  ///< breslow_day, breslow_day_tarone, woolf
  std::vector<Message> warnings;
};

/// Tests: Mantel & Haenszel 1959 (10.1093/jnci/22.4.719), continuity corrected by at most a half. Odds ratio: Robins,
/// Breslow & Greenland 1986 (10.2307/2531052). Risk difference: Sato 1989 (10.2307/2531838). Homogeneity: Breslow & Day
/// 1980 around the Mantel–Haenszel ratio, Tarone's correction (1985, 10.1093/biomet/72.1.91), Woolf 1955 (a half is
/// added to every cell of every stratum where any is empty; strata in which a group has no subjects are passed over).
/// Strata of fewer than two subjects or with an empty margin say nothing: the tests pass over them, Breslow–Day is then
/// not estimable.
/// @throws Error invalid_option (options), invalid_value (counts, no stratum).
StratifiedTablesResult compare_stratified_tables(std::span<const ProportionPair> strata,
                                                 const StratifiedTablesOptions& options);

}  // namespace qpcr
