// What the wells, the covariates and the run say of one sample before any value is formed; and the decision at the end.
#include "libqpcr/assay/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qpcr {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  const std::size_t middle = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
}

Reason of(ReasonCode code, int subject, int well = -1) {
  Reason reason;
  reason.code = code;
  reason.subject = subject;
  reason.well = well;
  return reason;
}

Reason counted(ReasonCode code, int found, int expected) {
  Reason reason;
  reason.code = code;
  reason.found = found;
  reason.expected = expected;
  return reason;
}

Reason measured(ReasonCode code, int subject, double number, int well = -1) {
  Reason reason = of(code, subject, well);
  reason.number = number;
  return reason;
}

const RuleDecision& answer(const std::vector<RuleDecision>& rules, std::size_t rule) {
  return rules[rule].answered_by < 0 ? rules[rule] : rules[at(rules[rule].answered_by)];
}

/// A value without a date is too old where an age is demanded, and so is one whose age is no number.
bool is_too_old(const CovariateDefinition& covariate, const std::optional<double>& age_days) {
  if (!covariate.maximum_age_days) return false;
  if (!age_days) return true;
  const bool fresh = std::abs(*age_days) <= *covariate.maximum_age_days;
  return !fresh;
}

/// What a covariate says of an acceptance rule: every possible value is accepted, none is, or some are.
Truth is_accepted(const AcceptanceRule& rule, const ValueRange& range) {
  const auto is_point_below = [](double value, bool open, double limit) {
    return value < limit || (value == limit && open);
  };
  if (rule.at_least && is_point_below(range.upper, range.upper_open, *rule.at_least)) return Truth::no;
  if (rule.at_most && is_point_below(-range.lower, range.lower_open, -*rule.at_most)) return Truth::no;
  const bool low_enough = !rule.at_most || range.upper <= *rule.at_most;
  const bool high_enough = !rule.at_least || range.lower >= *rule.at_least;
  return low_enough && high_enough ? Truth::yes : Truth::unknown;
}

}  // namespace

SampleDecider::SampleDecider(const AssayProgram& program, const CompactContext& context)
    : program_(program), definition_(*program.definition), context_(context) {
  decision_.tubes.resize(program.tubes.size());
}

const TargetReading& SampleDecider::reading(int well, int target) const {
  return readings_[at(well) * program_.targets.size() + at(target)];
}

const CqObservation& SampleDecider::seen(int well, int target) const {
  return observation_->cqs[at(well) * program_.targets.size() + at(target)];
}

bool SampleDecider::says_something(int well, int target) const {
  const TargetReading& read = reading(well, target);
  return read.detected || read.not_detected;
}

void SampleDecider::prepare(const CompactObservation& observation) {
  observation_ = &observation;
  any_imputed_ = false;
  readings_.resize(observation.cqs.size());
  outliers_.assign(observation.cqs.size(), 0);
  const std::size_t count = program_.targets.size();
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    readings_[i] = read_target(definition_, definition_.targets[i % count], observation.cqs[i]);
    any_imputed_ = any_imputed_ || readings_[i].imputed;
  }
  decision_.refusals.clear();
  decision_.restraints.clear();
  decision_.notes.clear();
  decision_.inhibited = false;
  for (int tube = 0; tube < static_cast<int>(program_.tubes.size()); ++tube) judge_tube(tube);
  covariates_.resize(definition_.covariates.size());
  lacking_.assign(definition_.covariates.size(), 0);
  for (int i = 0; i < static_cast<int>(definition_.covariates.size()); ++i) read_covariate(i);
  for (int i = 0; i < static_cast<int>(definition_.acceptance.size()); ++i) accept(i);
  for (int i = 0; i < static_cast<int>(definition_.inhibition.size()); ++i) judge_inhibition(i);
}

