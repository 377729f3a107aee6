// Fits of the sigmoid family by variable projection over plain arrays, with or without a line under the sigmoid.
#pragma once

#include <span>

#include "libqpcr/curve/amplification_model.hpp"

namespace qpcr {

/// Readings of one curve on the axis of the model (ln x or x), and room for five columns of the same length.
struct FamilyData {
  std::span<const double> cycles;
  std::span<const double> axis;
  std::span<const double> fluorescence;
  std::span<double> work;
};

/// Hurvich & Tsai's corrected criterion of a least-squares fit; NaN with too few points.
double derive_aicc(double residual_sum_of_squares, int points, int parameters);

/// Fits `fit.model` from starts derived from `start`, and fills everything of `fit` but model and points.
void fit_family(const FamilyData& data, const SigmoidShape& start, int max_iterations, AmplificationFit& fit);

/// Fills levels, published parameters, covariance, errors and AICc from shape, status and residual sum of squares.
void complete_family_fit(const FamilyData& data, bool asymmetry_held, bool at_limit, AmplificationFit& fit);

}  // namespace qpcr
