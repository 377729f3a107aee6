// Applied Biosystems SDS 1.x and 2.x text, OpenArray CSV: read as written, refused where wrong.
#include <algorithm>
#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "instruments/appbio_sds/open_array.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;
using qpcr::test::make_known_plate;

namespace {

std::vector<Run> load_corpus(const std::string& name) {
  for (const test::CorpusFile& file : test::corpus_appbio_sds()) {
    if (file.name != name) continue;
    CHECK(identify_bytes(file.bytes, name, name).reader_id == "appbio_sds");
    return load_bytes(file.bytes, name);
  }
  FAIL("no " << name);
  return {};
}

double quarter_later(const Measurement& known) { return known.vendor.cq_cycles ? *known.vendor.cq_cycles + 0.25 : 0; }

void check_ct(const Measurement& found, const Measurement& known) {
  CHECK(found.well == known.well);
  CHECK(found.sample == known.sample);
  CHECK(found.vendor.cq_status == known.vendor.cq_status);
  CHECK(found.vendor.cq_cycles.value_or(0) == quarter_later(known));
}

bool has_warning(const Run& run, const std::string& text) {
  return std::any_of(run->warnings.begin(), run->warnings.end(),
                     [&](const std::string& warning) { return warning.find(text) != std::string::npos; });
}

/// Cts of a text in the naive way: the column below the header that names it. Nothing of the reader is used.
std::vector<double> read_cts(std::string text, const std::string& header) {
  std::replace(text.begin(), text.end(), '\r', '\n');
  std::vector<double> cts;
  std::optional<std::size_t> column;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> cells = split(line, line.find('\t') == std::string_view::npos ? ',' : '\t');
    const auto at = std::find_if(cells.begin(), cells.end(),
                                 [&](std::string_view cell) { return to_lower_ascii(trim(cell)) == header; });
    if (at != cells.end()) {
      column = static_cast<std::size_t>(at - cells.begin());
    } else if (column && cells.size() > *column) {
      if (const auto value = parse_double(trim(cells[*column]))) cts.push_back(*value);
    }
  }
  std::sort(cts.begin(), cts.end());
  return cts;
}

std::vector<double> cts_of(const std::vector<Run>& runs) {
  std::vector<double> cts;
  for (const Run& run : runs) {
    for (const Measurement& m : run->measurements) {
      if (m.vendor.cq_cycles) cts.push_back(*m.vendor.cq_cycles);
    }
  }
  std::sort(cts.begin(), cts.end());
  return cts;
}

}  // namespace

TEST_CASE("results of SDS 1.x are read with their head") {
  const RunData known = make_known_plate({{8, 12}, 14, {"FAM", "VIC"}});
  const std::vector<Run> runs = load_corpus("sds1_results.csv");
  const Run& run = runs.at(0);
  CHECK(run->instrument ==
        Instrument{"Applied Biosystems", "Applied Biosystems 7300 Real-Time PCR System", "", "SDS", "1.2"});
  CHECK(run->started_at == "Wednesday, December 12, 2007 12:30:20");
  CHECK(run->operator_name == "somebody");
  CHECK(run->plate == PlateGeometry{8, 12});
  REQUIRE(run->measurements.size() == known.measurements.size());
  for (std::size_t i = 0; i < known.measurements.size(); ++i) {
    const Measurement& m = run->measurements[i];
    const Measurement& k = known.measurements[i];
    check_ct(m, k);
    CHECK(m.target == k.target);
    CHECK(m.role == k.role);
    CHECK(m.quantity == k.quantity);
    CHECK(m.vendor.flags == (k.well.label == "A3" ? std::vector<std::string>{"Filtered"} : std::vector<std::string>{}));
    CHECK(m.vendor.melting_temperatures_celsius ==
          (k.vendor.cq_cycles ? std::vector<double>{83.5} : std::vector<double>{}));
    CHECK(m.vendor.algorithm == "Ct");
  }
  CHECK(has_warning(run, "holds results only"));
}

