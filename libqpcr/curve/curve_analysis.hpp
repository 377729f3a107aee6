// What the amplification call, the baseline window and the Cq have in common: readings, one sigmoid fit, noise,
// take-off.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libqpcr/curve/amplification.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"

namespace qpcr {

/// Shape of a 4-parameter fit at a cycle, 0 before and 1 after amplification, and the cycle of a shape between 0 and 1.
double derive_shape(const SigmoidFit& fit, double cycle);
double find_shape_cycle(const SigmoidFit& fit, double shape);

/// Analyses curves one after the other in one set of buffers; results do not depend on what was analysed before.
///
/// In phases, so that the fits of many curves can be done together:
///   prepare(curve); while (needs_fit()) accept_fit(fit of part() under fit_options()); finish();
/// analyse() is these phases with the analyser's own fitter, so both ways give the same bits.
class CurveAnalyser {
 public:
  /// Fills everything below. @throws Error invalid_value (arrays of unequal length).
  void analyse(CurveView curve);

  /// Takes the readings and finds the part to fit. @throws Error invalid_value (arrays of unequal length).
  void prepare(CurveView curve);
  /// True while the fit of part() is missing.
  bool needs_fit() const { return stage_ == Stage::whole || stage_ == Stage::after_lowest; }
  /// The readings to fit; valid until the next prepare().
  CurveView part() const;
  static SigmoidOptions fit_options();
  /// Decides on a fit of part(); may ask for a second one, of the readings after a falling baseline.
  void accept_fit(const SigmoidFit& fit);
  /// Judges the shape, once no fit is missing.
  void finish();

  const Readings& readings() const { return readings_; }
  /// Cycles of isolated wild readings that were left out of readings().
  const std::vector<double>& dropped_cycles() const { return dropped_cycles_; }
  const AmplificationCall& call() const { return call_; }
  /// 4-parameter fit of the readings from first() to fitted_end(); too_few_points where there are too few.
  const SigmoidFit& fit() const { return fit_; }
  /// Largest second derivative of fit(); nothing where the decision did not reach it.
  const std::optional<DerivedCycle>& takeoff() const { return takeoff_; }
  /// First reading fitted: 0, or the lowest reading where only the part after a falling baseline amplifies.
  std::size_t first() const { return first_; }
  /// One past the last reading fitted: readings that fall away after the plateau are left out.
  std::size_t fitted_end() const { return fitted_end_; }
  bool is_fit_of_all() const { return first_ == 0 && fitted_end_ == readings_.size(); }
  /// Reading of the highest running mean of three.
  std::size_t top() const { return top_; }
  /// Running mean of three readings (two at the ends); empty with too few readings.
  std::span<const double> smoothed() const { return smoothed_; }
  /// One past the last reading before the fitted curve has made a twentieth of its rise; the size where nothing rises.
  std::size_t ground_end() const { return ground_end_; }
  SigmoidFitter& fitter() { return fitter_; }

 private:
  enum class Stage { whole, after_lowest, decided };

  void drop_spikes();
  void find_top();
  std::size_t find_lowest() const;
  void judge_part();
  void find_ground();
  double estimate_noise();
  double find_spread_quantile();
  double measure_ground_spread() const;
  double measure_line_residuals() const;
  void decide();
  void judge_shape();

  Readings readings_;
  SigmoidFitter fitter_;
  std::vector<double> smoothed_;
  std::vector<double> differences_;
  std::vector<double> dropped_cycles_;
  SigmoidFit fit_;
  SigmoidFit whole_fit_;
  AmplificationCall call_;
  AmplificationCall whole_call_;
  std::optional<DerivedCycle> takeoff_;
  Stage stage_ = Stage::decided;
  double first_shape_ = 0.0;  ///< of the fit at the first and last reading fitted
  double last_shape_ = 0.0;
  std::size_t top_ = 0;
  std::size_t first_ = 0;
  std::size_t fitted_end_ = 0;
  std::size_t ground_end_ = 0;
  std::size_t whole_ground_end_ = 0;
};

}  // namespace qpcr
