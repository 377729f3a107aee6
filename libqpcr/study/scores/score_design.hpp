// The columns of a score's regression from its predictors: numbers, factors, interactions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace qpcr {

/// A predictor as it was recorded: numbers, or the texts of a factor.
struct ScorePredictor {
  std::string name;
  std::variant<std::vector<double>, std::vector<std::string>> values;
};

/// The product of one or more predictors: {"age"}, {"age", "smoke"}. A predictor may be "factor(x)", so that numbers
/// count as classes, or "log(x)", "log2(x)", "log10(x)", "sqrt(x)".
using ScoreTerm = std::vector<std::string>;

/// Terms between plus signs; "a:b" is an interaction, "a*b" stands for a + b + a:b. Main effects come first.
/// @throws Error invalid_option for an empty term or no term.
std::vector<ScoreTerm> parse_score_terms(std::string_view text);

/// Predictors that the terms name, each once, without functions.
std::vector<std::string> list_predictors(std::span<const ScoreTerm> terms);

/// Columns of a regression, an intercept first. Factors are coded against their first level in byte order (numbers in
/// numeric order): the coefficient "race=2" is race 2 against the first race.
struct ScoreDesign {
  std::vector<std::string> names;  ///< of the columns: "(Intercept)", "age", "race=2", "age:smoke"
  std::vector<std::string> terms;  ///< to which each belongs; empty for the intercept
  std::vector<double> values;      ///< by row
  std::size_t rows = 0;

  std::size_t columns() const { return names.size(); }
};

/// @throws Error invalid_value (lengths, values that are not finite, a logarithm of what is not positive),
/// invalid_option (a term without predictor, a factor of one level).
ScoreDesign build_score_design(std::span<const ScorePredictor> predictors, std::span<const ScoreTerm> terms,
                               std::size_t rows);

}  // namespace qpcr