void SampleDecider::judge_tube(int tube) {
  TubeDecision& decided = decision_.tubes[at(tube)];
  decided.valid.clear();
  decided.faults.clear();
  decided.exceptions.clear();
  decided.left_out.clear();
  decided.present = 0;
  for (int well = 0; well < static_cast<int>(observation_->tubes.size()); ++well) {
    if (observation_->tubes[at(well)] != tube) continue;
    ++decided.present;
    if (judge_limits(tube, well)) decided.valid.push_back(well);
  }
  const int expected = definition_.replicates.count;
  decided.invalid = decided.present > expected;
  if (decided.invalid) {
    decided.faults.insert(decided.faults.begin(), counted(ReasonCode::too_many_replicates, decided.present, expected));
  } else if (decided.present < expected) {
    decided.faults.push_back(counted(ReasonCode::replicates_missing, decided.present, expected));
  }
  const auto valid = static_cast<int>(decided.valid.size());
  if (valid < definition_.replicates.minimum_valid) {
    decided.invalid = true;
    decided.faults.push_back(
        counted(ReasonCode::too_few_valid_replicates, valid, definition_.replicates.minimum_valid));
  }
  for (int target = 0; target < program_.target_count(); ++target) {
    if (program_.targets[at(target)].tube != tube) continue;
    find_outlier(tube, target);
  }
  for (const int well : decided.valid) {
    for (int target = 0; target < program_.target_count(); ++target) {
      if (program_.targets[at(target)].tube != tube || says_something(well, target)) continue;
      if (definition_.targets[at(target)].role == TargetRole::internal_control) continue;
      decided.left_out.push_back(of(ReasonCode::replicate_left_out, target, well));
    }
  }
}

bool SampleDecider::judge_limits(int tube, int well) {
  TubeDecision& decided = decision_.tubes[at(tube)];
  bool valid = true;
  for (const int rule : program_.validity[at(tube)]) {
    const int target = program_.validity_targets[at(rule)];
    if (satisfies(definition_.validity[at(rule)].limit, reading(well, target), seen(well, target))) continue;
    if (is_excused(rule, well)) {
      decided.exceptions.push_back(of(ReasonCode::validity_exception, rule, well));
    } else {
      valid = false;
      decided.faults.push_back(of(ReasonCode::internal_control_failed, rule, well));
    }
  }
  return valid;
}

bool SampleDecider::is_excused(int rule, int well) const {
  const int beside = program_.validity_exceptions[at(rule)];
  if (beside < 0) return false;
  // A control that was not measured at all, or whose curve is unusable, is no drop-out beside a strong target.
  return says_something(well, program_.validity_targets[at(rule)]) && reading(well, beside).detected &&
         *seen(well, beside).cq_cycles <= *definition_.validity[at(rule)].exception_at_most;
}

/// The one Cq farthest from the median of the others, where that is too far. Two that are equally far name none: the
/// rule on their spread speaks instead.
void SampleDecider::find_outlier(int tube, int target) {
  if (!definition_.replicates.outlier_beyond_cycles) return;
  TubeDecision& decided = decision_.tubes[at(tube)];
  cqs_.clear();
  for (const int well : decided.valid) {
    if (reading(well, target).detected) cqs_.push_back(*seen(well, target).cq_cycles);
  }
  if (cqs_.size() < 3) return;
  double farthest = -1.0;
  int outlier = -1;
  std::size_t index = 0;
  for (const int well : decided.valid) {
    if (!reading(well, target).detected) continue;
    std::vector<double> others = cqs_;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(index));
    const double distance = std::abs(cqs_[index] - median(std::move(others)));
    ++index;
    if (distance > farthest) {
      farthest = distance;
      outlier = well;
    } else if (distance == farthest) {
      outlier = -1;
    }
  }
  if (outlier < 0 || !(farthest > *definition_.replicates.outlier_beyond_cycles)) return;
  outliers_[at(outlier) * program_.targets.size() + at(target)] = 1;
  decided.left_out.push_back(measured(ReasonCode::replicate_outlier_left_out, target, farthest, outlier));
}

bool SampleDecider::is_beside_strong_target(int target, double at_most) const {
  const std::vector<int>& wells = decision_.tubes[at(program_.targets[at(target)].tube)].valid;
  return !wells.empty() && std::all_of(wells.begin(), wells.end(), [&](int well) {
    return reading(well, target).detected && *seen(well, target).cq_cycles <= at_most;
  });
}

