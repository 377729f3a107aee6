// From readings to quantities, from quantities to values, from values to the truth of every rule and of the call.
#include <algorithm>
#include <cmath>

#include "libqpcr/assay/evaluation.hpp"

namespace qpcr {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

Reason of(ReasonCode code, int subject, int well = -1) {
  Reason reason;
  reason.code = code;
  reason.subject = subject;
  reason.well = well;
  return reason;
}

bool is_decided(Truth truth) { return truth == Truth::yes || truth == Truth::no; }

double standard_deviation(const std::vector<Quantity>& parts) {
  double total = 0.0;
  for (const Quantity& part : parts) total += part.range.lower;
  const double mean = total / static_cast<double>(parts.size());
  double squares = 0.0;
  for (const Quantity& part : parts) squares += (part.range.lower - mean) * (part.range.lower - mean);
  return std::sqrt(squares / static_cast<double>(parts.size() - 1));
}

/// A number that is none: overflow, or one infinity less another. Nothing follows from it.
Quantity checked(const Quantity& quantity, const Reason& why) {
  const ValueRange& range = quantity.range;
  const bool no_number =
      std::isnan(range.lower) || std::isnan(range.upper) || (range.is_point() && std::isinf(range.lower));
  return no_number ? undefined(quantity, why) : quantity;
}

}  // namespace

void SampleDecider::form_quantities(Imputation imputation, Pass& pass) {
  pass.quantities.resize(at(program_.slot_count()));
  for (int target = 0; target < program_.target_count(); ++target) {
    const int tube = program_.targets[at(target)].tube;
    pass.quantities[at(target)] = combine(target, decision_.tubes[at(tube)].valid, imputation);
  }
  for (std::size_t i = 0; i < covariates_.size(); ++i) {
    pass.quantities[at(program_.covariate_slot(static_cast<int>(i)))] = covariates_[i];
  }
  for (int value = 0; value < static_cast<int>(program_.values.size()); ++value) {
    pass.quantities[at(program_.value_slot(value))] = derive_value(value, pass.quantities, imputation, false);
  }
}

void SampleDecider::judge(int rule, Pass& pass, Imputation imputation) {
  pass.rules.resize(program_.rules.size());
  if (definition_.rules[at(rule)].at_least_replicates) {
    judge_in_replicates(rule, pass, imputation);
  } else {
    judge_rule(rule, pass);
  }
}

void SampleDecider::run(Imputation imputation, Pass& pass) {
  form_quantities(imputation, pass);
  for (int rule = 0; rule < static_cast<int>(program_.rules.size()); ++rule) judge(rule, pass, imputation);
  answer_by_alternates(pass, imputation);
  conclude(pass);
}

/// What one well says of a target; policy "exclude" is open here, and left out of a mean.
Quantity SampleDecider::read(int target, int well, Imputation imputation) const {
  const AssayTarget& defined = definition_.targets[at(target)];
  const TargetReading& reads = reading(well, target);
  if (reads.detected) return known(*seen(well, target).cq_cycles);
  if (!reads.not_detected) return unusable(of(ReasonCode::target_not_readable, target, well));
  const Reason absent = of(ReasonCode::target_not_detected, target, well);
  ValueRange later = ValueRange::everything();
  later.lower = program_.targets[at(target)].maximum_cq_cycles;
  switch (defined.not_detected.policy) {
    case NotDetectedPolicy::exclude:
      return open(ValueRange::everything(), of(ReasonCode::not_detected_excluded, target));
    case NotDetectedPolicy::fail:
      return unusable(of(ReasonCode::not_detected_fails, target, well));
    case NotDetectedPolicy::censor:
      later.lower = defined.not_detected.cycles.value_or(later.lower);
      return open(later, absent);
    case NotDetectedPolicy::impute:
      if (imputation == Imputation::only_later) return open(later, absent);
      if (imputation == Imputation::unknown) return open(ValueRange::everything(), absent);
      return known(*defined.not_detected.cycles);
  }
  return unusable(absent);
}

