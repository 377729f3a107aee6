// Tables of other instruments: shipped layouts, users' maps, proposals, and every way in which a map does not fit.
#include <cmath>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "instruments/mapped_table/column_map.hpp"
#include "instruments/mapped_table/layouts.hpp"
#include "instruments/mapped_table/propose.hpp"
#include "instruments/mapped_table/reader.hpp"
#include "instruments/mapped_table/table.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

namespace {

Run read_corpus(const std::string& name) {
  for (const test::CorpusFile& file : test::corpus_mapped_table()) {
    if (file.name != name) continue;
    const std::vector<Run> runs = load_bytes(file.bytes, name);
    REQUIRE(runs.size() == 1);
    CHECK(runs.front()->provenance.reader == "mapped_table");
    return runs.front();
  }
  FAIL("no file " << name);
  throw std::logic_error("unreachable");
}

InputFile to_file(const std::string& name, const std::string& bytes) {
  InputFile file;
  file.path = name;
  file.name = name;
  file.bytes = bytes;
  return file;
}

RunData read_with(const std::string& map, const std::string& bytes) {
  return mapped_table::read_file(to_file("t.csv", bytes), parse_column_map(map, "map.toml"),
                                 mapped_table::MapOrigin::user);
}

Error error_with(const std::string& map, const std::string& bytes) {
  try {
    read_with(map, bytes);
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return {ErrorCode::file_not_found, {}};
}

const std::string head = "schema = \"qpcr.columns/1\"\n";

/// Results of the known plate with two channels, whatever the layout left out.
void check_results(const Run& run, bool with_targets, bool with_roles) {
  test::KnownPlate options;
  options.dyes = {"FAM", "VIC"};
  const RunData known = test::make_known_plate(options);
  REQUIRE(run->measurements.size() == known.measurements.size());
  for (const Measurement& expected : known.measurements) {
    INFO(expected.well.label << " " << expected.dye);
    const Measurement& m = find(run, expected.well.label, with_targets ? expected.target : "", expected.dye);
    CHECK(m.well == expected.well);
    CHECK(m.sample == expected.sample);
    CHECK(m.vendor.cq_status == expected.vendor.cq_status);
    CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
    if (with_roles) CHECK(m.role == expected.role);
  }
}

}  // namespace

TEST_CASE("SLAN workbooks: rows of channels, merged wells, no Ct, the date and the version") {
  for (const char* name : {"slan.xlsx", "slan_merged_wells.xlsx"}) {
    INFO(name);
    const Run run = read_corpus(name);
    check_results(run, true, true);
    CHECK(run->instrument == Instrument{"Hongshi", "SLAN-96", "", "", "9.1"});
    CHECK(run->started_at == "2026-03-04 10:20:30");
    const Measurement& standard = find(run, "A1", "target 1", "FAM");
    CHECK(standard.quantity == 1000);
    CHECK(standard.vendor.call == "阳性");
    CHECK(find(run, "A6", "target 2", "VIC").vendor.cq_text == "NoCt");
    REQUIRE_FALSE(run->provenance.not_read.empty());
    CHECK(run->provenance.not_read.front().where == "SLAN: column '孔颜色'");
  }
  CHECK(read_corpus("slan.xlsx")->provenance.not_read.back().where == "sheet '曲线'");
}

TEST_CASE("MA-6000 workbooks: reporters alternate, the date stands on the other sheet") {
  const Run run = read_corpus("ma6000.xlsx");
  check_results(run, true, false);
  CHECK(run->started_at == "2026-03-04");
  CHECK(run->instrument.model == "MA-6000");
}

TEST_CASE("Bioer texts: raw curves and results of three tables") {
  const Run run = read_corpus("bioer.txt");
  const RunData known = test::make_known_plate();
  REQUIRE(run->measurements.size() == known.measurements.size());
  for (const Measurement& expected : known.measurements) {
    const Measurement& m = find(run, expected.well.label, expected.target, "FAM");
    REQUIRE(m.amplification.size() == 1);
    CHECK(m.amplification.front().kind == CurveKind::unknown);
    CHECK(m.amplification.front().cycles == expected.amplification.front().cycles);
    CHECK(m.amplification.front().fluorescence == expected.amplification.front().fluorescence);
    CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
    CHECK(m.vendor.cq_status == expected.vendor.cq_status);
  }
  CHECK(find(run, "A1", "target 1").quantity == 1000);
  CHECK(find(run, "A6", "target 1").role == SampleRole::negative_control);
  CHECK(run->provenance.not_read == std::vector<NotRead>{{"processed data", "no result comes from this table"}});
}

TEST_CASE("tables under an instrument's name, one row a reading or one a result") {
  const Run readings = read_corpus("gentier_readings.csv");
  CHECK(readings->instrument.vendor == "Tianlong");
  check_results(readings, false, false);
  test::KnownPlate options;
  options.dyes = {"FAM", "VIC"};
  for (const Measurement& expected : test::make_known_plate(options).measurements) {
    const Measurement& m = find(readings, expected.well.label, "", expected.dye);
    REQUIRE(m.amplification.size() == 1);
    CHECK(m.amplification.front().fluorescence == expected.amplification.front().fluorescence);
  }
  CHECK(readings->warnings.empty());
  const Run results = read_corpus("ags_utf16.txt");
  CHECK(results->instrument.vendor == "DAAN");
  check_results(results, true, true);
}

TEST_CASE("known header names open any table, and the run says how little is known") {
  const Run run = read_corpus("generic_bom.csv");
  check_results(run, true, true);
  REQUIRE(run->warnings.size() == 1);
  CHECK_THAT(run->warnings.front(), Catch::Contains("matched by the names of their headers alone"));
  const Run chinese = read_corpus("generic_gb18030.csv");
  CHECK(find(chinese, "A1", "").vendor.cq_cycles == 21.5);
  CHECK(find(chinese, "A2", "").vendor.cq_status == CqStatus::no_amplification);
  CHECK(find(chinese, "B12", "").vendor.cq_cycles == 30);
  const Run comma = read_corpus("generic_decimal_comma.txt");
  CHECK(find(comma, "A1", "").vendor.cq_cycles == 21.5);
  CHECK(find(comma, "A2", "").vendor.cq_status == CqStatus::no_amplification);
}

TEST_CASE("a table that lacks what tells its rows apart is ambiguous, not merged") {
  const Error twice = error_of("Well,Ct\nA1,20\nA1,21\n", "x.csv");
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 3);
  const Error sample = error_of("Well,Sample,Target,Ct\nA1,a,t,20\nA1,b,t,20\n", "x.csv");
  CHECK(sample.code() == ErrorCode::duplicate_entry);
  CHECK(sample.context().column == "Sample");
}

