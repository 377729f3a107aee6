// The Cq of every channel of a plate: thresholds, what a curve must be for its Cq to count, and what is said of it.
#pragma once

#include <vector>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/matching.hpp"
#include "libqpcr/assay/run_conditions.hpp"
#include "libqpcr/assay/threshold_calibration.hpp"

namespace qpcr {

/// One set of Cq options a target, and where its threshold comes from.
struct PlateThresholds {
  std::vector<CqOptions> options;           ///< per target of the definition
  std::vector<TargetThreshold> thresholds;  ///< the same
  std::vector<Message> warnings;
  std::vector<Message> not_releasable;
};

/// Calibrated: of the record that holds for assay, instrument, reagent lot and day; a record with problems is used all
/// the same, and without one the nominal threshold, both for research alone. Fixed: of the
/// definition, and not releasable unless a valid record of the same instrument, lot and definition holds the same
/// number. Plate: derived from all curves of the target that the instrument's user did not exclude.
/// @throws Error assay_mismatch for curves on another scale than the thresholds.
PlateThresholds find_thresholds(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                                const RunConditions& conditions, const std::vector<ThresholdCalibration>& calibrations);

struct PlateCq {
  std::vector<WellResult> rows;  ///< wells of the match in their order, then channels
  std::vector<Message> warnings;
  std::vector<Message> run_reasons;  ///< a run shorter than the protocol
};

/// A Cq that the curve gate refuses, that nobody saw cross, or that comes of a curve too short to say "not detected",
/// is no Cq; the row's flags say so.
PlateCq estimate_plate_cq(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                          const std::vector<CqOptions>& options);

/// The row of a target in a well; null where the well has no channel of it.
const WellResult* find_row(const std::vector<WellResult>& rows, const AssayDefinition& definition,
                           const MatchedWell& well, std::string_view target);

CqObservation to_observation(const CqResult& result);

/// All channels of the well were excluded in the instrument's software: it is as if it had not been pipetted.
bool is_fully_excluded(const RunData& run, const MatchedWell& well);

}  // namespace qpcr
