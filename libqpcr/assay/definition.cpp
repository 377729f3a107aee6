// TOML → AssayDefinition: the header, the outcome and what follows from it; the other tables are in parse_*.cpp.
#include "libqpcr/assay/definition.hpp"

#include <fmt/format.h>

#include "libqpcr/assay/definition_parsing.hpp"
#include "libqpcr/core/file.hpp"

namespace qpcr {
namespace parsing {
namespace {

void check_schema(const TomlTable& document) {
  constexpr std::string_view schema = "qpcr.assay/2";
  const std::string found = document.get_text("schema");
  if (found == schema) return;
  if (found == "qpcr.assay/1") {
    document.refuse_because(
        "schema",
        "this is qpcr.assay/1 and this version reads qpcr.assay/2: write each citation as a table [[sources]], name "
        "one of them in source = \"…\", and give every delta_cq its orientation (docs/formats/assay.md)");
  }
  document.refuse("schema", fmt::format("'{}'", schema));
}

void parse_header(const TomlTable& root, AssayDefinition& assay) {
  assay.id = root.get_text("id");
  assay.version = root.get_text("version");
  assay.claim = get_choice(root, "claim", names::claim);
  assay.horizon_years = root.find_number("horizon_years");
  assay.title = parse_localized(root.get_table("title"));
  assay.intended_use = parse_localized(root.get_table("intended_use"));
  for (const TomlTable& row : root.find_tables("sources")) {
    row.allow_only({"id", "text", "certainty"});
    assay.sources.push_back(
        {row.get_text("id"), row.get_text("text"), get_choice(row, "certainty", names::source_certainty)});
  }
  assay.default_source = find_word(root, "source");
  for (const TomlTable& row : root.find_tables("statements")) assay.statements.push_back(parse_localized(row));
}

RepeatPlan parse_repeat(const TomlTable& table) {
  table.allow_only({"maximum", "decision", "requests"});
  RepeatPlan plan;
  plan.maximum = get_count(table, "maximum");
  plan.decision = find_choice(table, "decision", names::repeat_decision, plan.decision);
  for (const TomlTable& row : table.get_tables("requests")) {
    row.allow_only({"cause", "from", "instruction"});
    plan.rules.push_back({get_choice(row, "cause", names::repeat_cause), get_choice(row, "from", names::repeat_step),
                          find_word(row, "instruction")});
  }
  return plan;
}

FlagLimits parse_flags(const TomlTable& table) {
  table.allow_only({"weak_positive", "neighbour_difference"});
  FlagLimits limits;
  limits.weak_positive_cycles = table.find_number("weak_positive").value_or(limits.weak_positive_cycles);
  limits.neighbour_difference_cycles =
      table.find_number("neighbour_difference").value_or(limits.neighbour_difference_cycles);
  return limits;
}

/// A score has no positive and negative; what it does not say of the others is what a report would say anyway.
OutcomeTexts parse_score_outcomes(const std::optional<TomlTable>& table, const LocalizedText& title) {
  OutcomeTexts texts;
  texts.indeterminate = {"不确定", "Indeterminate"};
  texts.invalid = {"无效", "Invalid"};
  texts.scored = title;
  if (!table) return texts;
  for (const std::string_view key : {"positive", "negative"}) {
    if (table->has(key)) table->refuse_because(key, "a score makes no positive and negative");
  }
  table->allow_only({"scored", "indeterminate", "invalid"});
  if (const auto text = table->find_table("scored")) texts.scored = parse_localized(*text);
  if (const auto text = table->find_table("indeterminate")) texts.indeterminate = parse_localized(*text);
  if (const auto text = table->find_table("invalid")) texts.invalid = parse_localized(*text);
  return texts;
}

OutcomeTexts parse_call_outcomes(const TomlTable& table) {
  if (table.has("scored")) table.refuse_because("scored", "only a definition with [classification] reports a score");
  table.allow_only({"positive", "negative", "indeterminate", "invalid"});
  OutcomeTexts texts;
  texts.positive = parse_localized(table.get_table("positive"));
  texts.negative = parse_localized(table.get_table("negative"));
  texts.indeterminate = parse_localized(table.get_table("indeterminate"));
  texts.invalid = parse_localized(table.get_table("invalid"));
  return texts;
}

/// [call] of a diagnosis, [classification] of a score; a template may lack both.
void parse_decision(const TomlTable& root, AssayDefinition& assay) {
  const bool is_template = assay.status == AssayStatus::template_only;
  if (const auto table = root.find_table("classification")) assay.classification = parse_classification(*table);
  if (assay.classification && root.has("call"))
    root.refuse_because("call", "a definition makes a call or a classification, not both");
  if (!assay.classification && assay.claim != Claim::diagnosis && !root.has("call") && !is_template) {
    root.refuse_because("classification", fmt::format("this key is required: a {} is a score", to_string(assay.claim)));
  }
  if (root.has("call") || (!assay.classification && !is_template)) {
    const TomlTable call = root.get_table("call");
    call.allow_only({"positive"});
    assay.positive = parse_expression(call.get_table("positive"));
  }
  const bool is_score = assay.classification || (!assay.positive && assay.claim != Claim::diagnosis);
  assay.outcomes = is_score ? parse_score_outcomes(root.find_table("outcomes"), assay.title)
                            : parse_call_outcomes(root.get_table("outcomes"));
}

ReleaseRecord parse_release(const TomlTable& table) {
  table.allow_only({"registration", "laboratory_developed_test", "verified_by", "verification_date",
                    "verification_sha256", "valid_from", "valid_until"});
  if (table.has("registration") == table.has("laboratory_developed_test"))
    table.refuse_because("", "expected exactly one of 'registration', 'laboratory_developed_test'");
  ReleaseRecord release;
  release.registration = find_word(table, "registration");
  release.laboratory_developed_test = find_word(table, "laboratory_developed_test");
  release.verified_by = table.get_text("verified_by");
  release.verification_date = table.get_date("verification_date");
  release.verification_sha256 = table.get_text("verification_sha256");
  release.valid_from = table.get_date("valid_from");
  release.valid_until = table.get_date("valid_until");
  return release;
}

/// A source that is named and would apply anyway is the same content as one that is not named.
void omit_default_sources(AssayDefinition& assay) {
  const auto omit = [&](std::string& source) {
    if (source == assay.default_source) source.clear();
  };
  const auto omit_all = [&](auto& list) {
    for (auto& item : list) omit(item.source);
  };
  omit_all(assay.targets);
  omit_all(assay.controls);
  omit_all(assay.validity);
  omit_all(assay.inhibition);
  omit_all(assay.standard_curves);
  omit_all(assay.covariates);
  for (CovariateDefinition& covariate : assay.covariates) omit_all(covariate.conversions);
  omit_all(assay.acceptance);
  omit_all(assay.values);
  for (ValueDefinition& value : assay.values) {
    if (value.recalibration) omit(value.recalibration->source);
  }
  omit_all(assay.rules);
  if (assay.threshold_calibration) omit(assay.threshold_calibration->source);
  if (assay.classification) omit(assay.classification->source);
}

}  // namespace

LocalizedText parse_localized(const TomlTable& table) {
  table.allow_only({"zh", "en"});
  return {table.get_text("zh"), table.get_text("en")};
}

int get_count(const TomlTable& table, std::string_view key) {
  constexpr long largest = 1000000;
  const long value = table.get_integer(key);
  if (value < 0 || value > largest) table.refuse(key, fmt::format("a whole number from 0 to {}", largest));
  return static_cast<int>(value);
}

int find_count(const TomlTable& table, std::string_view key, int absent) {
  return table.has(key) ? get_count(table, key) : absent;
}

std::string find_word(const TomlTable& table, std::string_view key) { return table.find_text(key).value_or(""); }

std::vector<std::string> find_list(const TomlTable& table, std::string_view key) {
  return table.find_texts(key).value_or(std::vector<std::string>{});
}

std::optional<std::pair<double, double>> find_window(const TomlTable& table, std::string_view key) {
  const auto numbers = table.find_numbers(key);
  if (!numbers) return std::nullopt;
  if (numbers->size() != 2) table.refuse(key, "two numbers, [lower, upper]");
  return std::pair{(*numbers)[0], (*numbers)[1]};
}

const std::vector<std::string_view>& definition_keys() {
  static const std::vector<std::string_view> keys{"schema",
                                                  "id",
                                                  "version",
                                                  "status",
                                                  "claim",
                                                  "horizon_years",
                                                  "title",
                                                  "intended_use",
                                                  "source",
                                                  "sources",
                                                  "statements",
                                                  "cq",
                                                  "targets",
                                                  "controls",
                                                  "validity",
                                                  "inhibition",
                                                  "replicates",
                                                  "standard_curves",
                                                  "threshold_calibration",
                                                  "covariates",
                                                  "acceptance",
                                                  "values",
                                                  "rules",
                                                  "call",
                                                  "classification",
                                                  "repeat",
                                                  "flags",
                                                  "outcomes",
                                                  "release"};
  return keys;
}

AssayDefinition parse_definition(const TomlTable& document) {
  check_schema(document);
  document.allow_only(definition_keys());
  AssayDefinition assay;
  assay.status = get_choice(document, "status", names::assay_status);
  const bool is_template = assay.status == AssayStatus::template_only;
  const TomlTable root =
      document.with_number_word("unpublished", is_template ? "" : "only a template may lack a number");
  parse_header(root, assay);
  parse_reactions(root, assay);
  parse_values(root, assay);
  parse_decision(root, assay);
  if (const auto table = root.find_table("repeat")) assay.repeat = parse_repeat(*table);
  if (const auto table = root.find_table("flags")) assay.flags = parse_flags(*table);
  if (const auto table = root.find_table("release")) assay.release = parse_release(*table);
  omit_default_sources(assay);
  return assay;
}

}  // namespace parsing

namespace {

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
  AssayDefinition assay = parsing::parse_definition(root);
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
  return find_by_id(definition.sources, id.empty() ? definition.default_source : id);
}

double effective_maximum_cq(const AssayDefinition& definition, const AssayTarget& target) {
  return target.maximum_cq_cycles.value_or(static_cast<double>(definition.cq.cycles));
}

void require_runnable(const AssayDefinition& definition) {
  if (definition.status != AssayStatus::template_only) return;
  throw Error(ErrorCode::assay_refused, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = "status",
                                         .found = fmt::format("{} {}", definition.id, definition.version),
                                         .expected = {},
                                         .problem = "a template lacks published numbers and makes no calls"});
}

}  // namespace qpcr