TEST_CASE("a table of wells below its detector is read for each detector") {
  const RunData known = make_known_plate({{8, 12}, 6, {"FAM", "VIC"}});
  const std::vector<Run> runs = load_corpus("sds1_components.csv");
  REQUIRE(runs.at(0)->measurements.size() == 12);
  for (const Measurement& k : known.measurements) {
    const Measurement& m = find(runs[0], k.well.label, k.dye + " assay", k.dye);
    check_ct(m, k);
    CHECK(m.vendor.threshold == 0.25);
    CHECK(m.vendor.baseline_first_cycle == 3.0);
    CHECK(m.vendor.baseline_last_cycle == 15.0);
  }
  const Error two = error_of(
      "Detector,Reporter,Start,End,Threshold\nA,FAM,3,15,0.2\nB,VIC,3,15,0.2\nWell,SampleName,Start,End,Ct\n1,x,3,15,"
      "20\n",
      "c.csv");
  CHECK(two.code() == ErrorCode::missing_column);
  CHECK(two.context().line == 4);
}

TEST_CASE("a relative quantification study of SDS 1.x is read") {
  const RunData known = make_known_plate({{8, 12}, 14});
  const std::vector<Run> runs = load_corpus("sds1_study.csv");
  REQUIRE(runs.at(0)->measurements.size() == 14);
  for (std::size_t i = 0; i < 14; ++i) {
    const Measurement& m = runs[0]->measurements[i];
    check_ct(m, known.measurements[i]);
    CHECK(m.role == SampleRole::unknown);
    CHECK(m.role_text == "Target");
    CHECK(m.excluded == (m.well.label == "A2"));
    CHECK(m.vendor.threshold == 0.25);
    CHECK(m.vendor.baseline_last_cycle == 15.0);
  }
  CHECK(runs[0]->measurements[13].vendor.cq_text == "Undet.");
  CHECK_THAT(runs[0]->notes, Catch::Contains("Calibrator: sample 2"));
}

TEST_CASE("a 7700 names what it measured in its sample types and writes the cycle count for none") {
  const RunData known = make_known_plate({{8, 12}, 14});
  const std::vector<Run> runs = load_corpus("prism7700.txt");
  REQUIRE(runs.at(0)->measurements.size() == 14);
  for (std::size_t i = 0; i < 14; ++i) {
    const Measurement& m = runs[0]->measurements[i];
    check_ct(m, known.measurements[i]);
    CHECK(m.role == (i == 0    ? SampleRole::standard
                     : i == 13 ? SampleRole::no_template_control
                               : SampleRole::unspecified));
    CHECK(m.target == (i == 0 || i == 13 ? "" : "ACTB"));
    CHECK(m.quantity.value_or(0) == (i == 0 ? 1000 : 0));
    CHECK_FALSE(m.vendor.quantity.has_value());
    CHECK(m.vendor.threshold == 0.024);
    CHECK(m.vendor.baseline_first_cycle == 3.0);
  }
  CHECK(runs[0]->measurements[13].vendor.cq_text == "40");
  CHECK(has_warning(runs[0], "a Ct of 40 is the number of cycles"));
  REQUIRE(runs[0]->vendor_tables.size() == 1);
  CHECK(runs[0]->vendor_tables[0].rows.at(0) == std::vector<std::string>{"Slope", "-3.3", "cycles/log decade"});
}

TEST_CASE("results of SDS 2.x are read on plates of 96 and 384") {
  for (const auto& [name, geometry, wells] : {std::tuple{"sds2_results_96.txt", PlateGeometry{8, 12}, 14},
                                              std::tuple{"sds2_results_384.txt", PlateGeometry{16, 24}, 100}}) {
    INFO(name);
    const RunData known = make_known_plate({geometry, wells, {"FAM", "VIC"}});
    const std::vector<Run> runs = load_corpus(name);
    const Run& run = runs.at(0);
    CHECK(run->plate == geometry);
    CHECK(has_warning(run, "not of 384") == (geometry.rows == 8));
    CHECK(run->plate_barcode == "PLATE1");
    CHECK(run->instrument.software_version == "2.3");
    CHECK(run->started_at == "10/6/10 7:56:11 PM");
    REQUIRE(run->measurements.size() == known.measurements.size());
    for (std::size_t i = 0; i < known.measurements.size(); ++i) {
      const Measurement& m = run->measurements[i];
      const Measurement& k = known.measurements[i];
      check_ct(m, k);
      CHECK(m.target == k.target);
      CHECK(m.dye == k.dye);
      CHECK(m.role == k.role);
      CHECK(m.quantity.value_or(0) == (k.quantity ? 1000.5 : 0));
      CHECK(m.vendor.threshold == 0.25);
      CHECK(m.vendor.flags == (k.well.label == "A4" ? std::vector<std::string>{"BPR"} : std::vector<std::string>{}));
    }
    CHECK(run->vendor_tables.at(0).rows.size() == 3);
  }
}

