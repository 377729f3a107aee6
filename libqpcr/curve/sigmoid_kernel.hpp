// What the vector kernel of the sigmoid fit takes and gives: prepared readings and starts, minima with their curvature.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "libqpcr/curve/sigmoid_shape.hpp"

namespace qpcr {

/// One start of one curve. Readings are without gaps, fluorescence is centred and of size 1.
struct SigmoidJob {
  const double* log_cycles = nullptr;
  const double* fluorescence = nullptr;
  std::size_t points = 0;
  double total = 0.0;  ///< sum of squares of the fluorescence
  double smallest_log_cycle = 0.0;
  double largest_log_cycle = 0.0;
  SigmoidShape start;
};

/// How a start ended. Sums are over the readings; s is the shape, s̃ less its mean; derivatives are of s by ln β, τ, κ.
struct SigmoidMinimum {
  double status = 0.0;  ///< of lanes::
  int iterations = 0;
  SigmoidShape shape;
  std::array<bool, 3> at_bound{};
  double residual_sum_of_squares = 0.0;
  std::array<double, 6> matrix{};  ///< lower triangle of JᵀJ by rows, the levels eliminated
  double amplitude = 0.0;
  double mean_shape = 0.0;
  double shape_square = 0.0;      ///< Σ s̃²
  std::array<double, 3> mean{};   ///< of each derivative
  std::array<double, 3> along{};  ///< Σ derivative·s̃ / Σ s̃²
};

/// Memory of the kernel, kept between calls.
struct SigmoidLanes {
  std::vector<double> rows;
};

/// Fits every job, `parameters` 2 (κ held at 1) or 3, into the outcome of the same index. The result of a job does not
/// depend on the others.
void fit_sigmoid_jobs(int parameters, std::span<const SigmoidJob> jobs, std::span<SigmoidMinimum> minima,
                      int max_iterations, SigmoidLanes& memory);

/// Name of the vector target that fit_sigmoid_jobs() takes on this processor.
const char* find_sigmoid_target();

inline constexpr double smallest_sigmoid_kappa =
    1e-8;  // f = 1e8: the residual sum of squares is that of the Gompertz limit to 1e-7 of itself
inline constexpr double largest_sigmoid_kappa = 1e4;
// Beyond this eᵗ the shape is 0 to double precision and its square still finite.
inline constexpr double largest_sigmoid_exponent = 300.0;

}  // namespace qpcr
