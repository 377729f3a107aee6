// Quantities of a run's samples from its own standards, and amounts relative to references and a calibrator.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/curve/run_cq.hpp"
#include "libqpcr/quantity/relative_quantity.hpp"
#include "libqpcr/quantity/standard_curve.hpp"

namespace qpcr {

struct RunQuantityOptions {
  StandardCurveOptions standard_curve;
  QuantityInterval interval = QuantityInterval::fieller;
  /// Both or neither: targets whose geometric mean is the reference, and the sample that is 1.
  std::vector<std::string> reference_targets;
  std::string calibrator_sample;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;
};

/// The standards of one target in one dye.
struct TargetStandardCurve {
  std::string target;
  std::string dye;
  std::string quantity_unit;  ///< of the standards; empty when the file does not say
  StandardCurve curve;
};

/// All reactions of one sample and target.
struct SampleQuantity {
  std::string sample;  ///< the well's name where no sample is assigned
  std::string target;
  std::string dye;
  SampleRole role = SampleRole::unspecified;
  std::size_t standard_curve = 0;  ///< index into standard_curves
  QuantityEstimate estimate;
  Message reason;
};

struct SampleRelativeQuantity {
  std::string sample;
  std::string target;
  std::string dye;
  RelativeQuantity quantity;
  /// Fold per cycle of the target, from its standard curve; 2 without error where it has none.
  GrowthPerCycle growth;
  bool growth_is_assumed = false;  ///< of the target or of a reference
  Message reason;                  ///< why there is no ratio, or that a growth is assumed
};

struct RunQuantities {
  std::vector<TargetStandardCurve>
      standard_curves;                           ///< every target and dye, in the run's order; also those without one
  std::vector<SampleQuantity> samples;           ///< all that are not standards, in the run's order
  std::vector<SampleRelativeQuantity> relative;  ///< empty without references
};

/// @param cq  of the same run, from estimate_run_cq(). Excluded measurements are left out; a reaction without a found
/// Cq
///   counts as a replicate without Cq.
/// @throws Error invalid_option (options; a reference target or calibrator sample that the run does not have),
///   invalid_value (standards of one target in different units).
RunQuantities estimate_run_quantities(const Run& run, const RunCq& cq, const RunQuantityOptions& options);

}  // namespace qpcr