Quantity SampleDecider::combine(int target, const std::vector<int>& wells, Imputation imputation) {
  const AssayTarget& defined = definition_.targets[at(target)];
  const TubeDecision& tube = decision_.tubes[at(program_.targets[at(target)].tube)];
  const auto tube_fault = [&] {
    return tube.faults.empty() ? of(ReasonCode::sample_not_measured, target) : tube.faults.front();
  };
  if (tube.invalid) return unusable(tube_fault());
  usable_.clear();
  Reason failed;
  int left_out = 0;
  int detected = 0;
  int absent = 0;
  for (const int well : wells) {
    if (outliers_[at(well) * program_.targets.size() + at(target)] != 0) continue;
    const TargetReading& reads = reading(well, target);
    if (reads.not_detected && defined.not_detected.policy == NotDetectedPolicy::exclude) {
      ++left_out;
      continue;
    }
    Quantity quantity = read(target, well, imputation);
    if (quantity.invalid) {
      if (!failed) failed = quantity.why;
      continue;
    }
    ++(reads.detected ? detected : absent);
    usable_.push_back(quantity);
  }
  if (static_cast<int>(usable_.size()) + left_out < definition_.replicates.minimum_valid) {
    return unusable(failed ? failed : tube_fault());
  }
  if (usable_.empty()) return open(ValueRange::everything(), of(ReasonCode::not_detected_excluded, target));
  if (detected > 0 && absent + left_out > 0) return discordant(target, wells, imputation, detected, absent + left_out);
  if (Quantity apart = disagreeing(target); apart.unknown) return apart;
  Quantity result = mean(usable_);
  if (target == shifted_target_) result.range = add(result.range, ValueRange::point(shift_cycles_));
  return result;
}

/// Detected in some wells and not in others is no average of both. Bounded: between the earliest Cq seen and what
/// stands in for none; calls are made only where all of it agrees.
Quantity SampleDecider::discordant(int target, const std::vector<int>& wells, Imputation imputation, int detected,
                                   int absent) const {
  Reason why = of(ReasonCode::replicates_discordant, target);
  why.found = detected;
  why.expected = absent;
  if (definition_.replicates.discordance == DiscordancePolicy::invalid) return unusable(why);
  ValueRange range = ValueRange::everything();
  // Policy "exclude" says of none only that it enters no mean: it bounds nothing.
  const bool unbounded = definition_.targets[at(target)].not_detected.policy == NotDetectedPolicy::exclude;
  if (unbounded || definition_.replicates.discordance == DiscordancePolicy::indeterminate ||
      imputation == Imputation::unknown) {
    return open(range, why);
  }
  double earliest = range.upper;
  double latest = range.lower;
  const auto include = [&](double cq) {
    earliest = std::min(earliest, cq);
    latest = std::max(latest, cq);
  };
  for (const int well : wells) {
    if (outliers_[at(well) * program_.targets.size() + at(target)] != 0) continue;
    if (reading(well, target).detected) include(*seen(well, target).cq_cycles);
  }
  const NotDetected& policy = definition_.targets[at(target)].not_detected;
  if (policy.cycles) include(*policy.cycles);
  range.lower = earliest;
  if (imputation == Imputation::as_defined && policy.policy == NotDetectedPolicy::impute) range.upper = latest;
  return open(range, why);
}

/// Unknown where the usable Cqs lie too far apart to be averaged.
Quantity SampleDecider::disagreeing(int target) const {
  const AssayTarget& defined = definition_.targets[at(target)];
  double latest = usable_.front().range.lower;
  double earliest = usable_.front().range.upper;
  bool all_points = true;
  for (const Quantity& quantity : usable_) {
    latest = std::max(latest, quantity.range.lower);
    earliest = std::min(earliest, quantity.range.upper);
    all_points = all_points && quantity.range.is_point();
  }
  if (defined.maximum_spread_cycles && latest - earliest > *defined.maximum_spread_cycles) {
    Reason why = of(ReasonCode::replicates_disagree, target);
    why.number = latest - earliest;
    return open(ValueRange::everything(), why);
  }
  if (defined.maximum_sd_cycles && usable_.size() > 1 && all_points) {
    const double sd = standard_deviation(usable_);
    if (sd > *defined.maximum_sd_cycles) {
      Reason why = of(ReasonCode::replicates_scatter, target);
      why.number = sd;
      return open(ValueRange::everything(), why);
    }
  }
  return {};
}