TEST_CASE("a study of SDS 2.x is one run a plate") {
  const RunData known = make_known_plate({{16, 24}, 30});
  const std::vector<Run> runs = load_corpus("sds2_study_cr_only.txt");
  REQUIRE(runs.size() == 2);
  for (std::size_t plate = 0; plate < 2; ++plate) {
    CHECK(runs[plate]->name == (plate == 0 ? "FileA" : "FileB"));
    CHECK(runs[plate]->plate_barcode.empty());
    REQUIRE(runs[plate]->measurements.size() == 30);
    for (std::size_t i = 0; i < 30; ++i) {
      const Measurement& m = runs[plate]->measurements[i];
      check_ct(m, known.measurements[i]);
      CHECK(m.role == SampleRole::unknown);
      CHECK(m.excluded == (m.well.label == "A2"));
      CHECK(m.vendor.flags == (i == 0 ? std::vector<std::string>{"Flagged", "NAW"} : std::vector<std::string>{}));
    }
  }
}

TEST_CASE("clipped data give Rn and delta Rn, however the cycles are headed") {
  const RunData known = make_known_plate({{16, 24}, 30, {"FAM"}, 15});
  for (const std::string name : {"clipped.txt", "clipped_blank_headers.txt", "clipped_joined_headers.txt"}) {
    INFO(name);
    const std::vector<Run> runs = load_corpus(name);
    REQUIRE(runs.at(0)->measurements.size() == 30);
    for (std::size_t i = 0; i < 30; ++i) {
      const Measurement& m = runs[0]->measurements[i];
      // 30 wells of a plate whose size is not written are those of 96.
      CHECK(m.well == to_well(to_position(static_cast<long>(i), {8, 12})));
      CHECK(m.target == "target 1");
      CHECK(m.vendor.cq_status == CqStatus::not_measured);
      REQUIRE(m.amplification.size() == 2);
      const AmplificationCurve& k = known.measurements[i].amplification[0];
      CHECK(find_curve(m, CurveKind::normalised)->cycles == k.cycles);
      CHECK(find_curve(m, CurveKind::normalised)->fluorescence == k.fluorescence);
      const AmplificationCurve* delta = find_curve(m, CurveKind::baseline_subtracted);
      REQUIRE(delta != nullptr);
      CHECK(delta->cycles == k.cycles);
      for (std::size_t c = 0; c < k.cycles.size(); ++c)
        CHECK(delta->fluorescence[c] == parse_double(format_fixed(k.fluorescence[c] - 100, 3)));
    }
  }
}

TEST_CASE("a column for each cycle without a kind is a curve of unknown kind") {
  const RunData known = make_known_plate({{8, 12}, 6, {"FAM", "VIC"}, 12});
  const std::vector<Run> runs = load_corpus("cycles.csv");
  REQUIRE(runs.at(0)->measurements.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) {
    const Measurement& m = runs[0]->measurements[i];
    CHECK(m.well == known.measurements[i].well);
    CHECK(m.target == known.measurements[i].target);
    REQUIRE(m.amplification.size() == 1);
    CHECK(m.amplification[0].kind == CurveKind::unknown);
    CHECK(m.amplification[0].fluorescence == known.measurements[i].amplification[0].fluorescence);
  }
}

