// Cq of every measurement of a run by one method, with one automatic threshold for each target and dye.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/curve/cq.hpp"

namespace qpcr {

struct RunCqOptions {
  CqOptions cq;
  std::optional<CurveKind> kind;  ///< the signal to analyse; find_analysis_curve chooses without it
};

struct MeasurementCq {
  std::size_t measurement = 0;  ///< index into the run's measurements
  CurveKind kind = CurveKind::unknown;
  CqResult result;
};

struct RunCq {
  std::vector<MeasurementCq> curves;  ///< in the run's order
  /// Measurements without a curve to analyse: the passive reference, single filters, none of the kind that was asked
  /// for.
  std::vector<std::size_t> left_out;
};

/// Estimates a Cq for each measurement that has a curve to analyse. Without a fixed threshold, the measurements that
/// share reagents and optics (one target in one dye) share one automatic threshold, from the curves that the
/// instrument's user did not omit. An omitted measurement has the status excluded.
RunCq estimate_run_cq(const Run& run, const RunCqOptions& options);

}  // namespace qpcr
