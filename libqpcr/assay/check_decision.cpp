// Checks of rules, calls, classes and repeats: covered, reachable, and safe where a high Cq speaks for positive.
#include <algorithm>
#include <array>
#include <cmath>

#include "libqpcr/assay/checking.hpp"
#include "libqpcr/assay/units.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::checking {
namespace {

bool low_is_positive(const RuleDefinition& rule) {
  return rule.relation == Relation::at_most || rule.relation == Relation::below;
}

/// Where values make a rule true and where false, without the gray zone between; rounding opens both by half a digit.
struct Reach {
  Range holds;
  bool holds_open = false;  ///< the finite end does not belong to it
  Range fails;
  bool fails_open = false;
};

Reach describe_reach(const RuleDefinition& rule) {
  Reach reach;
  const bool low = low_is_positive(rule);
  const bool strict = rule.relation == Relation::below || rule.relation == Relation::above;
  const double slack = rule.compare == Comparison::rounded ? 0.5 * std::pow(10.0, -rule.digits) : 0;
  double holds_at = rule.limit;
  double fails_at = rule.limit;
  reach.holds_open = strict;
  reach.fails_open = !strict;
  if (rule.gray) {
    holds_at = low ? rule.gray->lower : rule.gray->upper;
    fails_at = low ? rule.gray->upper : rule.gray->lower;
    reach.holds_open = reach.fails_open = false;
  }
  if (slack > 0) reach.holds_open = reach.fails_open = false;
  if (low) {
    reach.holds.upper = holds_at + slack;
    reach.fails.lower = fails_at - slack;
  } else {
    reach.holds.lower = holds_at - slack;
    reach.fails.upper = fails_at + slack;
  }
  return reach;
}

bool overlaps(Range values, Range wanted, bool open) {
  if (values.upper < wanted.lower || values.lower > wanted.upper) return false;
  if (!open) return true;
  return !(values.upper == wanted.lower || values.lower == wanted.upper);
}

struct Possible {
  bool yes = true;
  bool no = true;
};

Possible possible_truths(const Inspection& in, const RuleDefinition& rule) {
  const auto operand = in.operands.find(rule.value);
  if (operand == in.operands.end() || std::isnan(rule.limit)) return {};
  const Reach reach = describe_reach(rule);
  return {overlaps(operand->second.range, reach.holds, reach.holds_open),
          overlaps(operand->second.range, reach.fails, reach.fails_open)};
}

/// Whether the leaves of one node that look at one value can all hold (or all fail) together.
bool leaves_agree(const Inspection& in, const CallExpression& node, bool holding) {
  std::map<std::string, std::pair<Range, bool>> common;
  for (const CallExpression& operand : node.operands) {
    const RuleDefinition* rule =
        operand.kind == CallExpression::Kind::rule ? find_rule(in.assay, operand.rule) : nullptr;
    if (rule == nullptr || rule->at_least_replicates || !rule->alternate.empty()) continue;
    const Reach reach = describe_reach(*rule);
    const Range wanted = holding ? reach.holds : reach.fails;
    const bool open = holding ? reach.holds_open : reach.fails_open;
    auto& [range, any_open] = common[rule->value];
    range.lower = std::max(range.lower, wanted.lower);
    range.upper = std::min(range.upper, wanted.upper);
    any_open = any_open || open;
    if (range.lower > range.upper || (range.lower == range.upper && any_open)) return false;
  }
  return true;
}

Possible possible_truths(const Inspection& in, const CallExpression& expression) {
  if (expression.kind == CallExpression::Kind::rule) {
    const RuleDefinition* rule = find_rule(in.assay, expression.rule);
    return rule == nullptr ? Possible{} : possible_truths(in, *rule);
  }
  int yes = 0;
  int no = 0;
  for (const CallExpression& operand : expression.operands) {
    const Possible possible = possible_truths(in, operand);
    yes += possible.yes ? 1 : 0;
    no += possible.no ? 1 : 0;
  }
  const int count = static_cast<int>(expression.operands.size());
  const int needed = expression.kind == CallExpression::Kind::any   ? 1
                     : expression.kind == CallExpression::Kind::all ? count
                                                                    : expression.at_least;
  Possible result{yes >= needed, no >= count - needed + 1};
  if (needed == count && !leaves_agree(in, expression, true)) result.yes = false;
  if (needed == 1 && !leaves_agree(in, expression, false)) result.no = false;
  return result;
}

/// Which way towards positive, by target and covariate.
Directions towards_positive(const Inspection& in, const RuleDefinition& rule) {
  Directions result;
  const auto operand = in.operands.find(rule.value);
  if (operand != in.operands.end()) {
    add_direction(result, operand->second.directions, !low_is_positive(rule), low_is_positive(rule));
  }
  return result;
}

/// Where a template leaves a coefficient unpublished, both directions stand for a sign that nobody knows.
bool sign_is_open(const Inspection& in, const Direction& direction) {
  return in.is_template() && direction.rises && direction.falls;
}

/// Rule 5 of clinical safety: where a high Cq speaks for "positive", a reaction that failed would look positive.
void check_high_cq(Inspection& in, const RuleDefinition& rule, std::size_t i) {
  for (const auto& [id, direction] : towards_positive(in, rule)) {
    const AssayTarget* target = find_target(in.assay, id);
    if (target == nullptr || target->role != TargetRole::target || !direction.rises) continue;
    if (sign_is_open(in, direction)) continue;
    if (target->not_detected.policy == NotDetectedPolicy::fail || !target->not_detected.paired_with.empty()) continue;
    in.error("high_cq_positive", at("rules", i, "value"),
             {{"target", id}, {"found", std::string(to_string(target->not_detected.policy))}});
  }
}

/// Rule 5 for a score: no class says which way it speaks, so neither end may be reached by a reaction that failed; and
/// nothing in a classification records where its ends were established and verified.
void check_class_cq(Inspection& in, const Operand& operand, const std::string& value) {
  if (operand.principal.empty()) return;
  if (in.is_released()) in.error("released_class_of_cq", "classification.value", {{"found", value}});
  if (in.is_template() || in.assay.status == AssayStatus::draft) return;
  for (const auto& [id, direction] : operand.directions) {
    const AssayTarget* target = find_target(in.assay, id);
    if (target == nullptr || target->role != TargetRole::target) continue;
    if (target->not_detected.policy == NotDetectedPolicy::fail || !target->not_detected.paired_with.empty()) continue;
    in.error("class_of_undetected", "classification.value",
             {{"target", id}, {"found", std::string(to_string(target->not_detected.policy))}});
  }
}

/// Units of a limit against those of what it limits.
void check_limit_unit(Inspection& in, const std::string& field, const Operand& operand, const std::string& unit) {
  if (!unit.empty() && !in.check_unit(field, unit)) return;
  if (unit.empty()) {
    if (operand.unit_declared) in.error("unit_missing", field, {{"expected", operand.unit->text}});
    return;
  }
  const std::optional<Unit> own = parse_unit(unit);
  if (operand.unit && own && !same_unit(operand.unit->value, *own)) {
    in.error("unit_differs", field,
             {{"expected", operand.unit->text.empty() ? "1" : operand.unit->text}, {"found", unit}});
  }
}

void check_limit_of_scale(Inspection& in, const RuleDefinition& rule, std::size_t i) {
  const ValueDefinition* value = find_value(in.assay, rule.value);
  const std::string field = at("rules", i, to_string(rule.relation));
  const bool bounded = value != nullptr && (value->kind == ValueKind::logistic || value->kind == ValueKind::survival ||
                                            value->kind == ValueKind::max_of_sigmoids);
  if (bounded && (rule.limit <= 0 || rule.limit >= value->scale)) {
    in.error("limit_outside_scale", field,
             {{"value", rule.value}, {"scale", format_double(value->scale)}, {"found", format_double(rule.limit)}});
    return;
  }
  const auto operand = in.operands.find(rule.value);
  if (operand == in.operands.end()) return;
  const Possible possible = possible_truths(in, rule);
  const MessageValues values{{"value", rule.value},
                             {"lower", format_double(operand->second.range.lower)},
                             {"upper", format_double(operand->second.range.upper)},
                             {"found", format_double(rule.limit)}};
  if (!possible.yes) in.error("rule_never_holds", field, values);
  if (!possible.no) in.error("rule_never_fails", field, values);
}

void check_replicate_rule(Inspection& in, const RuleDefinition& rule, std::size_t i, const Operand& operand) {
  if (!rule.at_least_replicates) return;
  const std::string field = at("rules", i, "at_least_replicates");
  if (*rule.at_least_replicates < 1 || *rule.at_least_replicates > in.assay.replicates.count) {
    in.error("replicate_share", field);
  }
  std::set<std::string> tubes;
  for (const auto& [id, direction] : operand.directions) {
    if (const AssayTarget* target = find_target(in.assay, id)) tubes.insert(target->tube);
  }
  if (tubes.size() != 1) in.error("replicate_tubes", field);
}

/// Covariates of a rule whose absence leaves it open.
std::set<std::string> open_covariates(const Inspection& in, const RuleDefinition& rule) {
  std::set<std::string> open;
  const auto operand = in.operands.find(rule.value);
  if (operand == in.operands.end()) return open;
  for (const auto& [id, direction] : operand->second.directions) {
    const CovariateDefinition* covariate = find_covariate(in.assay, id);
    if (covariate != nullptr && covariate->missing == MissingPolicy::indeterminate) open.insert(id);
  }
  return open;
}

void check_alternate(Inspection& in, const RuleDefinition& rule, std::size_t i) {
  if (rule.alternate.empty()) return;
  const std::string field = at("rules", i, "alternate");
  const RuleDefinition* alternate = find_rule(in.assay, rule.alternate);
  if (alternate == nullptr) {
    std::vector<std::string> known;
    for (const RuleDefinition& other : in.assay.rules) known.push_back(other.id);
    in.unknown_name(field, rule.alternate, known);
    return;
  }
  std::set<std::string> visited{rule.id};
  for (const RuleDefinition* next = alternate; next != nullptr; next = find_rule(in.assay, next->alternate)) {
    if (!visited.insert(next->id).second) {
      in.error("alternate_circle", field, {{"found", rule.alternate}});
      return;
    }
    if (next->alternate.empty()) break;
  }
  const std::set<std::string> open = open_covariates(in, rule);
  const std::set<std::string> still_open = open_covariates(in, *alternate);
  if (open.empty()) {
    in.error("alternate_never_used", field, {{"found", rule.alternate}});
  } else if (std::includes(still_open.begin(), still_open.end(), open.begin(), open.end())) {
    in.error("alternate_no_help", field, {{"found", rule.alternate}});
  }
  if (rule.at_least_replicates != alternate->at_least_replicates) {
    in.error("alternate_replicates", field, {{"found", rule.alternate}});
  }
  const Directions theirs = towards_positive(in, *alternate);
  for (const auto& [id, direction] : towards_positive(in, rule)) {
    const auto other = theirs.find(id);
    if (other != theirs.end() && other->second != direction && !sign_is_open(in, direction) &&
        !sign_is_open(in, other->second)) {
      in.error("alternate_opposite", field, {{"operand", id}, {"found", rule.alternate}});
    }
  }
}

class CheckExpression {
 public:
  explicit CheckExpression(Inspection& in) : in_(in) {}

