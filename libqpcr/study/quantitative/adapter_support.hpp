// What the registry's adapters of this area share: complete rows of a table, and names for estimates.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libqpcr/study/evaluation.hpp"
#include "libqpcr/study/quantitative/group_comparison.hpp"

namespace qpcr {

/// The rows of a table in which every asked-for column has a value; the others are an exclusion.
struct CompleteRows {
  std::vector<std::vector<double>> numbers;     ///< by column asked for
  std::vector<std::vector<std::string>> texts;  ///< by column asked for
  std::vector<Exclusion> exclusions;
};

CompleteRows read_complete_rows(const DataTable& table, const std::vector<std::string>& numbers,
                                const std::vector<std::string>& texts = {});

/// The values of one column without its missing cells, of which there may be another number than in other columns.
std::vector<double> read_values(const DataTable& table, const std::string& column);

/// Values by group. Groups come in the order of their numbers where all are numbers, by text otherwise.
struct NamedGroups {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;
};

NamedGroups split_by_group(const CompleteRows& rows);

/// A number that may not exist.
void add_number(EvaluationResult& result, std::string name, std::optional<double> value, const std::string& why,
                std::string method = {}, std::string stratum = {});
/// Statistic and p-value as "<name>_statistic" and "<name>_p_value".
void add_test(EvaluationResult& result, const std::string& name, const TestOutcome& test);

/// Columns of a table that grow row by row.
class TableRows {
 public:
  TableRows(std::string name, std::vector<std::string> columns);
  /// Numbers in the order of the columns.
  void add(const std::vector<std::optional<double>>& row);
  /// The same, under a text in front.
  void add(std::string text, const std::vector<std::optional<double>>& row);
  ResultTable finish(const std::string& text_column = {}) const;

 private:
  std::string name_;
  std::vector<std::string> columns_;
  std::vector<std::string> texts_;
  std::vector<std::vector<std::optional<double>>> cells_;
};

std::optional<double> finite_or_none(double value);

/// "evaluation.<name>", "evaluation_column.<x>", "evaluation_option.<x>" filled in by name.
EvaluationColumn make_column(std::string name, ColumnKind kind, std::string about, bool required = true);
EvaluationOption make_option(std::string name, std::string default_value, std::string about,
                             std::vector<std::string> choices = {}, bool required = false);

/// Linearity, interference, cross-reactivity, recovery, carry-over, stability.
std::vector<Evaluation> performance_entries();
/// Reference intervals, outliers, normality, groups, correlation, equivalence.
std::vector<Evaluation> sample_entries();

}  // namespace qpcr
