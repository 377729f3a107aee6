// What a lane-wise least-squares fit and its caller share: how a lane ended, settings, the packing of triangles.
#pragma once

#include <cstddef>

namespace qpcr::lanes {

// Statuses stand in lanes of doubles, beside the numbers they belong to.
inline constexpr double running = 0.0;
inline constexpr double converged = 1.0;        ///< parameters are a local minimum within the tolerance
inline constexpr double iteration_limit = 2.0;  ///< parameters are the best ones seen
inline constexpr double no_progress = 3.0;      ///< no step from the best parameters lowers the sum of squares
inline constexpr double not_finite = 4.0;       ///< the model has no finite value at the start

struct Settings {
  double max_iterations = 500.0;
  /// Converged when the full Gauss–Newton step promises to lower the sum of squares by less than this fraction of it.
  double relative_reduction = 1e-10;
  double initial_damping = 1e-3;
  double smallest_shrink = 1.0 / 3.0;  ///< of the damping after a step that did what was promised
};

/// Entries of the lower triangle of an N × N matrix.
template <std::size_t N>
inline constexpr std::size_t triangle = N*(N + 1) / 2;

constexpr std::size_t triangle_index(std::size_t row, std::size_t column) { return row * (row + 1) / 2 + column; }

}  // namespace qpcr::lanes
