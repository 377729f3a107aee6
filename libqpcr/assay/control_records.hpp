// Tables that a laboratory keeps beside its runs: results of controls, points that do not count, starts and lots of
// runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/control_history.hpp"

namespace qpcr {

/// Results of controls, one row a well or a standard curve (docs/formats/qc.md). Columns run, date, control, target and
/// cq; well, instrument, lot, control_lot, slope and intercept where the laboratory has them. A row of a standard curve
/// has slope and intercept and no cq. "No Cq", "No Ct" and "Undetermined" say that nothing was found; an empty cell is
/// an error. The decimal sign is decided for the whole file (tabular/number.hpp).
/// @throws Error as read_csv_table(); missing_column; invalid_value for an unknown column or a cell that is none of
///   these; duplicate_entry for a well or curve that stands twice.
std::vector<ControlObservation> parse_control_records(std::string_view bytes, const std::string& path);

/// Columns run, control, target, reason. @throws Error as read_csv_table(); missing_column; invalid_value for an empty
/// cell; personal_data for a reason that names a person.
std::vector<QualityExclusion> parse_exclusions(std::string_view bytes, const std::string& path);

/// What a result file does not say of its run.
struct RunStatement {
  std::string run;
  std::string started_at;
  std::string instrument;
  std::string reagent_lot;
  std::string control_lot;
  long line = 0;
};

/// Columns run and date; instrument, lot, control_lot. @throws Error as parse_exclusions(); duplicate_entry for a run
/// that stands twice.
std::vector<RunStatement> parse_run_statements(std::string_view bytes, const std::string& path);

}  // namespace qpcr