TEST_CASE("an OpenArray is one run a plate of 3 072 holes in 48 subarrays") {
  CHECK(appbio_sds::parse_hole("A1a1") == GridPosition{0, 0});
  CHECK(appbio_sds::parse_hole("D12h8") == GridPosition{31, 95});
  CHECK(appbio_sds::parse_hole("B10c2") == GridPosition{10, 73});
  for (const char* wrong : {"", "A1", "a1", "E1a1", "A13a1", "A1i1", "A1a9", "A1a1x"})
    CHECK_FALSE(appbio_sds::parse_hole(wrong).has_value());
  const RunData known = make_known_plate({{32, 96}, 20});
  const std::vector<Run> runs = load_corpus("open_array.csv");
  REQUIRE(runs.size() == 2);
  for (const Run& run : runs) {
    CHECK(run->plate == PlateGeometry{32, 96});
    CHECK(run->plate_barcode == run->name);
    CHECK(run->instrument.software_version == "1.0");
    REQUIRE(run->measurements.size() == 20);
    for (std::size_t i = 0; i < 20; ++i) {
      const Measurement& k = known.measurements[i];
      const std::string subarray = fmt::format("{}{}", static_cast<char>('A' + i % 4), i % 12 + 1);
      const std::string label = fmt::format("{}{}{}", subarray, static_cast<char>('a' + i % 8), (i + 3) % 8 + 1);
      const Measurement& m = find(run, label, fmt::format("{:03}_assay", i));
      CHECK(m.well.position == appbio_sds::parse_hole(label));
      CHECK(m.subarray == subarray);
      CHECK(m.sample == k.sample);
      CHECK(m.dye == "FAMTP");
      CHECK(m.vendor.cq_status == k.vendor.cq_status);
      CHECK(m.vendor.cq_cycles.value_or(0) == quarter_later(k));
      CHECK(m.vendor.flags == (i == 5 ? std::vector<std::string>{"Outlier"} : std::vector<std::string>{}));
    }
  }
  CHECK(runs[0]->name == "AAA01");
}

TEST_CASE("wrong SDS texts name the place") {
  const std::string header = "Well,Sample Name,Detector,Task,Ct\n";
  const Error ct = error_of(header + "A1,s,d,Unknown,20.1\nA2,s,d,Unknown,2O\n", "s.csv");
  CHECK(ct.code() == ErrorCode::invalid_value);
  CHECK(ct.context().line == 3);
  CHECK(ct.context().column == "Ct");
  const Error well = error_of(header + "A1,s,d,Unknown,20.1\nQ2,s,d,Unknown,21\n", "s.csv");
  CHECK(well.code() == ErrorCode::invalid_value);
  CHECK(well.context().line == 3);
  CHECK(well.context().column == "Well");
  CHECK(error_of(header + "385,s,d,Unknown,21\n", "s.csv").context().column == "Well");
  const Error twice = error_of(header + "A1,s,d,Unknown,20\nA1,s,d,Unknown,21\n", "s.csv");
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 3);
  // A well twice by two spellings is one well all the same.
  CHECK(error_of("Well,Sample Name,Detector,Task,Ct\nA1,s,d,Unknown,20\nA01,s,d,Unknown,21\n", "s.csv").code() ==
        ErrorCode::duplicate_entry);
  CHECK(error_of(header, "s.csv").code() == ErrorCode::malformed_file);
  CHECK(error_of("SDS 2.3\tAQ Results\t1.0\n\nno table\n", "s.txt").code() == ErrorCode::malformed_file);
  const std::string clipped = "SDS 2.3\tClipped\t1.0\nWell\tReporter\tRn\t1\t2\tDelta Rn\t1\t2\n";
  CHECK(error_of(clipped + "1\tFAM\t\t1.5\tx\t\t1\t2\n", "s.txt").context().line == 3);
  CHECK(error_of("SDS 2.3\tClipped\t1.0\nWell\tReporter\tRn\t1\t1\tDelta Rn\t1\t2\n1\tFAM\t\t1\t2\t\t3\t4\n", "s.txt")
            .code() == ErrorCode::invalid_value);
  CHECK(error_of("ThroughHole.Address,ThroughHole.Ct\nA1a1,20\nE1a1,20\n", "o.csv").context().line == 3);
  CHECK(error_of("ThroughHole.Address,ThroughHole.Ct\nA1a1,20\nA1a1,20\n", "o.csv").code() ==
        ErrorCode::duplicate_entry);
}