  void run(const CallExpression& expression) {
    const std::string field = "call.positive";
    if (expression.kind == CallExpression::Kind::rule) {
      if (find_rule(in_.assay, expression.rule) == nullptr) {
        std::vector<std::string> known;
        for (const RuleDefinition& rule : in_.assay.rules) known.push_back(rule.id);
        in_.unknown_name(field, expression.rule, known);
        sound = false;
      }
      used.insert(expression.rule);
      return;
    }
    const int count = static_cast<int>(expression.operands.size());
    if (count == 0) fail("expression_empty", field);
    if (expression.kind == CallExpression::Kind::at_least && (expression.at_least < 1 || expression.at_least > count)) {
      fail("expression_share", field,
           {{"count", std::to_string(count)}, {"found", std::to_string(expression.at_least)}});
    }
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (expression.operands[i] == expression.operands[j]) {
          fail("expression_twice", field, {{"found", expression.operands[i].rule}});
        }
      }
      run(expression.operands[i]);
    }
  }

  std::set<std::string> used;
  bool sound = true;

 private:
  void fail(std::string_view code, const std::string& field, MessageValues values = {}) {
    in_.error(code, field, std::move(values));
    sound = false;
  }

  Inspection& in_;
};

/// Rules that the call reaches, also through alternates.
void follow_alternates(const AssayDefinition& assay, std::set<std::string>& used) {
  for (std::size_t round = 0; round < assay.rules.size(); ++round) {
    for (const RuleDefinition& rule : assay.rules) {
      if (used.contains(rule.id) && !rule.alternate.empty()) used.insert(rule.alternate);
    }
  }
}

