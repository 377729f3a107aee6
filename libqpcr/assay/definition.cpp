// TOML → AssayDefinition: what each key is, and where a wrong one stands.
#include "libqpcr/assay/definition.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/assay/names.hpp"
#include "libqpcr/assay/toml_document.hpp"
#include "libqpcr/core/file.hpp"

namespace qpcr {
namespace {

template <typename E, std::size_t N>
E get_choice(const TomlTable& table, std::string_view key, const names::Table<E, N>& choices) {
  const std::string text = table.get_text(key);
  std::string expected = "one of";
  std::vector<std::string> words;
  for (const auto& [value, name] : choices) {
    if (name == text) return value;
    words.emplace_back(name);
    expected += fmt::format("{} '{}'", words.size() > 1 ? "," : "", name);
  }
  if (const auto nearest = find_nearest_word(text, words))
    expected = fmt::format("{} (did you mean '{}'?)", expected, *nearest);
  table.refuse(key, expected);
}

template <typename E, std::size_t N>
E find_choice(const TomlTable& table, std::string_view key, const names::Table<E, N>& choices, E absent) {
  return table.has(key) ? get_choice(table, key, choices) : absent;
}

int get_count(const TomlTable& table, std::string_view key, int absent) {
  const std::optional<long> value = table.find_integer(key);
  if (!value) return absent;
  constexpr long largest = 10000;
  if (*value < 0 || *value > largest) table.refuse(key, fmt::format("a whole number from 0 to {}", largest));
  return static_cast<int>(*value);
}

LocalizedText parse_localized(const TomlTable& table) {
  table.allow_only({"zh", "en"});
  return {table.get_text("zh"), table.get_text("en")};
}

/// [lower, upper] of an array of two numbers.
std::optional<std::pair<double, double>> find_pair(const TomlTable& table, std::string_view key) {
  const auto numbers = table.find_numbers(key);
  if (!numbers) return std::nullopt;
  if (numbers->size() != 2) table.refuse(key, "two numbers, [lower, upper]");
  return std::pair{(*numbers)[0], (*numbers)[1]};
}

CqSettings parse_cq(const TomlTable& table) {
  table.allow_only({"method", "baseline", "baseline_cycles", "model", "cycles", "signal"});
  CqSettings settings;
  const std::string method = table.get_text("method");
  const auto parsed_method = parse_cq_method(method);
  // The rules that a call may rest on; the others are for research.
  const bool may_call = parsed_method == CqMethod::threshold || parsed_method == CqMethod::second_derivative_maximum;
  if (!may_call) table.refuse("method", "one of 'threshold', 'second_derivative_maximum'");
  settings.options.method = *parsed_method;
  if (const auto baseline = table.find_text("baseline")) {
    const auto parsed = parse_baseline_method(*baseline);
    if (!parsed || *parsed == BaselineMethod::model) table.refuse("baseline", "one of 'none', 'constant', 'linear'");
    settings.options.baseline.method = *parsed;
  }
  if (const auto window = find_pair(table, "baseline_cycles")) {
    settings.options.baseline.first_cycle = window->first;
    settings.options.baseline.last_cycle = window->second;
  }
  if (const auto model = table.find_text("model")) {
    const auto parsed = parse_amplification_model(*model);
    const bool may_call_on =
        parsed == AmplificationModel::log_logistic_4 || parsed == AmplificationModel::log_logistic_5;
    if (!may_call_on) table.refuse("model", "one of 'log_logistic_4', 'log_logistic_5'");
    settings.options.model = *parsed;
  }
  table.get_integer("cycles");
  settings.cycles = get_count(table, "cycles", 0);
  if (table.has("signal")) settings.signal = get_choice(table, "signal", names::signal_scale);
  return settings;
}

AssayTarget parse_target(const TomlTable& table) {
  table.allow_only({"id", "aliases", "dye", "dye_aliases", "role", "kind", "treatment", "tube", "maximum_cq",
                    "threshold", "maximum_spread", "not_detected"});
  AssayTarget target;
  target.id = table.get_text("id");
  target.aliases = table.find_texts("aliases").value_or(std::vector<std::string>{});
  target.dye = table.get_text("dye");
  target.dye_aliases = table.find_texts("dye_aliases").value_or(std::vector<std::string>{});
  target.role = get_choice(table, "role", names::target_role);
  if (table.has("kind")) target.internal_control_kind = get_choice(table, "kind", names::internal_control_kind);
  target.treatment = table.find_text("treatment").value_or("none");
  target.tube = table.find_text("tube").value_or("1");
  target.maximum_cq_cycles = table.find_number("maximum_cq");
  target.threshold = table.find_number("threshold");
  target.maximum_spread_cycles = table.find_number("maximum_spread");
  if (const auto policy = table.find_table("not_detected")) {
    policy->allow_only({"policy", "value", "maximum", "paired_with"});
    target.not_detected.policy = get_choice(*policy, "policy", names::not_detected_policy);
    target.not_detected.paired_with = policy->find_text("paired_with").value_or("");
    const bool imputes = target.not_detected.policy == NotDetectedPolicy::impute;
    const bool censors = target.not_detected.policy == NotDetectedPolicy::censor;
    if (policy->has("value") && !imputes) policy->refuse_because("value", "only the policy 'impute' has a value");
    if (policy->has("maximum") && !censors) policy->refuse_because("maximum", "only the policy 'censor' has a maximum");
    if (imputes) target.not_detected.cycles = policy->get_number("value");
    if (censors) target.not_detected.cycles = policy->get_number("maximum");
  } else if (target.role == TargetRole::target) {
    table.get_table("not_detected");
  }
  return target;
}

/// The limit of a row that holds, beside `others`, exactly one of the limit keys.
CqLimit parse_limit(const TomlTable& table) {
  CqLimit limit;
  limit.target = table.get_text("target");
  int count = 0;
  for (const auto& [kind, name] : names::limit_kind) {
    if (!table.has(name)) continue;
    ++count;
    limit.kind = kind;
    switch (kind) {
      case LimitKind::not_detected:
        if (!table.get_flag(name)) table.refuse(name, "true (leave the key out otherwise)");
        break;
      case LimitKind::at_most:
      case LimitKind::below:
        limit.upper = table.get_number(name);
        break;
      case LimitKind::at_least:
      case LimitKind::above:
      case LimitKind::absent_or_above:
        limit.lower = table.get_number(name);
        break;
      case LimitKind::within: {
        const auto window = find_pair(table, name);
        if (!(window->first < window->second))
          table.refuse_because(name, "the window is reversed: expected [lower, upper]");
        limit.lower = window->first;
        limit.upper = window->second;
        break;
      }
    }
  }
  if (count != 1) {
    table.refuse_because(
        "",
        "expected exactly one of 'not_detected', 'at_most', 'below', 'at_least', 'above', 'within', 'absent_or_above'");
  }
  return limit;
}

ControlDefinition parse_control(const TomlTable& table) {
  table.allow_only({"id", "kind", "sample_names", "minimum_count", "limits"});
  ControlDefinition control;
  control.id = table.get_text("id");
  control.kind = get_choice(table, "kind", names::control_kind);
  control.sample_names = table.find_texts("sample_names").value_or(std::vector<std::string>{});
  control.minimum_count = get_count(table, "minimum_count", 1);
  for (const TomlTable& row : table.find_tables("limits")) {
    row.allow_only({"target", "not_detected", "at_most", "below", "at_least", "above", "within", "absent_or_above"});
    control.limits.push_back(parse_limit(row));
  }
  return control;
}

ValidityRule parse_validity(const TomlTable& table) {
  table.allow_only({"id", "target", "not_detected", "at_most", "below", "at_least", "above", "within",
                    "absent_or_above", "exception_beside"});
  ValidityRule rule;
  rule.id = table.get_text("id");
  rule.limit = parse_limit(table);
  if (const auto exception = table.find_table("exception_beside")) {
    exception->allow_only({"target", "at_most"});
    rule.exception_target = exception->get_text("target");
    rule.exception_at_most = exception->get_number("at_most");
  }
  return rule;
}

CovariateDefinition parse_covariate(const TomlTable& table) {
  table.allow_only({"id", "kind", "missing", "unit", "minimum", "maximum", "transform", "coding"});
  CovariateDefinition covariate;
  covariate.id = table.get_text("id");
  covariate.kind = get_choice(table, "kind", names::covariate_kind);
  covariate.missing = get_choice(table, "missing", names::missing_policy);
  const bool number = covariate.kind == CovariateKind::number;
  for (const std::string_view key : {"unit", "minimum", "maximum", "transform"}) {
    if (!number && table.has(key)) table.refuse_because(key, "only a number has this");
  }
  if (number) {
    if (table.has("coding")) table.refuse_because("coding", "only a category has this");
    covariate.unit = table.get_text("unit");
    covariate.minimum = table.get_number("minimum");
    covariate.maximum = table.get_number("maximum");
    covariate.transform = find_choice(table, "transform", names::transform, Transform::none);
  } else {
    const TomlTable coding = table.get_table("coding");
    for (const std::string& code : coding.keys()) covariate.coding[code] = coding.get_number(code);
  }
  return covariate;
}

std::map<std::string, double> parse_terms(const TomlTable& table) {
  std::map<std::string, double> terms;
  const TomlTable list = table.get_table("terms");
  for (const std::string& id : list.keys()) terms[id] = list.get_number(id);
  return terms;
}

ValueDefinition parse_value(const TomlTable& table) {
  ValueDefinition value;
  value.kind = get_choice(table, "kind", names::value_kind);
  switch (value.kind) {
    case ValueKind::delta_cq:
      table.allow_only({"id", "kind", "display_digits", "target", "references"});
      value.target = table.get_text("target");
      value.references = table.get_texts("references");
      break;
    case ValueKind::linear:
      table.allow_only({"id", "kind", "display_digits", "intercept", "terms"});
      value.intercept = table.get_number("intercept");
      value.terms = parse_terms(table);
      break;
    case ValueKind::logistic:
      table.allow_only({"id", "kind", "display_digits", "intercept", "terms", "scale"});
      value.intercept = table.get_number("intercept");
      value.terms = parse_terms(table);
      value.scale = table.find_number("scale").value_or(1.0);
      break;
    case ValueKind::max_of_sigmoids:
      table.allow_only({"id", "kind", "display_digits", "sigmoids", "scale"});
      value.scale = table.find_number("scale").value_or(1.0);
      for (const TomlTable& row : table.find_tables("sigmoids")) {
        row.allow_only({"value", "centre", "slope"});
        value.sigmoids.push_back({row.get_text("value"), row.get_number("centre"), row.get_number("slope")});
      }
      break;
    default:
      table.refuse("kind", "a kind that this version reads");
  }
  value.id = table.get_text("id");
  value.display_digits = get_count(table, "display_digits", 2);
  return value;
}

RuleDefinition parse_rule(const TomlTable& table) {
  table.allow_only(
      {"id", "value", "at_most", "below", "at_least", "above", "gray", "compare", "digits", "at_least_replicates"});
  RuleDefinition rule;
  rule.id = table.get_text("id");
  rule.value = table.get_text("value");
  int count = 0;
  for (const auto& [relation, name] : names::relation) {
    if (!table.has(name)) continue;
    ++count;
    rule.relation = relation;
    rule.limit = table.get_number(name);
  }
  if (count != 1) table.refuse_because("", "expected exactly one of 'at_most', 'below', 'at_least', 'above'");
  if (const auto gray = find_pair(table, "gray")) {
    if (!(gray->first < gray->second))
      table.refuse_because("gray", "the gray zone is reversed: expected [lower, upper]");
    rule.gray = GrayZone{gray->first, gray->second};
  }
  rule.compare = find_choice(table, "compare", names::comparison, Comparison::unrounded);
  if (table.has("digits") && rule.compare == Comparison::unrounded) {
    table.refuse_because("digits", "only a rounded comparison has digits");
  }
  if (rule.compare == Comparison::rounded) {
    table.get_integer("digits");
    rule.digits = get_count(table, "digits", 2);
  }
  if (table.has("at_least_replicates")) rule.at_least_replicates = get_count(table, "at_least_replicates", 1);
  return rule;
}

CallExpression parse_expression(const TomlTable& table) {
  table.allow_only({"any", "all", "at_least", "of"});
  CallExpression expression;
  std::string_view operands;
  if (table.keys().size() == 1 && table.has("any")) {
    expression.kind = CallExpression::Kind::any;
    operands = "any";
  } else if (table.keys().size() == 1 && table.has("all")) {
    expression.kind = CallExpression::Kind::all;
    operands = "all";
  } else if (table.has("at_least") && table.has("of") && table.keys().size() == 2) {
    expression.kind = CallExpression::Kind::at_least;
    expression.at_least = get_count(table, "at_least", 1);
    operands = "of";
  } else {
    table.refuse_because("", "expected { any = […] }, { all = […] } or { at_least = k, of = […] }");
  }
  for (const TomlTable::TextOrTable& element : table.get_texts_or_tables(operands)) {
    if (element.table) {
      expression.operands.push_back(parse_expression(*element.table));
    } else {
      CallExpression leaf;
      leaf.rule = *element.text;
      expression.operands.push_back(std::move(leaf));
    }
  }
  if (expression.operands.empty()) table.refuse(operands, "at least one rule");
  return expression;
}

AssayDefinition parse_root(const TomlTable& root) {
  root.allow_only({"schema", "id", "version", "status", "claim", "title", "intended_use", "citations", "statements",
                   "cq", "targets", "controls", "validity", "replicates", "covariates", "values", "rules", "call",
                   "outcomes"});
  constexpr std::string_view schema = "qpcr.assay/1";
  if (root.get_text("schema") != schema) root.refuse("schema", fmt::format("'{}'", schema));
  AssayDefinition assay;
  assay.id = root.get_text("id");
  assay.version = root.get_text("version");
  assay.status = get_choice(root, "status", names::assay_status);
  assay.claim = get_choice(root, "claim", names::claim);
  assay.title = parse_localized(root.get_table("title"));
  assay.intended_use = parse_localized(root.get_table("intended_use"));
  for (const std::string& text : root.find_texts("citations").value_or(std::vector<std::string>{})) {
    assay.sources.push_back({fmt::format("source-{}", assay.sources.size() + 1), text, SourceCertainty::found});
  }
  for (const TomlTable& row : root.find_tables("statements")) assay.statements.push_back(parse_localized(row));
  assay.cq = parse_cq(root.get_table("cq"));
  for (const TomlTable& row : root.find_tables("targets")) assay.targets.push_back(parse_target(row));
  for (const TomlTable& row : root.find_tables("controls")) assay.controls.push_back(parse_control(row));
  for (const TomlTable& row : root.find_tables("validity")) assay.validity.push_back(parse_validity(row));
  if (const auto replicates = root.find_table("replicates")) {
    replicates->allow_only({"count", "minimum_valid"});
    replicates->get_integer("count");
    assay.replicates.count = get_count(*replicates, "count", 1);
    assay.replicates.minimum_valid = get_count(*replicates, "minimum_valid", assay.replicates.count);
  }
  for (const TomlTable& row : root.find_tables("covariates")) assay.covariates.push_back(parse_covariate(row));
  for (const TomlTable& row : root.find_tables("values")) assay.values.push_back(parse_value(row));
  for (const TomlTable& row : root.find_tables("rules")) assay.rules.push_back(parse_rule(row));
  if (root.has("call") || assay.status != AssayStatus::template_only) {
    const TomlTable call = root.get_table("call");
    call.allow_only({"positive"});
    assay.positive = parse_expression(call.get_table("positive"));
  }
  const TomlTable outcomes = root.get_table("outcomes");
  outcomes.allow_only({"positive", "negative", "indeterminate", "invalid"});
  assay.outcomes = {parse_localized(outcomes.get_table("positive")), parse_localized(outcomes.get_table("negative")),
                    parse_localized(outcomes.get_table("indeterminate")),
                    parse_localized(outcomes.get_table("invalid"))};
  return assay;
}

template <typename T>
const T* find_by_id(const std::vector<T>& list, std::string_view id) {
  for (const T& item : list) {
    if (item.id == id) return &item;
  }
  return nullptr;
}

}  // namespace

bool CallExpression::operator==(const CallExpression& other) const {
  return kind == other.kind && rule == other.rule && at_least == other.at_least && operands == other.operands;
}

AssayDefinition read_assay(const std::filesystem::path& path) { return parse_assay(read_file(path), path.string()); }

AssayDefinition parse_assay(std::string_view toml, const std::string& path) {
  const TomlTable root = TomlTable::parse(toml, path, ErrorCode::assay_invalid);
  AssayDefinition assay = parse_root(root);
  try {
    check_assay(assay);
  } catch (const Error& error) {
    ErrorContext context = error.context();
    context.path = path;
    context.line = root.find_line(context.field);
    throw Error(error.code(), std::move(context));
  }
  return assay;
}

const AssayTarget* find_target(const AssayDefinition& definition, std::string_view id) {
  return find_by_id(definition.targets, id);
}

const CovariateDefinition* find_covariate(const AssayDefinition& definition, std::string_view id) {
  return find_by_id(definition.covariates, id);
}

const ValueDefinition* find_value(const AssayDefinition& definition, std::string_view id) {
  return find_by_id(definition.values, id);
}

const RuleDefinition* find_rule(const AssayDefinition& definition, std::string_view id) {
  return find_by_id(definition.rules, id);
}

const ControlDefinition* find_control(const AssayDefinition& definition, std::string_view id) {
  return find_by_id(definition.controls, id);
}

const StandardCurveDefinition* find_standard_curve(const AssayDefinition& definition, std::string_view id) {
  return find_by_id(definition.standard_curves, id);
}

const CitedSource* find_source(const AssayDefinition& definition, std::string_view id) {
  return find_by_id(definition.sources, id);
}

double effective_maximum_cq(const AssayDefinition& definition, const AssayTarget& target) {
  return target.maximum_cq_cycles.value_or(static_cast<double>(definition.cq.cycles));
}

void require_runnable(const AssayDefinition& definition) {
  const std::string name = fmt::format("{} {}", definition.id, definition.version);
  if (definition.status == AssayStatus::template_only) {
    throw Error(ErrorCode::assay_refused, {.path = {},
                                           .line = 0,
                                           .column = {},
                                           .field = "status",
                                           .found = name,
                                           .expected = {},
                                           .problem = "a template lacks published numbers and makes no calls"});
  }
  if (definition.status == AssayStatus::released) {
    throw Error(
        ErrorCode::assay_refused,
        {.path = {},
         .line = 0,
         .column = {},
         .field = "status",
         .found = name,
         .expected = {},
         .problem = "a released definition is proved by its signature, and this version cannot verify signatures"});
  }
}

}  // namespace qpcr
