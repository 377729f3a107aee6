// Reads complete rows and collects estimates under their names.
#include "libqpcr/study/quantitative/adapter_support.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "libqpcr/core/text.hpp"

namespace qpcr {

CompleteRows read_complete_rows(const DataTable& table, const std::vector<std::string>& numbers,
                                const std::vector<std::string>& texts) {
  CompleteRows rows;
  std::vector<std::vector<double>> values;
  std::vector<std::vector<std::string_view>> words;
  for (const std::string& name : numbers) values.push_back(table.numbers(name));
  for (const std::string& name : texts) words.push_back(table.texts(name));
  rows.numbers.resize(numbers.size());
  rows.texts.resize(texts.size());
  Exclusion missing;
  missing.reason = {"quantitative_missing_value", {}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const bool complete =
        std::none_of(values.begin(), values.end(), [row](const auto& column) { return std::isnan(column[row]); }) &&
        std::none_of(words.begin(), words.end(),
                     [row](const auto& column) { return column[row].empty() || column[row] == "NA"; });
    if (!complete) {
      ++missing.rows;
      if (missing.lines.size() < 100) missing.lines.push_back(table.line(row));
      continue;
    }
    for (std::size_t k = 0; k < values.size(); ++k) rows.numbers[k].push_back(values[k][row]);
    for (std::size_t k = 0; k < words.size(); ++k) rows.texts[k].emplace_back(words[k][row]);
  }
  if (missing.rows > 0) rows.exclusions.push_back(std::move(missing));
  return rows;
}

std::vector<double> read_values(const DataTable& table, const std::string& column) {
  std::vector<double> values = table.numbers(column);
  values.erase(std::remove_if(values.begin(), values.end(), [](double value) { return std::isnan(value); }),
               values.end());
  return values;
}

NamedGroups split_by_group(const CompleteRows& rows) {
  const std::vector<std::string>& names = rows.texts.at(0);
  const bool numeric =
      std::all_of(names.begin(), names.end(), [](const auto& name) { return parse_double(name).has_value(); });
  std::map<std::pair<double, std::string>, std::vector<double>> sorted;
  for (std::size_t i = 0; i < names.size(); ++i) {
    sorted[{numeric ? *parse_double(names[i]) : 0.0, names[i]}].push_back(rows.numbers.at(0)[i]);
  }
  NamedGroups groups;
  for (auto& [key, values] : sorted) {
    groups.names.push_back(key.second);
    groups.values.push_back(std::move(values));
  }
  return groups;
}

void add_number(EvaluationResult& result, std::string name, std::optional<double> value, const std::string& why,
                std::string method, std::string stratum) {
  const bool exists = value && std::isfinite(*value);
  add_estimate(result, std::move(name), exists ? make_estimate(*value, why) : not_estimable(why), std::move(method),
               std::move(stratum));
}

void add_test(EvaluationResult& result, const std::string& name, const TestOutcome& test) {
  const Message why = test.why_absent.value_or(Message{"quantitative_test_not_defined", {}});
  const auto add = [&](const std::string& part, std::optional<double> value) {
    add_estimate(result, name + part, value ? make_estimate(*value, why.id) : not_estimable(why));
  };
  add("_statistic", test.statistic);
  if (test.degrees_of_freedom) add("_degrees_of_freedom", test.degrees_of_freedom);
  add("_p_value", test.p_value);
}

TableRows::TableRows(std::string name, std::vector<std::string> columns)
    : name_(std::move(name)), columns_(std::move(columns)), cells_(columns_.size()) {}

void TableRows::add(const std::vector<std::optional<double>>& row) {
  for (std::size_t k = 0; k < cells_.size(); ++k) cells_[k].push_back(row.at(k));
}

void TableRows::add(std::string text, const std::vector<std::optional<double>>& row) {
  texts_.push_back(std::move(text));
  add(row);
}

ResultTable TableRows::finish(const std::string& text_column) const {
  ResultTable table;
  table.name = name_;
  if (!text_column.empty()) {
    ResultColumn column;
    column.name = text_column;
    column.cells = texts_;
    table.columns.push_back(std::move(column));
  }
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    ResultColumn column;
    column.name = columns_[k];
    column.cells = cells_[k];
    table.columns.push_back(std::move(column));
  }
  return table;
}

std::optional<double> finite_or_none(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

EvaluationColumn make_column(std::string name, ColumnKind kind, std::string about, bool required) {
  return {std::move(name), kind, required, "evaluation_column." + about};
}

EvaluationOption make_option(std::string name, std::string default_value, std::string about,
                             std::vector<std::string> choices, bool required) {
  return {std::move(name), std::move(default_value), std::move(choices), "evaluation_option." + about, required};
}

}  // namespace qpcr
