// Runs every check of a definition and hands the findings out in the order of its parts or lines.
#include "libqpcr/assay/findings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/assay/checking.hpp"
#include "libqpcr/assay/definition_parsing.hpp"
#include "libqpcr/assay/units.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace checking {

std::string at(std::string_view list, std::size_t index, std::string_view key) {
  return fmt::format("{}[{}].{}", list, index + 1, key);
}

std::string at(std::string_view list, std::size_t index, std::string_view inner, std::size_t inner_index,
               std::string_view key) {
  return fmt::format("{}[{}].{}[{}].{}", list, index + 1, inner, inner_index + 1, key);
}

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_date(std::string_view text) {
  // Years before 1900 are slips of the pen in every field that holds a date.
  const std::optional<std::chrono::sys_days> day = parse_calendar_day(text);
  return day && *day >= std::chrono::sys_days{std::chrono::year{1900} / 1 / 1};
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_complete(const LocalizedText& text) { return !trim(text.zh).empty() && !trim(text.en).empty(); }

Inspection::Inspection(const AssayDefinition& definition) : assay(definition) {
  for (const AssayTarget& target : assay.targets) operands[target.id] = describe_target(assay, target);
  for (const CovariateDefinition& covariate : assay.covariates) operands[covariate.id] = describe_covariate(covariate);
  for (const ValueDefinition& value : assay.values) {
    Operand operand = describe_value(assay, value, operands);
    operands[value.id] = std::move(operand);
  }
}

void Inspection::add(Finding::Severity severity, std::string_view code, std::string field, MessageValues values) {
  Finding finding;
  finding.severity = severity;
  finding.code = code;
  finding.field = std::move(field);
  finding.english = word_finding(code, values);
  finding.message.id = fmt::format("finding.{}", code);
  finding.message.values = std::move(values);
  findings.push_back(std::move(finding));
}

void Inspection::error(std::string_view code, std::string field, MessageValues values) {
  add(Finding::Severity::error, code, std::move(field), std::move(values));
}

void Inspection::warn(std::string_view code, std::string field, MessageValues values) {
  add(Finding::Severity::warning, code, std::move(field), std::move(values));
}

void Inspection::note(std::string_view code, std::string field, MessageValues values) {
  add(Finding::Severity::note, code, std::move(field), std::move(values));
}

void Inspection::unknown_name(std::string field, std::string_view word, const std::vector<std::string>& known) {
  if (const auto nearest = find_nearest_word(word, known)) {
    error("unknown_name_near", std::move(field), {{"nearest", *nearest}, {"found", std::string(word)}});
  } else {
    error("unknown_name", std::move(field), {{"found", std::string(word)}});
  }
}

void Inspection::claim_identifier(const std::string& field, const std::string& id) {
  if (!is_identifier(id)) error("not_an_identifier", field, {{"found", id}});
  if (!identifiers.insert(to_lower_ascii(id)).second) error("duplicate_identifier", field, {{"found", id}});
  defined.insert(id);
}

void Inspection::claim_in(std::set<std::string>& list, std::string_view part, const std::string& field,
                          const std::string& id) {
  if (!is_identifier(id)) error("not_an_identifier", field, {{"found", id}});
  if (!list.insert(to_lower_ascii(id)).second) {
    error("duplicate_in_list", field, {{"part", std::string(part)}, {"found", id}});
  }
}

const AssayTarget* Inspection::demand_target(const std::string& field, const std::string& id) {
  if (const AssayTarget* target = find_target(assay, id)) return target;
  std::vector<std::string> known;
  for (const AssayTarget& target : assay.targets) known.push_back(target.id);
  unknown_name(field, id, known);
  return nullptr;
}

const ControlDefinition* Inspection::demand_control(const std::string& field, const std::string& id) {
  if (const ControlDefinition* control = find_control(assay, id)) return control;
  std::vector<std::string> known;
  for (const ControlDefinition& control : assay.controls) known.push_back(control.id);
  unknown_name(field, id, known);
  return nullptr;
}

const Operand* Inspection::demand_operand(const std::string& field, const std::string& id) {
  const auto found = operands.find(id);
  if (found == operands.end() || !defined.contains(id)) {
    unknown_name(field, id, {defined.begin(), defined.end()});
    return nullptr;
  }
  if (found->second.is_lot) {
    error("lot_is_no_number", field, {{"found", id}});
    return nullptr;
  }
  return &found->second;
}

bool Inspection::check_unit(const std::string& field, const std::string& unit) {
  const std::optional<Unit> parsed = unit.empty() ? std::nullopt : parse_unit(unit);
  if (!parsed) {
    error("not_a_unit", field, {{"found", unit}});
  } else if (!has_known_atoms(*parsed)) {
    error("unit_unknown", field, {{"found", unit}});
  } else {
    return true;
  }
  return false;
}

void Inspection::check_digits(const std::string& field, int digits) {
  if (digits < 0 || digits > 6) error("digits_range", field);
}

std::string word_finding(std::string_view code, const MessageValues& values) {
  const auto& texts = finding_texts();
  const auto entry =
      std::find_if(texts.begin(), texts.end(), [&](const FindingText& text) { return text.code == code; });
  std::string words(entry == texts.end() ? code : entry->english);
  for (const auto& [name, value] : values) {
    const std::string placeholder = fmt::format("{{{}}}", name);
    if (const std::size_t place = words.find(placeholder); place != std::string::npos) {
      words.replace(place, placeholder.size(), value);
    }
  }
  return words;
}

}  // namespace checking

