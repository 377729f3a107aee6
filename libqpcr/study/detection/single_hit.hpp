// Poisson model of detection: a replicate is positive when at least one effective target is in it.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/study/detection/dose_response.hpp"

namespace qpcr {

struct SingleHitOptions {
  double confidence = 0.95;
  std::vector<double> targets = {0.5, 0.9, 0.95};

  /// @throws Error invalid_option.
  void validate() const;
};

/// The dose at which the share is reached, −ln(1 − share)/λ, by two intervals.
struct SingleHitDose {
  double target = 0.95;
  Estimate wald;     ///< symmetric for ln λ
  Estimate profile;  ///< of the likelihood ratio; open on one side where all or no replicates are positive

  bool operator==(const SingleHitDose&) const = default;
};

/// share = 1 − exp(−λ·dose).
struct SingleHitFit {
  std::optional<Message> why_absent;
  double log_rate = 0.0;  ///< ln λ: effective targets a unit of dose
  double log_rate_standard_error = 0.0;
  double log_likelihood = 0.0;
  double aic = 0.0;
  long degrees_of_freedom = 0;  ///< levels used − 1
  GoodnessOfFit deviance;
  GoodnessOfFit pearson;
  std::vector<SingleHitDose> doses;
  std::vector<std::size_t> excluded_rows;  ///< dose 0 says nothing about λ, or nothing tested
  /// Positives at dose 0, which the model says cannot be.
  long positive_blanks = 0;
  std::vector<double> fitted;

  bool operator==(const SingleHitFit&) const = default;
};

/// Maximum likelihood (a complementary log-log regression of slope 1 on ln dose). Where all replicates are positive, or
/// none, λ does not exist; the profile interval of the dose then still has one limit, and stands without a value.
/// @throws Error invalid_option, invalid_value (as fit_dose_response, and a negative dose).
SingleHitFit fit_single_hit(const std::vector<HitRow>& rows, const SingleHitOptions& options);

}  // namespace qpcr