/// Targets whose Cq moves no rule and no class say nothing about the sample.
void check_targets_decide(Inspection& in) {
  for (std::size_t i = 0; i < in.assay.targets.size(); ++i) {
    const AssayTarget& target = in.assay.targets[i];
    if (target.role != TargetRole::target) continue;
    const auto depends = [&](const std::string& id) {
      const auto operand = in.operands.find(id);
      return operand != in.operands.end() && operand->second.directions.contains(target.id);
    };
    const bool decides = std::any_of(in.assay.rules.begin(), in.assay.rules.end(),
                                     [&](const RuleDefinition& rule) { return depends(rule.value); }) ||
                         (in.assay.classification && depends(in.assay.classification->value));
    if (!decides && !in.is_template()) {
      in.warn("target_decides_nothing", at("targets", i, "id"), {{"target", target.id}});
    }
  }
}

}  // namespace

bool check_band_edges(Inspection& in, const std::string& field, const std::vector<BandEdge>& edges) {
  bool sound = true;
  const auto fail = [&](std::string_view code, std::size_t i) {
    in.error(code, field, {{"band", std::to_string(i + 1)}});
    sound = false;
  };
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const bool last = i + 1 == edges.size();
    const bool ended = edges[i].below || edges[i].at_most;
    if (edges[i].below && edges[i].at_most) fail("band_two_ends", i);
    if (last && ended) fail("band_last_closed", i);
    if (!last && !ended) fail("band_open_inside", i);
    if (i == 0 || !ended || !(edges[i - 1].below || edges[i - 1].at_most)) continue;
    const double before = edges[i - 1].below ? *edges[i - 1].below : *edges[i - 1].at_most;
    const double edge = edges[i].below ? *edges[i].below : *edges[i].at_most;
    // "below x" and then "at most x" leaves the one number x, which may be meant.
    const bool single_number = edge == before && edges[i - 1].below && edges[i].at_most;
    if (edge <= before && !single_number) fail("band_order", i);
  }
  return sound;
}