/// Target and references of one tube over the same wells: a well that lacks one of them drops out for all. None where
/// every one of them lacks something.
const std::vector<int>& SampleDecider::pair_wells(const CompiledValue& value) {
  const int tube = program_.targets[at(value.target)].tube;
  const std::vector<int>& valid = decision_.tubes[at(tube)].valid;
  const auto is_complete = [&](int target, int well) {
    return program_.targets[at(target)].tube != tube ||
           (says_something(well, target) && outliers_[at(well) * program_.targets.size() + at(target)] == 0);
  };
  paired_.clear();
  for (const int well : valid) {
    const bool complete =
        is_complete(value.target, well) && std::all_of(value.references.begin(), value.references.end(),
                                                       [&](Slot reference) { return is_complete(reference, well); });
    if (complete) paired_.push_back(well);
  }
  return paired_;
}

/// The Cq of a target as a value uses it: over the paired wells where the value pairs them.
Quantity SampleDecider::part(Slot slot, int tube, const std::vector<int>* paired, const std::vector<Quantity>& from,
                             Imputation imputation) {
  const bool as_is = paired == nullptr || paired->empty() || program_.targets[at(slot)].tube != tube ||
                     paired->size() == decision_.tubes[at(tube)].valid.size();
  return as_is ? from[at(slot)] : combine(slot, *paired, imputation);
}

Quantity SampleDecider::derive_value(int value, const std::vector<Quantity>& from, Imputation imputation,
                                     bool within_well) {
  const Reason why = of(ReasonCode::value_undefined, value);
  switch (definition_.values[at(value)].kind) {
    case ValueKind::delta_cq:
    case ValueKind::pfaffl_ratio: {
      const Quantity formed = checked(derive_from_cq(value, from, imputation, within_well), why);
      // The parts would come from different wells: no difference of theirs cancels the template.
      const bool shares_no_well = !within_well && paired_.empty();
      return shares_no_well && !formed.invalid ? unusable(of(ReasonCode::wells_not_shared, value)) : formed;
    }
    default:
      return checked(derive_scaled(value, from), why);
  }
}

Quantity SampleDecider::derive_from_cq(int value, const std::vector<Quantity>& from, Imputation imputation,
                                       bool within_well) {
  const CompiledValue& compiled = program_.values[at(value)];
  const bool is_ratio = definition_.values[at(value)].kind == ValueKind::pfaffl_ratio;
  const CompactContext::Control& control = context_.controls[at(value)];
  const std::vector<int>* paired = within_well ? nullptr : &pair_wells(compiled);
  const int tube = program_.targets[at(compiled.target)].tube;
  const auto count = static_cast<double>(compiled.references.size());
  const Quantity target = part(compiled.target, tube, paired, from, imputation);
  if (!is_ratio) {
    std::vector<Quantity> references;
    references.reserve(compiled.references.size());
    for (const Slot reference : compiled.references)
      references.push_back(part(reference, tube, paired, from, imputation));
    return sum(target, multiplied(mean(references), -1));
  }
  // ln of E_t^(control − sample) over the geometric mean of the references'.
  const auto exponent = [](const Quantity& sample, double of_control, double factor) {
    return multiplied(sum(known(of_control), multiplied(sample, -1)), factor);
  };
  const auto absent = [](const std::optional<double>& cq) { return !cq.has_value(); };
  if (absent(control.target_cq) || std::any_of(control.references.begin(), control.references.end(), absent)) {
    return unusable(of(ReasonCode::control_value_absent, value));
  }
  const auto is_no_cycle = [](const std::optional<double>& cq) { return !(*cq > 0); };
  if (is_no_cycle(control.target_cq) ||
      std::any_of(control.references.begin(), control.references.end(), is_no_cycle)) {
    return unusable(of(ReasonCode::control_value_not_positive, value));
  }
  Quantity total = exponent(target, *control.target_cq, compiled.target_log_base);
  for (std::size_t i = 0; i < compiled.references.size(); ++i) {
    const Quantity reference = part(compiled.references[i], tube, paired, from, imputation);
    total = sum(total, exponent(reference, *control.references[i], -compiled.reference_log_bases[i] / count));
  }
  total.range = map_monotone(total.range, true, [](double x) { return std::exp(x); });
  return total;
}