void SampleDecider::judge_inhibition(int rule) {
  const InhibitionRule& defined = definition_.inhibition[at(rule)];
  const int target = program_.inhibition_targets[at(rule)];
  const int tube = program_.targets[at(target)].tube;
  const TubeDecision& decided = decision_.tubes[at(tube)];
  double total = 0.0;
  int detected = 0;
  bool absent = false;
  for (int well = 0; well < static_cast<int>(observation_->tubes.size()); ++well) {
    if (observation_->tubes[at(well)] != tube || !says_something(well, target)) continue;
    // Wells that are invalid for another reason say nothing, unless they are all there is: a spike-in that inhibition
    // pushed beyond its own limit should be named as inhibition.
    const bool counts =
        decided.invalid || std::find(decided.valid.begin(), decided.valid.end(), well) != decided.valid.end();
    if (!counts) continue;
    absent = absent || reading(well, target).not_detected;
    if (!reading(well, target).detected) continue;
    total += *seen(well, target).cq_cycles;
    ++detected;
  }
  if (detected == 0 && !absent) {
    decision_.refusals.push_back(of(ReasonCode::inhibition_not_measured, rule));
    return;
  }
  const std::optional<ControlCq>& negative = context_.negatives[at(rule)];
  const bool needs_sd = defined.maximum_shift_sd.has_value();
  if (!negative || (needs_sd && (negative->count < 3 || !negative->sd_cycles))) {
    decision_.refusals.push_back(of(ReasonCode::inhibition_reference_absent, rule));
    return;
  }
  // A spike-in that does not come at all is later than any limit.
  const double shift = absent ? std::numeric_limits<double>::infinity() : total / detected - negative->mean_cycles;
  const bool beyond = (defined.maximum_shift_cycles && shift > *defined.maximum_shift_cycles) ||
                      (needs_sd && shift > *defined.maximum_shift_sd * *negative->sd_cycles);
  if (!beyond) return;
  const int exception = program_.inhibition_exceptions[at(rule)];
  if (exception >= 0 && is_beside_strong_target(exception, *defined.exception_at_most)) {
    decision_.notes.push_back(measured(ReasonCode::inhibition_exception, rule, shift));
    return;
  }
  decision_.inhibited = true;
  decision_.refusals.push_back(measured(ReasonCode::inhibited, rule, shift));
}

bool SampleDecider::is_code(int covariate, int code) const {
  return code >= 0 && code < static_cast<int>(program_.codings[at(covariate)].size());
}

void SampleDecider::read_covariate(int covariate) {
  const CovariateDefinition& defined = definition_.covariates[at(covariate)];
  const std::optional<CompactCovariate>& value = observation_->covariates[at(covariate)];
  Quantity& quantity = covariates_[at(covariate)];
  const bool is_number = defined.kind == CovariateKind::number;
  const bool is_lot = defined.kind == CovariateKind::lot;
  const auto everything_possible = [&](const Reason& why) {
    const std::vector<double>& numbers = program_.code_numbers[at(covariate)];
    ValueRange range = ValueRange::everything();
    if (is_number) range = {*defined.minimum, *defined.maximum, false, false};
    if (!numbers.empty()) {
      const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
      range = {*least, *most, false, false};
    }
    const Quantity whole = open(range, why);
    quantity = is_number ? transform(whole, defined.floor, defined.cap, defined.transform, why) : whole;
    // A cap may leave one number of them all; it is still not the patient's.
    quantity.unknown = true;
    quantity.why = why;
    lacking_[at(covariate)] = 1;
  };
  const auto refuse = [&](const Reason& why) {
    decision_.refusals.push_back(why);
    quantity = unusable(why);
  };
  if (!value) {
    const Reason why = of(ReasonCode::covariate_missing, covariate);
    everything_possible(why);
    if (defined.missing == MissingPolicy::refuse) decision_.refusals.push_back(why);
    if (is_lot && defined.missing == MissingPolicy::indeterminate) decision_.restraints.push_back(why);
    return;
  }
  if (is_too_old(defined, value->age_days)) {
    const Reason why = value->age_days ? measured(ReasonCode::covariate_too_old, covariate, *value->age_days)
                                       : of(ReasonCode::covariate_age_unknown, covariate);
    if (defined.too_old == TooOldPolicy::invalid) return refuse(why);
    if (is_lot) decision_.restraints.push_back(why);
    return everything_possible(why);
  }
  if (is_lot) {
    quantity = known(0.0);
    if (value->lot_expired) refuse(of(ReasonCode::lot_expired, covariate));
    return;
  }
  if (!is_number) {
    if (value->out_of_range || !is_code(covariate, value->code))
      return refuse(of(ReasonCode::covariate_out_of_range, covariate));
    quantity = known(program_.code_numbers[at(covariate)][at(value->code)]);
    return;
  }
  const ValueRange& range = value->range;
  const bool inside = range.lower >= *defined.minimum && range.upper <= *defined.maximum && range.lower <= range.upper;
  if (value->out_of_range || !inside) return refuse(of(ReasonCode::covariate_out_of_range, covariate));
  const Reason bounded = of(ReasonCode::covariate_bounded, covariate);
  quantity = transform(range.is_point() ? known(range.lower) : open(range, bounded), defined.floor, defined.cap,
                       defined.transform, bounded);
}

