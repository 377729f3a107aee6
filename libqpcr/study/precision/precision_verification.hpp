// A user's verification of claimed precision and of a target value from a few days of replicates (EP15).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/precision/precision_factor.hpp"

namespace qpcr {

struct PrecisionVerificationOptions {
  std::optional<double> claimed_repeatability_sd;
  std::optional<double> claimed_within_laboratory_sd;
  double false_rejection = 0.05;  ///< chance that a true claim fails, over all levels of the study
  int levels = 1;                 ///< samples in the study; each gets false_rejection/levels (Bonferroni)
  std::optional<double> target;
  double target_standard_error = 0.0;
  double confidence = 0.95;  ///< of the intervals of the SDs and of the mean

  /// @throws Error invalid_option for claims and a target error not above (or at) 0, chances outside (0, 1), no level.
  void validate() const;
};

/// An SD beside its claim. `verified` where it is not above the upper verification limit.
struct VerifiedSd {
  Estimate sd;
  std::optional<double> degrees_of_freedom;
  std::optional<double> claim;
  std::optional<double> limit_degrees;  ///< of the limit: from the design, and for the sum from the claims
  std::optional<double> upper_verification_limit;
  std::optional<bool> verified;

  bool operator==(const VerifiedSd&) const = default;
};

struct PrecisionVerificationResult {
  long values = 0;
  long days = 0;
  double replicates = 0.0;  ///< a day; where days differ the n0 of the expected mean square
  VerifiedSd repeatability;
  VerifiedSd within_laboratory;
  Estimate mean;  ///< interval from the days
  Estimate bias;
  Estimate recovery;                              ///< percent
  std::optional<Interval> verification_interval;  ///< about the target, in which the mean must lie
  std::optional<bool> target_verified;
  std::vector<std::size_t> excluded;

  bool operator==(const PrecisionVerificationResult&) const = default;
};

/// Repeatability and within-laboratory SD by one-way ANOVA over days. Upper verification limit claim·√(χ²(1 − α/m,
/// ν)/ν) (CLSI EP15-A3, in its definition): ν of repeatability is N − days, ν of the within-laboratory SD is
/// Satterthwaite's from the two claims. Mean against the target: ± t·√(SE² + SE_target²).
/// @throws Error as estimate_variance_components(); invalid_value for fewer than two days.
PrecisionVerificationResult estimate_precision_verification(std::span<const double> values, const PrecisionFactor& day,
                                                            const PrecisionVerificationOptions& options);

}  // namespace qpcr
