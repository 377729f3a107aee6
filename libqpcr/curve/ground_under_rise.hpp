// The ground under the beginning of a rise: a level or a line, fitted together with an exponential.
#pragma once

#include <optional>
#include <span>

#include "libqpcr/curve/baseline.hpp"

namespace qpcr {

/// intercept (+ slope·x) + A·exp(r·(x − last)), least squares, A > 0 and r within what a reaction can grow by (a factor
/// of 1.35 to 2.2 a cycle). Without allocation.
/// @param cycles  increasing; at least two more than parameters
/// @return Nothing where no rise is found or the fit does not converge.
std::optional<Baseline> fit_ground_under_rise(std::span<const double> cycles, std::span<const double> fluorescence,
                                              bool with_slope);

}  // namespace qpcr
