// The call of one sample: its decision told in reasons, traces of rules and values, flags and what to repeat.
#include "libqpcr/assay/call.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/assay/distance.hpp"
#include "libqpcr/assay/evaluation.hpp"
#include "libqpcr/assay/repeats.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Digits at which the shown value lies on the same side of the limit as the value itself: 49.996 is not shown
/// as 50.00.
int find_display_digits(double value, double limit, int digits) {
  constexpr int most = 6;
  const auto side = [&](double x) { return x < limit ? -1 : x > limit ? 1 : 0; };
  for (; digits < most; ++digits) {
    const double shown = parse_double(format_fixed(value, digits)).value_or(value);
    if (side(shown) == side(value)) break;
  }
  return digits;
}

std::string render_range(const ValueRange& range, int digits) {
  if (range.is_point()) return format_fixed(range.lower, digits);
  const bool below = std::isfinite(range.upper);
  const bool above = std::isfinite(range.lower);
  if (above && below) return fmt::format("{}…{}", format_fixed(range.lower, digits), format_fixed(range.upper, digits));
  if (above) return fmt::format("{} {}", range.lower_open ? ">" : "≥", format_fixed(range.lower, digits));
  if (below) return fmt::format("{} {}", range.upper_open ? "<" : "≤", format_fixed(range.upper, digits));
  return "?";
}

int display_digits(const AssayDefinition& definition, std::string_view id) {
  const ValueDefinition* value = find_value(definition, id);
  return value == nullptr ? 2 : value->display_digits;
}

/// Tells one decision in messages.
class Explanation {
 public:
  Explanation(const AssayProgram& program, const CompactContext& compact, const CompactObservation& observation,
              const SampleObservation& sample, const RunContext& context, const Decision& decision)
      : program_(program),
        definition_(*program.definition),
        sample_(sample),
        context_(context),
        decision_(decision),
        distances_(measure_distances(program, compact, observation, decision)) {}

  SampleCall tell() {
    call_.sample = sample_.sample;
    call_.outcome = decision_.outcome;
    call_.depends_on_imputed_cq = decision_.depends_on_imputed_cq;
    call_.needs_review = decision_.needs_review;
    for (int rule = 0; rule < static_cast<int>(decision_.rules.size()); ++rule) trace_rule(rule);
    append_values();
    if (decision_.score_class >= 0) {
      const ScoreClass& found = definition_.classification->classes[at(decision_.score_class)];
      call_.score_class = ScoreClassResult{found.id, found.text};
    }
    give_reasons();
    append_flags();
    request();
    return std::move(call_);
  }

 private:
  void append(const Message& message) {
    if (std::find(call_.reasons.begin(), call_.reasons.end(), message) == call_.reasons.end()) {
      call_.reasons.push_back(message);
    }
  }

  void append(const std::vector<Reason>& reasons) {
    for (const Reason& reason : reasons) append(word(reason));
  }

  std::string well(const Reason& reason) const { return sample_.replicates[at(reason.well)].well; }

  const CqObservation& seen(int target, int replicate) const {
    static const CqObservation absent;
    const auto& targets = sample_.replicates[at(replicate)].targets;
    const auto found = targets.find(definition_.targets[at(target)].id);
    return found == targets.end() ? absent : found->second;
  }

  Message word(const Reason& reason) const {
    switch (reason.code) {
      case ReasonCode::too_many_replicates:
      case ReasonCode::replicates_missing:
      case ReasonCode::too_few_valid_replicates:
        return word_count(reason);
      case ReasonCode::internal_control_failed:
      case ReasonCode::validity_exception:
        return word_validity(reason);
      case ReasonCode::covariate_missing:
      case ReasonCode::covariate_bounded:
      case ReasonCode::covariate_out_of_range:
      case ReasonCode::covariate_too_old:
      case ReasonCode::covariate_age_unknown:
      case ReasonCode::lot_expired:
        return word_covariate(reason);
      case ReasonCode::not_accepted:
      case ReasonCode::acceptance_undecided:
        return word_acceptance(reason);
      case ReasonCode::inhibited:
      case ReasonCode::inhibition_exception:
      case ReasonCode::inhibition_not_measured:
      case ReasonCode::inhibition_reference_absent:
        return word_inhibition(reason);
      case ReasonCode::control_value_absent:
      case ReasonCode::standard_curve_unusable:
      case ReasonCode::beyond_quantification:
      case ReasonCode::value_undefined:
      case ReasonCode::wells_not_shared:
      case ReasonCode::control_value_not_positive:
      case ReasonCode::amount_below_zero:
      case ReasonCode::positives_exceed_total:
      case ReasonCode::gray_zone:
      case ReasonCode::classes_spanned:
      case ReasonCode::none:
        return word_value(reason);
      default:
        return word_target(reason);
    }
  }

