// Decision curve analysis: what acting on a risk is worth at each threshold, against acting on all and on none.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {

struct DecisionCurveOptions {
  double confidence = 0.95;
  std::vector<double> thresholds;    ///< each from 0 to below 1; empty: 0.01, 0.02 … 0.99
  std::optional<double> prevalence;  ///< of the target population, for enriched or case–control samples
  bool acts_on_equal = true;         ///< risk ≥ threshold (false: >)
  long replicates = 0;               ///< of the bootstrap band; 0: none
  std::uint64_t seed = 1;
  int threads = 0;

  /// @throws Error invalid_option.
  void validate() const;
};

struct DecisionPoint {
  double threshold = 0.0;
  Estimate true_positive_rate;   ///< share of all subjects that are events and acted on
  Estimate false_positive_rate;  ///< share of all subjects that are non-events and acted on
  Estimate net_benefit;          ///< true positives − false positives·t/(1 − t); band by bootstrap
  Estimate net_benefit_all;
  Estimate difference_from_all;       ///< net benefit of the model − of acting on all; band by bootstrap
  Estimate interventions_avoided;     ///< a subject, against acting on all, with no event missed on balance
  Estimate standardised_net_benefit;  ///< net benefit/prevalence: at most 1

  bool operator==(const DecisionPoint&) const = default;
};

struct DecisionCurve {
  std::string_view method = "net_benefit";
  double confidence = 0.95;
  OutcomeCounts counts;
  std::optional<double> prevalence;  ///< as used: stated, or that of the sample
  long replicates = 0;
  std::vector<DecisionPoint> points;

  bool operator==(const DecisionCurve&) const = default;
};

/// Vickers & Elkin 2006 (10.1177/0272989X06295361). With a stated prevalence the shares are sensitivity·prevalence and
/// (1 − specificity)·(1 − prevalence). The band is the pointwise percentile interval over resampled subjects, resampled
/// within events and non-events where the prevalence is stated; a replicate is the same at any number of threads.
/// Acting on none has the net benefit 0.
/// @throws Error invalid_value (lengths, risks outside 0 … 1, outcomes), invalid_option.
DecisionCurve estimate_decision_curve(std::span<const double> risks, std::span<const int> outcomes,
                                      const DecisionCurveOptions& options);

}  // namespace qpcr