TEST_CASE("a blank row inside a table hides no well, and a row that ends early is no negative") {
  const Run run = load_bytes("Well,Sample,Ct\nA1,a,20\n,,\n\nA2,b,21\n\nmade by hand\n", "x.csv").front();
  REQUIRE(run->measurements.size() == 2);
  CHECK(find(run, "A2", "").vendor.cq_cycles == 21);
  REQUIRE_FALSE(run->provenance.not_read.empty());
  CHECK_THAT(run->provenance.not_read.back().where, Catch::Contains("line 7"));
  const Error cut = error_of("Well,Sample,Ct\nA1,a,20\nA2,b\n", "x.csv");
  CHECK(cut.code() == ErrorCode::malformed_file);
  CHECK(cut.context().line == 3);
}

TEST_CASE("a text that ends within a line says that it may be cut") {
  const Run run = load_bytes("cycle,A1,A2\n1,5,6\n2,5,7", "whole.csv").front();
  CHECK(run->warnings.empty());
  const Run cut = load_bytes("Well,Ct,Sample\nA1,20,a\nA2,2", "cut.csv").front();
  REQUIRE(cut->warnings.size() == 2);
  CHECK_THAT(cut->warnings.back(), Catch::Contains("may have been cut"));
}

TEST_CASE("a sample's name and its number side by side: the first spelling is meant, the other is listed") {
  const Run run = load_bytes("孔位,样本编号,样本名称,Ct\nA1,007,name,20\n", "x.csv").front();
  CHECK(find(run, "A1", "").sample == "name");
  REQUIRE(run->provenance.not_read.size() == 1);
  CHECK_THAT(run->provenance.not_read.front().where, Catch::Contains("样本编号"));
}

