// On which day, instrument and lots a run was made, as its file and the run sheet say, and what that makes invalid.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/run_sheet.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr {

struct RunConditions {
  std::string date;               ///< ISO 8601; empty: unknown, and nothing with a date is valid
  std::string instrument_serial;  ///< empty: unknown
  std::string reagent_lot;        ///< the one lot of kind "reagent" on the sheet; empty: none or several
  std::string control_lot;        ///< the same of kind "control"
  std::vector<Message> run_reasons;
  std::vector<Message> warnings;
  std::vector<Message> not_releasable;
  std::map<std::string, std::vector<Message>> wells;  ///< what makes single wells invalid, by label as on the sheet
};

/// The sheet's date and serial number count; where it is silent, those of the file do. A lot past its date makes the
/// run invalid, or the wells it names; a lot that a covariate of the definition names is judged with each sample.
/// Results of reactions cannot be released without a sheet, a serial number and a reagent lot, nor where the file's
/// time stamp cannot be read or the run is dated after `today` (ISO 8601; empty: not judged).
/// @throws Error assay_mismatch where file and sheet name two instruments or two plates.
RunConditions find_run_conditions(const RunData& run, const AssayDefinition& definition,
                                  const std::optional<RunSheet>& sheet, std::string_view today = {});

/// True where the sheet knows the lot and the day of the run is known and no later than its last.
bool is_lot_valid(const std::optional<RunSheet>& sheet, std::string_view kind, std::string_view lot,
                  std::string_view date);

}  // namespace qpcr
