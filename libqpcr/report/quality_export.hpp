// Run-to-run quality control in files: results in, limits in and out, points and months out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/control_history.hpp"
#include "libqpcr/assay/control_records.hpp"
#include "libqpcr/assay/quality_months.hpp"

namespace qpcr {

/// The controls of a result of `qpcr analyze` (schema qpcr.result/2) that are expected to be found: every target with a
/// limit that demands a Cq, of controls that hold template (restricted to the monitored ones where the definition marks
/// any); and its standard curves. Wells that were excluded or not measured are left out; a control of which no well is
/// left gives no observation.
/// @param record what the laboratory states of this run beside the file, or null.
/// @throws Error malformed_file, unsupported_format for another schema, invalid_value where record and file contradict
/// each other.
std::vector<ControlObservation> parse_result_controls(std::string_view json, const std::string& path,
                                                      const std::vector<RunStatement>& records);

/// Schema qpcr.qc_limits/1. Numbers read back to the same bits.
std::string render_limits_json(const std::vector<ControlLimits>& limits);
/// @throws Error malformed_file; unsupported_format for another schema; invalid_value for an SD that is not above 0 and
/// for frozen limits without the start of their last run; duplicate_entry.
std::vector<ControlLimits> parse_limits_json(std::string_view json, const std::string& path);

/// Schema qpcr.qc/1 (docs/formats/qc.md).
std::string render_quality_json(const QualityHistory& history, const std::vector<QualityMonth>& months);

/// One row a point, in order of series and runs, with a byte order mark for spreadsheets.
std::string render_quality_csv(const QualityHistory& history);
/// One row a series and month.
std::string render_months_csv(const QualityHistory& history, const std::vector<QualityMonth>& months);

}  // namespace qpcr