TEST_CASE("a reader that knows its format goes before one that knows header names alone") {
  const Run run = load_bytes("cycle,A1,A2\n1,5,6\n2,5,7\n", "x.csv").front();
  CHECK(run->provenance.reader == "wide_table");
}

TEST_CASE("wrong cells are named with their line and column") {
  const Error number = error_of("Well,Ct\nA1,2O.5\n", "x.csv");
  CHECK(number.code() == ErrorCode::invalid_value);
  CHECK(number.context().line == 2);
  CHECK(number.context().column == "Ct");
  CHECK(number.context().found == "2O.5");
  CHECK(error_of("Well,Ct\nA1,20\n??,21\n", "x.csv").context().line == 3);
  CHECK(error_of("Well,Ct\nZZ99,20\n", "x.csv").code() == ErrorCode::invalid_value);
  CHECK(error_of("Well,Cycle,RFU\nA1,1,5\nA1,1,6\n", "x.csv").context().column == "Cycle");
}

TEST_CASE("a user's map reads any table") {
  const std::string map = head +
                          "vendor = \"V\"\nplate = \"4x6\"\ncurve_kind = \"normalised\"\ncycle_header = \"c{n}\"\n"
                          "no_cq = \"0\"\n[columns]\nwell = \"Tube\"\nsample = \"Who\"\ncq = \"Hit\"\nrole = \"Kind\"\n"
                          "[roles]\n\"QC1\" = \"positive_control\"\n";
  const RunData run = read_with(map, "Tube,Who,Kind,Hit,c1,c2,c3,Extra\n7,s,QC1,0,1,2,4,e\n24,t,Unknown,2.5,1,,3,f\n");
  REQUIRE(run.measurements.size() == 2);
  CHECK(run.plate == PlateGeometry{4, 6});
  CHECK(run.measurements[0].well == to_well({1, 0}));
  CHECK(run.measurements[1].well == to_well({3, 5}));
  CHECK(run.measurements[0].role == SampleRole::positive_control);
  CHECK(run.measurements[0].vendor.cq_status == CqStatus::no_amplification);
  CHECK(run.measurements[0].vendor.cq_text == "0");
  CHECK(run.measurements[1].vendor.cq_cycles == 2.5);
  CHECK(run.measurements[0].amplification.front().kind == CurveKind::normalised);
  CHECK(run.measurements[0].amplification.front().fluorescence == std::vector<double>{1, 2, 4});
  CHECK(std::isnan(run.measurements[1].amplification.front().fluorescence[1]));
  CHECK(run.provenance.not_read.size() == 1);
}

TEST_CASE("a user's map is held to: what it names must be there") {
  const std::string map = head + "[columns]\nwell = \"Well\"\ncq = \"Ct\"\nsample = \"Patient\"\n";
  const Error missing = error_with(map, "Well,Ct\nA1,20\n");
  CHECK(missing.code() == ErrorCode::missing_column);
  CHECK(missing.context().column == "Patient");
  CHECK(error_with(map, "a,b\n1,2\n").code() == ErrorCode::missing_column);
  const std::string numbers = head + "plate = \"2x2\"\n[columns]\nwell = \"W\"\ncq = \"Ct\"\n";
  CHECK(error_with(numbers, "W,Ct\n5,20\n").context().line == 2);
  CHECK(error_with(numbers, "W,Ct\nC1,20\n").code() == ErrorCode::invalid_value);
}

