// Whether a new lot or instrument may stand in for the reference: bias, spread and calls on the same samples.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// One sample measured with the reference and the candidate lot (or instrument). A value is a Cq or ΔCq; no value means
/// no Cq. `positive` is the qualitative call; empty where there is none.
struct BridgedSample {
  std::string id;
  std::optional<double> reference_value;
  std::optional<double> candidate_value;
  std::optional<bool> reference_positive;
  std::optional<bool> candidate_positive;
  long line = 0;
};

/// The rule, fixed before the samples are measured. A criterion without a limit is reported but decides nothing.
struct BridgingOptions {
  double confidence = 0.95;  ///< of the intervals shown
  double equivalence_confidence =
      0.90;  ///< of the interval that must lie within ±bias_margin: two one-sided tests at 5 %
  std::optional<double> bias_margin;       ///< in cycles
  std::optional<double> largest_sd_ratio;  ///< the upper limit of candidate over reference must not exceed it
  std::optional<double> least_ppa;         ///< the lower limit must reach it
  std::optional<double> least_npa;
  std::optional<double> least_opa;

  /// @throws Error invalid_option for limits that mean nothing, and when there is none at all.
  void validate() const;
};

enum class Verdict { met, not_met, cannot_be_judged };

std::string_view to_string(Verdict verdict);

struct BridgingCriterion {
  std::string name;  ///< "bias", "sd_ratio", "ppa", "npa", "opa"
  double limit = 0.0;
  Verdict verdict = Verdict::cannot_be_judged;
  std::optional<double> judged_value;  ///< the limit of the interval that decides
  std::optional<Message> why;          ///< cannot_be_judged
};

/// The whole is accepted when every criterion is met, rejected when one is not, and cannot be judged otherwise.
struct Bridging {
  double confidence = 0.95;
  long samples = 0;
  long both_values = 0;
  long reference_only = 0;  ///< Cq with the reference, none with the candidate
  long candidate_only = 0;
  long neither_value = 0;
  std::vector<std::string> one_sided_samples;  ///< the first hundred
  Estimate bias;                               ///< candidate − reference, Student's t
  Estimate bias_for_equivalence;               ///< the same with the interval of the equivalence tests
  std::optional<double>
      equivalence_p_value;  ///< the larger of both one-sided tests (Schuirmann 1987, 10.1007/BF01068419)
  Estimate sd_ratio;        ///< of candidate over reference (Pitman 1939, Morgan 1939)
  std::optional<double> sd_p_value;
  Estimate positive_agreement;  ///< Wilson interval
  Estimate negative_agreement;
  Estimate overall_agreement;
  long both_positive = 0;
  long candidate_negative = 0;  ///< of the reference's positives
  long candidate_positive = 0;  ///< of the reference's negatives
  long both_negative = 0;
  std::vector<BridgingCriterion> criteria;
  Verdict verdict = Verdict::cannot_be_judged;
  std::vector<Message> warnings;
  std::vector<Exclusion> exclusions;
};

/// @throws Error duplicate_entry for a sample id given twice, invalid_value for a value that is not finite,
/// invalid_option.
Bridging estimate_bridging(const std::vector<BridgedSample>& samples, const BridgingOptions& options);

}  // namespace qpcr
