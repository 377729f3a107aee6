// From a plain table to the inputs of a score: complete rows, predictors, and what was left out.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/study/evaluation.hpp"
#include "libqpcr/study/scores/locked_score.hpp"
#include "libqpcr/study/scores/score_design.hpp"

namespace qpcr {

/// Rows without a missing value in any column used.
struct ScoreRows {
  std::vector<std::size_t> kept;  ///< of the table
  std::vector<int> outcomes;      ///< empty where none was asked for
  std::vector<ScorePredictor> predictors;
  std::vector<Exclusion> exclusions;

  /// Numbers of a predictor. @throws Error missing_column.
  const std::vector<double>& numbers(const std::string& name) const;
};

/// Reads "outcome" (if asked for), columns of numbers and columns of classes (numbers where all cells are, else texts).
/// @throws Error as DataTable.
ScoreRows read_score_rows(const DataTable& table, bool with_outcome, const std::vector<std::string>& numbers,
                          const std::vector<std::string>& classes = {});

/// Rows for terms: "factor(x)" reads x as classes, every other predictor must be numbers.
ScoreRows read_score_rows(const DataTable& table, const std::vector<ScoreTerm>& terms, bool with_weights);

/// The coefficients and the hash of a specification, as tables.
void add_specification(EvaluationResult& result, const LockedScore& score);

}  // namespace qpcr