TEST_CASE("an exclusion in words that are neither yes nor no is an error, and given quantities are kept") {
  const std::string map = head + "[columns]\nwell = \"W\"\ncq = \"Ct\"\nexcluded = \"Out\"\nquantity = \"Given\"\n";
  const RunData run = read_with(map, "W,Ct,Out,Given\nA1,20,yes,100\nA2,21,,0\n");
  CHECK(run.measurements[0].excluded);
  CHECK(run.measurements[0].quantity == 100);
  CHECK_FALSE(run.measurements[1].excluded);
  CHECK_FALSE(run.measurements[1].quantity.has_value());
  const Error error = error_with(map, "W,Ct,Out,Given\nA1,20,已剔除了吗,100\n");
  CHECK(error.code() == ErrorCode::invalid_value);
  CHECK(error.context().column == "Out");
}

TEST_CASE("maps with faults are refused with the key") {
  const auto fault = [](const std::string& text) {
    try {
      static_cast<void>(parse_column_map(text, "map.toml"));
    } catch (const Error& error) {
      return error;
    }
    FAIL("no error: " << text);
    return Error(ErrorCode::file_not_found, {});
  };
  CHECK(fault("= x").code() == ErrorCode::malformed_file);
  CHECK(fault("schema = \"other\"\n").context().field == "schema");
  CHECK(fault(head).context().field == "columns");
  CHECK(fault(head + "[columns]\ncq = \"Ct\"\n").context().field == "columns.well");
  CHECK(fault(head + "[columns]\nwell = \"W\"\n").context().field == "columns");
  CHECK(fault(head + "[columns]\nwell = \"W\"\nct = \"Ct\"\n").context().field == "columns.ct");
  CHECK(fault(head + "colour = 1\n[columns]\nwell = \"W\"\ncq = \"C\"\n").context().field == "colour");
  CHECK(fault(head + "plate = \"8by12\"\n[columns]\nwell = \"W\"\ncq = \"C\"\n").context().line == 2);
  CHECK(fault(head + "curve_kind = \"raw\"\n[columns]\nwell = \"W\"\ncq = \"C\"\n").context().field == "curve_kind");
  CHECK(fault(head + "cycle_header = \"c\"\n[columns]\nwell = \"W\"\n").context().field == "cycle_header");
  CHECK(fault(head + "[columns]\nwell = \"W\"\ncycle = \"C\"\n").context().field == "columns");
  CHECK(fault(head + "[columns]\nwell = \"W\"\ncq = 5\n").context().field == "cq");
  CHECK(fault(head + "[columns]\nwell = \"W\"\ncq = \"C\"\n[roles]\nx = \"y\"\n").context().field == "roles");
  CHECK(fault(head + "[columns]\nwell = \"W\"\ncq = \"C\"\n[cells]\nstarted_at = \"3B\"\n").context().field == "cells");
}

TEST_CASE("maps are written as they are read") {
  for (const ColumnMap& map : mapped_table::layouts()) {
    INFO(map.name);
    const std::string text = render_column_map(map);
    CHECK(render_column_map(parse_column_map(text, "map.toml")) == text);
  }
}

TEST_CASE("a proposal reads the table it was made from") {
  const std::string bytes = "Run,1\n,\nWell,Sample ID,\"Odd\nname\",Cq Value,循环1,循环2,循环3\nA1,s,x,20.5,1,2,3\n";
  const std::string proposal = mapped_table::propose_column_map(to_file("my run.csv", bytes));
  CHECK_THAT(proposal, Catch::Contains("Not in the map: Odd name"));
  CHECK_THAT(proposal, Catch::Contains("line 3"));
  const RunData run = read_with(proposal, bytes);
  REQUIRE(run.measurements.size() == 1);
  CHECK(run.measurements.front().sample == "s");
  CHECK(run.measurements.front().vendor.cq_cycles == 20.5);
  CHECK(run.measurements.front().amplification.front().fluorescence == std::vector<double>{1, 2, 3});
  try {
    static_cast<void>(mapped_table::propose_column_map(to_file("x.csv", "a,b\n1,2\n")));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::missing_column);
    CHECK_THAT(error.what(), Catch::Contains("a, b"));
  }
}
