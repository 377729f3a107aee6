// The rules of consistency and of clinical safety that a definition must keep before it may make a call.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/toml_document.hpp"
#include "libqpcr/assay/ucum.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string field, std::string problem, std::string found = {}) {
  throw Error(ErrorCode::assay_invalid, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = std::move(field),
                                         .found = std::move(found),
                                         .expected = {},
                                         .problem = std::move(problem)});
}

std::string at(std::string_view list, std::size_t index, std::string_view key) {
  return fmt::format("{}[{}].{}", list, index + 1, key);
}

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_version(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && part.size() < 9 &&
                  std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
         });
}

[[noreturn]] void refuse_unknown(std::string field, std::string_view word, const std::vector<std::string>& known) {
  const auto nearest = find_nearest_word(word, known);
  refuse(std::move(field),
         nearest ? fmt::format("nothing here has this identifier; did you mean '{}'?", *nearest)
                 : std::string("nothing that is defined before has this identifier"),
         std::string(word));
}

/// Which way a quantity moves when the Cq of a target rises; both where the target enters twice with opposite signs.
struct Direction {
  bool rises = false;
  bool falls = false;
};
using Directions = std::map<std::string, Direction>;

void add_direction(Directions& into, const Directions& from, double sign) {
  for (const auto& [target, direction] : from) {
    Direction& total = into[target];
    total.rises = total.rises || (sign > 0 ? direction.rises : direction.falls);
    total.falls = total.falls || (sign > 0 ? direction.falls : direction.rises);
  }
}

class Check {
 public:
  explicit Check(const AssayDefinition& assay) : assay_(assay) {}

  void run() {
    check_header();
    if (!assay_.targets.empty() || assay_.cq.cycles > 0) {
      check_cq();
      check_targets();
    }
    check_replicates();
    check_controls();
    check_validity();
    check_covariates();
    check_values();
    check_rules();
    if (assay_.positive) {
      std::set<std::string> used;
      check_expression(*assay_.positive, "call.positive", used);
      for (std::size_t i = 0; i < assay_.rules.size(); ++i) {
        if (!used.contains(assay_.rules[i].id)) {
          refuse(at("rules", i, "id"), "no call uses this rule: a cut-off that decides nothing is a mistake",
                 assay_.rules[i].id);
        }
      }
    } else if (assay_.status != AssayStatus::template_only && !assay_.classification) {
      refuse("call", "only a template may lack the call");
    }
  }

 private:
  bool is_template() const { return assay_.status == AssayStatus::template_only; }

  void check_text(const std::string& field, const LocalizedText& text) const {
    if (trim(text.zh).empty() || trim(text.en).empty()) refuse(field, "expected a text in zh and in en");
  }

  void check_header() const {
    if (!is_identifier(assay_.id)) refuse("id", "expected letters, digits, '-' and '_'", assay_.id);
    if (!is_version(assay_.version)) refuse("version", "expected three numbers, as 1.0.0", assay_.version);
    check_text("title", assay_.title);
    check_text("intended_use", assay_.intended_use);
    const bool scored = assay_.classification || (assay_.claim != Claim::diagnosis && !assay_.positive);
    if (!scored) {
      check_text("outcomes.positive", assay_.outcomes.positive);
      check_text("outcomes.negative", assay_.outcomes.negative);
    }
    check_text("outcomes.indeterminate", assay_.outcomes.indeterminate);
    check_text("outcomes.invalid", assay_.outcomes.invalid);
    if (assay_.claim != Claim::diagnosis && assay_.positive) {
      refuse("claim", "positive and negative exist for 'diagnosis' alone; other claims have a [classification]",
             std::string(to_string(assay_.claim)));
    }
    if (assay_.status == AssayStatus::literature_reproduction && assay_.sources.empty()) {
      refuse("sources", "a literature reproduction cites its source");
    }
    if (assay_.status != AssayStatus::released &&
        std::none_of(assay_.statements.begin(), assay_.statements.end(), [](const LocalizedText& statement) {
          return statement.zh.find(research_statement_zh) != std::string::npos;
        })) {
      refuse("statements", fmt::format("a definition that is not released states in zh: {}", research_statement_zh));
    }
  }

