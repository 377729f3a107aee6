// Reads values by reference standard from a table, and fills results.
#include "libqpcr/study/roc/roc_tables.hpp"

#include <cmath>
#include <map>
#include <utility>

namespace qpcr {
namespace {

constexpr std::size_t listed_lines = 100;

void check_subjects(const DataTable& table) {
  std::map<std::string_view, std::size_t> first_rows;
  const std::vector<std::string_view> subjects = table.texts("subject");
  for (std::size_t row = 0; row < subjects.size(); ++row) {
    if (subjects[row].empty() || first_rows.emplace(subjects[row], row).second) continue;
    ErrorContext context;
    context.path = table.path();
    context.line = table.line(row);
    context.column = "subject";
    context.found = std::string(subjects[row]);
    context.expected = "a subject on one line (it is on line " +
                       std::to_string(table.line(first_rows.at(subjects[row]))) +
                       " too; several specimens of a subject: clustered_auc)";
    throw Error(ErrorCode::duplicate_entry, context);
  }
}

}  // namespace

RocSample RocTable::sample(std::size_t column) const {
  RocSample made;
  for (std::size_t i = 0; i < is_case.size(); ++i)
    (is_case[i] ? made.cases : made.controls).push_back(values[column][i]);
  return made;
}

RocTable read_roc_table(const DataTable& table, const std::vector<std::string>& columns, bool unique_subjects) {
  if (unique_subjects && table.has("subject")) check_subjects(table);
  const std::vector<std::optional<bool>> reference = table.binaries("reference");
  std::vector<std::vector<double>> numbers;
  for (const std::string& column : columns) numbers.push_back(table.numbers(column));
  RocTable made;
  made.values.resize(columns.size());
  Exclusion no_reference{{"roc_excluded_no_reference", {}}, 0, {}};
  Exclusion no_value{{"roc_excluded_no_value", {}}, 0, {}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    bool has_values = true;
    for (const std::vector<double>& column : numbers) has_values = has_values && !std::isnan(column[row]);
    if (!reference[row] || !has_values) {
      Exclusion& exclusion = reference[row] ? no_value : no_reference;
      ++exclusion.rows;
      if (exclusion.lines.size() < listed_lines) exclusion.lines.push_back(table.line(row));
      continue;
    }
    made.rows.push_back(row);
    made.is_case.push_back(*reference[row]);
    for (std::size_t i = 0; i < numbers.size(); ++i) made.values[i].push_back(numbers[i][row]);
  }
  for (Exclusion* exclusion : {&no_reference, &no_value}) {
    if (exclusion->rows > 0) made.exclusions.push_back(std::move(*exclusion));
  }
  return made;
}

std::vector<EvaluationColumn> roc_columns() {
  return {{"value", ColumnKind::number, true, "evaluation_column.roc_value"},
          {"reference", ColumnKind::binary, true, "evaluation_column.roc_reference"},
          {"subject", ColumnKind::text, false, "evaluation_column.roc_subject"}};
}

EvaluationOption roc_direction_option(std::string name) {
  return {std::move(name), "higher", {"higher", "lower", "auto"}, "evaluation_option.roc_direction", false};
}

EvaluationOption roc_rule_option() {
  return {"rule", "inclusive", {"inclusive", "exclusive"}, "evaluation_option.roc_rule", false};
}

EvaluationOption roc_threshold_option(std::string default_value) {
  return {"threshold", std::move(default_value), {"midpoint", "observed"}, "evaluation_option.roc_threshold", false};
}

RocDirection read_direction(const EvaluationOptions& options, std::string_view name) {
  return parse_roc_direction(options.text(name));
}

RocResampling read_resampling(const EvaluationOptions& options) {
  return {options.count("replicates"), static_cast<std::uint64_t>(options.count("seed")),
          static_cast<int>(options.count("threads"))};
}

EvaluationResult start_roc_result(std::string_view method, double confidence, long cases, long controls,
                                  const RocTable& table, const std::vector<Message>& warnings) {
  EvaluationResult result;
  result.method = method;
  result.confidence = confidence;
  result.exclusions = table.exclusions;
  result.warnings = warnings;
  add_number(result, "cases", static_cast<double>(cases));
  add_number(result, "controls", static_cast<double>(controls));
  return result;
}

void add_number(EvaluationResult& result, std::string name, std::optional<double> value, std::string method) {
  Estimate estimate;
  estimate.value = value;
  if (!value) estimate.why_absent = Message{"roc_not_computed", {}};
  add_estimate(result, std::move(name), estimate, std::move(method));
}

}  // namespace qpcr
