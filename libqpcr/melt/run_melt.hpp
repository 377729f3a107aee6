// The melting peaks of every measurement of a run.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/melt/peaks.hpp"

namespace qpcr {

struct RunMeltOptions {
  MeltOptions melt;
  std::optional<CurveKind> kind;  ///< the signal to analyse; choose_melt_kind() without it
};

struct MeasurementMelt {
  std::size_t measurement = 0;  ///< index into the run's measurements
  std::size_t melt = 0;         ///< index into the measurement's melting curves
  MeltResult result;
};

struct RunMelt {
  std::vector<MeasurementMelt> curves;  ///< in the run's order; each ramp of a measurement by itself
  /// Measurements without a melting curve to analyse: none recorded, the passive reference, single filters, none of the
  /// kind that was asked for.
  std::vector<std::size_t> left_out;
};

/// The kind of a measurement's melting curves that an analysis starts from, in the order of find_analysis_curve().
std::optional<CurveKind> choose_melt_kind(const Measurement& measurement);

/// Analyses each melting curve of the chosen kind by itself: a well's peaks do not depend on its neighbours. A
/// measurement that the instrument's user omitted has the status excluded.
/// @throws Error invalid_option.
RunMelt analyse_run_melt(const Run& run, const RunMeltOptions& options);

}  // namespace qpcr
