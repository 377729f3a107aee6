// One proportion in several strata (centres, stages, classes): whether it is the same everywhere, its pooled value and
// the data of its forest plot.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libqpcr/study/comparison/exact_contingency.hpp"

namespace qpcr {

/// A proportion of one stratum: the sensitivity among the cases of a centre, say.
struct StratumCount {
  std::string stratum;
  long successes = 0;
  long total = 0;

  bool operator==(const StratumCount&) const = default;
};

struct CentreHomogeneityOptions {
  double confidence = 0.95;  ///< two-sided
  ExactContingencyOptions exact;

  /// @throws Error invalid_option.
  void validate() const;
};

/// A line of the forest plot.
struct StratumProportion {
  std::string stratum;
  long successes = 0;
  long total = 0;
  Estimate proportion;           ///< Wilson
  double weight = 0.0;           ///< share of all subjects
  std::optional<double> p_holm;  ///< of this stratum against all others together (Fisher), Holm-adjusted
};

struct CentreHomogeneityResult {
  double confidence = 0.95;
  std::vector<StratumProportion> rows;  ///< in the order given; strata without subjects are excluded
  std::vector<ComparisonTest> tests;    ///< pearson_chi_square, likelihood_ratio, fisher_freeman_halton
  std::optional<double> monte_carlo_error;
  MethodEstimate pooled;          ///< all subjects together, Wilson
  MethodEstimate random_effects;  ///< DerSimonian–Laird on logits
  ComparisonTest cochran_q;       ///< of the logits
  Estimate i_squared;             ///< Higgins & Thompson 2002, from that Q
  Estimate tau_squared;
  std::vector<Message> warnings;
  std::vector<Exclusion> exclusions;
};

/// Random effects: DerSimonian & Laird 1986 (10.1016/0197-2456(86)90046-2); a half is added to every stratum's
/// successes and failures where any of them is empty. I²: 10.1002/sim.1186. Holm 1979.
/// @throws Error invalid_option, invalid_value (counts, no stratum), duplicate_entry.
CentreHomogeneityResult compare_strata(std::span<const StratumCount> strata, const CentreHomogeneityOptions& options);

/// Holm's adjustment, in the order given.
std::vector<double> adjust_by_holm(std::span<const double> p_values);

/// Strata with subjects; the others are noted. @throws Error invalid_value, duplicate_entry.
std::vector<StratumCount> keep_strata(std::span<const StratumCount> strata, std::vector<Exclusion>& exclusions);

}  // namespace qpcr