namespace {

/// Place of a part in the file as docs/formats/assay.md orders it.
std::size_t rank_of(std::string_view field) {
  const auto& order = parsing::definition_keys();
  const std::string_view part = field.substr(0, field.find_first_of(".["));
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), part) - order.begin());
}

/// Rank, then the number of the element: "targets[10]" after "targets[2]".
std::pair<std::size_t, long> place_of(const Finding& finding) {
  const std::size_t open = finding.field.find('[');
  long index = 0;
  if (open != std::string::npos) {
    const std::size_t close = finding.field.find(']', open);
    index = parse_integer(std::string_view(finding.field).substr(open + 1, close - open - 1)).value_or(0);
  }
  return {rank_of(finding.field), index};
}

Finding to_finding(const Error& error) {
  Finding finding;
  finding.code = "unreadable";
  finding.field = error.context().field;
  finding.line = error.context().line;
  ErrorContext context = error.context();
  context.path.clear();
  context.line = 0;
  context.field.clear();
  finding.message.id = "finding.unreadable";
  finding.english = Error(error.code(), std::move(context)).what();
  finding.message.values = {{"reason", finding.english}};
  return finding;
}

}  // namespace

std::string_view to_string(Finding::Severity severity) {
  switch (severity) {
    case Finding::Severity::error:
      return "error";
    case Finding::Severity::warning:
      return "warning";
    case Finding::Severity::note:
      return "note";
  }
  return "unknown";
}

std::vector<Finding> inspect_assay(const AssayDefinition& definition) {
  checking::Inspection in(definition);
  checking::check_header(in);
  checking::check_numbers(in);
  checking::check_sources(in);
  checking::check_cq(in);
  checking::check_targets(in);
  checking::check_controls(in);
  checking::check_validity(in);
  checking::check_inhibition(in);
  checking::check_replicates(in);
  checking::check_standard_curves(in);
  checking::check_threshold_calibration(in);
  checking::check_covariates(in);
  checking::check_acceptance(in);
  checking::check_values(in);
  checking::check_rules(in);
  checking::check_call(in);
  checking::check_classification(in);
  checking::check_repeats(in);
  checking::check_release(in);
  std::stable_sort(in.findings.begin(), in.findings.end(),
                   [](const Finding& left, const Finding& right) { return place_of(left) < place_of(right); });
  return std::move(in.findings);
}

std::vector<Finding> inspect_assay_text(std::string_view toml, const std::string& path) {
  try {
    const TomlTable root = TomlTable::parse(toml, path, ErrorCode::assay_invalid);
    std::vector<Finding> findings = inspect_assay(parsing::parse_definition(root));
    for (Finding& finding : findings) finding.line = root.find_line(finding.field);
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& left, const Finding& right) { return left.line < right.line; });
    return findings;
  } catch (const Error& error) {
    return {to_finding(error)};
  }
}

std::vector<Finding> inspect_assay_file(const std::filesystem::path& path) {
  return inspect_assay_text(read_file(path), path.string());
}

bool has_errors(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Finding::Severity::error; });
}

}  // namespace qpcr