TEST_CASE("a row of a 7700 that a page break cut keeps its Ct and is warned of") {
  const std::string text =
      "Well\tReporter\tType\tBaseline StdDev\tdeltaRn\tCt\tQuantity\tReplicate\tSample Name\n"
      "1\tSYBR\tACTB\t1e-03\t2\t20.08\t-1.0p\t\t\n0.0\t0\tx\t\t\t\t\t\t\n2\tSYBR\tACTB\t1e-03\t2\t21.5\t-1\t\ty\n";
  const std::vector<Run> runs = load_bytes(text, "c.txt");
  REQUIRE(runs.at(0)->measurements.size() == 2);
  CHECK(runs[0]->measurements[0].vendor.cq_cycles == 20.08);
  CHECK_FALSE(runs[0]->measurements[0].vendor.quantity.has_value());
  CHECK(has_warning(runs[0], "line 2, column 'Quantity': '-1.0p' is no number"));
  CHECK(runs[0]->measurements[1].vendor.cq_cycles == 21.5);
}

TEST_CASE("a sample type of a 7700 that is no role stays the role's text and is warned of") {
  const std::string text =
      "Well\tReporter\tType\tBaseline StdDev\tdeltaRn\tCt\tQuantity\tReplicate\tSample Name\n"
      "1\tSYBR\tUNKN\t1e-03\t2\t20.08\t-1\t\ts\n2\tSYBR\tWater blank 2\t1e-03\t2\t39.5\t-1\t\t\n";
  const std::vector<Run> runs = load_bytes(text, "c.txt");
  const Measurement& m = find(runs.at(0), "A2", "Water blank 2");
  CHECK(m.role == SampleRole::unspecified);
  CHECK(m.role_text == "Water blank 2");
  CHECK(has_warning(runs[0], "'Water blank 2'"));
  CHECK(find(runs[0], "A1", "").role == SampleRole::unknown);
}

namespace {

const std::string results_table =
    "SDS 2.3\tAQ Results\t1.0\n\nWell\tSample Name\tDetector Name\tTask\tCt\tQuantity\tThreshold\n"
    "1\t\td\tNTC\t31.5\t\t0.2\n2\ts2\td\tStandard\t20.5\t1000\t0.2\n";

}  // namespace

TEST_CASE("curves of an own table leave results, role and quantity as they are") {
  const std::string curves =
      "Well\tSample Name\tDetector Name\tRn\t1\t2\tDelta Rn\t1\t2\n1\t\td\t\t1\t2\t\t0\t1\n"
      "2\t\td\t\t3\t4\t\t0\t1\n";
  const std::string head = "SDS 2.3\tAQ Results\t1.0\n\n";
  const std::string results = results_table.substr(head.size());
  for (const std::string& text : {head + results + "\n" + curves, head + curves + "\n" + results}) {
    const std::vector<Run> runs = load_bytes(text, "two.txt");
    REQUIRE(runs.at(0)->measurements.size() == 2);
    const Measurement& blank = find(runs[0], "A1", "d");
    CHECK(blank.role == SampleRole::no_template_control);
    CHECK(blank.role_text == "NTC");
    CHECK(blank.vendor.cq_cycles == 31.5);
    CHECK(blank.vendor.threshold == 0.2);
    CHECK(find_curve(blank, CurveKind::normalised)->fluorescence == std::vector<double>{1, 2});
    const Measurement& standard = find(runs[0], "A2", "d");
    CHECK(standard.sample == "s2");
    CHECK(standard.role == SampleRole::standard);
    CHECK(standard.quantity == 1000.0);
    CHECK(find_curve(standard, CurveKind::normalised)->fluorescence == std::vector<double>{3, 4});
  }
}

