// What the registry entries of the ROC area share: their columns and options, and the reading of a table.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/study/evaluation.hpp"
#include "libqpcr/study/roc/roc_resampling.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

/// Rows with every value and the reference, and what was left out.
struct RocTable {
  std::vector<std::size_t> rows;  ///< of the table
  std::vector<bool> is_case;
  std::vector<std::vector<double>> values;  ///< by column, then by row
  std::vector<Exclusion> exclusions;

  RocSample sample(std::size_t column = 0) const;
};

/// Reads `reference` and value columns; rows with a missing one are excluded.
/// @throws Error of the table; duplicate_entry for a subject on two rows, where there is a column `subject` and
/// `unique_subjects`.
RocTable read_roc_table(const DataTable& table, const std::vector<std::string>& columns, bool unique_subjects = true);

std::vector<EvaluationColumn> roc_columns();
EvaluationOption roc_direction_option(std::string name = "direction");
EvaluationOption roc_rule_option();
EvaluationOption roc_threshold_option(std::string default_value);
RocDirection read_direction(const EvaluationOptions& options, std::string_view name = "direction");
RocResampling read_resampling(const EvaluationOptions& options);

/// A result with its method, its exclusions, warnings, and the counts of both groups.
EvaluationResult start_roc_result(std::string_view method, double confidence, long cases, long controls,
                                  const RocTable& table, const std::vector<Message>& warnings);
/// A plain number, absent where there is none.
void add_number(EvaluationResult& result, std::string name, std::optional<double> value, std::string method = {});

std::vector<Evaluation> roc_area_evaluations();
std::vector<Evaluation> roc_cutoff_evaluations();

}  // namespace qpcr