  Message word_count(const Reason& reason) const {
    Message message{"too_few_valid_replicates",
                    {{"found", std::to_string(reason.found)}, {"expected", std::to_string(reason.expected)}}};
    if (reason.code == ReasonCode::too_many_replicates) message.id = "too_many_replicates";
    if (reason.code == ReasonCode::replicates_missing) message.id = "replicates_missing";
    return message;
  }

  Message word_target(const Reason& reason) const {
    const AssayTarget& target = definition_.targets[at(reason.subject)];
    switch (reason.code) {
      case ReasonCode::target_not_detected:
        return {"target_not_detected", {{"target", target.id}, {"well", well(reason)}}};
      case ReasonCode::not_detected_fails:
        return {"not_detected_fails", {{"target", target.id}, {"well", well(reason)}}};
      case ReasonCode::not_detected_excluded:
        return {"not_detected_excluded", {{"target", target.id}}};
      case ReasonCode::sample_not_measured:
        return {"sample_not_measured", {{"target", target.id}}};
      case ReasonCode::target_in_other_tube:
        return {"target_in_other_tube", {{"target", target.id}}};
      case ReasonCode::replicates_discordant:
        return {"replicates_discordant",
                {{"target", target.id},
                 {"detected", std::to_string(reason.found)},
                 {"not_detected", std::to_string(reason.expected)}}};
      case ReasonCode::replicates_disagree:
        return {"replicates_disagree",
                {{"target", target.id},
                 {"spread", format_fixed(reason.number, 2)},
                 {"limit", format_double(*target.maximum_spread_cycles)}}};
      case ReasonCode::replicates_scatter:
        return {"replicates_scatter",
                {{"target", target.id},
                 {"sd", format_fixed(reason.number, 2)},
                 {"limit", format_double(*target.maximum_sd_cycles)}}};
      case ReasonCode::replicate_outlier_left_out:
        return {"replicate_outlier_left_out",
                {{"target", target.id},
                 {"well", well(reason)},
                 {"cq", format_fixed(*seen(reason.subject, reason.well).cq_cycles, 2)},
                 {"distance", format_fixed(reason.number, 2)},
                 {"limit", format_double(*definition_.replicates.outlier_beyond_cycles)}}};
      case ReasonCode::replicate_left_out:
        return {"replicate_left_out",
                {{"target", target.id},
                 {"well", well(reason)},
                 {"status", std::string(to_string(seen(reason.subject, reason.well).status))}}};
      default:
        return {"target_not_readable",
                {{"target", target.id},
                 {"well", well(reason)},
                 {"status", std::string(to_string(seen(reason.subject, reason.well).status))}}};
    }
  }

  Message word_validity(const Reason& reason) const {
    const ValidityRule& rule = definition_.validity[at(reason.subject)];
    const CqObservation& control = seen(program_.validity_targets[at(reason.subject)], reason.well);
    Message message{control.cq_cycles ? "internal_control_out_of_window" : "internal_control_absent",
                    {{"target", rule.limit.target}, {"well", well(reason)}}};
    if (control.cq_cycles) message.values.emplace_back("cq", format_fixed(*control.cq_cycles, 2));
    if (!control.cq_cycles) message.values.emplace_back("status", std::string(to_string(control.status)));
    message.values.emplace_back("limit", render_limit(rule.limit));
    if (reason.code == ReasonCode::validity_exception) {
      message.id = "validity_exception";
      message.values.emplace_back("beside", rule.exception_target);
    }
    return message;
  }

