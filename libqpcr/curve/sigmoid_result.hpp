// From a minimum of the sigmoid kernel to the published parameters with their standard errors.
#pragma once

#include "libqpcr/curve/sigmoid.hpp"
#include "libqpcr/curve/sigmoid_kernel.hpp"
#include "libqpcr/curve/sigmoid_start.hpp"

namespace qpcr {

/// A result without numbers: too few points.
void clear_result(SigmoidModel model, int points, SigmoidFit& fit);

/// Fills a cleared result.
void derive_result(const PreparedCurve& curve, const SigmoidMinimum& minimum, SigmoidFit& fit);

}  // namespace qpcr