Quantity SampleDecider::add_terms(int value, const std::vector<Quantity>& from) const {
  Quantity total = known(definition_.values[at(value)].intercept);
  for (const CompiledTerm& term : program_.values[at(value)].terms) {
    total = sum(total, multiplied(from[at(term.slot)], term.coefficient));
  }
  return total;
}

Quantity SampleDecider::derive_scaled(int value, const std::vector<Quantity>& from) const {
  const ValueDefinition& defined = definition_.values[at(value)];
  const CompiledValue& compiled = program_.values[at(value)];
  const Reason why = of(ReasonCode::value_undefined, value);
  const auto operand = [&]() -> const Quantity& { return from[at(compiled.operand)]; };
  const auto factor = [&](const CompiledFactor& each) {
    return each.slot == no_slot ? known(each.number) : from[at(each.slot)];
  };
  const auto fold = [&](const auto& combine_two) {
    Quantity result = from[at(compiled.operands.front())];
    for (std::size_t i = 1; i < compiled.operands.size(); ++i)
      result = combine_two(result, from[at(compiled.operands[i])]);
    return result;
  };
  const std::optional<double>& of_control = context_.controls[at(value)].value;
  const Reason no_control = of(ReasonCode::control_value_absent, value);
  switch (defined.kind) {
    case ValueKind::delta_delta_cq:
      return of_control ? sum(operand(), known(-*of_control)) : unusable(no_control);
    case ValueKind::relative_amount:
      return relative_amount(operand(), defined.base, defined.scale);
    case ValueKind::quantity: {
      const CompactContext::Curve& curve = context_.curves[at(compiled.curve)];
      const StandardCurveDefinition& limits = definition_.standard_curves[at(compiled.curve)];
      if (!curve.usable) return unusable(of(ReasonCode::standard_curve_unusable, value));
      return read_curve(from[at(compiled.target)], curve.slope, curve.intercept, limits.lower_limit, limits.upper_limit,
                        of(ReasonCode::beyond_quantification, value));
    }
    case ValueKind::relative_to_control:
      if (!of_control) return unusable(no_control);
      // A control that holds nothing is no measure of anything, and a negative amount is none.
      if (!(*of_control > 0)) return unusable(of(ReasonCode::control_value_not_positive, value));
      if (operand().invalid) return operand();
      if (operand().range.lower < 0) return unusable(of(ReasonCode::amount_below_zero, value));
      return multiplied(quotient(operand(), known(*of_control), why), defined.scale);
    case ValueKind::product: {
      Quantity result = known(1.0);
      for (const CompiledFactor& each : compiled.multiply) result = product(result, factor(each));
      for (const CompiledFactor& each : compiled.divide) result = quotient(result, factor(each), why);
      return result;
    }
    case ValueKind::fraction:
      return fraction(operand(), fold(sum), defined.scale, why);
    case ValueKind::poisson:
      return poisson(from[at(compiled.positives)], from[at(compiled.total)],
                     of(ReasonCode::positives_exceed_total, value), of(ReasonCode::beyond_quantification, value));
    case ValueKind::linear:
      return add_terms(value, from);
    case ValueKind::logistic: {
      Quantity logit = add_terms(value, from);
      if (defined.recalibration) {
        logit = sum(known(defined.recalibration->intercept), multiplied(logit, defined.recalibration->slope));
      }
      return sigmoid(logit, 0.0, 1.0, defined.scale);
    }
    case ValueKind::survival:
      return survival(add_terms(value, from), *defined.baseline_survival, defined.scale);
    case ValueKind::max_of_sigmoids: {
      Quantity highest;
      for (std::size_t i = 0; i < defined.sigmoids.size(); ++i) {
        const Sigmoid& each = defined.sigmoids[i];
        const Quantity term = sigmoid(from[at(compiled.operands[i])], each.centre, each.slope, defined.scale);
        highest = i == 0 ? term : larger(highest, term);
      }
      return highest;
    }
    case ValueKind::maximum:
      return fold(larger);
    case ValueKind::minimum:
      return fold(smaller);
    case ValueKind::bands:
      return band(operand(), defined.bands);
    case ValueKind::transform:
      return transform(operand(), defined.floor, defined.cap, defined.transform, why);
    case ValueKind::delta_cq:
    case ValueKind::pfaffl_ratio:
      break;
  }
  return unusable(why);
}