  std::string written(const std::string& covariate) const {
    const auto found = sample_.covariates.find(covariate);
    return found == sample_.covariates.end() ? std::string() : found->second.text;
  }

  Message word_covariate(const Reason& reason) const {
    const CovariateDefinition& covariate = definition_.covariates[at(reason.subject)];
    switch (reason.code) {
      case ReasonCode::covariate_bounded:
        return {"covariate_bounded", {{"covariate", covariate.id}, {"value", written(covariate.id)}}};
      case ReasonCode::covariate_out_of_range:
        return {"covariate_out_of_range", {{"covariate", covariate.id}, {"value", written(covariate.id)}}};
      case ReasonCode::covariate_too_old:
        return {"covariate_too_old",
                {{"covariate", covariate.id},
                 {"age", format_double(reason.number)},
                 {"maximum", format_double(*covariate.maximum_age_days)}}};
      case ReasonCode::covariate_age_unknown:
        return {"covariate_age_unknown",
                {{"covariate", covariate.id}, {"maximum", format_double(*covariate.maximum_age_days)}}};
      case ReasonCode::lot_expired:
        return {"lot_expired", {{"covariate", covariate.id}, {"lot", written(covariate.id)}}};
      default:
        return {"covariate_missing", {{"covariate", covariate.id}}};
    }
  }

  Message word_acceptance(const Reason& reason) const {
    const AcceptanceRule& rule = definition_.acceptance[at(reason.subject)];
    Message message{"sample_not_accepted",
                    {{"rule", rule.id},
                     {"covariate", rule.covariate},
                     {"value", written(rule.covariate)},
                     {"text_zh", rule.text.zh},
                     {"text_en", rule.text.en}}};
    if (reason.code == ReasonCode::acceptance_undecided) message.id = "sample_acceptance_open";
    return message;
  }

  Message word_inhibition(const Reason& reason) const {
    const InhibitionRule& rule = definition_.inhibition[at(reason.subject)];
    switch (reason.code) {
      case ReasonCode::inhibition_not_measured:
        return {"inhibition_not_measured", {{"target", rule.target}}};
      case ReasonCode::inhibition_reference_absent:
        return {"inhibition_reference_absent", {{"target", rule.target}, {"control", rule.against}}};
      default:
        break;
    }
    const bool absent = !std::isfinite(reason.number);
    const bool excused = reason.code == ReasonCode::inhibition_exception;
    Message message{absent ? "sample_inhibited_absent" : "sample_inhibited",
                    {{"target", rule.target}, {"control", rule.against}}};
    if (!absent) message.values.emplace_back("shift", format_fixed(reason.number, 2));
    if (excused) {
      message.id = "inhibition_exception";
      message.values.emplace_back("beside", rule.exception_target);
    }
    return message;
  }

  Message word_value(const Reason& reason) const {
    if (reason.code == ReasonCode::gray_zone) {
      const RuleDefinition& rule = definition_.rules[at(reason.subject)];
      return {"gray_zone",
              {{"value_name", rule.value},
               {"value", format_fixed(reason.number, 2)},
               {"lower", format_double(rule.gray->lower)},
               {"upper", format_double(rule.gray->upper)}}};
    }
    if (reason.subject < 0) {
      const std::string id = definition_.classification ? definition_.classification->value : std::string();
      return {"score_spans_classes", {{"value_name", id}}};
    }
    const ValueDefinition& value = definition_.values[at(reason.subject)];
    switch (reason.code) {
      case ReasonCode::control_value_absent:
        return {"control_value_absent", {{"value_name", value.id}, {"control", value.control}}};
      case ReasonCode::control_value_not_positive:
        return {"control_value_not_positive", {{"value_name", value.id}, {"control", value.control}}};
      case ReasonCode::wells_not_shared:
        return {"wells_not_shared", {{"value_name", value.id}}};
      case ReasonCode::amount_below_zero:
        return {"amount_below_zero", {{"value_name", value.id}, {"operand", value.value}}};
      case ReasonCode::standard_curve_unusable:
        return {"standard_curve_unusable", {{"value_name", value.id}, {"curve", value.curve}}};
      case ReasonCode::beyond_quantification:
        return {"beyond_quantification", {{"value_name", value.id}}};
      case ReasonCode::positives_exceed_total:
        return {"positives_exceed_total",
                {{"value_name", value.id}, {"positives", value.positives}, {"total", value.total}}};
      default:
        return {"value_undefined", {{"value_name", value.id}}};
    }
  }