  void check_cq() const {
    try {
      assay_.cq.options.validate();
    } catch (const Error& error) {
      refuse("cq", error.what());
    }
    if (assay_.cq.options.threshold) refuse("cq", "a fixed threshold belongs to its target");
    if (assay_.cq.cycles < 1 || assay_.cq.cycles > 100) refuse("cq.cycles", "expected a protocol of 1 to 100 cycles");
    const auto& baseline = assay_.cq.options.baseline;
    if (baseline.last_cycle && *baseline.last_cycle > assay_.cq.cycles) {
      refuse("cq.baseline_cycles", "the baseline ends after the last cycle");
    }
  }

  void claim_identifier(const std::string& field, const std::string& id) {
    if (!is_identifier(id)) refuse(field, "expected letters, digits, '-' and '_'", id);
    if (!identifiers_.insert(to_lower_ascii(id)).second)
      refuse(field, "this identifier is used twice (case does not count)", id);
  }

  void check_targets() {
    if (std::none_of(assay_.targets.begin(), assay_.targets.end(),
                     [](const AssayTarget& target) { return target.role == TargetRole::target; })) {
      refuse("targets", "at least one target with the role 'target' is needed");
    }
    std::set<std::string> channels;
    for (std::size_t i = 0; i < assay_.targets.size(); ++i) {
      const AssayTarget& target = assay_.targets[i];
      claim_identifier(at("targets", i, "id"), target.id);
      for (const std::string& alias : target.aliases) {
        if (equals_ignoring_case(alias, target.id) || !identifiers_.insert(to_lower_ascii(alias)).second) {
          refuse(at("targets", i, "aliases"), "this name is used twice (case does not count)", alias);
        }
      }
      std::vector<std::string> dyes = target.dye_aliases;
      dyes.push_back(target.dye);
      for (const std::string& dye : dyes) {
        if (!channels.insert(target.tube + '\n' + to_lower_ascii(dye)).second) {
          refuse(at("targets", i, "dye"), "two targets of one tube share a dye", dye);
        }
      }
      if ((target.role == TargetRole::internal_control) != target.internal_control_kind.has_value()) {
        refuse(at("targets", i, "kind"), "an internal control, and nothing else, is 'exogenous' or 'endogenous'");
      }
      check_target_numbers(target, i);
      check_not_detected(target, i);
    }
  }

  void check_target_numbers(const AssayTarget& target, std::size_t i) const {
    if (target.maximum_cq_cycles && !(*target.maximum_cq_cycles > 0 && *target.maximum_cq_cycles <= assay_.cq.cycles)) {
      refuse(at("targets", i, "maximum_cq"),
             fmt::format("expected a cycle of the protocol, 0 to {}", assay_.cq.cycles));
    }
    if (target.maximum_spread_cycles && !(*target.maximum_spread_cycles > 0)) {
      refuse(at("targets", i, "maximum_spread"), "expected a number above 0");
    }
    if (!target.threshold) return;
    if (!(*target.threshold > 0)) refuse(at("targets", i, "threshold"), "expected a number above 0");
    if (assay_.cq.options.method != CqMethod::threshold) {
      refuse(at("targets", i, "threshold"), "the Cq method of this assay uses no threshold");
    }
    if (!assay_.cq.signal) {
      refuse("cq.signal",
             "a fixed threshold has a scale: expected 'fluorescence' (instrument units) or 'normalised' (Rn)");
    }
  }

  void check_not_detected(const AssayTarget& target, std::size_t i) const {
    const NotDetected& policy = target.not_detected;
    const std::string field = at("targets", i, "not_detected");
    const double maximum = effective_maximum_cq(assay_, target);
    if (target.role != TargetRole::target && policy.policy != NotDetectedPolicy::fail) {
      refuse(field,
             "a reference or internal control that is not detected makes its values invalid: only 'fail' is safe here");
    }
    if (policy.policy == NotDetectedPolicy::impute && !(policy.cycles && *policy.cycles >= maximum)) {
      refuse(field + ".value",
             fmt::format("a Cq that stands in for 'not detected' must not be earlier than {}, the latest Cq "
                         "that counts as detected",
                         format_double(maximum)));
    }
    if (policy.policy == NotDetectedPolicy::censor &&
        !(policy.cycles && *policy.cycles > 0 && *policy.cycles <= maximum)) {
      refuse(field + ".maximum",
             fmt::format("'not detected' proves no more than a Cq above {}", format_double(maximum)));
    }
    if (policy.paired_with.empty()) return;
    const AssayTarget* pair = find_target(assay_, policy.paired_with);
    if (pair == nullptr) refuse_unknown(field + ".paired_with", policy.paired_with, target_ids());
    const bool has_validity = std::any_of(
        assay_.validity.begin(), assay_.validity.end(),
        [&](const ValidityRule& rule) { return rule.limit.target == pair->id && rule.exception_target.empty(); });
    const bool total_dna =
        pair->role == TargetRole::reference || pair->internal_control_kind == InternalControlKind::endogenous;
    if (!total_dna || pair->tube != target.tube || !has_validity) {
      refuse(field + ".paired_with",
             "the pair must be a reference or endogenous internal control of the same tube with a "
             "validity limit that has no exception",
             pair->id);
    }
  }

