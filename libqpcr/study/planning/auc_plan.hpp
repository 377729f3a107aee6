// How many cases and controls a study of the area under the ROC curve needs.
#pragma once

#include <string_view>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct AucPlanOptions {
  double auc = 0.0;          ///< expected, above 0.5
  double null_auc = 0.5;     ///< to be exceeded
  double half_width = 0.05;  ///< of the interval, for the precision plan
  double controls_per_case = 1.0;
  double alpha = 0.05;  ///< two-sided; also 1 − confidence of the precision plan
  double power = 0.8;

  /// @throws Error invalid_option unless 0.5 ≤ null_auc < auc < 1 and the others make sense.
  void validate() const;
};

struct AucPlan {
  std::string_view method = "auc";
  PlannedSize obuchowski_cases;  ///< against 0.5 with the binormal variance; absent for another null value
  PlannedSize obuchowski_controls;
  PlannedSize hanley_mcneil_cases;  ///< against null_auc with Hanley and McNeil's variance
  PlannedSize hanley_mcneil_controls;
  PlannedSize precision_cases;  ///< interval of ± half_width, Hanley and McNeil's variance
  PlannedSize precision_controls;
};

/// Obuchowski & McClish 1997 (Statistics in Medicine 16:1529): variance factor
/// 0.0099·exp(−A²/2)·(5A² + 8 + (A² + 8)/k), A = 1.414·Φ⁻¹(AUC), k controls a case.
double obuchowski_variance(double auc, double controls_per_case);

/// Variance times the number of cases, for k controls a case and many cases (Hanley & McNeil 1982,
/// 10.1148/radiology.143.1.7063747): Q1 − A² + (Q2 − A²)/k with Q1 = A/(2 − A), Q2 = 2A²/(1 + A).
double hanley_mcneil_variance(double auc, double controls_per_case);

/// @throws Error invalid_option.
AucPlan derive_auc_plan(const AucPlanOptions& options);

}  // namespace qpcr
