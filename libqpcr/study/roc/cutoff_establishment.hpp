// A decision cut-off from establishment to lock: chosen by a criterion fixed beforehand, verified on other subjects.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/roc/cutoff_dataset.hpp"
#include "libqpcr/study/roc/gray_zone.hpp"
#include "libqpcr/study/roc/optimal_cutoff.hpp"

namespace qpcr {

/// Fixed before the data are seen: greatest Youden index; greatest sensitivity at a specificity of at least the level;
/// greatest specificity at a sensitivity of at least the level; greatest net benefit at a cost ratio and prevalence;
/// the limit of blank of the controls at the level.
enum class EstablishmentCriterion { youden, specificity, sensitivity, cost, limit_of_blank };

std::string_view to_string(EstablishmentCriterion criterion);
/// @throws Error invalid_option.
EstablishmentCriterion parse_establishment_criterion(std::string_view text);

/// What must reach a target: the lower limit of its interval, or the estimate alone.
enum class TargetRule { lower_limit, estimate };

struct EstablishmentOptions {
  std::string name;  ///< of the record
  std::string date;  ///< ISO 8601, of the decision
  EstablishmentCriterion criterion = EstablishmentCriterion::youden;
  std::optional<double> level;       ///< of specificity, sensitivity and limit_of_blank
  std::optional<double> cost_ratio;  ///< of cost: a false negative over a false positive
  std::optional<double> prevalence;  ///< of cost
  RocDirection direction = RocDirection::higher_is_case;
  RocThreshold threshold = RocThreshold::midpoint;
  std::optional<RocRule> rule;  ///< inclusive; exclusive for the limit of blank, where nothing is given
  TiedCutoff tied = TiedCutoff::specific;
  GrayZoneMethod gray_method = GrayZoneMethod::quantiles;
  double gray_level = 0.95;
  std::optional<double> sensitivity_target;
  std::optional<double> specificity_target;
  TargetRule target_rule = TargetRule::lower_limit;
  double confidence = 0.95;
  RocResampling resampling;

  /// @throws Error invalid_option; for a level or cost that the criterion lacks or does not take, and for a direction
  /// found from the data.
  void validate() const;
  RocRule decide_rule() const;
};

/// Sensitivity or specificity against its target.
struct TargetVerdict {
  std::optional<double> target;
  std::optional<bool> met;  ///< empty without target or estimate

  bool operator==(const TargetVerdict&) const = default;
};

struct CutoffVerification {
  SourceFile source;
  std::vector<Exclusion> exclusions;
  FourfoldTable table;
  Proportion sensitivity;
  Proportion specificity;
  TargetVerdict sensitivity_verdict;
  TargetVerdict specificity_verdict;
};

struct CutoffEstablishment {
  EstablishmentOptions options;
  RocRule rule = RocRule::inclusive;
  SourceFile source;
  std::vector<Exclusion> exclusions;
  OptimalCutoff establishment;
  GrayZoneResult gray_zone;
  std::optional<CutoffVerification> verification;
  /// Every target was met on independent subjects; empty without a verification or without targets.
  std::optional<bool> accepted;
  std::vector<Message> warnings;
};

/// Targets are judged by the limits of Clopper & Pearson.
/// @throws Error invalid_option; duplicate_entry for subjects in both sets; invalid_value where no cut-off can be
/// established (a group is missing, no point meets the criterion, too few controls).
CutoffEstablishment establish_cutoff(const CutoffDataset& establishment, const CutoffDataset* verification,
                                     const EstablishmentOptions& options);

/// "at_least", "above", "at_most", "below": how a rule of an assay definition words the decision.
std::string_view find_relation(RocDirection direction, RocRule rule);

}  // namespace qpcr
