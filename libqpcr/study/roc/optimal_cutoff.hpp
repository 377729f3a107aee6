// A cut-off chosen from data by a criterion, with what the choice costs: its interval and the optimism of its accuracy.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/cutoff_criterion.hpp"
#include "libqpcr/study/roc/roc_curve.hpp"
#include "libqpcr/study/roc/roc_resampling.hpp"

namespace qpcr {

/// Which of several equally good cut-offs is chosen: the most specific, the most sensitive, or the middle one (of an
/// even number the more sensitive of the two in the middle).
enum class TiedCutoff { specific, sensitive, middle };

struct CutoffOptions {
  RocDirection direction = RocDirection::higher_is_case;
  CriterionOptions criterion;
  RocThreshold threshold = RocThreshold::midpoint;
  RocRule rule = RocRule::inclusive;
  TiedCutoff tied = TiedCutoff::specific;
  double confidence = 0.95;
  RocResampling resampling;

  /// @throws Error invalid_option.
  void validate() const;
};

/// One cut-off that the criterion calls best.
struct OptimalPoint {
  RocPoint point;
  double criterion_value = 0.0;
};

/// A proportion at the chosen cut-off: as it appears in the sample that chose it, and less its optimism.
struct CorrectedProportion {
  Estimate apparent;   ///< interval of Clopper & Pearson, as if the cut-off had been fixed beforehand
  Estimate corrected;  ///< apparent less optimism; interval of the resamples moved by it
  std::optional<double> optimism;
};

struct OptimalCutoff {
  std::string_view method = "optimal_cutoff";
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;
  long cases = 0;
  long controls = 0;
  std::vector<OptimalPoint> optima;  ///< all that tie within 1e-10, in the order of growing specificity
  std::size_t chosen = 0;            ///< of `optima`
  Estimate cutoff;                   ///< percentile interval of the cut-off chosen anew in each resample
  Estimate criterion_value;
  std::optional<double> adjusted_p_value;  ///< criterion p_value: Miller & Siegmund 1982, for having looked everywhere
  CorrectedProportion sensitivity;
  CorrectedProportion specificity;
  CorrectedProportion youden;  ///< without an apparent interval
  std::vector<Message> warnings;
};

/// Candidates are the distinct values (observed) or the places between them (midpoint); ties of the criterion within
/// 1e-10 are all reported. Optimism by Harrell's bootstrap (Efron & Tibshirani 1993, chapter 17): what the cut-off of a
/// resample gains in the resample over the sample; the interval of the corrected value is that of the resamples moved
/// by the optimism (Noma et al. 2021). Adjusted p: Miller & Siegmund 1982 (10.2307/2529881).
/// Not estimable: a group is missing, all values are equal, no point meets the criterion.
/// @throws Error invalid_option, invalid_value.
OptimalCutoff estimate_optimal_cutoff(const RocSample& sample, const CutoffOptions& options);

/// The limit of blank of the controls as cut-off: the rank position 0.5 + level·n (CLSI EP17-A2, nonparametric),
/// whatever the cases are. The criterion of the options and their threshold are not looked at; its value is the
/// specificity. Not estimable with fewer controls than 1/(2(1 − level)).
OptimalCutoff estimate_blank_cutoff(const RocSample& sample, double level, const CutoffOptions& options);

std::string_view to_string(RocThreshold threshold);
std::string_view to_string(RocRule rule);
std::string_view to_string(TiedCutoff tied);

}  // namespace qpcr
