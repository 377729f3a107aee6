// Chooses a cut-off by its criterion and judges it on subjects that did not choose it.
#include "libqpcr/study/roc/cutoff_establishment.hpp"

#include <array>
#include <utility>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/roc/auc.hpp"

namespace qpcr {
namespace {

struct Named {
  EstablishmentCriterion criterion;
  std::string_view name;
};

constexpr std::array<Named, 5> names{{{EstablishmentCriterion::youden, "youden"},
                                      {EstablishmentCriterion::specificity, "specificity"},
                                      {EstablishmentCriterion::sensitivity, "sensitivity"},
                                      {EstablishmentCriterion::cost, "cost"},
                                      {EstablishmentCriterion::limit_of_blank, "limit_of_blank"}}};

CutoffOptions to_cutoff_options(const EstablishmentOptions& options) {
  CutoffOptions made;
  made.direction = options.direction;
  made.threshold = options.threshold;
  made.rule = options.decide_rule();
  made.tied = options.tied;
  made.confidence = options.confidence;
  made.resampling = options.resampling;
  switch (options.criterion) {
    case EstablishmentCriterion::specificity:
      made.criterion.criterion = CutoffCriterion::minimum_specificity;
      made.criterion.specificity_level = options.level;
      break;
    case EstablishmentCriterion::sensitivity:
      made.criterion.criterion = CutoffCriterion::minimum_sensitivity;
      made.criterion.sensitivity_level = options.level;
      break;
    case EstablishmentCriterion::cost:
      made.criterion.criterion = CutoffCriterion::cost;
      made.criterion.cost_ratio = options.cost_ratio.value_or(1.0);
      made.criterion.prevalence = options.prevalence;
      break;
    default:
      break;
  }
  return made;
}

TargetVerdict judge(const Proportion& proportion, std::optional<double> target, TargetRule rule) {
  TargetVerdict verdict{target, std::nullopt};
  if (!target || !proportion.estimate) return verdict;
  const double reached = rule == TargetRule::estimate ? *proportion.estimate : proportion.clopper_pearson->lower;
  verdict.met = reached >= *target;
  return verdict;
}

CutoffVerification verify(const CutoffDataset& dataset, double cutoff, const EstablishmentOptions& options) {
  CutoffVerification made;
  made.source = dataset.source;
  made.exclusions = dataset.exclusions;
  made.table = count_at_threshold(count_roc_sample(dataset.sample, options.direction), cutoff, options.decide_rule());
  made.sensitivity =
      estimate_proportion(made.table.true_positive, made.table.cases(), options.confidence, "not_estimable_no_cases");
  made.specificity = estimate_proportion(made.table.true_negative, made.table.controls(), options.confidence,
                                         "not_estimable_no_controls");
  made.sensitivity_verdict = judge(made.sensitivity, options.sensitivity_target, options.target_rule);
  made.specificity_verdict = judge(made.specificity, options.specificity_target, options.target_rule);
  return made;
}

/// A target without an estimate is not met.
std::optional<bool> decide_acceptance(const CutoffVerification& verification) {
  std::optional<bool> accepted;
  for (const TargetVerdict* verdict : {&verification.sensitivity_verdict, &verification.specificity_verdict}) {
    if (verdict->target) accepted = accepted.value_or(true) && verdict->met.value_or(false);
  }
  return accepted;
}

/// A direction against the data would lock a cut-off that calls the healthy positive.
void check_direction(const RocSample& sample, RocDirection direction) {
  if (sample.cases.empty() || sample.controls.empty()) return;
  const double auc = compute_auc(count_roc_sample(sample, direction));
  if (auc < 0.5)
    refuse_request(ErrorCode::invalid_option, "direction", std::string(to_string(direction)),
                   "the side of disease: the area under the curve is " + format_double(auc));
}

void demand(const char* option, std::optional<double> value, bool needed) {
  if (needed && !value)
    refuse_request(ErrorCode::invalid_option, option, "nothing", "a value: the criterion needs one");
  if (!needed && value)
    refuse_request(ErrorCode::invalid_option, option, format_double(*value), "nothing: the criterion does not take it");
}

}  // namespace

std::string_view to_string(EstablishmentCriterion criterion) {
  for (const Named& one : names) {
    if (one.criterion == criterion) return one.name;
  }
  return names.front().name;
}

EstablishmentCriterion parse_establishment_criterion(std::string_view text) {
  for (const Named& one : names) {
    if (one.name == text) return one.criterion;
  }
  refuse_request(ErrorCode::invalid_option, "criterion", std::string(text),
                 "youden, specificity, sensitivity, cost or limit_of_blank");
}

RocRule EstablishmentOptions::decide_rule() const {
  return rule.value_or(criterion == EstablishmentCriterion::limit_of_blank ? RocRule::exclusive : RocRule::inclusive);
}

void EstablishmentOptions::validate() const {
  const bool has_level = criterion == EstablishmentCriterion::specificity ||
                         criterion == EstablishmentCriterion::sensitivity ||
                         criterion == EstablishmentCriterion::limit_of_blank;
  const bool has_cost = criterion == EstablishmentCriterion::cost;
  demand("level", level, has_level);
  demand("cost_ratio", cost_ratio, has_cost);
  demand("prevalence", prevalence, has_cost);
  if (direction == RocDirection::automatic)
    refuse_request(ErrorCode::invalid_option, "direction", "auto", "higher or lower, fixed before the data are seen");
  if (!parse_calendar_day(date)) refuse_request(ErrorCode::invalid_option, "date", date, "a date such as 2026-01-05");
  if (level && criterion == EstablishmentCriterion::limit_of_blank) check_roc_fraction("level", *level);
  if (level && !(*level > 0.0 && *level <= 1.0))
    refuse_request(ErrorCode::invalid_option, "level", format_double(*level), "above 0, at most 1");
  if (sensitivity_target) check_roc_fraction("sensitivity_target", *sensitivity_target);
  if (specificity_target) check_roc_fraction("specificity_target", *specificity_target);
  to_cutoff_options(*this).validate();
}

std::string_view find_relation(RocDirection direction, RocRule rule) {
  if (direction == RocDirection::lower_is_case) return rule == RocRule::inclusive ? "at_most" : "below";
  return rule == RocRule::inclusive ? "at_least" : "above";
}

CutoffEstablishment establish_cutoff(const CutoffDataset& establishment, const CutoffDataset* verification,
                                     const EstablishmentOptions& options) {
  options.validate();
  if (verification != nullptr) check_independent_subjects(establishment, *verification);
  if (verification == nullptr && (options.sensitivity_target || options.specificity_target))
    refuse_request(ErrorCode::invalid_option, options.sensitivity_target ? "sensitivity_target" : "specificity_target",
                   format_double(options.sensitivity_target.value_or(options.specificity_target.value_or(0.0))),
                   "other subjects to reach it on");
  check_direction(establishment.sample, options.direction);
  CutoffEstablishment made;
  made.options = options;
  made.rule = options.decide_rule();
  made.source = establishment.source;
  made.exclusions = establishment.exclusions;
  const CutoffOptions cutoff_options = to_cutoff_options(options);
  made.establishment = options.criterion == EstablishmentCriterion::limit_of_blank
                           ? estimate_blank_cutoff(establishment.sample, *options.level, cutoff_options)
                           : estimate_optimal_cutoff(establishment.sample, cutoff_options);
  if (!made.establishment.cutoff.value) {
    ErrorContext context;
    context.path = establishment.source.name;
    context.problem = "no cut-off can be established: " + made.establishment.cutoff.why_absent->id;
    throw Error(ErrorCode::invalid_value, context);
  }
  const double cutoff = *made.establishment.cutoff.value;
  made.gray_zone = estimate_gray_zone(establishment.sample, {options.direction, options.gray_method, options.gray_level,
                                                             options.confidence, options.resampling});
  made.warnings = made.establishment.warnings;
  for (const Message& warning : made.gray_zone.warnings) made.warnings.push_back(warning);
  if (made.gray_zone.lower.value && (cutoff < *made.gray_zone.lower.value || cutoff > *made.gray_zone.upper.value))
    made.warnings.push_back({"roc_cutoff_outside_gray_zone", {}});
  if (verification == nullptr) {
    made.warnings.push_back({"roc_verification_missing", {}});
    return made;
  }
  made.verification = verify(*verification, cutoff, options);
  made.accepted = decide_acceptance(*made.verification);
  return made;
}

}  // namespace qpcr