  const RuleDecision& answer(const RuleDecision& rule) const {
    return rule.answered_by < 0 ? rule : decision_.rules[at(rule.answered_by)];
  }

  Message describe_rule(int index) const {
    const RuleDefinition& rule = definition_.rules[at(index)];
    const RuleDecision& decided = decision_.rules[at(index)];
    Message message;
    message.values = {{"rule", rule.id}, {"value_name", rule.value}};
    if (decided.answered_by >= 0) {
      // The truth in words is that of the rule that answers; its own statement stands beside it.
      message.id = "rule_by_alternate";
      message.values.emplace_back("alternate", definition_.rules[at(decided.answered_by)].id);
      return message;
    }
    const std::string_view ending = decided.truth == Truth::yes       ? "met"
                                    : decided.truth == Truth::no      ? "not_met"
                                    : decided.truth == Truth::unknown ? "open"
                                                                      : "invalid";
    if (rule.at_least_replicates) {
      message.id = fmt::format("rule_replicates_{}", ending);
      const auto count = [&](Truth truth) {
        return std::to_string(std::count(decided.replicates.begin(), decided.replicates.end(), truth));
      };
      message.values.emplace_back("met", count(Truth::yes));
      message.values.emplace_back("needed", std::to_string(*rule.at_least_replicates));
      message.values.emplace_back("count", std::to_string(decided.replicates.size()));
      message.values.emplace_back("not_met", count(Truth::no));
    } else {
      message.id = fmt::format("rule_{}", decided.gray ? "gray" : ending);
      const ValueRange& range = decided.quantity.range;
      int digits = display_digits(definition_, rule.value);
      if (rule.compare == Comparison::rounded) {
        digits = rule.digits;
      } else if (range.is_point()) {
        digits = find_display_digits(range.lower, rule.limit, digits);
      }
      message.values.emplace_back("value", render_range(range, digits));
    }
    message.values.emplace_back("relation", std::string(to_symbol(rule.relation)));
    message.values.emplace_back("limit", format_double(rule.limit));
    if (rule.gray) {
      message.values.emplace_back("lower", format_double(rule.gray->lower));
      message.values.emplace_back("upper", format_double(rule.gray->upper));
    }
    return message;
  }

  void trace_rule(int index) {
    const RuleDefinition& rule = definition_.rules[at(index)];
    const RuleDecision& decided = decision_.rules[at(index)];
    RuleTrace trace;
    trace.id = rule.id;
    trace.statement = describe_rule(index);
    if (!rule.at_least_replicates && decided.quantity.is_known()) trace.value = decided.quantity.range.lower;
    trace.truth = answer(decided).truth;
    trace.depends_on_imputed_cq = decided.depends_on_imputed_cq;
    trace.decisive = decided.decisive;
    trace.distance_cycles = distances_[at(index)].cycles;
    trace.distance_standard_errors = distances_[at(index)].standard_errors;
    call_.rules.push_back(std::move(trace));
  }

  NamedValue name_value(const std::string& id, Slot slot) const {
    const Quantity& quantity = decision_.quantities[at(slot)];
    NamedValue value;
    value.id = id;
    if (quantity.is_known()) {
      value.value = quantity.range.lower;
    } else if (quantity.why) {
      value.why_absent = word(quantity.why);
    } else {
      value.why_absent = Message{"value_bounded", {{"value_name", id}, {"range", render_range(quantity.range, 2)}}};
    }
    value.depends_on_imputed_cq = decision_.imputed[at(slot)] != 0;
    return value;
  }

