// Sigmoid fits of many curves at once, one curve in each vector lane.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid.hpp"
#include "libqpcr/curve/sigmoid_kernel.hpp"
#include "libqpcr/curve/sigmoid_start.hpp"

namespace qpcr {

/// Fits batches of curves; memory is kept between calls, and none is allocated per curve. The fit of a curve is the
/// same to the last bit in any batch, at any place in it, and on any processor.
class SigmoidBatch {
 public:
  /// As fit_sigmoid() of each curve, into the fit of the same index; options already validated.
  /// @throws Error invalid_value: arrays of unequal length, or as many fits as curves are not given.
  void fit(std::span<const CurveView> curves, const SigmoidOptions& options, std::span<SigmoidFit> fits);

 private:
  void fit_block(std::span<const CurveView> curves, const SigmoidOptions& options, std::span<SigmoidFit> fits);
  void fit_four(const SigmoidOptions& options);
  void fit_five(const SigmoidOptions& options);
  void add_job(std::size_t curve, const SigmoidShape& start);
  void run_jobs(int parameters, const SigmoidOptions& options, std::vector<SigmoidMinimum>& best);

  PreparedCurves prepared_;
  SigmoidLanes lanes_;
  std::vector<SigmoidJob> jobs_;
  std::vector<std::size_t> curve_of_job_;
  std::vector<SigmoidMinimum> minima_;
  std::vector<SigmoidMinimum> best_;  ///< of each prepared curve, in the model asked for
  std::vector<SigmoidMinimum> four_;  ///< of those that the 5-parameter fit did not settle
  std::vector<std::size_t> open_;     ///< prepared curves that are not settled
};

/// Fits curves on up to `threads` threads; results as of SigmoidBatch, for any number of them.
/// @throws Error invalid_option, invalid_value (arrays of unequal length, or not as many fits as curves).
void fit_sigmoid_batch(std::span<const CurveView> curves, const SigmoidOptions& options, std::span<SigmoidFit> fits,
                       int threads = 1);

}  // namespace qpcr
