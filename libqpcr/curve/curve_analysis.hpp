// What the amplification call, the baseline window and the Cq have in common: readings, one sigmoid fit, noise,
// take-off.
#pragma once

#include <vector>

#include "libqpcr/curve/amplification.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"

namespace qpcr {

/// Shape of a 4-parameter fit at a cycle, 0 before and 1 after amplification, and the cycle of a shape between 0 and 1.
double derive_shape(const SigmoidFit& fit, double cycle);
double find_shape_cycle(const SigmoidFit& fit, double shape);

/// Analyses curves one after the other in one set of buffers; results do not depend on what was analysed before.
class CurveAnalyser {
 public:
  /// Fills everything below. @throws Error invalid_value (arrays of unequal length).
  void analyse(CurveView curve);

  const Readings& readings() const { return readings_; }
  /// Cycles of isolated wild readings that were left out of readings().
  const std::vector<double>& dropped_cycles() const { return dropped_cycles_; }
  const AmplificationCall& call() const { return call_; }
  /// 4-parameter fit of the readings from first() to fitted_end(); too_few_points where there are too few.
  const SigmoidFit& fit() const { return fit_; }
  /// First reading fitted: 0, or the lowest reading where only the part after a falling baseline amplifies.
  std::size_t first() const { return first_; }
  /// One past the last reading fitted: readings that fall away after the plateau are left out.
  std::size_t fitted_end() const { return fitted_end_; }
  bool is_fit_of_all() const { return first_ == 0 && fitted_end_ == readings_.size(); }
  /// Reading of the highest running mean of three.
  std::size_t top() const { return top_; }
  /// One past the last reading before the fitted curve has made a twentieth of its rise; the size where nothing rises.
  std::size_t ground_end() const { return ground_end_; }
  SigmoidFitter& fitter() { return fitter_; }

 private:
  void drop_spikes();
  AmplificationCall decide();
  void find_top();
  std::size_t find_lowest() const;
  void fit_part(CurveView curve);
  void find_ground();
  double estimate_noise();
  double ground_spread() const;

  Readings readings_;
  SigmoidFitter fitter_;
  std::vector<double> work_;  ///< running mean of three
  std::vector<double> differences_;
  std::vector<double> dropped_cycles_;
  SigmoidFit fit_;
  AmplificationCall call_;
  std::size_t top_ = 0;
  std::size_t first_ = 0;
  std::size_t fitted_end_ = 0;
  std::size_t ground_end_ = 0;
};

}  // namespace qpcr
