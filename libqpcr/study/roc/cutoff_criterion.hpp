// What makes one operating point of a ROC curve better than another: the criteria by which cut-offs are chosen.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"

namespace qpcr {

/// Se, Sp: sensitivity, specificity; p: prevalence; levels are those of the options.
enum class CutoffCriterion {
  youden,                     ///< greatest Se + Sp − 1
  closest_top_left,           ///< least distance √((1−Se)² + (1−Sp)²)
  product,                    ///< greatest Se·Sp
  equal,                      ///< least |Se − Sp|
  max_min,                    ///< greatest min(Se, Sp)
  accuracy,                   ///< greatest share of right calls in the sample
  kappa,                      ///< greatest p-weighted kappa
  f1,                         ///< greatest 2TP/(2TP + FP + FN)
  diagnostic_odds_ratio,      ///< greatest TP·TN/(FP·FN)
  p_value,                    ///< greatest χ² with Yates' correction; the value is the p, not adjusted for the choice
  cost,                       ///< greatest Se − (1 − p)/(p·cost ratio)·(1 − Sp)
  misclassification_cost,     ///< least cost ratio·p·(1 − Se) + (1 − p)(1 − Sp)
  minimax,                    ///< least of the greater of FN and FP
  prevalence_matching,        ///< least |p of the sample − share of positives|
  max_sensitivity,            ///< greatest Se, then Sp
  max_specificity,            ///< greatest Sp, then Se
  minimum_sensitivity,        ///< greatest Sp where Se is at least the level
  minimum_specificity,        ///< greatest Se where Sp is at least the level
  minimum_both,               ///< greatest Sp where both are at least their levels
  nearest_sensitivity,        ///< Se nearest to the level, then the greatest Sp
  nearest_specificity,        ///< Sp nearest to the level, then the greatest Se
  minimum_ppv,                ///< greatest NPV where PPV is at least the level
  minimum_npv,                ///< greatest PPV where NPV is at least the level
  minimum_both_predictive,    ///< greatest NPV where both are at least their levels
  nearest_ppv,                ///< PPV nearest to the level, then the greatest NPV
  nearest_npv,                ///< NPV nearest to the level, then the greatest PPV
  predictive_sum,             ///< greatest PPV + NPV
  predictive_product,         ///< greatest PPV·NPV
  predictive_max_min,         ///< greatest min(PPV, NPV)
  predictive_closest_corner,  ///< least (1−PPV)² + (1−NPV)², as a distance
  predictive_equal,           ///< least |PPV − NPV|
  nearest_positive_ratio,     ///< positive likelihood ratio nearest to the level
  nearest_negative_ratio,     ///< negative likelihood ratio nearest to the level
};

/// What to do with an odds ratio whose table has a zero.
enum class ZeroCell { excluded, half };

struct CriterionOptions {
  CutoffCriterion criterion = CutoffCriterion::youden;
  std::optional<double> sensitivity_level;
  std::optional<double> specificity_level;
  std::optional<double> ppv_level;
  std::optional<double> npv_level;
  std::optional<double> ratio_level;
  std::optional<double> prevalence;  ///< of the population; that of the sample where it is not given
  double cost_ratio = 1.0;           ///< cost of a false negative over that of a false positive
  ZeroCell zero_cell = ZeroCell::excluded;

  /// @throws Error invalid_option for a level that the criterion needs and that is missing or out of range.
  void validate() const;
};

std::string_view to_string(CutoffCriterion criterion);
/// @throws Error invalid_option that lists the names.
CutoffCriterion parse_cutoff_criterion(std::string_view text);
std::vector<std::string> list_cutoff_criteria();

/// How good a point is: `rank` and then `second` are to be greatest; `value` is what the criterion calls its value.
struct CriterionScore {
  double rank = 0.0;
  double second = 0.0;
  double value = 0.0;
};

/// Nothing where the criterion does not exist at the point (a zero denominator, a level not reached).
std::optional<CriterionScore> score_point(const FourfoldTable& table, const CriterionOptions& options);

}  // namespace qpcr
