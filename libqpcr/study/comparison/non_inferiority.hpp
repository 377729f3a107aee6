// Whether a proportion is not worse than another, or than a target value, by more than a margin.
#pragma once

#include <vector>

#include "libqpcr/study/comparison/comparison_types.hpp"

namespace qpcr {

/// The first group or test is the new one and more is better: "inferior" means first − second ≤ −margin. The margin is
/// given as a positive number; 0 asks for superiority.
struct NonInferiorityOptions {
  double margin = 0.0;
  double alpha = 0.025;  ///< one-sided

  /// @throws Error invalid_option unless 0 ≤ margin < 1 and 0 < alpha < 0.5.
  void validate() const;
};

/// A test of first − second ≤ −margin, and whether its interval's lower limit lies above −margin.
struct NonInferiorityFinding {
  ComparisonTest test;        ///< one-sided p; absent for methods that are an interval alone
  Estimate difference;        ///< with the two-sided interval at 1 − 2·alpha
  std::optional<bool> shown;  ///< by this method
};

struct NonInferiorityResult {
  double margin = 0.0;
  double alpha = 0.025;
  std::vector<NonInferiorityFinding> findings;  ///< the first is the default
  std::vector<Message> warnings;
};

/// farrington_manning (1990, 10.1002/sim.4780091208: score test with the variance under the margin; interval of Mee),
/// miettinen_nurminen, newcombe (interval alone), wald.
/// @throws Error invalid_option (options), invalid_value (counts).
NonInferiorityResult compare_independent_with_margin(const ProportionPair& pair, const NonInferiorityOptions& options);

/// tango (1998; the same score statistic as Nam 1997, 10.2307/2533508), newcombe (interval alone), wald (Liu et al.
/// 2002, 10.1002/sim.1012, the sample-based test).
/// @throws as compare_independent_with_margin().
NonInferiorityResult compare_paired_with_margin(const PairedCounts& counts, const NonInferiorityOptions& options);

/// A proportion against a fixed target: first − target, with margin as above (0: the target itself must be exceeded).
/// exact_binomial (p = P(X ≥ x) at target − margin; Clopper–Pearson), score (standard error at target − margin;
/// Wilson).
/// @throws as compare_independent_with_margin(); invalid_option unless 0 < target − margin and target < 1.
NonInferiorityResult compare_with_target(long successes, long total, double target,
                                         const NonInferiorityOptions& options);

}  // namespace qpcr
