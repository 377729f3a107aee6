// Readings of many curves made ready for the sigmoid kernel, and the start of each fit read off its curve.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid_kernel.hpp"

namespace qpcr {

/// Readings of one curve without gaps, at cycles above 0: ln cycle, and fluorescence of size 1 less its mean.
struct PreparedCurve {
  std::size_t index = 0;  ///< in the batch
  std::size_t log_cycles = 0;
  std::size_t fluorescence = 0;
  std::size_t points = 0;
  int exponent = 0;  ///< readings were divided by 2 to this power
  double mean = 0.0;
  double total = 0.0;  ///< sum of squares
  double smallest_log_cycle = 0.0;
  double largest_log_cycle = 0.0;
  // ln cycle where the smoothed rise passes a quarter, half and three quarters of its height.
  double quarter = 0.0;
  double half = 0.0;
  double three_quarters = 0.0;
};

/// Many of them in two arrays that are reused.
class PreparedCurves {
 public:
  /// Forgets the curves and makes room for this many readings, which must not be exceeded.
  void clear(std::size_t readings);

  /// Number of usable readings; the curve is kept unless they are fewer than `least` or all equal.
  struct Outcome {
    int points = 0;
    bool constant = false;
  };
  Outcome add(std::size_t index, CurveView curve, int least);

  std::span<const PreparedCurve> curves() const { return curves_; }
  SigmoidJob make_job(const PreparedCurve& curve, const SigmoidShape& start) const;

 private:
  std::size_t compact(CurveView curve, double* values);
  void set_log_cycles(PreparedCurve& curve, std::span<const double> cycles);
  void find_crossings(PreparedCurve& curve);

  std::vector<PreparedCurve> curves_;
  // Made as long as the batch needs; used from the front.
  std::vector<double> log_cycles_;
  std::vector<double> fluorescence_;
  std::size_t log_cycles_used_ = 0;
  std::size_t fluorescence_used_ = 0;
  std::vector<double> cycles_;         ///< of a curve that has gaps
  std::vector<double> former_cycles_;  ///< whose logarithms are at former_log_cycles_
  std::size_t former_log_cycles_ = 0;
  std::vector<double> smooth_;
};

/// Start of the symmetric fit.
SigmoidShape estimate_symmetric_start(const PreparedCurve& curve);

/// Start of the 5-parameter fit: the asymmetry from how the two halves of the rise divide.
SigmoidShape estimate_start(const PreparedCurve& curve);

}  // namespace qpcr