bool is_band_reached(const std::vector<BandEdge>& edges, std::size_t index, Range range) {
  if (index > 0) {
    const BandEdge& before = edges[index - 1];
    if (before.below && range.upper < *before.below) return false;
    if (before.at_most && range.upper <= *before.at_most) return false;
  }
  const BandEdge& own = edges[index];
  if (own.below && range.lower >= *own.below) return false;
  return !(own.at_most && range.lower > *own.at_most);
}

void check_rules(Inspection& in) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < in.assay.rules.size(); ++i) {
    const RuleDefinition& rule = in.assay.rules[i];
    in.claim_in(ids, "rule", at("rules", i, "id"), rule.id);
    if (rule.compare == Comparison::rounded) {
      in.check_digits(at("rules", i, "digits"), rule.digits);
      in.warn("compared_rounded", at("rules", i, "compare"), {{"rule", rule.id}});
    }
    if (!std::isnan(rule.limit)) check_limit_of_scale(in, rule, i);
    if (rule.gray && rule.gray->lower >= rule.gray->upper) in.error("window_reversed", at("rules", i, "gray"));
    if (rule.gray && (rule.gray->lower > rule.limit || rule.gray->upper < rule.limit)) {
      in.error("gray_without_limit", at("rules", i, "gray"), {{"found", format_double(rule.limit)}});
    }
    const Operand* operand = in.demand_operand(at("rules", i, "value"), rule.value);
    if (operand == nullptr) continue;
    check_limit_unit(in, at("rules", i, "unit"), *operand, rule.unit);
    check_replicate_rule(in, rule, i, *operand);
    check_alternate(in, rule, i);
    check_high_cq(in, rule, i);
  }
  check_targets_decide(in);
}

void check_call(Inspection& in) {
  const AssayDefinition& assay = in.assay;
  if (!assay.positive) {
    if (!assay.classification && !in.is_template()) in.error("call_missing", "call");
    if (assay.classification) {
      for (std::size_t i = 0; i < assay.rules.size(); ++i) {
        in.error("rule_unused", at("rules", i, "id"), {{"found", assay.rules[i].id}});
      }
    }
    return;
  }
  if (assay.claim != Claim::diagnosis) {
    in.error("claim_forbids_call", "claim", {{"found", std::string(to_string(assay.claim))}});
  }
  CheckExpression check(in);
  check.run(*assay.positive);
  if (!check.sound) return;
  follow_alternates(assay, check.used);
  for (std::size_t i = 0; i < assay.rules.size(); ++i) {
    if (!check.used.contains(assay.rules[i].id)) {
      in.error("rule_unused", at("rules", i, "id"), {{"found", assay.rules[i].id}});
    }
  }
  const Possible possible = possible_truths(in, *assay.positive);
  if (!possible.yes) in.error("positive_unreachable", "call.positive");
  if (!possible.no) in.error("negative_unreachable", "call.positive");
}

