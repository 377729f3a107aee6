// Day, instrument and lots of a run.
#include "libqpcr/assay/run_conditions.hpp"

#include <algorithm>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/assay/matching.hpp"
#include "libqpcr/assay/run_time.hpp"
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
  const auto day = parse_calendar_day(date);
  const auto last = parse_calendar_day(lot.expires);
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

/// A well with a sample, or a control by its role; an empty place on the plate is none.
bool is_used(const RunData& run, std::string_view label) {
  return std::any_of(run.measurements.begin(), run.measurements.end(), [&](const Measurement& measurement) {
    const bool holds_something = !trim(measurement.sample).empty() || (measurement.role != SampleRole::unspecified &&
                                                                       measurement.role != SampleRole::unknown);
    return holds_something && is_label_of(measurement.well, label);
  });
}

/// A lot past its date spoils the wells it names; where it names none of the run, any well may have had it.
void judge_wells_of_lot(const RunData& run, const ReagentLot& lot, const Message& past, RunConditions& conditions) {
  std::string unused;
  bool some_used = false;
  for (const std::string& well : lot.wells) {
    conditions.wells[well].push_back(past);
    const bool used = is_used(run, well);
    some_used = some_used || used;
    if (!used) unused += (unused.empty() ? "" : ", ") + well;
  }
  conditions.warnings.push_back(past);
  if (unused.empty()) return;
  const Message missing{"lot_wells_not_in_run", {{"kind", lot.kind}, {"lot", lot.lot}, {"wells", unused}}};
  if (some_used) {
    conditions.warnings.push_back(missing);
    conditions.not_releasable.push_back(missing);
  } else {
    conditions.run_reasons.push_back(missing);
  }
}

void check_lots(const RunData& run, const RunSheet& sheet, const AssayDefinition& definition,
                RunConditions& conditions) {
  conditions.reagent_lot = find_only_lot(sheet, "reagent");
  conditions.control_lot = find_only_lot(sheet, "control");
  for (const ReagentLot& lot : sheet.lots) {
    if (names_lots_of(definition, lot.kind) || !is_past(lot, conditions.date)) continue;
    const Message past = describe_lot(lot, conditions.date);
    if (lot.wells.empty()) {
      conditions.run_reasons.push_back(past);
    } else {
      judge_wells_of_lot(run, lot, past, conditions);
    }
  }
  if (count_lots(sheet, "reagent") > 1) {
    conditions.warnings.push_back({"reagent_lots_several", {}});
  }
}

bool names_any_lot(const AssayDefinition& definition) {
  return std::any_of(definition.covariates.begin(), definition.covariates.end(),
                     [](const CovariateDefinition& covariate) { return covariate.kind == CovariateKind::lot; });
}

bool needs_sheet(const AssayDefinition& definition) { return !definition.targets.empty() || names_any_lot(definition); }

/// Reactions are traced to an instrument and a lot of reagents, whatever gives their Cq.
void demand_identity(const AssayDefinition& definition, const std::optional<RunSheet>& sheet,
                     RunConditions& conditions) {
  if (!sheet && needs_sheet(definition)) conditions.not_releasable.push_back({"run_sheet_missing", {}});
  if (definition.targets.empty()) return;
  if (conditions.instrument_serial.empty()) conditions.not_releasable.push_back({"instrument_serial_missing", {}});
  if (!conditions.reagent_lot.empty()) return;
  const bool several = sheet && count_lots(*sheet, "reagent") > 1;
  conditions.not_releasable.push_back({several ? "reagent_lots_several" : "reagent_lot_missing", {}});
}

void check_date(const RunData& run, const AssayDefinition& definition, const std::optional<RunSheet>& sheet,
                std::string_view today, RunConditions& conditions) {
  const auto say = [&conditions](const Message& message) {
    conditions.warnings.push_back(message);
    conditions.not_releasable.push_back(message);
  };
  const std::optional<RunTime> stamp = parse_run_time(run.started_at);
  const std::string in_file = stamp ? stamp->day : std::string();
  if (!stamp && !trim(run.started_at).empty()) {
    say({"run_date_unreadable", {{"file", std::string(trim(run.started_at))}}});
  }
  conditions.date = sheet && !sheet->run_date.empty() ? sheet->run_date : in_file;
  if (!in_file.empty() && conditions.date != in_file) {
    say({"run_date_differs", {{"sheet", conditions.date}, {"file", in_file}}});
  }
  const auto day = parse_calendar_day(conditions.date);
  const auto last = parse_calendar_day(today);
  if (day && last && *day > *last) {
    say({"run_date_in_future", {{"date", conditions.date}, {"today", std::string(today)}}});
  }
  const bool dates_matter = definition.cq.threshold_origin == ThresholdOrigin::calibrated ||
                            names_any_lot(definition) || (sheet && !sheet->lots.empty());
  if (conditions.date.empty() && dates_matter) conditions.warnings.push_back({"run_date_unknown", {}});
}

}  // namespace

RunConditions find_run_conditions(const RunData& run, const AssayDefinition& definition,
                                  const std::optional<RunSheet>& sheet, std::string_view today) {
  RunConditions conditions;
  check_date(run, definition, sheet, today, conditions);
  conditions.instrument_serial = std::string(trim(run.instrument.serial_number));
  if (sheet) {
    conditions.instrument_serial =
        agree(run, *sheet, "instrument_serial", sheet->instrument_serial, run.instrument.serial_number);
    agree(run, *sheet, "plate_barcode", sheet->plate_barcode, run.plate_barcode);
    check_lots(run, *sheet, definition, conditions);
  }
  demand_identity(definition, sheet, conditions);
  if (definition.release) {
    const auto day = parse_calendar_day(conditions.date);
    const auto first = parse_calendar_day(definition.release->valid_from);
    const auto last = parse_calendar_day(definition.release->valid_until);
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
