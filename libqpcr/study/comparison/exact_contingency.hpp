// Exact test of a contingency table with fixed margins (Fisher–Freeman–Halton), by layers of columns, or by sampling.
#pragma once

#include <cstdint>
#include <vector>

#include "libqpcr/study/comparison/comparison_types.hpp"

namespace qpcr {

/// Counts by row; rows are equally long.
using ContingencyTable = std::vector<std::vector<long>>;

struct ExactContingencyOptions {
  /// Of a layer; beyond it, beyond ten times as many filled columns and above ten million subjects the exact test is
  /// "not computed".
  long most_states = 1'000'000;
  long replicates = 0;  ///< of the Monte-Carlo test that then takes its place; 0: none
  std::uint64_t seed = 1;
  int threads = 0;

  /// @throws Error invalid_option.
  void validate() const;
};

struct ExactContingencyResult {
  ComparisonTest test;                      ///< "fisher_freeman_halton", or "fisher_freeman_halton_monte_carlo"
  std::optional<double> monte_carlo_error;  ///< standard error of a sampled p
};

/// Probability of the tables with these margins that are not more probable than the one given (equal within a relative
/// 1e-7; Freeman & Halton 1951, 10.1093/biomet/38.1-2.141). Columns are placed one after the other; what remains of a
/// partial table is bounded from both sides by exact extremes, so that most parts are counted or dropped whole (Mehta &
/// Patel 1983, 10.1080/01621459.1983.10477989). The sampled p is (1 + hits)/(1 + replicates).
/// @throws Error invalid_value for negative counts or rows of unequal length, invalid_option.
ExactContingencyResult compare_contingency_exactly(const ContingencyTable& table,
                                                   const ExactContingencyOptions& options);

}  // namespace qpcr
