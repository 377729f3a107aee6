// Relative quantity of a target against reference targets and a calibrator sample, with propagated errors.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// Mean Cq of the replicates of one sample and target.
struct MeanCq {
  int replicates = 0;                           ///< with a Cq
  double cq_cycles = 0.0;                       ///< NaN with none
  std::optional<double> standard_error_cycles;  ///< SD/√replicates; absent with fewer than 2
};

/// NaN values are left out.
MeanCq estimate_mean_cq(std::span<const double> cq_cycles);

/// A difference of Cq values. Orientation: minuend − subtrahend, as the function that made it says.
struct CqDifference {
  double cycles = 0.0;
  std::optional<double> standard_error_cycles;  ///< absent when a part of it is
  std::optional<double> degrees_of_freedom;     ///< Welch–Satterthwaite
};

/// ΔCq = target − mean of the references, in one sample. Doubling the target lowers it by 1.
/// @throws Error invalid_value without a reference.
CqDifference derive_delta_cq(const MeanCq& target, std::span<const MeanCq> references);

/// ΔΔCq = ΔCq of the sample − ΔCq of the calibrator.
CqDifference derive_delta_delta_cq(const CqDifference& sample, const CqDifference& calibrator);

/// Growth per cycle, 2 for a doubling.
struct GrowthPerCycle {
  double fold = 2.0;
  double standard_error = 0.0;

  bool operator==(const GrowthPerCycle&) const = default;
};

/// One target in the two samples that are compared.
struct ComparedTarget {
  std::string name;
  MeanCq sample;
  MeanCq calibrator;
  GrowthPerCycle growth;
};

/// Amount in the sample over amount in the calibrator; 1 means equal. Above 1: more in the sample.
struct RelativeQuantity {
  double ratio = 0.0;  ///< NaN where a Cq is missing
  double log2_ratio = 0.0;
  std::optional<double> log2_standard_error;  ///< of Cq and of growth; absent when a replicate scatter is
  /// The part that the growths' errors make; the same for every sample compared to this calibrator at this distance.
  double log2_growth_standard_error = 0.0;
  std::optional<double> degrees_of_freedom;  ///< Welch–Satterthwaite over the Cq terms; growths count as known well
  std::optional<Interval> log2_interval;     ///< Student's t
  std::optional<Interval> ratio_interval;    ///< 2 to the log2_interval: not symmetric about the ratio
};

/// growth_target^(Cq calibrator − Cq sample of the target) over the geometric mean of the same of the references
/// (Pfaffl 2001, 10.1093/nar/29.9.e45; several references: Hellemans 2007, 10.1186/gb-2007-8-2-r19). With growth 2
/// everywhere it is 2^−ΔΔCq (Livak & Schmittgen 2001, 10.1006/meth.2001.1262). Errors by the delta method on the log
/// scale, Cq means and growths independent.
/// @throws Error invalid_option (confidence), invalid_value (no reference; growth not above 1 or its error negative).
RelativeQuantity estimate_relative_quantity(const ComparedTarget& target, std::span<const ComparedTarget> references,
                                            double confidence);

/// Growth from a standard curve's slope: 10^(−1/slope), error by the delta method. @throws Error invalid_value for a
/// slope that does not fall.
GrowthPerCycle derive_growth(double slope_cycles_per_log10, double slope_standard_error);

}  // namespace qpcr
