// Reads complete rows and writes result columns.
#include "libqpcr/study/scores/score_tables.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

constexpr std::size_t most_lines = 100;

bool is_missing(const ScorePredictor& predictor, std::size_t row) {
  if (const auto* numbers = std::get_if<std::vector<double>>(&predictor.values)) return std::isnan((*numbers)[row]);
  const std::string& text = std::get<std::vector<std::string>>(predictor.values)[row];
  return text.empty() || text == "NA";
}

ScorePredictor read_classes(const DataTable& table, const std::string& name) {
  try {
    return {name, table.numbers(name)};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_value) throw;
  }
  std::vector<std::string> texts;
  for (const std::string_view text : table.texts(name)) texts.emplace_back(text);
  return {name, std::move(texts)};
}

template <typename Value>
std::vector<Value> choose(const std::vector<Value>& values, const std::vector<std::size_t>& rows) {
  std::vector<Value> chosen;
  chosen.reserve(rows.size());
  for (const std::size_t row : rows) chosen.push_back(values[row]);
  return chosen;
}

}  // namespace

const std::vector<double>& ScoreRows::numbers(const std::string& name) const {
  for (const ScorePredictor& predictor : predictors) {
    if (predictor.name != name) continue;
    if (const auto* found = std::get_if<std::vector<double>>(&predictor.values)) return *found;
  }
  ErrorContext context;
  context.column = name;
  context.expected = "a column of numbers";
  throw Error(ErrorCode::missing_column, context);
}

ScoreRows read_score_rows(const DataTable& table, bool with_outcome, const std::vector<std::string>& numbers,
                          const std::vector<std::string>& classes) {
  ScoreRows rows;
  std::vector<std::optional<bool>> outcomes;
  if (with_outcome) outcomes = table.binaries("outcome");
  for (const std::string& name : numbers) rows.predictors.push_back({name, table.numbers(name)});
  for (const std::string& name : classes) rows.predictors.push_back(read_classes(table, name));
  Exclusion missing;
  missing.reason = {"score_row_incomplete", {}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    bool is_complete = !with_outcome || outcomes[row].has_value();
    for (const ScorePredictor& predictor : rows.predictors) is_complete = is_complete && !is_missing(predictor, row);
    if (is_complete) {
      rows.kept.push_back(row);
      if (with_outcome) rows.outcomes.push_back(*outcomes[row] ? 1 : 0);
    } else {
      ++missing.rows;
      if (missing.lines.size() < most_lines) missing.lines.push_back(table.line(row));
    }
  }
  for (ScorePredictor& predictor : rows.predictors)
    std::visit([&](auto& values) { values = choose(values, rows.kept); }, predictor.values);
  if (missing.rows > 0) rows.exclusions.push_back(std::move(missing));
  return rows;
}

ScoreRows read_score_rows(const DataTable& table, const std::vector<ScoreTerm>& terms, bool with_weights) {
  std::vector<std::string> numbers;
  std::vector<std::string> classes;
  for (const std::string& name : list_predictors(terms)) {
    const bool is_class = std::any_of(terms.begin(), terms.end(), [&](const ScoreTerm& term) {
      return std::find(term.begin(), term.end(), "factor(" + name + ")") != term.end();
    });
    (is_class ? classes : numbers).push_back(name);
  }
  if (with_weights) numbers.emplace_back("weight");
  return read_score_rows(table, true, numbers, classes);
}

void add_specification(EvaluationResult& result, const LockedScore& score) {
  std::vector<std::string> names;
  std::vector<std::optional<double>> values;
  for (const LockedCoefficient& one : score.coefficients) {
    names.push_back(one.name);
    values.emplace_back(one.value);
  }
  result.tables.push_back({"specification", {text_column("name", names), number_column("coefficient", values)}});
  result.tables.push_back({"specification_hash",
                           {text_column("sha256", {derive_specification_hash(score)}),
                            text_column("canonical", {render_specification(score)})}});
}

}  // namespace qpcr
