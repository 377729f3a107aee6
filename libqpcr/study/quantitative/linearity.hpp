// Is a measurement linear in the level? Polynomials of CLSI EP06-A, deviations of EP06-Ed2, lack of fit.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "libqpcr/math/linear_model.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// How the best polynomial is chosen among those with a significant coefficient beyond the slope.
enum class BestDegree {
  lowest_residual_sd,   ///< EP06-A: the one with the smallest residual standard deviation
  highest_significant,  ///< the highest whose leading coefficient is significant
};

/// Weights of the level means in the straight line of EP06-Ed2.
enum class LevelWeights {
  inverse_variance,  ///< 1/variance of the replicates
  inverse_square,    ///< 1/mean²: constant CV
  equal,
};

/// In what the allowable deviation is given.
enum class DeviationUnit { measured, percent };

struct LinearityOptions {
  double confidence = 0.90;    ///< of the deviations' intervals: two one-sided 95 %
  double significance = 0.05;  ///< of a coefficient beyond the slope
  BestDegree best_degree = BestDegree::lowest_residual_sd;
  LevelWeights weights = LevelWeights::inverse_variance;
  bool log10_level = false;  ///< levels are quantities: log10 is taken (Cq against dose)
  std::optional<double> allowable_deviation;
  DeviationUnit unit = DeviationUnit::percent;  ///< of the allowable deviation; percent of the predicted value

  /// @throws Error invalid_option.
  void validate() const;
};

/// Whether a deviation is allowable by its interval.
enum class DeviationVerdict { within, outside, undecided };

struct LinearityLevel {
  double level = 0.0;  ///< on the scale that was fitted
  long replicates = 0;
  double mean = 0.0;
  std::optional<double> sd;
  std::optional<double> linear;              ///< straight line through all replicates
  std::optional<double> best;                ///< best polynomial
  std::optional<double> best_minus_linear;   ///< EP06-A's deviation from linearity
  std::optional<double> weighted;            ///< weighted straight line through the means
  Estimate deviation;                        ///< mean − weighted line
  Estimate deviation_percent;                ///< of the weighted line
  std::optional<double> deviation_in_level;  ///< deviation over the slope: log10 quantity for Cq
  std::optional<DeviationVerdict> verdict;
};

struct LinearityResult {
  double confidence = 0.90;
  std::array<std::optional<LinearModelFit>, 3> polynomials;  ///< orders 1 to 3; absent with too few levels or values
  std::optional<int> best_degree;
  std::optional<Message> why_no_degree;
  std::vector<LinearityLevel> levels;  ///< by level
  Estimate repeatability_sd;           ///< pooled over the levels
  Estimate average_deviation;          ///< root mean square over levels of best − linear
  std::optional<VarianceRatio> lack_of_fit;
  std::optional<Message> why_no_lack_of_fit;
  Estimate weighted_intercept;
  Estimate weighted_slope;
  std::optional<bool> linear;  ///< every level within the allowable deviation; absent when one is undecided
};

/// @throws Error invalid_value (unequal lengths, not finite, levels ≤ 0 on the log scale, fewer than two levels),
/// invalid_option. Definition: docs/methods/linearity.md.
LinearityResult estimate_linearity(std::span<const double> levels, std::span<const double> values,
                                   const LinearityOptions& options = {});

}  // namespace qpcr