  void append_values() {
    for (int i = 0; i < static_cast<int>(definition_.covariates.size()); ++i) {
      const CovariateDefinition& covariate = definition_.covariates[at(i)];
      NamedValue value = name_value(covariate.id, program_.covariate_slot(i));
      value.unit = covariate.unit;
      if (covariate.kind == CovariateKind::lot) value.value.reset();
      if (const auto found = sample_.covariates.find(covariate.id); found != sample_.covariates.end()) {
        value.text = found->second.text;
        const ValueRange& range = found->second.range;
        // Shown in the unit it was measured in, not as the scores transform it; a bound is no number.
        if (covariate.kind == CovariateKind::number) value.value.reset();
        if (covariate.kind == CovariateKind::number && range.is_point()) value.value = range.lower;
      }
      call_.values.push_back(std::move(value));
    }
    for (int i = 0; i < static_cast<int>(definition_.values.size()); ++i) {
      const ValueDefinition& defined = definition_.values[at(i)];
      NamedValue value = name_value(defined.id, program_.value_slot(i));
      const bool is_unnamed_cycles = defined.unit.empty() && program_.values[at(i)].in_cycles;
      value.unit = is_unnamed_cycles ? "cycles" : defined.unit;
      value.display_digits = defined.display_digits;
      call_.values.push_back(std::move(value));
    }
  }

  /// Everything that is wrong with the sample, its wells and covariates.
  void append_faults() {
    append(decision_.refusals);
    append(decision_.restraints);
    for (const TubeDecision& tube : decision_.tubes) append(tube.faults);
  }

  void append_rules(Truth truth) {
    for (const RuleTrace& rule : call_.rules) {
      if (rule.truth == truth) append(rule.statement);
    }
  }

  void append_open(Truth truth) {
    for (const RuleDecision& rule : decision_.rules) {
      if (rule.truth == truth && rule.why_open) append(rule.why_open);
    }
    if (decision_.score_open && to_outcome(truth) == decision_.outcome) append(decision_.score_open);
  }

  void append(const Reason& reason) {
    append(word(reason));
    if (reason.code != ReasonCode::standard_curve_unusable) return;
    const auto curve = context_.standard_curves.find(definition_.values[at(reason.subject)].curve);
    if (curve == context_.standard_curves.end()) return;
    for (const Message& problem : curve->second.problems) append(problem);
  }

  void give_reasons() {
    switch (call_.outcome) {
      case Outcome::positive:
        append_rules(Truth::yes);
        append_open(Truth::unknown);
        append_open(Truth::invalid);
        append_faults();
        break;
      case Outcome::negative:
        append_rules(Truth::no);
        append_faults();
        break;
      case Outcome::indeterminate:
        append(decision_.restraints);
        append_open(Truth::unknown);
        append_rules(Truth::unknown);
        append_faults();
        break;
      case Outcome::scored:
        append_faults();
        break;
      case Outcome::invalid:
        append_faults();
        append_open(Truth::invalid);
        append_open(Truth::unknown);
        break;
    }
    for (const TubeDecision& tube : decision_.tubes) {
      append(tube.exceptions);
      append(tube.left_out);
    }
    append(decision_.notes);
    if (call_.reasons.empty()) call_.reasons.push_back({fmt::format("call_{}", to_string(call_.outcome)), {}});
    if (decision_.imputed_cq_decides) {
      call_.reasons.push_back({"imputed_cq_decides", {}});
    } else if (decision_.depends_on_imputed_cq) {
      call_.reasons.push_back({"imputed_cq_used", {}});
    }
  }

  /// A positive that would not stand without rules whose value lies near its cut-off.
  void flag_weak_positive() {
    if (call_.outcome != Outcome::positive) return;
    const double limit = definition_.flags.weak_positive_cycles;
    const RuleTrace* nearest = nullptr;
    const auto is_near = [&](const RuleTrace& rule) {
      return rule.truth == Truth::yes && rule.distance_cycles && *rule.distance_cycles <= limit;
    };
    for (const RuleTrace& rule : call_.rules) {
      if (is_near(rule) && (nearest == nullptr || *rule.distance_cycles > *nearest->distance_cycles)) nearest = &rule;
    }
    if (nearest == nullptr) return;
    const Truth without = evaluate(*definition_.positive, [&](std::string_view id) {
      for (const RuleTrace& rule : call_.rules) {
        if (rule.id == id) return is_near(rule) ? Truth::unknown : rule.truth;
      }
      return Truth::invalid;
    });
    if (without == Truth::yes) return;
    call_.flags.push_back({"weak_positive",
                           {{"rule", nearest->id},
                            {"distance", format_fixed(*nearest->distance_cycles, 2)},
                            {"limit", format_double(limit)}}});
  }

