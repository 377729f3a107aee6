// Limit of detection from the Cq of replicates, those without Cq taken as later than the last cycle.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/study/detection/limit_of_detection_hit_rate.hpp"
#include "libqpcr/study/detection/present_or_late_cq.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

struct CqDetectionOptions {
  double last_cycle = 45.0;  ///< a replicate without Cq, or with a later one, is known to lie above
  double hit_rate = 0.95;
  double confidence = 0.95;

  /// @throws Error invalid_option.
  void validate() const;
};

/// One replicate. Empty: no Cq.
struct CqReplicate {
  double dose = 0.0;
  std::optional<double> cq;

  bool operator==(const CqReplicate&) const = default;
};

/// A level against the censored line.
struct CqLevel {
  double dose = 0.0;
  long replicates = 0;
  long detected = 0;
  std::optional<double> mean_cq;   ///< of those detected
  std::optional<double> line_cq;   ///< of the censored line
  std::optional<double> expected;  ///< detected that the censored line expects

  bool operator==(const CqLevel&) const = default;
};

struct CqDetection {
  CqDetectionOptions options;
  std::optional<Message> why_absent;  ///< of the censored line
  double intercept = 0.0;             ///< Cq at dose 1
  double slope = 0.0;                 ///< Cq a decade
  double residual_sd = 0.0;
  double log_likelihood = 0.0;
  double aic = 0.0;  ///< compares with that of the joint model
  Estimate delta;    ///< limit by the censored line, interval on log10
  Estimate fieller;  ///< absent where it is no interval
  /// Detected against expected counts of the levels: small p means that replicates fail to amplify for another reason
  /// than late cycles, as where no target is in the well; the hit-rate models then tell the limit.
  std::optional<GoodnessOfFit> detection_fit;
  std::vector<CqLevel> levels;
  PresentOrLateCq joint;        ///< of the same replicates
  HitRateDetection hit_rate;    ///< probit on log10 dose of the same replicates
  HitRateDetection single_hit;  ///< Poisson model of the same replicates
  long excluded_blanks = 0;
  std::vector<Message> warnings;
};

/// Cq = intercept + slope·log10 dose + error of constant normal spread, censored above the last cycle (Tobin 1958,
/// 10.2307/1907382; Uh et al. 2008, 10.1186/1471-2105-9-59); the limit is the dose at which the share `hit_rate` of
/// Cq lies within the cycles.
/// @throws Error invalid_option, invalid_value (a dose below 0 or not finite, a Cq not above 0).
CqDetection estimate_cq_detection_limit(const std::vector<CqReplicate>& replicates, const CqDetectionOptions& options);

}  // namespace qpcr
