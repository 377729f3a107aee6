// Are near neighbours of the target negative, and how rare must a positive be at least?
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// A substance or organism that must not be detected.
struct CrossReactant {
  std::string name;
  long positive = 0;
  long replicates = 0;
};

struct CrossReactivityOptions {
  double confidence = 0.95;  ///< one-sided, of the upper limit
  /// A positive rate that may not be excluded; without it every positive replicate is a reaction.
  std::optional<double> allowable_rate;

  /// @throws Error invalid_option.
  void validate() const;
};

struct CrossReactantResult {
  CrossReactant reactant;
  Estimate positive_rate;      ///< interval from 0 to the exact one-sided upper limit
  double rule_of_three = 0.0;  ///< 3/replicates: the usual approximation of that limit without a positive
  bool reacts = false;         ///< a positive replicate, or with an allowable rate: the lower exact limit lies above it
  std::optional<bool> excluded;  ///< with an allowable rate: the upper limit does not exceed it
};

struct CrossReactivityResult {
  double confidence = 0.95;
  std::vector<CrossReactantResult> reactants;
  CrossReactantResult whole;  ///< all replicates of the panel
  bool all_negative = false;
};

/// Exact upper limit of a proportion at a one-sided confidence: 1 for no trial or all positive, 1 − (1 − c)^(1/n) for
/// none (Clopper & Pearson 1934). @throws Error invalid_value, invalid_option.
double exact_upper_limit(long positive, long trials, double confidence);

/// @throws Error invalid_value for no reactant, counts that do not fit, duplicate_entry for one name twice,
/// invalid_option.
CrossReactivityResult estimate_cross_reactivity(std::span<const CrossReactant> panel,
                                                const CrossReactivityOptions& options = {});

}  // namespace qpcr