void SampleDecider::accept(int rule) {
  const AcceptanceRule& defined = definition_.acceptance[at(rule)];
  const int covariate = program_.acceptance_covariates[at(rule)];
  const std::optional<CompactCovariate>& value = observation_->covariates[at(covariate)];
  const CovariateDefinition& of_covariate = definition_.covariates[at(covariate)];
  Truth accepted = Truth::unknown;
  if (value && lacking_[at(covariate)] == 0) {
    if (of_covariate.kind == CovariateKind::number) {
      accepted = is_accepted(defined, value->range);
    } else if (is_code(covariate, value->code)) {
      const std::string& code = program_.codings[at(covariate)][at(value->code)];
      accepted = std::find(defined.one_of.begin(), defined.one_of.end(), code) != defined.one_of.end() ? Truth::yes
                                                                                                       : Truth::no;
    }
  }
  if (accepted == Truth::yes) return;
  const Reason why = of(accepted == Truth::no ? ReasonCode::not_accepted : ReasonCode::acceptance_undecided, rule);
  if (defined.action == AcceptanceAction::review) {
    decision_.notes.push_back(why);
  } else if (defined.action == AcceptanceAction::invalid && accepted == Truth::no) {
    decision_.refusals.push_back(why);
  } else {
    decision_.restraints.push_back(why);
  }
}

std::vector<int> SampleDecider::wells_of(int target) const {
  std::vector<int> wells;
  for (const int well : decision_.tubes[at(program_.targets[at(target)].tube)].valid) {
    if (outliers_[at(well) * program_.targets.size() + at(target)] == 0 && says_something(well, target)) {
      wells.push_back(well);
    }
  }
  return wells;
}