  std::vector<std::string> target_ids() const {
    std::vector<std::string> ids;
    for (const AssayTarget& target : assay_.targets) ids.push_back(target.id);
    return ids;
  }

  const AssayTarget& demand_target(const std::string& field, const std::string& id) const {
    const AssayTarget* target = find_target(assay_, id);
    if (target == nullptr) refuse_unknown(field, id, target_ids());
    return *target;
  }

  void check_replicates() const {
    if (assay_.replicates.count < 1 || assay_.replicates.count > 96)
      refuse("replicates.count", "expected 1 to 96 wells a sample");
    if (assay_.replicates.minimum_valid < 1 || assay_.replicates.minimum_valid > assay_.replicates.count) {
      refuse("replicates.minimum_valid", "expected 1 to the number of replicates");
    }
  }

  void check_limit(const std::string& field, const CqLimit& limit) const {
    demand_target(field, limit.target);
    const bool needs_upper =
        limit.kind == LimitKind::at_most || limit.kind == LimitKind::below || limit.kind == LimitKind::within;
    const bool needs_lower = limit.kind == LimitKind::at_least || limit.kind == LimitKind::above ||
                             limit.kind == LimitKind::within || limit.kind == LimitKind::absent_or_above;
    if (needs_upper != limit.upper.has_value() || needs_lower != limit.lower.has_value() ||
        (needs_lower && needs_upper && !(*limit.lower < *limit.upper))) {
      refuse(field, fmt::format("a limit '{}' needs its numbers, in order", to_string(limit.kind)), limit.target);
    }
    for (const auto& bound : {limit.lower, limit.upper}) {
      if (bound && !(*bound >= 0 && *bound <= assay_.cq.cycles)) {
        refuse(field, fmt::format("expected a cycle of the protocol, 0 to {}", assay_.cq.cycles),
               format_double(*bound));
      }
    }
  }

  void check_controls() {
    std::set<std::string> names;
    std::set<std::string> ids;
    for (std::size_t i = 0; i < assay_.controls.size(); ++i) {
      const ControlDefinition& control = assay_.controls[i];
      if (!is_identifier(control.id) || !ids.insert(to_lower_ascii(control.id)).second) {
        refuse(at("controls", i, "id"), "expected an identifier that no other control has", control.id);
      }
      for (const std::string& name : control.sample_names) {
        if (!names.insert(to_lower_ascii(name)).second)
          refuse(at("controls", i, "sample_names"), "two controls share a name", name);
      }
      if (control.minimum_count < 1) refuse(at("controls", i, "minimum_count"), "expected at least 1");
      for (std::size_t j = 0; j < control.limits.size(); ++j) {
        check_limit(fmt::format("controls[{}].limits[{}].target", i + 1, j + 1), control.limits[j]);
      }
      check_control_covers_targets(control, i);
      check_no_template_bounds(control, i);
    }
    if (is_template() || assay_.targets.empty() || assay_.status == AssayStatus::literature_reproduction) return;
    for (const ControlKind kind : {ControlKind::no_template, ControlKind::positive}) {
      if (std::none_of(assay_.controls.begin(), assay_.controls.end(), [&](const auto& c) { return c.kind == kind; })) {
        refuse("controls", fmt::format("a '{}' control is required", to_string(kind)));
      }
    }
  }

