// A score whose coefficients are fixed before the pivotal trial: its full specification, its hash, and its values.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/scores/score_design.hpp"

namespace qpcr {

struct LockedCoefficient {
  std::string name;  ///< as ScoreDesign writes it: "(Intercept)", "age", "log2(afp)", "race=2", "age:smoke"
  double value = 0.0;

  bool operator==(const LockedCoefficient&) const = default;
};

struct LockedScore {
  std::vector<LockedCoefficient> coefficients;
  std::optional<double> cut_off;    ///< of the risk
  bool positive_at_cut_off = true;  ///< positive is risk ≥ cut-off (false: >)

  bool operator==(const LockedScore&) const = default;
  /// @throws Error invalid_option: no coefficient, a name twice, a value that is not finite, a cut-off outside (0, 1).
  void validate() const;
};

/// "(Intercept)=-3.45;s100b=5.05": names and values, the last equals sign of each part between them.
/// @throws Error invalid_option.
std::vector<LockedCoefficient> parse_locked_coefficients(std::string_view text);

/// Canonical JSON of the specification: link, coefficients with all digits, cut-off and its rule. Equal specifications
/// have equal bytes, whatever the order of their coefficients. @throws as LockedScore::validate().
std::string render_specification(const LockedScore& score);
/// SHA-256 of render_specification(), to be written down when the score is locked.
std::string derive_specification_hash(const LockedScore& score);

/// Predictors that the coefficients name, each once.
std::vector<std::string> list_predictors(const LockedScore& score);

struct ScoredSubject {
  double linear_predictor = 0.0;
  double risk = 0.0;
  std::optional<bool> is_positive;  ///< with a cut-off

  bool operator==(const ScoredSubject&) const = default;
};

/// The score of each row. Nothing is estimated from the rows. A class that the coefficients do not name counts as the
/// class of reference.
/// @throws Error invalid_value (lengths, values not finite), invalid_option (a coefficient without predictor).
std::vector<ScoredSubject> apply_locked_score(const LockedScore& score, std::span<const ScorePredictor> predictors,
                                              std::size_t rows);

}  // namespace qpcr
