// Run sheets, good and bad, and what day, instrument and lots make of a run.
#include <catch2/catch.hpp>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/assay/run_conditions.hpp"
#include "tests/assay/vendor_plate.hpp"

using assay_test::error_of;
using assay_test::has_reason;
using assay_test::methylation;
using qpcr::Outcome;

namespace {

qpcr::AssayDefinition assay() {
  static const qpcr::AssayDefinition definition = assay_test::vendor_definition("demo-methylation.toml");
  return definition;
}

const std::string good = R"(schema = "qpcr.run_sheet/1"
run_date = 2026-03-02
instrument_serial = "S-100"
plate_barcode = "P-7"

[[lots]]
kind = "reagent"
lot = "R1"
expires = 2026-03-02

[[lots]]
kind = "extraction"
lot = "E1"
expires = 2026-12-31
wells = ["B2", "B3"]
)";

qpcr::RunSheet parse(const std::string& text) { return qpcr::parse_run_sheet(text, "dir/sheet.toml"); }

std::string changed(std::string_view from, std::string_view to) {
  return error_of([&] { parse(assay_test::replace_first(good, from, to)); });
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

qpcr::RunData plate() {
  qpcr::RunData run = assay_test::vendor_methylation_run();
  assay_test::add_vendor_well(run, "B2", "S1", methylation({31, {}, 33, 26}));
  assay_test::add_vendor_well(run, "D2", "S2", methylation({31, {}, 33, 26}));
  return run;
}

qpcr::PlateResult analyze(const qpcr::RunData& run, const std::string& sheet) {
  qpcr::AnalysisContext context;
  context.sheet = parse(sheet);
  return assay_test::analyze(run, assay(), context);
}

}  // namespace

TEST_CASE("days are those of the calendar") {
  using qpcr::parse_calendar_day;
  CHECK(parse_calendar_day("1970-01-01")->time_since_epoch().count() == 0);
  // 30 years of 365 days, 7 leap days, 60 days of 2000
  CHECK(parse_calendar_day("2000-03-01")->time_since_epoch().count() == 11017);
  CHECK(parse_calendar_day("2024-02-29").has_value());
  for (const char* wrong : {"", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-1-1", "02/03/2026",
                            "2026-03-02 ", "2026-03-0x", "+026-03-02", "20260302"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_calendar_day(wrong).has_value());
  }
}

TEST_CASE("a run sheet is read whole") {
  const qpcr::RunSheet sheet = parse(good);
  CHECK(sheet.run_date == "2026-03-02");
  CHECK(sheet.instrument_serial == "S-100");
  CHECK(sheet.plate_barcode == "P-7");
  REQUIRE(sheet.lots.size() == 2);
  CHECK(sheet.lots[0] == qpcr::ReagentLot{"reagent", "R1", "2026-03-02", {}});
  CHECK(sheet.lots[1] == qpcr::ReagentLot{"extraction", "E1", "2026-12-31", {"B2", "B3"}});
  CHECK(sheet.source.name == "sheet.toml");
  CHECK(sheet.source.sha256.size() == 64);
  CHECK(parse("schema = \"qpcr.run_sheet/1\"\n").lots.empty());
}

TEST_CASE("a wrong run sheet is refused with line and key") {
  CHECK(contains(changed("qpcr.run_sheet/1", "qpcr.run_sheet/2"), "line 1, 'schema'"));
  CHECK(contains(changed("instrument_serial", "instrument_serail"), "did you mean 'instrument_serial'"));
  CHECK(contains(changed("2026-03-02", "\"2026-03-02\""), "line 2, 'run_date'"));
  CHECK(contains(changed("2026-03-02", "2026-02-30"), "line 2"));
  CHECK(contains(changed("expires = 2026-03-02\n", ""), "lots[1].expires"));
  CHECK(contains(changed("lot = \"R1\"\n", ""), "lots[1].lot"));
  CHECK(contains(changed("kind = \"reagent\"\n", ""), "lots[1].kind"));
  CHECK(contains(changed("lot = \"R1\"", "lot = \"\""), "lots[1].lot"));
  CHECK(contains(changed("wells = [\"B2\", \"B3\"]", "wells = \"B2\""), "lots[2].wells"));
  CHECK(contains(changed("kind = \"extraction\"\nlot = \"E1\"", "kind = \"reagent\"\nlot = \"R1\""), "twice"));
  CHECK(contains(error_of([] { qpcr::read_run_sheet("/nowhere/sheet.toml"); }), "file_not_found"));
}

TEST_CASE("file and sheet must name one instrument and one plate") {
  qpcr::RunData run = plate();
  CHECK(analyze(run, good).run_valid);
  run.instrument.serial_number = "S-100";
  run.plate_barcode = "P-7";
  CHECK(analyze(run, good).run_valid);
  run.instrument.serial_number = "S-200";
  const std::string other = error_of([&] { analyze(run, good); });
  CHECK(contains(other, "assay_mismatch: 'sheet.toml', 'instrument_serial'"));
  CHECK(contains(other, "S-100"));
  CHECK(contains(other, "S-200"));
  run.instrument.serial_number = "S-100";
  run.plate_barcode = "P-8";
  CHECK(contains(error_of([&] { analyze(run, good); }), "'plate_barcode'"));
}

