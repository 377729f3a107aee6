// When a Brownian motion that is looked at a few times first exceeds a bound.
#pragma once

#include <span>
#include <vector>

namespace qpcr {

/// Probability of exceeding for the first time at each look. The motion starts at 0 with the given drift; at time tₖ
/// its standardised value B(tₖ)/√tₖ is compared with bounds[k]. Recursive integration of the density that has not yet
/// exceeded (Armitage, McPherson & Rowe 1969), composite Simpson rule; absolute error below 1e-8.
/// @throws Error invalid_value unless times rise strictly from above 0 and there is a bound for each.
std::vector<double> boundary_crossing(std::span<const double> times, std::span<const double> bounds, double drift);

/// The bounds with which a motion without drift exceeds for the first time at look k with probability increments[k]; a
/// bound is +infinity where its increment is 0. @throws as boundary_crossing(); invalid_value for increments below 0 or
/// that sum to 1 or more.
std::vector<double> spending_bounds(std::span<const double> times, std::span<const double> increments);

}  // namespace qpcr