void check_classification(Inspection& in) {
  if (!in.assay.classification) {
    if (in.assay.claim != Claim::diagnosis && !in.is_template()) {
      in.error("classification_missing", "classification", {{"claim", std::string(to_string(in.assay.claim))}});
    }
    return;
  }
  const Classification& classification = *in.assay.classification;
  if (in.assay.positive) in.error("classification_beside_call", "classification");
  const Operand* operand = in.demand_operand("classification.value", classification.value);
  if (operand != nullptr) {
    check_limit_unit(in, "classification.unit", *operand, classification.unit);
    check_class_cq(in, *operand, classification.value);
  }
  if (classification.compare == Comparison::rounded) {
    in.check_digits("classification.digits", classification.digits);
    in.warn("compared_rounded", "classification.compare", {{"rule", classification.value}});
  }
  if (classification.classes.empty()) return;
  if (classification.classes.size() < 2) in.error("operand_missing", "classification.classes");
  std::set<std::string> ids;
  std::vector<BandEdge> edges;
  for (std::size_t i = 0; i < classification.classes.size(); ++i) {
    const ScoreClass& score_class = classification.classes[i];
    in.claim_in(ids, "class", at("classification.classes", i, "id"), score_class.id);
    if (!is_complete(score_class.text)) in.error("text_incomplete", at("classification.classes", i, "text"));
    edges.push_back({score_class.below, score_class.at_most});
  }
  if (!check_band_edges(in, "classification.classes", edges) || operand == nullptr) return;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!is_band_reached(edges, i, operand->range)) {
      in.error("class_unreachable", at("classification.classes", i, "id"),
               {{"value", classification.value},
                {"lower", format_double(operand->range.lower)},
                {"upper", format_double(operand->range.upper)},
                {"found", classification.classes[i].id}});
    }
  }
}

void check_repeats(Inspection& in) {
  const RepeatPlan& plan = in.assay.repeat;
  if (plan.maximum < 0 || plan.maximum > 10) in.error("repeat_maximum", "repeat.maximum");
  if ((plan.maximum > 0) == plan.rules.empty()) in.error("repeat_incomplete", "repeat");
  if (plan.decision == RepeatDecision::two_of_three && plan.maximum < 2) {
    in.error("repeat_two_of_three", "repeat.decision");
  }
  std::set<RepeatCause> causes;
  for (std::size_t i = 0; i < plan.rules.size(); ++i) {
    const RepeatCause cause = plan.rules[i].cause;
    const std::string field = at("repeat.requests", i, "cause");
    if (!causes.insert(cause).second) in.error("repeat_twice", field, {{"found", std::string(to_string(cause))}});
    const bool has_gray = std::any_of(in.assay.rules.begin(), in.assay.rules.end(),
                                      [](const RuleDefinition& rule) { return rule.gray.has_value(); });
    if ((cause == RepeatCause::gray && !has_gray) ||
        (cause == RepeatCause::discordant && in.assay.replicates.count < 2) ||
        (cause == RepeatCause::inhibited && in.assay.inhibition.empty())) {
      in.warn("repeat_never", field, {{"cause", std::string(to_string(cause))}});
    }
  }
  if (in.assay.flags.weak_positive_cycles < 0) in.error("below_zero", "flags.weak_positive");
  if (in.assay.flags.neighbour_difference_cycles <= 0) in.error("not_above_zero", "flags.neighbour_difference");
  const double cycles = in.assay.cq.cycles;
  for (const auto& [field, limit] :
       {std::pair<const char*, double>{"flags.weak_positive", in.assay.flags.weak_positive_cycles},
        {"flags.neighbour_difference", in.assay.flags.neighbour_difference_cycles}}) {
    if (!in.assay.targets.empty() && limit >= cycles) {
      in.error("limit_never_acts", field, {{"cycles", format_double(cycles)}, {"found", format_double(limit)}});
    }
  }
}

}  // namespace qpcr::checking