const Decision& SampleDecider::decide(const CompactObservation& observation) {
  shifted_target_ = -1;
  prepare(observation);
  run(Imputation::as_defined, main_);
  decision_.depends_on_imputed_cq = false;
  decision_.imputed_cq_decides = false;
  decision_.imputed.assign(main_.quantities.size(), 0);
  for (RuleDecision& rule : main_.rules) rule.depends_on_imputed_cq = false;
  const auto differs = [&] {
    return other_.outcome != main_.outcome || other_.truth != main_.truth || other_.score_class != main_.score_class;
  };
  if (any_imputed_) {
    run(Imputation::unknown, other_);
    decision_.depends_on_imputed_cq = differs();
    for (std::size_t slot = 0; slot < main_.quantities.size(); ++slot) {
      decision_.imputed[slot] = main_.quantities[slot].range != other_.quantities[slot].range ? 1 : 0;
    }
    for (std::size_t rule = 0; rule < main_.rules.size(); ++rule) {
      main_.rules[rule].depends_on_imputed_cq = answer(main_.rules, rule).truth != answer(other_.rules, rule).truth;
    }
    run(Imputation::only_later, other_);
    decision_.imputed_cq_decides = differs();
  }
  decision_.outcome = main_.outcome;
  decision_.truth = main_.truth;
  decision_.score_class = main_.score_class;
  decision_.score_open = main_.score_open;
  decision_.quantities.swap(main_.quantities);
  decision_.rules.swap(main_.rules);
  find_decisive();

  decision_.gray =
      std::any_of(decision_.rules.begin(), decision_.rules.end(), [](const RuleDecision& rule) { return rule.gray; });
  decision_.discordant = false;
  for (int target = 0; target < program_.target_count(); ++target) {
    const ReasonCode code = decision_.quantities[at(target)].why.code;
    decision_.discordant = decision_.discordant || code == ReasonCode::replicates_discordant ||
                           code == ReasonCode::replicates_disagree || code == ReasonCode::replicates_scatter;
  }
  const bool any_excused_or_left_out =
      std::any_of(decision_.tubes.begin(), decision_.tubes.end(),
                  [](const TubeDecision& tube) { return !tube.exceptions.empty() || !tube.left_out.empty(); });
  decision_.needs_review = decision_.outcome == Outcome::indeterminate || decision_.outcome == Outcome::invalid ||
                           decision_.gray || decision_.imputed_cq_decides || any_excused_or_left_out ||
                           !decision_.notes.empty();
  return decision_;
}

void SampleDecider::find_decisive() {
  const bool by_rules = decision_.refusals.empty() && decision_.restraints.empty() && !program_.positive.empty();
  for (std::size_t rule = 0; rule < decision_.rules.size(); ++rule) {
    decision_.rules[rule].decisive =
        by_rules && evaluate_call(decision_.rules, static_cast<int>(rule)) != decision_.truth;
  }
}

std::vector<Quantity> SampleDecider::derive(const CompactObservation& observation, Imputation imputation,
                                            int shifted_target, double shift_cycles) {
  prepare(observation);
  shifted_target_ = shifted_target;
  shift_cycles_ = shift_cycles;
  run(imputation, other_);
  shifted_target_ = -1;
  return other_.quantities;
}

Decision decide(const AssayProgram& program, const CompactObservation& observation, const CompactContext& context) {
  SampleDecider decider(program, context);
  return decider.decide(observation);
}

void decide_batch(const AssayProgram& program, const CompactContext& context,
                  std::span<const CompactObservation> observations, std::span<BatchCall> calls) {
  SampleDecider decider(program, context);
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const Decision& decision = decider.decide(observations[i]);
    calls[i] = {decision.outcome, decision.score_class, decision.depends_on_imputed_cq, decision.needs_review};
  }
}

std::map<std::string, double> form_control_values(const AssayDefinition& definition, const std::string& control,
                                                  const std::vector<ReplicateObservation>& replicates,
                                                  const RunContext& context) {
  AssayDefinition alone = definition;
  alone.validity.clear();
  alone.inhibition.clear();
  alone.acceptance.clear();
  alone.replicates.count = std::max(1, static_cast<int>(replicates.size()));
  alone.replicates.minimum_valid = 1;
  alone.replicates.discordance = DiscordancePolicy::invalid;
  const AssayProgram program = compile_unproved(alone);
  const CompactContext compact = to_compact(program, context);
  SampleObservation sample;
  sample.sample = control;
  sample.replicates = replicates;
  SampleDecider decider(program, compact);
  const std::vector<Quantity> quantities = decider.derive(to_compact(program, sample), Imputation::unknown);
  std::map<std::string, double> values;
  for (std::size_t i = 0; i < definition.values.size(); ++i) {
    const Quantity& quantity = quantities[static_cast<std::size_t>(program.value_slot(static_cast<int>(i)))];
    if (quantity.is_known()) values[definition.values[i].id] = quantity.range.lower;
  }
  return values;
}

}  // namespace qpcr