  /// A decision that another reading of the same curves might turn: nearer to its cut-off than two standard errors.
  void flag_uncertain() {
    if (call_.outcome != Outcome::positive && call_.outcome != Outcome::negative) return;
    constexpr double least_standard_errors = 2.0;
    for (const RuleTrace& rule : call_.rules) {
      if (!rule.decisive || !rule.distance_standard_errors) continue;
      const double distance = std::abs(*rule.distance_standard_errors);
      if (distance >= least_standard_errors) continue;
      call_.needs_review = true;
      call_.flags.push_back({"decision_within_noise",
                             {{"rule", rule.id},
                              {"distance", format_fixed(distance, 1)},
                              {"limit", format_double(least_standard_errors)}}});
    }
  }

  void append_flags() {
    flag_weak_positive();
    flag_uncertain();
    if (decision_.imputed_cq_decides) call_.flags.push_back({"imputed_decision", {}});
    for (const Reason& refusal : decision_.refusals) {
      if (refusal.code == ReasonCode::inhibited) call_.flags.push_back(word(refusal));
    }
    for (int target = 0; target < program_.target_count(); ++target) {
      const Reason& why = decision_.quantities[at(target)].why;
      const bool apart = why.code == ReasonCode::replicates_discordant || why.code == ReasonCode::replicates_disagree ||
                         why.code == ReasonCode::replicates_scatter;
      if (apart) call_.flags.push_back(word(why));
    }
  }

  /// A decided call needs no repeat, whatever stood beside it.
  void request() {
    std::vector<RepeatCause> causes;
    if (call_.outcome == Outcome::indeterminate) causes.push_back(RepeatCause::indeterminate);
    if (call_.outcome == Outcome::invalid) causes.push_back(RepeatCause::invalid);
    if (causes.empty()) return;
    if (decision_.gray && call_.outcome == Outcome::indeterminate) causes.push_back(RepeatCause::gray);
    if (decision_.discordant) causes.push_back(RepeatCause::discordant);
    if (decision_.inhibited) causes.push_back(RepeatCause::inhibited);
    call_.repeat = request_repeat(definition_.repeat, causes);
  }

  const AssayProgram& program_;
  const AssayDefinition& definition_;
  const SampleObservation& sample_;
  const RunContext& context_;
  const Decision& decision_;
  std::vector<RuleDistance> distances_;
  SampleCall call_;
};

}  // namespace

SampleCall call_sample(const AssayProgram& program, const SampleObservation& sample, const RunContext& context) {
  const CompactContext compact = to_compact(program, context);
  const CompactObservation observation = to_compact(program, sample);
  SampleDecider decider(program, compact);
  const Decision& decision = decider.decide(observation);
  return Explanation(program, compact, observation, sample, context, decision).tell();
}

SampleCall call_sample(const AssayDefinition& definition, const SampleObservation& sample, const RunContext& context) {
  return call_sample(compile(definition), sample, context);
}

void invalidate(SampleCall& call, const std::vector<Message>& reasons) {
  call.outcome = Outcome::invalid;
  call.score_class.reset();
  call.reasons.insert(call.reasons.begin(), reasons.begin(), reasons.end());
  call.needs_review = true;
  // Nothing in the sample decides any more.
  for (RuleTrace& rule : call.rules) rule.decisive = false;
  std::erase_if(call.flags, [](const Message& flag) {
    return flag.id == "weak_positive" || flag.id == "imputed_decision" || flag.id == "decision_within_noise";
  });
}

}  // namespace qpcr