TEST_CASE("a reporter that one of two tables names is that of both") {
  const std::string curves = results_table + "\nWell\tDetector Name\tReporter\tRn\t1\t2\tDelta Rn\t1\t2\n";
  const std::vector<Run> runs = load_bytes(curves + "1\td\tFAM\t\t1\t2\t\t0\t1\n", "dye.txt");
  REQUIRE(runs.at(0)->measurements.size() == 2);
  const Measurement& blank = find(runs[0], "A1", "d", "FAM");
  CHECK(blank.role == SampleRole::no_template_control);
  CHECK(blank.vendor.cq_cycles == 31.5);
  CHECK(blank.amplification.size() == 2);
  const Error several = error_of(curves + "1\td\tFAM\t\t1\t2\t\t0\t1\n1\td\tVIC\t\t1\t2\t\t0\t1\n", "dye.txt");
  CHECK(several.code() == ErrorCode::ambiguous_format);
  CHECK(several.context().line == 4);
  CHECK(several.context().column == "Reporter");
}

TEST_CASE("tables of one text that contradict each other are an error") {
  const std::string header = results_table + "\nWell\tSample Name\tDetector Name\tTask\tRn\t1\t2\tDelta Rn\t1\t2\n";
  const Error sample = error_of(header + "2\ts3\td\t\t\t1\t2\t\t0\t1\n", "two.txt");
  CHECK(sample.code() == ErrorCode::ambiguous_format);
  CHECK(sample.context().line == 8);
  CHECK(sample.context().column == "Sample Name");
  CHECK(error_of(header + "1\t\td\tUnknown\t\t1\t2\t\t0\t1\n", "two.txt").context().column == "Task");
  CHECK(load_bytes(header + "1\t\td\tNTC\t\t1\t2\t\t0\t1\n", "two.txt").at(0)->measurements.size() == 2);
}

TEST_CASE("paths of files are not kept, as they may name people") {
  const std::string table = "Well\tSample Name\tDetector\tTask\tCt\n1\ts\td\tUnknown\t20\n";
  for (const std::string line : {"Filename\tC:\\Users\\J Doe\\plate.sds\n", "Filename\tJ Doe.sds\n",
                                 "Comments\t\\\\server\\J Doe\\plate.sds\n"}) {
    const std::vector<Run> runs = load_bytes("SDS 2.3\tAQ Results\t1.0\n" + line + "\n" + table, "p.txt");
    CHECK(runs.at(0)->notes.empty());
    REQUIRE(runs[0]->provenance.not_read.size() == 1);
    const NotRead& entry = runs[0]->provenance.not_read[0];
    CHECK(entry.where == "p.txt: '" + to_lower_ascii(line.substr(0, line.find('\t'))) + "'");
    CHECK_THAT(entry.why, !Catch::Contains("Doe"));
  }
}

TEST_CASE("calls of an allelic discrimination are kept as the vendor's, without a Cq") {
  const std::string text =
      "SDS 2.3\tAD Results\t1.0\nPlateID\tP7\n\nWell\tSample Name\tMarker Name\tTask\tAllele X Rn\tAllele Y "
      "Rn\tCall\tQuality "
      "Value\n384\ts\trs1\tUnknown\t1.25\t3.5\tBoth\t0.99\n1\tn\trs1\tNTC\t0.1\t0.1\tNTC\t\n";
  const std::vector<Run> runs = load_bytes(text, "ad.txt");
  const Measurement& m = find(runs.at(0), "P24", "rs1");
  CHECK(m.vendor.call == "Both");
  CHECK(m.vendor.cq_confidence == 0.99);
  CHECK(m.vendor.cq_status == CqStatus::not_measured);
  CHECK(find(runs[0], "A1", "rs1").role == SampleRole::no_template_control);
  CHECK(runs[0]->provenance.not_read.size() == 2);
}

TEST_CASE("words for no number are none in every column, other words are errors") {
  const std::string header = "Well,Sample Name,Detector,Task,Ct,Qty,Tm\n";
  const std::vector<Run> runs = load_bytes(header + "A1,s,d,Unknown,Undetermined,Undetermined,N/A\n", "w.csv");
  CHECK_FALSE(runs.at(0)->measurements.at(0).vendor.quantity.has_value());
  CHECK(runs[0]->measurements[0].vendor.melting_temperatures_celsius.empty());
  CHECK(error_of(header + "A1,s,d,Unknown,20,1O0,\n", "w.csv").context().column == "Qty");
  CHECK(error_of(header + "A1,s,d,Unknown,20,,8O\n", "w.csv").context().column == "Tm");
}

