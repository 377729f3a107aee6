// What is learned once from calibration runs and pinned, so that a well's result never depends on its neighbours.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/curve/common_shape.hpp"
#include "libqpcr/curve/run_cq.hpp"

namespace qpcr {

/// One target in one dye.
struct TargetCalibration {
  std::string target;
  std::string dye;
  CurveKind kind = CurveKind::unknown;  ///< the signal it was learned from, and the only one it may be used on
  std::optional<double> threshold;      ///< automatic threshold of the calibration curves, fluorescence above baseline
  CommonShape shape;

  bool operator==(const TargetCalibration&) const = default;
};

/// Immutable once written: `identity` is the SHA-256 of its canonical content, checked when it is read.
struct CalibrationRecord {
  std::string name;
  std::string library_version;      ///< that learned it
  bool simulated = false;           ///< any of the runs declares itself simulated
  std::vector<SourceFile> sources;  ///< the calibration runs
  std::vector<TargetCalibration> targets;
  std::string identity;

  bool operator==(const CalibrationRecord&) const = default;
};

/// Learns threshold and common shape of every target and dye of the runs, from the curves that the instrument's user
/// did not omit. Targets come in the order of their names.
/// @throws Error invalid_value where one target is measured as two kinds of signal, where real and simulated runs are
///   mixed, or where no target has a usable shape; duplicate_entry where a file is given twice.
CalibrationRecord calibrate_targets(std::span<const Run> runs, std::string name,
                                    std::optional<CurveKind> kind = std::nullopt);

/// The calibration of a target in a dye, or null.
const TargetCalibration* find_target_calibration(const CalibrationRecord& record, std::string_view target,
                                                 std::string_view dye);

/// What estimate_run_cq() takes.
PinnedCalibration to_pinned_calibration(const CalibrationRecord& record);

/// As a file: JSON, schema qpcr.calibration/1, numbers as the shortest text that reads back to the same bits.
std::string render_calibration(const CalibrationRecord& record);

/// @throws Error malformed_file (not such a JSON document), integrity_failure (content and identity disagree),
/// file_not_found, file_unreadable.
CalibrationRecord parse_calibration(std::string_view text, const std::string& path);
CalibrationRecord read_calibration(const std::filesystem::path& path);

}  // namespace qpcr
