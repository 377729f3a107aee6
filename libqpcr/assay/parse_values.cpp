// TOML → the parts of a definition that speak of numbers: covariates, acceptance, values, rules, calls and classes.
#include "libqpcr/assay/definition_parsing.hpp"

namespace qpcr::parsing {
namespace {

void refuse_keys(const TomlTable& table, std::initializer_list<std::string_view> keys, std::string_view problem) {
  for (const std::string_view key : keys) {
    if (table.has(key)) table.refuse_because(key, std::string(problem));
  }
}

std::map<std::string, double> parse_numbers_by_name(const TomlTable& table) {
  std::map<std::string, double> numbers;
  for (const std::string& name : table.keys()) numbers[name] = table.get_number(name);
  return numbers;
}

void parse_number_covariate(const TomlTable& table, CovariateDefinition& covariate) {
  refuse_keys(table, {"coding"}, "only a category has this");
  covariate.unit = table.get_text("unit");
  for (const TomlTable& row : table.find_tables("conversions")) {
    row.allow_only({"unit", "factor", "source"});
    covariate.conversions.push_back({row.get_text("unit"), row.get_number("factor"), find_word(row, "source")});
  }
  covariate.minimum = table.get_number("minimum");
  covariate.maximum = table.get_number("maximum");
  covariate.out_of_range = find_choice(table, "out_of_range", names::out_of_range_policy, covariate.out_of_range);
  covariate.floor = table.find_number("floor");
  covariate.cap = table.find_number("cap");
  covariate.transform = find_choice(table, "transform", names::transform, covariate.transform);
}

CovariateDefinition parse_covariate(const TomlTable& table) {
  table.allow_only({"id", "kind", "missing", "unit", "conversions", "minimum", "maximum", "out_of_range", "floor",
                    "cap", "transform", "coding", "maximum_age_days", "too_old", "source"});
  CovariateDefinition covariate;
  covariate.id = table.get_text("id");
  covariate.kind = get_choice(table, "kind", names::covariate_kind);
  covariate.missing = get_choice(table, "missing", names::missing_policy);
  if (covariate.kind != CovariateKind::number) {
    refuse_keys(table, {"unit", "conversions", "minimum", "maximum", "out_of_range", "floor", "cap", "transform"},
                "only a number has this");
  }
  switch (covariate.kind) {
    case CovariateKind::number:
      parse_number_covariate(table, covariate);
      break;
    case CovariateKind::category:
      covariate.coding = parse_numbers_by_name(table.get_table("coding"));
      break;
    case CovariateKind::lot:
      refuse_keys(table, {"coding"}, "only a category has this");
      refuse_keys(table, {"maximum_age_days"}, "a lot has an expiry in the run sheet, not an age");
      break;
  }
  covariate.maximum_age_days = table.find_number("maximum_age_days");
  if (!covariate.maximum_age_days) refuse_keys(table, {"too_old"}, "nothing is too old without 'maximum_age_days'");
  covariate.too_old = find_choice(table, "too_old", names::too_old_policy, covariate.too_old);
  covariate.source = find_word(table, "source");
  return covariate;
}

AcceptanceRule parse_acceptance(const TomlTable& table) {
  table.allow_only({"id", "covariate", "at_least", "at_most", "one_of", "action", "text", "source"});
  AcceptanceRule rule;
  rule.id = table.get_text("id");
  rule.covariate = table.get_text("covariate");
  rule.at_least = table.find_number("at_least");
  rule.at_most = table.find_number("at_most");
  rule.one_of = find_list(table, "one_of");
  if (rule.one_of.empty() == !(rule.at_least || rule.at_most))
    table.refuse_because("", "expected 'at_least' or 'at_most' of a number, or 'one_of' of a category");
  rule.action = find_choice(table, "action", names::acceptance_action, rule.action);
  rule.text = parse_localized(table.get_table("text"));
  rule.source = find_word(table, "source");
  return rule;
}

std::vector<Factor> parse_factors(const TomlTable& table, std::string_view key) {
  std::vector<Factor> factors;
  for (const TomlTable::TextOrTable& element : table.get_texts_or_tables(key)) {
    Factor factor;
    if (element.text) {
      factor.id = *element.text;
    } else {
      element.table->allow_only({"number", "unit"});
      factor.number = element.table->get_number("number");
      factor.unit = element.table->get_text("unit");
    }
    factors.push_back(std::move(factor));
  }
  if (factors.empty()) table.refuse(key, "at least one factor");
  return factors;
}

/// The end of a band or of a class.
template <typename T>
void parse_edge(const TomlTable& table, T& band) {
  if (table.has("below") && table.has("at_most")) table.refuse_because("", "expected 'below' or 'at_most', not both");
  band.below = table.find_number("below");
  band.at_most = table.find_number("at_most");
}

void parse_linear_terms(const TomlTable& table, ValueDefinition& value) {
  value.intercept = table.get_number("intercept");
  value.terms = parse_numbers_by_name(table.get_table("terms"));
}

void parse_scale(const TomlTable& table, ValueDefinition& value) {
  value.scale = table.find_number("scale").value_or(value.scale);
}

Orientation get_orientation(const TomlTable& table) {
  if (!table.has("orientation")) {
    table.refuse_because("orientation",
                         "this key is required: what the value does when the template of its target doubles, "
                         "'rises_with_template' or 'falls_with_template'");
  }
  return get_choice(table, "orientation", names::orientation);
}

/// Refuses every key that neither all values nor this kind has.
void allow_with(const TomlTable& table, std::initializer_list<std::string_view> own) {
  std::vector<std::string_view> known{"id", "kind", "unit", "orientation", "display_digits", "source"};
  known.insert(known.end(), own.begin(), own.end());
  table.allow_only(known);
}

/// Values that are formed from the Cq of targets.
bool parse_cq_value(const TomlTable& table, ValueDefinition& value) {
  switch (value.kind) {
    case ValueKind::delta_cq:
      allow_with(table, {"target", "references"});
      value.target = table.get_text("target");
      value.references = table.get_texts("references");
      break;
    case ValueKind::delta_delta_cq:
      allow_with(table, {"value", "control", "reference_value"});
      value.value = table.get_text("value");
      value.control = find_word(table, "control");
      value.reference_value = table.find_number("reference_value");
      if (value.control.empty() == !value.reference_value.has_value())
        table.refuse_because("", "expected exactly one of 'control', 'reference_value'");
      break;
    case ValueKind::relative_amount:
      allow_with(table, {"value", "base", "scale"});
      value.value = table.get_text("value");
      value.base = table.find_number("base").value_or(value.base);
      parse_scale(table, value);
      break;
    case ValueKind::pfaffl_ratio:
      allow_with(table, {"target", "references", "control", "efficiency_bases"});
      value.target = table.get_text("target");
      value.references = table.get_texts("references");
      value.control = table.get_text("control");
      value.efficiency_bases = parse_numbers_by_name(table.get_table("efficiency_bases"));
      break;
    case ValueKind::quantity:
      allow_with(table, {"target", "curve"});
      value.target = table.get_text("target");
      value.curve = table.get_text("curve");
      break;
    case ValueKind::relative_to_control:
      allow_with(table, {"value", "control", "scale"});
      value.value = table.get_text("value");
      value.control = table.get_text("control");
      parse_scale(table, value);
      break;
    default:
      return false;
  }
  value.orientation = get_orientation(table);
  return true;
}

void parse_sigmoids(const TomlTable& table, ValueDefinition& value) {
  allow_with(table, {"sigmoids", "scale"});
  parse_scale(table, value);
  for (const TomlTable& row : table.get_tables("sigmoids")) {
    row.allow_only({"value", "centre", "slope"});
    value.sigmoids.push_back({row.get_text("value"), row.get_number("centre"), row.get_number("slope")});
  }
}

void parse_bands(const TomlTable& table, ValueDefinition& value) {
  allow_with(table, {"value", "bands"});
  value.value = table.get_text("value");
  for (const TomlTable& row : table.get_tables("bands")) {
    row.allow_only({"below", "at_most", "value"});
    Band band;
    parse_edge(row, band);
    band.value = row.get_number("value");
    value.bands.push_back(band);
  }
}

void parse_recalibration(const TomlTable& table, ValueDefinition& value) {
  const auto recalibration = table.find_table("recalibration");
  if (!recalibration) return;
  recalibration->allow_only({"intercept", "slope", "source"});
  value.recalibration = Recalibration{recalibration->get_number("intercept"), recalibration->get_number("slope"),
                                      find_word(*recalibration, "source")};
}

/// Values that are formed from other values and covariates.
void parse_derived_value(const TomlTable& table, ValueDefinition& value) {
  switch (value.kind) {
    case ValueKind::product:
      allow_with(table, {"multiply", "divide"});
      value.multiply = parse_factors(table, "multiply");
      if (table.has("divide")) value.divide = parse_factors(table, "divide");
      break;
    case ValueKind::fraction:
      allow_with(table, {"value", "values", "scale"});
      value.value = table.get_text("value");
      value.values = table.get_texts("values");
      parse_scale(table, value);
      break;
    case ValueKind::poisson:
      allow_with(table, {"positives", "total"});
      value.positives = table.get_text("positives");
      value.total = table.get_text("total");
      break;
    case ValueKind::linear:
      allow_with(table, {"intercept", "terms"});
      parse_linear_terms(table, value);
      break;
    case ValueKind::logistic:
      allow_with(table, {"intercept", "terms", "scale", "recalibration"});
      parse_linear_terms(table, value);
      parse_scale(table, value);
      parse_recalibration(table, value);
      break;
    case ValueKind::survival:
      allow_with(table, {"baseline_survival", "intercept", "terms", "scale"});
      value.baseline_survival = table.get_number("baseline_survival");
      parse_linear_terms(table, value);
      parse_scale(table, value);
      break;
    case ValueKind::max_of_sigmoids:
      parse_sigmoids(table, value);
      break;
    case ValueKind::maximum:
    case ValueKind::minimum:
      allow_with(table, {"values"});
      value.values = table.get_texts("values");
      break;
    case ValueKind::bands:
      parse_bands(table, value);
      break;
    default:
      allow_with(table, {"value", "transform", "floor", "cap"});
      value.value = table.get_text("value");
      value.transform = get_choice(table, "transform", names::transform);
      value.floor = table.find_number("floor");
      value.cap = table.find_number("cap");
      break;
  }
  if (table.has("orientation")) value.orientation = get_choice(table, "orientation", names::orientation);
}

ValueDefinition parse_value(const TomlTable& table) {
  ValueDefinition value;
  value.kind = get_choice(table, "kind", names::value_kind);
  if (!parse_cq_value(table, value)) parse_derived_value(table, value);
  value.id = table.get_text("id");
  value.unit = find_word(table, "unit");
  value.display_digits = find_count(table, "display_digits", value.display_digits);
  value.source = find_word(table, "source");
  return value;
}

/// `compare` and `digits` of a rule or a classification.
template <typename T>
void parse_comparison(const TomlTable& table, T& compared) {
  compared.compare = find_choice(table, "compare", names::comparison, Comparison::unrounded);
  if (compared.compare == Comparison::rounded) {
    compared.digits = get_count(table, "digits");
  } else {
    refuse_keys(table, {"digits"}, "only a rounded comparison has digits");
  }
}

std::optional<CutoffRecord> find_cutoff_record(const TomlTable& rule, std::string_view key) {
  const auto table = rule.find_table(key);
  if (!table) return std::nullopt;
  table->allow_only({"method", "dataset", "cases", "controls", "date", "record_sha256"});
  CutoffRecord record;
  record.method = table->get_text("method");
  record.dataset = table->get_text("dataset");
  record.cases = find_count(*table, "cases", 0);
  record.controls = find_count(*table, "controls", 0);
  record.date = table->find_date("date").value_or("");
  record.record_sha256 = find_word(*table, "record_sha256");
  return record;
}

RuleDefinition parse_rule(const TomlTable& table) {
  table.allow_only({"id", "value", "at_most", "below", "at_least", "above", "unit", "gray", "compare", "digits",
                    "at_least_replicates", "alternate", "establishment", "verification", "source"});
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
  rule.unit = find_word(table, "unit");
  if (const auto gray = find_window(table, "gray")) {
    if (gray->first >= gray->second) table.refuse_because("gray", "the gray zone is reversed: expected [lower, upper]");
    rule.gray = GrayZone{gray->first, gray->second};
  }
  parse_comparison(table, rule);
  if (table.has("at_least_replicates")) rule.at_least_replicates = get_count(table, "at_least_replicates");
  rule.alternate = find_word(table, "alternate");
  rule.establishment = find_cutoff_record(table, "establishment");
  rule.verification = find_cutoff_record(table, "verification");
  rule.source = find_word(table, "source");
  return rule;
}

}  // namespace

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
    expression.at_least = get_count(table, "at_least");
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

Classification parse_classification(const TomlTable& table) {
  table.allow_only({"value", "unit", "compare", "digits", "source", "classes"});
  Classification classification;
  classification.value = table.get_text("value");
  classification.unit = find_word(table, "unit");
  parse_comparison(table, classification);
  classification.source = find_word(table, "source");
  for (const TomlTable& row : table.find_tables("classes")) {
    row.allow_only({"id", "text", "below", "at_most"});
    ScoreClass score_class;
    score_class.id = row.get_text("id");
    score_class.text = parse_localized(row.get_table("text"));
    parse_edge(row, score_class);
    classification.classes.push_back(std::move(score_class));
  }
  return classification;
}

void parse_values(const TomlTable& root, AssayDefinition& assay) {
  for (const TomlTable& row : root.find_tables("covariates")) assay.covariates.push_back(parse_covariate(row));
  for (const TomlTable& row : root.find_tables("acceptance")) assay.acceptance.push_back(parse_acceptance(row));
  for (const TomlTable& row : root.find_tables("values")) assay.values.push_back(parse_value(row));
  for (const TomlTable& row : root.find_tables("rules")) assay.rules.push_back(parse_rule(row));
}

}  // namespace qpcr::parsing