namespace {

Truth compare_with_limit(const RuleDefinition& rule, const Quantity& quantity, bool& gray) {
  switch (compare(rule, quantity.range)) {
    case Comparand::holds:
      return Truth::yes;
    case Comparand::fails:
      return Truth::no;
    case Comparand::gray:
      gray = true;
      return Truth::unknown;
    case Comparand::undecided:
      break;
  }
  return quantity.invalid ? Truth::invalid : Truth::unknown;
}

}  // namespace

void SampleDecider::judge_rule(int rule, Pass& pass) {
  RuleDecision& decided = pass.rules[at(rule)];
  decided.gray = false;
  decided.answered_by = -1;
  decided.replicates.clear();
  decided.in_replicates.clear();
  decided.why_open = {};
  decided.quantity = pass.quantities[at(program_.rules[at(rule)].slot)];
  decided.truth = compare_with_limit(definition_.rules[at(rule)], decided.quantity, decided.gray);
  if (decided.gray) {
    decided.why_open = of(ReasonCode::gray_zone, rule);
    decided.why_open.number = decided.quantity.range.lower;
  } else if (!is_decided(decided.truth)) {
    decided.why_open = decided.quantity.why;
  }
}

void SampleDecider::judge_in_replicates(int rule, Pass& pass, Imputation imputation) {
  RuleDecision& decided = pass.rules[at(rule)];
  const CompiledRule& compiled = program_.rules[at(rule)];
  decided.gray = false;
  decided.answered_by = -1;
  decided.replicates.clear();
  decided.in_replicates.clear();
  decided.why_open = {};
  decided.quantity = pass.quantities[at(compiled.slot)];
  const TubeDecision& tube = decision_.tubes[at(compiled.tube)];
  within_well_ = pass.quantities;
  if (!tube.invalid) {
    for (const int well : tube.valid) {
      for (int target = 0; target < program_.target_count(); ++target) {
        within_well_[at(target)] = program_.targets[at(target)].tube == compiled.tube
                                       ? read(target, well, imputation)
                                       : unusable(of(ReasonCode::target_in_other_tube, target));
      }
      for (const int value : compiled.needed) {
        within_well_[at(program_.value_slot(value))] = derive_value(value, within_well_, imputation, true);
      }
      const Quantity& quantity = within_well_[at(compiled.slot)];
      decided.in_replicates.push_back(quantity.range);
      decided.replicates.push_back(compare_with_limit(definition_.rules[at(rule)], quantity, decided.gray));
      if (!is_decided(decided.replicates.back()) && !decided.why_open) decided.why_open = quantity.why;
    }
  }
  while (static_cast<int>(decided.replicates.size()) < definition_.replicates.count) {
    decided.replicates.push_back(Truth::invalid);
    if (!tube.faults.empty()) decided.why_open = tube.faults.front();
  }
  decided.truth = at_least(*definition_.rules[at(rule)].at_least_replicates, decided.replicates);
  if (is_decided(decided.truth)) decided.why_open = {};
}

