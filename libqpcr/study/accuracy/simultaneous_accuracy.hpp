// A rectangle that holds sensitivity and specificity together with the stated confidence.
#pragma once

#include <string_view>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/accuracy/single_proportion.hpp"

namespace qpcr {

/// How the error probability is shared between both.
enum class SimultaneousRule {
  sidak,       ///< each at √confidence: exact for the independent groups of cases and controls
  bonferroni,  ///< each at 1 − α/2: holds under any dependence, such as cases and controls of the same persons
};

struct SimultaneousOptions {
  double confidence = 0.95;  ///< of both together
  SimultaneousRule rule = SimultaneousRule::sidak;
  ProportionInterval interval = ProportionInterval::clopper_pearson;
  ProportionSides sides = ProportionSides::two_sided;  ///< lower: both exceed their limits

  /// Confidence of each interval.
  double marginal_confidence() const;
  /// @throws Error invalid_option.
  void validate() const;
};

struct SimultaneousAccuracy {
  std::string_view method = "simultaneous_accuracy";
  double confidence = 0.95;
  double marginal_confidence = 0.0;
  Estimate sensitivity;
  Estimate specificity;
};

/// The product of both intervals is a confidence region for the pair (Pepe 2003, The Statistical Evaluation of Medical
/// Tests, section 2.2.2; FDA 2007). With Clopper–Pearson limits the coverage of the rectangle is never below nominal.
/// @throws Error invalid_option; invalid_value for a negative count.
SimultaneousAccuracy estimate_simultaneous_accuracy(const FourfoldTable& table, const SimultaneousOptions& options);

}  // namespace qpcr