TEST_CASE("a lot past its date makes the run invalid, or the wells that it was used in") {
  CHECK(analyze(plate(), good).run_valid);
  // The last day counts, the next does not.
  const std::string late = assay_test::replace_first(good, "run_date = 2026-03-02", "run_date = 2026-03-03");
  const auto past = analyze(plate(), late);
  CHECK_FALSE(past.run_valid);
  REQUIRE(past.run_reasons.size() == 1);
  CHECK(past.run_reasons[0].id == "lot_past_date");
  CHECK(qpcr::find_value(past.run_reasons[0], "lot") == "R1");
  CHECK(assay_test::find_call(past, "S1").outcome == Outcome::invalid);
  CHECK_FALSE(past.releasable);

  const std::string wells = assay_test::replace_first(good, "2026-12-31", "2026-03-01");
  const auto some = analyze(plate(), wells);
  CHECK(some.run_valid);
  CHECK(assay_test::find_call(some, "S1").outcome == Outcome::invalid);
  CHECK(assay_test::find_call(some, "S1").reasons.front().id == "lot_past_date");
  CHECK(assay_test::find_call(some, "S2").outcome == Outcome::positive);
  // A control made with it proves nothing.
  const auto control = analyze(plate(), assay_test::replace_first(wells, "\"B3\"", "\"h010\""));
  CHECK_FALSE(control.run_valid);
  CHECK(has_reason(control.run_reasons, "lot_past_date"));
}

TEST_CASE("the day of a run is the sheet's, else the file's, else unknown") {
  const std::string undated = assay_test::replace_first(good, "run_date = 2026-03-02\n", "");
  const auto unknown = analyze(plate(), undated);
  CHECK(has_reason(unknown.warnings, "run_date_unknown"));
  CHECK(has_reason(unknown.run_reasons, "lot_past_date"));
  qpcr::RunData run = plate();
  run.started_at = "2026-03-01 09:00:00";
  CHECK(analyze(run, undated).run_valid);
  run.started_at = "03/01/2026 09:00";
  CHECK_FALSE(analyze(run, undated).run_valid);
  run.started_at = "2026-03-01T09:00:00";
  const auto differs = analyze(run, good);
  CHECK(differs.run_valid);
  CHECK(has_reason(differs.warnings, "run_date_differs"));
  CHECK(has_reason(differs.not_releasable, "run_date_differs"));
}

TEST_CASE("lots of samples are known to the sheet and in date, or they are not valid") {
  const std::optional<qpcr::RunSheet> sheet = parse(good);
  CHECK(qpcr::is_lot_valid(sheet, "extraction", "E1", "2026-12-31"));
  CHECK_FALSE(qpcr::is_lot_valid(sheet, "extraction", "E1", "2027-01-01"));
  CHECK_FALSE(qpcr::is_lot_valid(sheet, "extraction", "E1", ""));
  CHECK_FALSE(qpcr::is_lot_valid(sheet, "extraction", "E2", "2026-03-02"));
  CHECK_FALSE(qpcr::is_lot_valid(sheet, "conversion", "E1", "2026-03-02"));
  CHECK_FALSE(qpcr::is_lot_valid(std::nullopt, "extraction", "E1", "2026-03-02"));
  // A lot that samples name is judged with each of them, not with the run.
  qpcr::AssayDefinition definition = assay();
  qpcr::CovariateDefinition extraction;
  extraction.id = "extraction";
  extraction.kind = qpcr::CovariateKind::lot;
  definition.covariates.push_back(extraction);
  qpcr::RunSheet old = parse(assay_test::replace_first(good, "2026-12-31", "2026-03-01"));
  old.lots[1].wells.clear();
  CHECK(qpcr::find_run_conditions(plate(), definition, old).run_reasons.empty());
  CHECK_FALSE(qpcr::find_run_conditions(plate(), assay(), old).run_reasons.empty());
}

TEST_CASE("a reagent lot is chosen only where the sheet has one") {
  CHECK(qpcr::find_run_conditions(plate(), assay(), parse(good)).reagent_lot == "R1");
  CHECK(qpcr::find_run_conditions(plate(), assay(), parse(good)).control_lot.empty());
  const auto control = parse(good + "\n[[lots]]\nkind = \"control\"\nlot = \"C1\"\nexpires = 2026-12-31\n");
  CHECK(qpcr::find_run_conditions(plate(), assay(), control).control_lot == "C1");
  const auto two = parse(good + "\n[[lots]]\nkind = \"reagent\"\nlot = \"R2\"\nexpires = 2026-12-31\n");
  const auto conditions = qpcr::find_run_conditions(plate(), assay(), two);
  CHECK(conditions.reagent_lot.empty());
  CHECK(has_reason(conditions.warnings, "reagent_lots_several"));
}