  void check_control_covers_targets(const ControlDefinition& control, std::size_t i) const {
    const bool demands = control.kind == ControlKind::no_template || control.kind == ControlKind::negative ||
                         control.kind == ControlKind::positive;
    if (!demands) return;
    for (const AssayTarget& target : assay_.targets) {
      if (target.role != TargetRole::target) continue;
      const auto covers = [&](const CqLimit& limit) {
        const bool absence = limit.kind == LimitKind::not_detected || limit.kind == LimitKind::absent_or_above;
        return limit.target == target.id &&
               (control.kind == ControlKind::negative || absence == (control.kind == ControlKind::no_template));
      };
      if (std::none_of(control.limits.begin(), control.limits.end(), covers)) {
        refuse(at("controls", i, "limits"),
               fmt::format("a {} control needs a limit for target '{}' ({})", to_string(control.kind), target.id,
                           control.kind == ControlKind::positive ? "one that demands a Cq"
                                                                 : "'not_detected' or 'absent_or_above'"));
      }
    }
  }

  /// A bound that every late Cq satisfies would let a contaminated control pass that a sample is called positive by.
  void check_no_template_bounds(const ControlDefinition& control, std::size_t i) const {
    if (control.kind != ControlKind::no_template) return;
    for (std::size_t j = 0; j < control.limits.size(); ++j) {
      const CqLimit& limit = control.limits[j];
      const AssayTarget* target = find_target(assay_, limit.target);
      if (limit.kind != LimitKind::absent_or_above || target == nullptr || target->role != TargetRole::target) continue;
      const double latest = find_latest_positive_cq(*target);
      if (*limit.lower >= latest) continue;
      refuse(fmt::format("controls[{}].limits[{}].absent_or_above", i + 1, j + 1),
             fmt::format("a no-template control needs 'not_detected', or a bound no earlier than the latest Cq of '{}' "
                         "that can count, {}",
                         target->id, format_double(latest)),
             format_double(*limit.lower));
    }
  }

  /// The latest Cq of a target that can speak for positive: its cut-offs where only rules on its Cq use it, else the
  /// maximum.
  double find_latest_positive_cq(const AssayTarget& target) const {
    const double maximum = effective_maximum_cq(assay_, target);
    const bool in_value = std::any_of(assay_.values.begin(), assay_.values.end(), [&](const ValueDefinition& value) {
      const auto terms = value.terms.find(target.id);
      return value.target == target.id || (terms != value.terms.end() && terms->second != 0) ||
             std::any_of(value.sigmoids.begin(), value.sigmoids.end(),
                         [&](const Sigmoid& sigmoid) { return sigmoid.value == target.id; });
    });
    std::optional<double> latest;
    for (const RuleDefinition& rule : assay_.rules) {
      if (rule.value != target.id) continue;
      const bool low_is_positive = rule.relation == Relation::at_most || rule.relation == Relation::below;
      const double limit = !low_is_positive ? maximum : rule.gray ? rule.gray->upper : rule.limit;
      latest = std::max(latest.value_or(limit), limit);
    }
    return in_value || !latest ? maximum : std::min(*latest, maximum);
  }

