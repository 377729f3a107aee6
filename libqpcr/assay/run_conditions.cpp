// Day, instrument and lots of a run.
#include "libqpcr/assay/run_conditions.hpp"

#include <algorithm>

#include "libqpcr/assay/calendar.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(const RunData& run, const RunSheet& sheet, std::string field, std::string found,
                         std::string expected) {
  throw Error(ErrorCode::assay_mismatch, {.path = sheet.source.name,
                                          .line = 0,
                                          .column = {},
                                          .field = std::move(field),
                                          .found = std::move(found),
                                          .expected = "'" + std::move(expected) + "' as the run '" + run.name + "' has",
                                          .problem = {}});
}

/// The one of two statements that is made; two must agree.
std::string agree(const RunData& run, const RunSheet& sheet, const char* field, const std::string& on_sheet,
                  std::string_view in_file) {
  const std::string_view file = trim(in_file);
  if (on_sheet.empty()) return std::string(file);
  if (!file.empty() && trim(on_sheet) != file) refuse(run, sheet, field, on_sheet, std::string(file));
  return std::string(trim(on_sheet));
}

bool names_lots_of(const AssayDefinition& definition, std::string_view kind) {
  const CovariateDefinition* covariate = find_covariate(definition, kind);
  return covariate != nullptr && covariate->kind == CovariateKind::lot;
}

bool is_past(const ReagentLot& lot, std::string_view date) {
  const std::optional<long> day = parse_day(date);
  const std::optional<long> last = parse_day(lot.expires);
  return !day || !last || *day > *last;
}

Message describe_lot(const ReagentLot& lot, const std::string& date) {
  return {"lot_past_date",
          {{"kind", lot.kind}, {"lot", lot.lot}, {"expires", lot.expires}, {"date", date.empty() ? "–" : date}}};
}

std::ptrdiff_t count_lots(const RunSheet& sheet, std::string_view kind) {
  return std::count_if(sheet.lots.begin(), sheet.lots.end(), [&](const ReagentLot& lot) { return lot.kind == kind; });
}

/// Empty where the sheet has none of the kind, or several.
std::string find_only_lot(const RunSheet& sheet, std::string_view kind) {
  if (count_lots(sheet, kind) != 1) return {};
  return std::find_if(sheet.lots.begin(), sheet.lots.end(), [&](const ReagentLot& lot) { return lot.kind == kind; })
      ->lot;
}

void check_lots(const RunSheet& sheet, const AssayDefinition& definition, RunConditions& conditions) {
  conditions.reagent_lot = find_only_lot(sheet, "reagent");
  conditions.control_lot = find_only_lot(sheet, "control");
  for (const ReagentLot& lot : sheet.lots) {
    if (names_lots_of(definition, lot.kind) || !is_past(lot, conditions.date)) continue;
    const Message past = describe_lot(lot, conditions.date);
    if (lot.wells.empty()) {
      conditions.run_reasons.push_back(past);
    } else {
      for (const std::string& well : lot.wells) conditions.wells[well].push_back(past);
      conditions.warnings.push_back(past);
    }
  }
  if (count_lots(sheet, "reagent") > 1) {
    conditions.warnings.push_back({"reagent_lots_several", {}});
  }
}

bool needs_sheet(const AssayDefinition& definition) {
  return definition.cq.threshold_origin == ThresholdOrigin::calibrated ||
         std::any_of(definition.covariates.begin(), definition.covariates.end(),
                     [](const CovariateDefinition& covariate) { return covariate.kind == CovariateKind::lot; });
}

void check_date(const RunData& run, const AssayDefinition& definition, const std::optional<RunSheet>& sheet,
                RunConditions& conditions) {
  const std::string in_file = find_leading_date(run.started_at);
  conditions.date = sheet && !sheet->run_date.empty() ? sheet->run_date : in_file;
  if (!in_file.empty() && conditions.date != in_file) {
    const Message differs{"run_date_differs", {{"sheet", conditions.date}, {"file", in_file}}};
    conditions.warnings.push_back(differs);
    conditions.not_releasable.push_back(differs);
  }
  const bool dates_matter = needs_sheet(definition) || (sheet && !sheet->lots.empty());
  if (conditions.date.empty() && dates_matter) conditions.warnings.push_back({"run_date_unknown", {}});
}

}  // namespace

RunConditions find_run_conditions(const RunData& run, const AssayDefinition& definition,
                                  const std::optional<RunSheet>& sheet) {
  RunConditions conditions;
  check_date(run, definition, sheet, conditions);
  conditions.instrument_serial = std::string(trim(run.instrument.serial_number));
  if (sheet) {
    conditions.instrument_serial =
        agree(run, *sheet, "instrument_serial", sheet->instrument_serial, run.instrument.serial_number);
    agree(run, *sheet, "plate_barcode", sheet->plate_barcode, run.plate_barcode);
    check_lots(*sheet, definition, conditions);
  } else if (needs_sheet(definition)) {
    conditions.not_releasable.push_back({"run_sheet_missing", {}});
  }
  if (definition.release) {
    const std::optional<long> day = parse_day(conditions.date);
    const std::optional<long> first = parse_day(definition.release->valid_from);
    const std::optional<long> last = parse_day(definition.release->valid_until);
    if (!day || !first || !last || *day < *first || *day > *last) {
      conditions.not_releasable.push_back({"run_outside_validity",
                                           {{"date", conditions.date.empty() ? "–" : conditions.date},
                                            {"first", definition.release->valid_from},
                                            {"last", definition.release->valid_until}}});
    }
  }
  return conditions;
}

bool is_lot_valid(const std::optional<RunSheet>& sheet, std::string_view kind, std::string_view lot,
                  std::string_view date) {
  if (!sheet) return false;
  for (const ReagentLot& known : sheet->lots) {
    if (known.kind == kind && known.lot == lot) return !is_past(known, date);
  }
  return false;
}

}  // namespace qpcr