TEST_CASE("results outside the definition's validity, or without the sheet they need, are not releasable") {
  qpcr::AssayDefinition definition = assay();
  definition.release = qpcr::ReleaseRecord{};
  definition.release->valid_from = "2026-03-02";
  definition.release->valid_until = "2026-03-31";
  const auto blocked = [&](const std::string& date) {
    qpcr::RunData run = plate();
    run.started_at = date;
    return has_reason(qpcr::find_run_conditions(run, definition, std::nullopt).not_releasable, "run_outside_validity");
  };
  CHECK(blocked("2026-03-01"));
  CHECK_FALSE(blocked("2026-03-02"));
  CHECK_FALSE(blocked("2026-03-31"));
  CHECK(blocked("2026-04-01"));
  CHECK(blocked(""));

  CHECK(has_reason(qpcr::find_run_conditions(plate(), assay(), std::nullopt).not_releasable, "run_sheet_missing"));
  qpcr::AssayDefinition calibrated = assay();
  calibrated.cq.threshold_origin = qpcr::ThresholdOrigin::calibrated;
  CHECK(has_reason(qpcr::find_run_conditions(plate(), calibrated, std::nullopt).not_releasable, "run_sheet_missing"));
  CHECK(qpcr::find_run_conditions(plate(), calibrated, parse(good)).not_releasable.empty());
}

TEST_CASE("reactions are released with a serial number and one reagent lot only, whatever gives their Cq") {
  const auto blocks = [](const std::string& sheet) {
    return qpcr::find_run_conditions(plate(), assay(), parse(sheet)).not_releasable;
  };
  CHECK(blocks(good).empty());
  CHECK(has_reason(blocks(assay_test::replace_first(good, "instrument_serial = \"S-100\"\n", "")),
                   "instrument_serial_missing"));
  CHECK(has_reason(blocks(assay_test::replace_first(good, "kind = \"reagent\"", "kind = \"plastics\"")),
                   "reagent_lot_missing"));
  CHECK(has_reason(blocks(good + "\n[[lots]]\nkind = \"reagent\"\nlot = \"R2\"\nexpires = 2026-12-31\n"),
                   "reagent_lots_several"));
  qpcr::AssayDefinition score = assay();
  score.targets.clear();
  CHECK(qpcr::find_run_conditions({}, score, std::nullopt).not_releasable.empty());
}

TEST_CASE("wells of a lot are wells, and an expired lot whose wells are not in the run spoils the run") {
  for (const char* wrong : {"B", "row 2", "BB2222", "0", "2B", ""}) {
    CAPTURE(wrong);
    CHECK_FALSE(changed("\"B3\"", "\"" + std::string(wrong) + "\"").empty());
  }
  CHECK(contains(changed("\"B3\"", "\"B-3\""), "line 15, 'lots[2].wells'"));
  CHECK(parse(assay_test::replace_first(good, "\"B3\"", "\"72\"")).lots[1].wells[1] == "72");

  const std::string expired = assay_test::replace_first(good, "2026-12-31", "2026-03-01");
  const auto partly = analyze(plate(), expired);
  CHECK(partly.run_valid);
  CHECK(has_reason(partly.warnings, "lot_wells_not_in_run"));
  CHECK(has_reason(partly.not_releasable, "lot_wells_not_in_run"));
  const auto nowhere = analyze(plate(), assay_test::replace_first(expired, "\"B2\", \"B3\"", "\"E2\", \"E3\""));
  CHECK_FALSE(nowhere.run_valid);
  CHECK(has_reason(nowhere.run_reasons, "lot_wells_not_in_run"));
}

TEST_CASE("a file's time stamp that cannot be read, and a run after today, block the release") {
  const auto conditions = [](const std::string& stamp, const char* today) {
    qpcr::RunData run = plate();
    run.started_at = stamp;
    return qpcr::find_run_conditions(run, assay(), parse(good), today);
  };
  for (const char* readable : {"", "2026-03-02", "2026/3/2 9:05", "2026-03-02T09:05:30.5+08:00", "2026.03.02"}) {
    CAPTURE(readable);
    CHECK(conditions(readable, "2026-03-02").not_releasable.empty());
  }
  for (const char* unreadable : {"03/02/2026 10:11", "2. March 2026", "2026-02-30", "2026-03-02 25:00"}) {
    CAPTURE(unreadable);
    const auto blocked = conditions(unreadable, "2026-03-02");
    CHECK(blocked.date == "2026-03-02");
    CHECK(has_reason(blocked.not_releasable, "run_date_unreadable"));
    CHECK(has_reason(blocked.warnings, "run_date_unreadable"));
  }
  CHECK(has_reason(conditions("2026/3/1", "2026-03-02").not_releasable, "run_date_differs"));
  CHECK(has_reason(conditions("", "2026-03-01").not_releasable, "run_date_in_future"));
  CHECK(has_reason(conditions("", "2026-03-01").warnings, "run_date_in_future"));
}