TEST_CASE("tables of other software are left to their readers") {
  for (const std::string text :
       {"Well,Cycle,Target Name,Rn,Delta Rn\n1,1,t,1,0\n", "Session Name\tx\nWell\tSample Name\tDetector\tTask\tCt\n",
        "* Block Type = 96well\n\n[Results]\nWell\tSample Name\tDetector\tTask\tCt\n",
        "Well,Sample Name,Target Name,Task,Ct\nA1,s,t,UNKNOWN,20\n"}) {
    FileHead head;
    head.bytes = text;
    head.text = text;
    for (const Reader& reader : readers()) {
      if (reader.info.id == "appbio_sds") CHECK(reader.sniff(head).confidence == Confidence::no);
    }
  }
}

TEST_CASE("thousands of tables, lines or plates end in an error or a list, not in a hang") {
  std::string tables = "SDS 2.3\tAQ Results\t1.0\n";
  for (int i = 0; i < 2000; ++i) tables += "Well\tSample Name\tDetector\tTask\tCt\n";
  CHECK(error_of(tables, "t.txt").code() == ErrorCode::malformed_file);
  std::string lines = "SDS 2.3\tAQ Results\t1.0\n";
  for (int i = 0; i < 20000; ++i) lines += fmt::format("key {}\tvalue\n", i);
  lines += "Well\tSample Name\tDetector\tTask\tCt\n1\ts\td\tUnknown\t20\n";
  const std::vector<Run> runs = load_bytes(lines, "l.txt");
  CHECK(runs.at(0)->provenance.not_read.size() == 101);
}

TEST_CASE("a binary SDS document is refused with what to do instead") {
  const Error error = error_of(std::string("\xAC\xED\x00\x05sr\x00\x10", 8) + std::string(100, '\0'), "plate 1.sds");
  CHECK(error.code() == ErrorCode::unsupported_format);
  CHECK_THAT(error.what(), Catch::Contains("export the results and the clipped data as text"));
}

TEST_CASE("every Ct of the real SDS texts is there and no other", "[reference]") {
  const auto folder = test::reference_data() / "instruments/files";
  std::vector<std::filesystem::path> files = test::list_files(folder / "abi_sds_txt");
  for (const auto& file : test::list_files(folder / "pyqpcr_samples")) {
    // Those of later software start with keys; they are another reader's.
    const std::string start = read_file(file).substr(0, 2);
    if (file.filename().string().starts_with("AppliedBiosystems__") && start != "* ") files.push_back(file);
  }
  std::size_t cts = 0;
  for (const auto& file : files) {
    INFO(file);
    CHECK(identify(file).reader_id == "appbio_sds");
    const std::vector<Run> runs = load_runs({file});
    const std::vector<double> expected = read_cts(read_file(file), "ct");
    CHECK(cts_of(runs) == expected);
    cts += expected.size();
    for (const Run& run : runs) {
      for (const Measurement& m : run->measurements) CHECK(m.vendor.cq_cycles.value_or(20) < 60);
    }
  }
  CHECK(cts >= 900);
}

TEST_CASE("every hole of the real OpenArray tables is there", "[reference]") {
  std::size_t holes = 0;
  for (const auto& file : test::list_files(test::reference_data() / "instruments/files/abi_openarray")) {
    INFO(file);
    CHECK(identify(file).reader_id == "appbio_sds");
    const std::vector<Run> runs = load_runs({file});
    std::vector<double> expected = read_cts(read_file(file), "throughhole.ct");
    const auto none = static_cast<std::size_t>(std::count(expected.begin(), expected.end(), 40.0));
    std::erase(expected, 40.0);
    CHECK(cts_of(runs) == expected);
    std::size_t without = 0;
    for (const Run& run : runs) {
      for (const Measurement& m : run->measurements) {
        without += m.vendor.cq_status == CqStatus::no_amplification ? 1U : 0U;
        ++holes;
      }
    }
    CHECK(without == none);
  }
  CHECK(holes >= 5000);
}