/// With each missing covariate at either end of its range, in every combination, the rule would be decided: then
/// nothing else leaves it open. A Cq that does so itself is no reason to ask another rule.
bool SampleDecider::is_open_by_lack_alone(int rule, const RuleDecision& decided, Imputation imputation) {
  if (decided.truth != Truth::unknown || decided.gray) return false;
  std::vector<int> missing;
  for (const int covariate : program_.rules[at(rule)].covariates) {
    if (lacking_[at(covariate)] != 0) missing.push_back(covariate);
  }
  constexpr std::size_t most_missing = 8;
  if (missing.empty() || missing.size() > most_missing) return false;
  // Stands for a range without end, as the logarithm of nothing has.
  constexpr double far = 1e100;
  const std::vector<Quantity> as_read = covariates_;
  bool decided_at_ends = true;
  for (std::size_t ends = 0; ends < std::size_t{1} << missing.size() && decided_at_ends; ++ends) {
    for (std::size_t i = 0; i < missing.size(); ++i) {
      const ValueRange& range = as_read[at(missing[i])].range;
      const double end = (ends >> i) % 2 == 0 ? range.lower : range.upper;
      covariates_[at(missing[i])] = known(std::clamp(end, -far, far));
    }
    form_quantities(imputation, ends_);
    judge(rule, ends_, imputation);
    const RuleDecision& at_ends = ends_.rules[at(rule)];
    decided_at_ends = is_decided(at_ends.truth) || (at_ends.truth == Truth::unknown && at_ends.gray);
  }
  covariates_ = as_read;
  return decided_at_ends;
}

void SampleDecider::answer_by_alternates(Pass& pass, Imputation imputation) {
  for (int rule = 0; rule < static_cast<int>(pass.rules.size()); ++rule) {
    // An alternate may have one of its own; their number ends a circle that a checked definition cannot have.
    int answer = rule;
    for (std::size_t step = 0; step < pass.rules.size(); ++step) {
      const int next = program_.rules[at(answer)].alternate;
      if (next < 0 || !is_open_by_lack_alone(answer, pass.rules[at(answer)], imputation)) break;
      answer = next;
    }
    if (answer != rule) pass.rules[at(rule)].answered_by = answer;
  }
}

Truth SampleDecider::evaluate_call(const std::vector<RuleDecision>& rules, int taken_as_unknown) {
  stack_.clear();
  for (const CallStep& step : program_.positive) {
    if (step.count == 0) {
      const int answer = rules[at(step.rule)].answered_by < 0 ? step.rule : rules[at(step.rule)].answered_by;
      const bool taken_away = step.rule == taken_as_unknown || answer == taken_as_unknown;
      stack_.push_back(taken_away ? Truth::unknown : rules[at(answer)].truth);
      continue;
    }
    const std::span<const Truth> operands(stack_.data() + (stack_.size() - at(step.count)), at(step.count));
    const Truth truth = at_least(step.at_least, operands);
    stack_.resize(stack_.size() - at(step.count));
    stack_.push_back(truth);
  }
  return stack_.empty() ? Truth::invalid : stack_.back();
}

void SampleDecider::conclude(Pass& pass) {
  pass.score_class = -1;
  pass.score_open = {};
  if (!decision_.refusals.empty()) {
    pass.truth = Truth::invalid;
    pass.outcome = Outcome::invalid;
    return;
  }
  if (program_.classified != no_slot) {
    classify(pass);
  } else {
    pass.truth = evaluate_call(pass.rules, -1);
    pass.outcome = to_outcome(pass.truth);
  }
  if (pass.outcome == Outcome::invalid || decision_.restraints.empty()) return;
  pass.outcome = Outcome::indeterminate;
  pass.score_class = -1;
}

void SampleDecider::classify(Pass& pass) const {
  const Quantity& score = pass.quantities[at(program_.classified)];
  const Classification& classification = *definition_.classification;
  const ValueRange range =
      classification.compare == Comparison::rounded ? round_decimal(score.range, classification.digits) : score.range;
  const BandSpan touched = find_bands(range, program_.classes);
  // Without classes the score itself is what is reported, so it must be known.
  const bool decided = program_.classes.empty() ? score.is_known() : touched.first == touched.last && !score.invalid;
  if (decided) {
    pass.truth = Truth::yes;
    pass.outcome = Outcome::scored;
    if (!program_.classes.empty()) pass.score_class = static_cast<int>(touched.first);
    return;
  }
  pass.truth = score.invalid ? Truth::invalid : Truth::unknown;
  pass.outcome = to_outcome(pass.truth);
  pass.score_open = score.why ? score.why : of(ReasonCode::classes_spanned, -1);
}

}  // namespace qpcr