  void check_validity() {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < assay_.validity.size(); ++i) {
      const ValidityRule& rule = assay_.validity[i];
      if (!is_identifier(rule.id) || !ids.insert(to_lower_ascii(rule.id)).second) {
        refuse(at("validity", i, "id"), "expected an identifier that no other validity rule has", rule.id);
      }
      check_limit(at("validity", i, "target"), rule.limit);
      const AssayTarget& target = demand_target(at("validity", i, "target"), rule.limit.target);
      if (rule.limit.kind == LimitKind::not_detected || rule.limit.kind == LimitKind::absent_or_above) {
        refuse(at("validity", i, "target"), "validity demands a Cq; absence is for controls");
      }
      const bool window_needed = target.internal_control_kind == InternalControlKind::endogenous &&
                                 assay_.status != AssayStatus::literature_reproduction && !is_template();
      if (window_needed && rule.limit.kind != LimitKind::within) {
        refuse(at("validity", i, "target"),
               "an endogenous internal control has a two-sided window, 'within': too early means "
               "cellular DNA",
               target.id);
      }
      if (rule.exception_target.empty()) continue;
      const AssayTarget& beside = demand_target(at("validity", i, "exception_beside"), rule.exception_target);
      if (beside.role != TargetRole::target || beside.tube != target.tube || !rule.exception_at_most) {
        refuse(at("validity", i, "exception_beside"),
               "the exception names a target of the same tube and its latest Cq");
      }
    }
    for (std::size_t i = 0; i < assay_.targets.size(); ++i) {
      const AssayTarget& target = assay_.targets[i];
      if (target.role != TargetRole::internal_control || is_template()) continue;
      if (std::none_of(assay_.validity.begin(), assay_.validity.end(),
                       [&](const ValidityRule& rule) { return rule.limit.target == target.id; })) {
        refuse(at("targets", i, "id"), "an internal control needs a validity rule", target.id);
      }
    }
  }

  void check_covariates() {
    for (std::size_t i = 0; i < assay_.covariates.size(); ++i) {
      const CovariateDefinition& covariate = assay_.covariates[i];
      claim_identifier(at("covariates", i, "id"), covariate.id);
      directions_[covariate.id] = {};
      if (covariate.kind == CovariateKind::lot) continue;
      if (covariate.kind == CovariateKind::category) {
        if (covariate.coding.size() < 2) refuse(at("covariates", i, "coding"), "a category has at least two codes");
        continue;
      }
      if (!is_ucum_unit(covariate.unit)) {
        refuse(at("covariates", i, "unit"), "expected a UCUM unit, as 'ng/mL', '10*9/L', 'a', '%'", covariate.unit);
      }
      if (!covariate.minimum || !covariate.maximum || !(*covariate.minimum < *covariate.maximum)) {
        refuse(at("covariates", i, "minimum"), "expected a minimum below the maximum");
      }
      const bool logarithm = covariate.transform == Transform::log10 || covariate.transform == Transform::ln;
      if ((logarithm && !(*covariate.minimum > 0)) ||
          (covariate.transform == Transform::sqrt && *covariate.minimum < 0)) {
        refuse(at("covariates", i, "minimum"),
               fmt::format("the transform '{}' is not defined there", to_string(covariate.transform)),
               format_double(*covariate.minimum));
      }
    }
  }

  /// Directions of an operand that must be defined already.
  const Directions& demand_operand(const std::string& field, const std::string& id) const {
    const auto found = directions_.find(id);
    if (found != directions_.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [name, directions] : directions_) known.push_back(name);
    refuse_unknown(field, id, known);
  }

  void check_values() {
    for (const AssayTarget& target : assay_.targets) directions_[target.id][target.id].rises = true;
    for (std::size_t i = 0; i < assay_.values.size(); ++i) {
      const ValueDefinition& value = assay_.values[i];
      claim_identifier(at("values", i, "id"), value.id);
      Directions directions;
      if (value.kind == ValueKind::delta_cq) {
        check_delta(value, i);
        add_direction(directions, directions_[value.target], 1);
        for (const std::string& reference : value.references) add_direction(directions, directions_[reference], -1);
      }
      if (value.kind == ValueKind::linear || value.kind == ValueKind::logistic) {
        if (value.terms.empty()) refuse(at("values", i, "terms"), "a score has at least one term");
        for (const auto& [id, coefficient] : value.terms) {
          const Directions& operand = demand_operand(at("values", i, "terms"), id);
          if (coefficient != 0) add_direction(directions, operand, coefficient);
        }
      }
      if (value.kind == ValueKind::max_of_sigmoids) {
        if (value.sigmoids.empty()) refuse(at("values", i, "sigmoids"), "at least one sigmoid is needed");
        for (const Sigmoid& sigmoid : value.sigmoids) {
          if (sigmoid.slope == 0) refuse(at("values", i, "sigmoids"), "a sigmoid of slope 0 decides nothing");
          add_direction(directions, demand_operand(at("values", i, "sigmoids"), sigmoid.value), sigmoid.slope);
        }
      }
      if (!(value.scale > 0)) refuse(at("values", i, "scale"), "expected a number above 0");
      if (value.display_digits > 6) refuse(at("values", i, "display_digits"), "expected 0 to 6 decimals");
      directions_[value.id] = std::move(directions);
    }
  }

  void check_delta(const ValueDefinition& value, std::size_t i) const {
    if (demand_target(at("values", i, "target"), value.target).role != TargetRole::target) {
      refuse(at("values", i, "target"), "ΔCq is target − reference: expected a target of role 'target'", value.target);
    }
    std::set<std::string> seen;
    for (const std::string& reference : value.references) {
      if (demand_target(at("values", i, "references"), reference).role == TargetRole::target) {
        refuse(at("values", i, "references"), "expected a reference or internal control", reference);
      }
      if (!seen.insert(reference).second)
        refuse(at("values", i, "references"), "a reference is named twice", reference);
    }
  }

  void check_rules() {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < assay_.rules.size(); ++i) {
      const RuleDefinition& rule = assay_.rules[i];
      if (!is_identifier(rule.id) || !ids.insert(to_lower_ascii(rule.id)).second) {
        refuse(at("rules", i, "id"), "expected an identifier that no other rule has", rule.id);
      }
      const Directions& operand = demand_operand(at("rules", i, "value"), rule.value);
      const ValueDefinition* value = find_value(assay_, rule.value);
      if (value != nullptr && (value->kind == ValueKind::logistic || value->kind == ValueKind::max_of_sigmoids) &&
          !(rule.limit > 0 && rule.limit < value->scale)) {
        refuse(at("rules", i, to_string(rule.relation)),
               fmt::format("'{}' lies between 0 and {}", rule.value, format_double(value->scale)),
               format_double(rule.limit));
      }
      if (rule.gray && !(rule.gray->lower <= rule.limit && rule.limit <= rule.gray->upper)) {
        refuse(at("rules", i, "gray"), "the gray zone does not hold its own cut-off", format_double(rule.limit));
      }
      if (rule.compare == Comparison::rounded && rule.digits > 6)
        refuse(at("rules", i, "digits"), "expected 0 to 6 decimals");
      if (rule.at_least_replicates) {
        if (*rule.at_least_replicates < 1 || *rule.at_least_replicates > assay_.replicates.count) {
          refuse(at("rules", i, "at_least_replicates"), "expected 1 to the number of replicates");
        }
        std::set<std::string> tubes;
        for (const auto& [target, direction] : operand) tubes.insert(find_target(assay_, target)->tube);
        if (tubes.size() != 1) {
          refuse(at("rules", i, "at_least_replicates"), "a rule within replicates uses the targets of one tube");
        }
      }
      check_high_cq(rule, i, operand);
    }
  }

  /// Safety rule: where a high Cq speaks for "positive", a reaction that failed would look positive.
  void check_high_cq(const RuleDefinition& rule, std::size_t i, const Directions& operand) const {
    const bool low_is_positive = rule.relation == Relation::at_most || rule.relation == Relation::below;
    for (const auto& [id, direction] : operand) {
      const AssayTarget& target = *find_target(assay_, id);
      const bool high_cq_is_positive = low_is_positive ? direction.falls : direction.rises;
      if (target.role != TargetRole::target || !high_cq_is_positive) continue;
      if (target.not_detected.policy != NotDetectedPolicy::fail && target.not_detected.paired_with.empty()) {
        refuse(
            at("rules", i, "value"),
            fmt::format(
                "a high Cq of '{}' speaks for positive here, so its not_detected policy must be 'fail', or be paired "
                "with a reference of the same sample (paired_with)",
                id),
            std::string(to_string(target.not_detected.policy)));
      }
    }
  }

  void check_expression(const CallExpression& expression, const std::string& field, std::set<std::string>& used) const {
    if (expression.kind == CallExpression::Kind::rule) {
      if (find_rule(assay_, expression.rule) == nullptr) {
        std::vector<std::string> known;
        for (const RuleDefinition& rule : assay_.rules) known.push_back(rule.id);
        refuse_unknown(field, expression.rule, known);
      }
      used.insert(expression.rule);
      return;
    }
    const int count = static_cast<int>(expression.operands.size());
    if (count == 0) refuse(field, "at least one rule is needed");
    if (expression.kind == CallExpression::Kind::at_least && (expression.at_least < 1 || expression.at_least > count)) {
      refuse(field, fmt::format("expected at_least from 1 to {}", count), std::to_string(expression.at_least));
    }
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (expression.operands[i] == expression.operands[j])
          refuse(field, "one operand stands twice", expression.operands[i].rule);
      }
      check_expression(expression.operands[i], field, used);
    }
  }

  const AssayDefinition& assay_;
  std::set<std::string> identifiers_;
  std::map<std::string, Directions> directions_;
};

}  // namespace

void check_assay(const AssayDefinition& definition) { Check(definition).run(); }

}  // namespace qpcr
