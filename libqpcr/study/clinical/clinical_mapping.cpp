// Reading a mapping and refusing what contradicts the variables.
#include "libqpcr/study/clinical/clinical_mapping.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "libqpcr/assay/toml_document.hpp"
#include "libqpcr/study/personal_columns.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::pair<std::string_view, ClinicalFormat>, 4> format_words{{{"csv", ClinicalFormat::csv},
                                                                                   {"xlsx", ClinicalFormat::xlsx},
                                                                                   {"redcap", ClinicalFormat::redcap},
                                                                                   {"odm", ClinicalFormat::odm}}};
constexpr std::array<std::pair<std::string_view, DateOrder>, 3> date_words{
    {{"ymd", DateOrder::year_month_day}, {"dmy", DateOrder::day_month_year}, {"mdy", DateOrder::month_day_year}}};
constexpr std::array<std::pair<std::string_view, bool>, 2> decimal_words{{{"dot", false}, {"comma", true}}};

template <typename Value, std::size_t count>
Value read_word(const TomlTable& table, std::string_view key,
                const std::array<std::pair<std::string_view, Value>, count>& words) {
  const std::string found = table.get_text(key);
  std::string all;
  for (const auto& [word, value] : words) {
    if (word == found) return value;
    all += fmt::format("{}'{}'", all.empty() ? "" : ", ", word);
  }
  table.refuse(key, all);
}

/// The words of a column must mean what the variable can be.
void check_words(const TomlTable& words, const MappedColumn& column, const ClinicalVariable& variable) {
  for (const auto& [written, meant] : column.words) {
    const bool is_missing = meant == "missing";
    const bool is_code = std::find(variable.codes.begin(), variable.codes.end(), meant) != variable.codes.end();
    const bool is_flag = variable.kind == ClinicalKind::flag && (meant == "yes" || meant == "no");
    if (is_missing || is_code || is_flag) continue;
    if (variable.kind == ClinicalKind::flag) words.refuse(written, "'yes', 'no' or 'missing'");
    words.refuse(written, variable.codes.empty()
                              ? "'missing': only codes and flags have words of their own"
                              : fmt::format("one of {} or 'missing'", fmt::join(variable.codes, ", ")));
  }
}

MappedColumn read_column(const TomlTable& table, const std::string& name,
                         const std::vector<ClinicalVariable>& variables, const TomlTable& columns) {
  const ClinicalVariable* const variable = find_clinical_variable(variables, name);
  if (variable == nullptr) {
    std::vector<std::string> names;
    for (const ClinicalVariable& each : variables) names.push_back(each.name);
    const std::optional<std::string> nearest = find_nearest_word(name, names);
    columns.refuse_because(name, fmt::format("no clinical variable of the study{}; it has {}",
                                             nearest ? fmt::format(" (did you mean '{}'?)", *nearest) : std::string(),
                                             fmt::join(names, ", ")));
  }
  table.allow_only({"from", "unit", "unit_from", "words"});
  MappedColumn column;
  column.variable = name;
  column.heading = table.get_text("from");
  column.unit = table.find_text("unit").value_or("");
  column.unit_heading = table.find_text("unit_from").value_or("");
  column.line = table.line();
  const bool has_unit = !variable->unit.empty();
  if (!has_unit && !column.unit.empty()) table.refuse("unit", "no unit: the variable has none");
  if (!has_unit && !column.unit_heading.empty()) table.refuse("unit_from", "no unit: the variable has none");
  if (!column.unit.empty() && !find_unit_factor(column.unit, variable->unit))
    table.refuse("unit", fmt::format("a unit that can become {}", variable->unit));
  if (const std::optional<TomlTable> words = table.find_table("words")) {
    for (const std::string& written : words->keys()) column.words.emplace(written, words->get_text(written));
    check_words(*words, column, *variable);
  }
  return column;
}

void check_columns(const TomlTable& root, const ClinicalMapping& mapping,
                   const std::vector<ClinicalVariable>& variables) {
  std::set<std::string> headings;
  for (const MappedColumn& column : mapping.columns) {
    if (!headings.insert(column.heading).second)
      root.refuse_because(fmt::format("column.{}", column.variable),
                          fmt::format("'{}' is the column of another variable too", column.heading));
    const bool replaced = std::find(mapping.pseudonymise.begin(), mapping.pseudonymise.end(), column.heading) !=
                          mapping.pseudonymise.end();
    if (replaced != (column.variable == "person")) {
      root.refuse_because(fmt::format("column.{}", column.variable),
                          "'person' takes a pseudonymised column, and no other variable does");
    }
  }
  for (const ClinicalVariable& variable : variables) {
    const bool mapped = std::any_of(mapping.columns.begin(), mapping.columns.end(),
                                    [&](const MappedColumn& each) { return each.variable == variable.name; });
    if (variable.required && !mapped)
      root.refuse_because("column", fmt::format("the required variable '{}' has no column", variable.name));
  }
}

}  // namespace

std::string_view to_string(ClinicalFormat format) {
  const auto found = std::find_if(format_words.begin(), format_words.end(),
                                  [format](const auto& each) { return each.second == format; });
  return found->first;
}

ClinicalMapping parse_clinical_mapping(std::string_view toml, const std::string& path,
                                       const std::vector<ClinicalVariable>& variables) {
  const TomlTable root = TomlTable::parse(toml, path, ErrorCode::study_invalid);
  root.allow_only({"schema", "format", "sheet", "decimal", "dates", "missing", "drop", "pseudonymise", "column"});
  if (root.get_text("schema") != "qpcr.mapping/1") root.refuse("schema", "'qpcr.mapping/1'");
  ClinicalMapping mapping;
  mapping.path = path;
  mapping.format = read_word(root, "format", format_words);
  mapping.sheet = root.find_text("sheet").value_or("");
  if (!mapping.sheet.empty() && mapping.format != ClinicalFormat::xlsx)
    root.refuse("sheet", "no sheet: only a workbook has one");
  mapping.decimal_comma = read_word(root, "decimal", decimal_words);
  mapping.dates = read_word(root, "dates", date_words);
  mapping.missing = root.find_texts("missing").value_or(std::vector<std::string>{});
  mapping.drop = root.find_texts("drop").value_or(std::vector<std::string>{});
  mapping.pseudonymise = root.find_texts("pseudonymise").value_or(std::vector<std::string>{});
  const TomlTable columns = root.get_table("column");
  for (const std::string& name : columns.keys())
    mapping.columns.push_back(read_column(columns.get_table(name), name, variables, columns));
  check_columns(root, mapping, variables);
  return mapping;
}

}  // namespace qpcr
