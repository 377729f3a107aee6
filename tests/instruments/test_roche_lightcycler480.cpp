// Roche LightCycler 480 text and .ixo: read as written, refused where wrong.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "instruments/roche_lightcycler480/file_name.hpp"
#include "instruments/roche_lightcycler480/object_stream.hpp"
#include "instruments/roche_lightcycler480/text_layout.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/gzip.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;
namespace fs = std::filesystem;
namespace lc480 = qpcr::roche_lightcycler480;

namespace {

std::string bytes_of(const std::string& name) {
  for (test::CorpusFile& file : test::corpus_roche_lightcycler480()) {
    if (file.name == name) return std::move(file.bytes);
  }
  FAIL("no synthetic file " << name);
  return {};
}

std::vector<Run> read_files(const std::vector<std::string>& names) {
  std::vector<InputFile> files;
  for (const std::string& name : names) files.push_back({name, name, bytes_of(name), nullptr, std::nullopt});
  return load_files(std::move(files));
}

RunData known_plate(std::vector<std::string> filters) {
  test::KnownPlate options;
  options.dyes = std::move(filters);
  options.decimals = 2;
  return test::make_known_plate(options);
}

void check_curves(const Run& run, const RunData& known) {
  for (const Measurement& expected : known.measurements) {
    INFO(expected.well.label << " " << expected.dye);
    const auto found =
        std::find_if(run->measurements.begin(), run->measurements.end(), [&](const Measurement& measurement) {
          return measurement.well == expected.well && measurement.dye == expected.dye;
        });
    REQUIRE(found != run->measurements.end());
    CHECK(found->sample == expected.sample);
    REQUIRE(found->amplification.size() == 1);
    CHECK(found->amplification[0].kind == CurveKind::unknown);
    CHECK(found->amplification[0].cycles == expected.amplification[0].cycles);
    CHECK(found->amplification[0].fluorescence == expected.amplification[0].fluorescence);
    CHECK(found->amplification[0].temperatures_celsius ==
          std::vector<double>(expected.amplification[0].cycles.size(), 59.75));
  }
}

const std::string raw_head =
    "Raw Data \t\tExperiment - e (Run on LCS480 1.5.0.39)\r\n"
    "SamplePos\tSampleName\tProg#\tSeg#\tCycle#\tTime\tTemp\t465-510\t\r\n";

std::string raw_rows(int program, int cycles, const std::string& well = "A1") {
  std::string text;
  for (int cycle = 1; cycle <= cycles; ++cycle)
    text += well + "\ts\t" + std::to_string(program) + "\t1\t" + std::to_string(cycle) + "\t1\t60.1\t1.5\t\r\n";
  return text;
}

}  // namespace

TEST_CASE("raw data, results and melting groups of one experiment are one run") {
  const std::vector<Run> runs = read_files({"plate-ct.txt", "plate-melt.txt", "plate.txt"});
  REQUIRE(runs.size() == 1);
  const Run& run = runs[0];
  CHECK(run->name == "Made-up experiment");
  CHECK(run->plate == PlateGeometry{8, 12});
  CHECK(run->instrument.software == "LCS480");
  CHECK(run->instrument.software_version == "1.5.0.39");
  CHECK(run->provenance.sources.size() == 3);
  REQUIRE(run->measurements.size() == 6);
  check_curves(run, known_plate({"465-510"}));
  for (const Measurement& m : run->measurements) {
    CHECK(m.target == "FAM (465-510)");
    CHECK(m.vendor.call == "2");
    REQUIRE(m.melt.size() == 1);
    CHECK(m.melt[0].temperatures_celsius.front() == 60);
    CHECK(m.melt[0].temperatures_celsius.back() == 65);
    CHECK(m.melt[0].fluorescence == std::vector<double>{50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40});
    REQUIRE(m.single_readings.size() == 1);
    CHECK(m.single_readings[0].stage == ReadStage::pre_read);
    CHECK(m.single_readings[0].fluorescence == 90.5);
    CHECK(m.single_readings[0].temperature_celsius == 95.0);
  }
  const Measurement& standard = find(run, "A1", "FAM (465-510)");
  CHECK(standard.role == SampleRole::standard);
  CHECK(standard.quantity == 1000.0);
  CHECK(standard.vendor.quantity == 1010.0);
  CHECK(standard.vendor.cq_cycles == 20.0);
  CHECK(standard.vendor.algorithm.empty());
  CHECK(find(run, "A2", "FAM (465-510)").vendor.flags == std::vector<std::string>{">"});
  const Measurement& left_out = find(run, "A3", "FAM (465-510)");
  CHECK(left_out.excluded);
  CHECK(left_out.exclusion_reason == "Include is False");
  CHECK(left_out.vendor.cq_status == CqStatus::excluded);
  const Measurement& control = find(run, "A6", "FAM (465-510)");
  CHECK(control.vendor.cq_status == CqStatus::no_amplification);
  CHECK_FALSE(control.vendor.cq_cycles);
  REQUIRE(run->vendor_tables.size() == 1);
  CHECK(run->vendor_tables[0].columns ==
        std::vector<std::string>{"Include", "Color", "Pos", "Name", "Group", "Score", "Res", "Status"});
  CHECK(run->vendor_tables[0].rows[1] ==
        std::vector<std::string>{"True", "151", "A2", "sample 2", "2", "0.9", "0.25", ""});
  std::vector<std::string> not_read;
  for (const NotRead& entry : run->provenance.not_read) not_read.push_back(entry.where);
  CHECK(not_read == std::vector<std::string>{"raw data: program 4, segment 1", "raw data: column 'Time'",
                                             "results: column 'Color'"});
  CHECK(run->warnings.empty());
}

TEST_CASE("a decimal comma is decided by the readings of the file") {
  const std::vector<Run> runs = read_files({"comma.txt", "comma_Cq.txt"});
  REQUIRE(runs.size() == 1);
  check_curves(runs[0], known_plate({"465-510"}));
  CHECK(find(runs[0], "A2", "FAM (465-510)").vendor.cq_cycles == 21.0);
  // A comma in a name is no decimal sign.
  const std::string named = raw_head + "A1\t1,5 ng\t2\t1\t1\t1\t60.1\t1.5\t\r\nA1\t1,5 ng\t2\t1\t2\t1\t60.1\t2.5\t\r\n";
  CHECK(load_bytes(named, "a.txt")[0]->measurements[0].amplification[0].fluorescence == std::vector<double>{1.5, 2.5});
}

TEST_CASE("decimal commas and decimal dots in one LightCycler 480 text are refused") {
  const std::string results =
      "Experiment: e  Selected Filter: FAM (465-510)\nInclude\tColor\tPos\tName\tCp\tConcentration\tStandard\n";
  const Error both = error_of(results + "True\t1\tA1\tS\t24.53\t1,000\t0\n", "a.txt");
  CHECK(both.code() == ErrorCode::invalid_value);
  CHECK(both.context().found == "24.53");
  CHECK(error_of(results + "True\t1\tA1\tS\t24,53\t1.01E+05\t0\n", "a.txt").code() == ErrorCode::invalid_value);
  const Run commas = load_bytes(results + "True\t1\tA1\t1.5 ng\t24,53\t1,01E+05\t0\n", "a.txt").front();
  CHECK(find(commas, "A1", "FAM (465-510)").vendor.cq_cycles == 24.53);
  CHECK(find(commas, "A1", "FAM (465-510)").vendor.quantity == 1.01E+05);
  const std::string row = "A1\ts\t2\t1\t1\t1\t60.1\t1,234\t\r\n";
  CHECK(error_of(raw_head + row, "a.txt").code() == ErrorCode::invalid_value);
  const std::string samples =
      "General:Pos\tGeneral:Sample Name\tGeneral:Filt. Comb.\tAbs Quant:Sample Type\tAbs Quant:Concentration\tRel "
      "Quant:Efficiency\nA1\ts\t465-510\tStandard\t1,000\t2.00\n";
  CHECK(error_of(samples, "a.txt").code() == ErrorCode::invalid_value);
}

TEST_CASE("each filter combination is a curve, and sample information names its target") {
  const std::vector<Run> runs = read_files({"duplex.txt", "duplex_SampleInfo.txt"});
  REQUIRE(runs.size() == 1);
  const RunData known = known_plate({"465-510", "533-580"});
  REQUIRE(runs[0]->measurements.size() == 12);
  check_curves(runs[0], known);
  for (const Measurement& expected : known.measurements) {
    const Measurement& m = find(runs[0], expected.well.label, expected.target, expected.dye);
    CHECK(m.quantity == expected.quantity);
    CHECK(m.role == (expected.role == SampleRole::no_template_control ? SampleRole::negative_control : expected.role));
    CHECK(m.vendor.cq_status == CqStatus::not_measured);
  }
}

TEST_CASE("results alone, with lines of old computers") {
  const std::vector<Run> runs = read_files({"old lines.txt"});
  CHECK(runs[0]->measurements.size() == 6);
  CHECK(find(runs[0], "A5", "FAM (465-510)").vendor.cq_cycles == 24.0);
  CHECK(find(runs[0], "A5", "FAM (465-510)").dye == "465-510");
}

TEST_CASE("a table of melting temperatures has no Cq") {
  const std::vector<Run> runs = read_files({"temperatures.txt"});
  const Measurement& m = find(runs[0], "A4", "FAM (465-510)");
  CHECK(m.vendor.melting_temperatures_celsius == std::vector<double>{82.5});
  CHECK(m.vendor.cq_status == CqStatus::not_measured);
  CHECK(runs[0]->vendor_tables[0].columns.size() == 8);
}

TEST_CASE("the quoted layout names analysis and call; a number beside a negative call is no Cq") {
  const std::vector<Run> runs = read_files({"quoted.txt"});
  REQUIRE(runs[0]->measurements.size() == 6);
  const Measurement& m = find(runs[0], "A2", "");
  CHECK(m.vendor.algorithm == "Abs Quant/Fit Points for All Samples");
  CHECK(m.vendor.call == "pdcPositive");
  CHECK(m.vendor.cq_cycles == 21.0);
  CHECK(m.vendor.flags == std::vector<std::string>{"CpUncertain"});
  REQUIRE(m.other_vendor_results.size() == 1);
  CHECK(m.other_vendor_results[0].algorithm == "Abs Quant/2nd Derivative Max for All Samples");
  CHECK(m.other_vendor_results[0].cq_cycles == 21.125);
  const Measurement& negative = find(runs[0], "A6", "");
  CHECK(negative.vendor.cq_status == CqStatus::no_amplification);
  CHECK(negative.other_vendor_results[0].cq_status == CqStatus::no_amplification);
  CHECK(negative.other_vendor_results[0].cq_text == "39.5");
  REQUIRE(runs[0]->warnings.size() == 1);
  CHECK_THAT(runs[0]->warnings[0], Catch::Contains("A6") && Catch::Contains("39.5"));
}

TEST_CASE("the layout with end points") {
  const std::vector<Run> runs = read_files({"end points.txt"});
  const Measurement& m = find(runs[0], "A3", "");
  CHECK(m.sample == "sample 3");
  CHECK(m.vendor.cq_cycles == 22.0);
  CHECK(m.vendor.melting_temperatures_celsius == std::vector<double>{82.25});
  REQUIRE(m.single_readings.size() == 1);
  CHECK(m.single_readings[0].stage == ReadStage::end_point);
  CHECK(m.single_readings[0].fluorescence == 6.5);
}

TEST_CASE("an .ixo experiment reads to what the software shows") {
  const std::vector<Run> runs = read_files({"experiment.ixo"});
  REQUIRE(runs.size() == 1);
  const Run& run = runs[0];
  CHECK(run->name == "Made-up experiment");
  CHECK(run->plate == PlateGeometry{4, 6});
  CHECK(run->instrument.model == "LightCycler 480 - LED lamp");
  CHECK(run->instrument.serial_number == "1234");
  CHECK(run->instrument.software_version == "1.5.1.62");
  CHECK(run->started_at == "2026-01-02 03:04:05");
  REQUIRE(run->protocol.size() == 4);
  CHECK(run->protocol[2] == ProtocolStep{2, 2, 12, 60.0, 30.0, true});
  test::KnownPlate options;
  options.plate = {4, 6};
  options.wells = 24;
  options.cycles = 12;
  options.decimals = 0;
  options.dyes = {"465-510"};
  const RunData known = test::make_known_plate(options);
  REQUIRE(run->measurements.size() == 24);
  for (std::size_t i = 0; i < 24; ++i) {
    const Measurement& expected = known.measurements[i];
    const Measurement& m = run->measurements[i];
    INFO(m.well.label);
    CHECK(m.well == expected.well);
    CHECK(m.sample == expected.sample);
    CHECK(m.target == expected.target);
    CHECK(m.dye == "465-510");
    REQUIRE(m.amplification.size() == 1);
    CHECK(m.amplification[0].cycles == expected.amplification[0].cycles);
    CHECK(m.amplification[0].fluorescence == expected.amplification[0].fluorescence);
    CHECK(m.amplification[0].temperatures_celsius.front() == 60);
    REQUIRE(m.melt.size() == 1);
    CHECK(m.melt[0].temperatures_celsius == std::vector<double>{65, 66, 67, 68, 69, 70, 71, 72, 73});
    CHECK(m.melt[0].fluorescence.back() == 68);
  }
  CHECK(run->measurements[0].role == SampleRole::standard);
  CHECK(run->measurements[0].quantity == 1000.0);
  CHECK(run->measurements[0].vendor.algorithm == "Abs Quant/2nd Derivative Max");
  CHECK(run->measurements[0].vendor.cq_cycles == 20.0);
  CHECK(run->measurements[2].excluded);
  CHECK(run->measurements[3].vendor.cq_status == CqStatus::fit_failed);
  CHECK(run->measurements[3].vendor.cq_text == "23");
  CHECK(run->measurements[23].vendor.cq_status == CqStatus::no_amplification);
  CHECK(run->measurements[23].vendor.call == "Negative");
  REQUIRE(run->warnings.size() == 1);
  CHECK_THAT(run->warnings[0], Catch::Contains("A4"));
}

TEST_CASE("damaged .ixo experiments are refused at their place") {
  const std::string good = bytes_of("experiment.ixo");
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string bytes = good;
    const std::size_t at = bytes.find(from);
    REQUIRE(at != std::string::npos);
    return bytes.replace(at, from.size(), to);
  };
  CHECK(error_of(good.substr(0, good.size() / 2), "a.ixo").code() == ErrorCode::malformed_file);
  CHECK(error_of(good + "more", "a.ixo").code() == ErrorCode::malformed_file);
  CHECK(error_of(replaced("name=\"RowCount\">4", "name=\"RowCount\">5"), "a.ixo").code() == ErrorCode::malformed_file);
  CHECK(error_of(replaced("name=\"RowCount\">4", "name=\"RowCount\">4000"), "a.ixo").code() ==
        ErrorCode::invalid_value);
  CHECK(error_of(replaced("name=\"AcquisitionStore\">", "name=\"AcquisitionStore\">!"), "a.ixo").code() ==
        ErrorCode::malformed_file);
  CHECK(error_of(replaced("name=\"Pos\">1<", "name=\"Pos\">0<"), "a.ixo").code() == ErrorCode::duplicate_entry);
  CHECK(error_of(replaced("name=\"CrossingPoint\">20", "name=\"CrossingPoint\">soon"), "a.ixo").context().line > 1);
  CHECK(error_of("<objectstream signature=\"IXOS\"><obj name=\"root\" class=\"HTCExperiment\"></obj></objectstream>",
                 "a.ixo")
            .code() == ErrorCode::unsupported_format);
}

TEST_CASE("base64 and hexadecimal numbers are read strictly") {
  CHECK(lc480::decode_base64("AAEC/w==") == std::string("\0\1\2\xFF", 4));
  CHECK(lc480::decode_base64("AAE\r\nC") == std::string("\0\1\2", 3));
  CHECK(lc480::decode_base64("") == std::string());
  for (const char* bad : {"A", "AA", "AAA", "AA=A", "AA==AAAA", "A===", "AAB=", "AB==", "AA*A", "===="})
    CHECK_FALSE(lc480::decode_base64(bad));
  CHECK(lc480::parse_real("$4051F33333333333") == 71.8);
  CHECK(lc480::parse_real("20000") == 20000.0);
  for (const char* bad : {"$4051F3333333333", "$7FF0000000000000", "$4051F3333333333G", "", "1,5"})
    CHECK_FALSE(lc480::parse_real(bad));
}

TEST_CASE("zlib data are inflated within limits and verified") {
  // "aaaaaaaaaa" by any zlib.
  const std::string packed("\x78\xda\x4b\x4c\x84\x01\x00\x14\xe1\x03\xcb", 11);
  CHECK(inflate_zlib(packed, "a") == "aaaaaaaaaa");
  ArchiveLimits small;
  small.inflated_bytes = 9;
  const auto code_of = [](const std::string& bytes, const ArchiveLimits& limits) {
    try {
      inflate_zlib(bytes, "a", limits);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::file_not_found;
  };
  CHECK(code_of(packed, small) == ErrorCode::unsafe_archive);
  CHECK(code_of(packed.substr(0, packed.size() - 1), {}) == ErrorCode::malformed_file);
  CHECK(code_of(packed + "x", {}) == ErrorCode::malformed_file);
  CHECK(code_of("", {}) == ErrorCode::malformed_file);
  std::string wrong_sum = packed;
  wrong_sum.back() = 'x';
  CHECK(code_of(wrong_sum, {}) == ErrorCode::malformed_file);
}

TEST_CASE("programs are told apart by what they do") {
  const std::vector<Run> two = load_bytes(raw_head + raw_rows(1, 10) + raw_rows(2, 40), "a.txt");
  CHECK(two[0]->measurements[0].amplification[0].cycles.size() == 40);
  REQUIRE(two[0]->warnings.size() == 1);
  CHECK_THAT(two[0]->warnings[0], Catch::Contains("program 1") && Catch::Contains("10 cycles"));
  const Error tie = error_of(raw_head + raw_rows(1, 40) + raw_rows(2, 40), "a.txt");
  CHECK(tie.code() == ErrorCode::ambiguous_format);
  const std::vector<Run> late = load_bytes(raw_head + raw_rows(2, 40) + raw_rows(3, 1), "a.txt");
  CHECK(late[0]->measurements[0].single_readings[0].stage == ReadStage::post_read);
}

TEST_CASE("wrong LightCycler 480 texts are refused at their place") {
  const auto error = [](const std::string& rows) { return error_of(raw_head + rows, "a.txt"); };
  CHECK(error("A1\ts\t2\t1\t1\t1\t60\tx\t\r\n").context().line == 3);
  CHECK(error("A1\ts\t2\t1\t1\t1\t60\tx\t\r\n").context().column == "465-510");
  CHECK(error("Q99\ts\t2\t1\t1\t1\t60\t1\t\r\n").code() == ErrorCode::invalid_value);
  CHECK(error("A1\ts\t2\t1\t1.5\t1\t60\t1\t\r\n").code() == ErrorCode::invalid_value);
  CHECK(error("A1\ts\t2\t1\t9999999\t1\t60\t1\t\r\n").code() == ErrorCode::invalid_value);
  CHECK(error("A1\ts\t2\t1\t1\t1\t\t1\t\r\n").code() == ErrorCode::invalid_value);
  CHECK(error("").code() == ErrorCode::malformed_file);
  CHECK(error(raw_rows(2, 3) + "A1\tother\t2\t1\t4\t1\t60\t1\t\r\n").code() == ErrorCode::duplicate_entry);
  const std::string results = "Experiment: e  Selected Filter: FAM (465-510)\nInclude\tColor\tPos\tName\tCp\n";
  CHECK(error_of(results + "True\t1\tA1\ts\t20\nTrue\t1\tA1\ts\t21\n", "a.txt").code() == ErrorCode::duplicate_entry);
  CHECK(error_of(results + "True\t1\tA1\ts\tlate\n", "a.txt").context().line == 3);
  CHECK(error_of(results, "a.txt").code() == ErrorCode::malformed_file);
}

TEST_CASE("a missing reading is none, never zero") {
  const std::vector<Run> runs =
      load_bytes(raw_head + raw_rows(2, 2) + "A1\ts\t2\t1\t3\t1\t60.1\t\t\r\n" + raw_rows(2, 1, "A2"), "a.txt");
  CHECK(std::isnan(runs[0]->measurements[0].amplification[0].fluorescence[2]));
  CHECK(runs[0]->measurements[1].amplification[0].cycles.size() == 1);
}

TEST_CASE("two tables of one kind, and tables of several experiments") {
  const std::string head = "\nInclude\tColor\tPos\tName\tCp\nTrue\t1\tA1\ts\t";
  const auto table = [&](const std::string& name, const std::string& title, const std::string& point) {
    return InputFile{name, name, title + head + point + "\n", nullptr, std::nullopt};
  };
  const std::string one = "Experiment: one  Selected Filter: FAM (465-510)";
  const std::string two = "Experiment: two  Selected Filter: FAM (465-510)";
  try {
    load_files({table("a-ct.txt", one, "20"), table("a-cq.txt", one, "21")});
    FAIL("two results of one filter were joined");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::ambiguous_format);
  }
  const std::vector<Run> runs = load_files({table("a-ct.txt", one, "20"), table("a-cq.txt", two, "21")});
  REQUIRE(runs.size() == 2);
  CHECK(runs[0]->name == "one");
  CHECK(runs[1]->measurements[0].vendor.cq_cycles == 21.0);
  const std::vector<Run> other =
      load_files({{"a.txt", "a.txt", raw_head + raw_rows(2, 2), nullptr, std::nullopt},
                  table("a-ct.txt", "Experiment: e  Selected Filter: FAM (465-510)", "20\nTrue\t1\tA2\tt\t30")});
  REQUIRE(other.size() == 1);
  REQUIRE(other[0]->warnings.size() == 1);
  CHECK_THAT(other[0]->warnings[0], Catch::Contains("without readings") && Catch::EndsWith(": A2"));
}

TEST_CASE("names of files of one experiment share a key") {
  CHECK(lc480::companion_key("Run 5.txt") == "run 5");
  for (const char* name :
       {"Run 5-ct.txt", "Run 5_Cq.txt.gz", "run 5-melt.TXT", "Run 5 Sample Info.txt", "Run 5_raw.txt"})
    CHECK(lc480::companion_key(name) == "run 5");
  CHECK(lc480::companion_key("Product.txt") == "product");
  CHECK(lc480::companion_key("ct.txt") == "ct");
  CHECK(lc480::companion_key("Run 5.ixo").empty());
  CHECK(lc480::find_filter_combination("SYBR Green I / HRM Dye (483-533)") == "483-533");
  CHECK(lc480::find_filter_combination("465 - 510") == "465-510");
  CHECK(lc480::find_filter_combination("2010-01-02").empty());
}

TEST_CASE("older LightCycler files are refused by name") {
  const Error error = error_of(std::string("LC\0\1\2 data", 10), "run.lc");
  CHECK(error.code() == ErrorCode::unsupported_format);
  CHECK_THAT(error.what(), Catch::Contains("export raw data"));
}

TEST_CASE("LightCycler 480 files read to the expected values", "[reference]") {
  const fs::path root = test::reference_data() / "instruments";
  std::vector<fs::path> files = test::list_files(root / "files/roche_lc480_txt");
  for (const fs::path& path : test::list_files(root / "files/pyqpcr_samples")) {
    if (path.filename().string().starts_with("Roche__")) files.push_back(path);
  }
  std::size_t compared = 0;
  std::set<std::string> names;
  for (const fs::path& file : files) {
    INFO(file);
    CHECK(identify(file).reader_id == "roche_lightcycler480");
    const std::vector<Run> runs = load_runs({file});
    REQUIRE(runs.size() == 1);
    names.insert(runs[0]->name);
    for (const Measurement& m : runs[0]->measurements) {
      for (const AmplificationCurve& curve : m.amplification) {
        if (m.vendor.cq_cycles) CHECK(*m.vendor.cq_cycles <= curve.cycles.back());
        CHECK(curve.temperatures_celsius.size() == curve.cycles.size());
      }
    }
    const std::string name = file.filename().string();
    const auto load = [&](const char* kind) {
      const fs::path path = root / "expected" / (name + "." + kind + ".csv");
      return fs::exists(path) ? std::optional(read_csv_table(read_file(path), path.string())) : std::nullopt;
    };
    std::map<std::string, const Measurement*> wells;
    for (const Measurement& m : runs[0]->measurements) wells[m.well.label] = &m;
    if (const std::optional<CsvTable> table = load("cq")) {
      ++compared;
      CHECK(table->rows().size() == wells.size());
      for (const CsvRow& row : table->rows()) {
        const Measurement& m = *wells.at(row.cells[0]);
        CHECK(m.target == row.cells[1]);
        CHECK(m.vendor.cq_cycles == parse_double(row.cells[2]));
        CHECK((m.vendor.cq_status == CqStatus::no_amplification) == row.cells[2].empty());
      }
    }
    for (const char* kind : {"fluor", "melt"}) {
      const std::optional<CsvTable> table = load(kind);
      if (!table) continue;
      ++compared;
      const bool is_melt = kind == std::string("melt");
      std::map<std::string, std::size_t> next;
      std::size_t differences = 0;
      for (const CsvRow& row : table->rows()) {
        const Measurement& m = *wells.at(row.cells[0]);
        const std::vector<double>& axis = is_melt ? m.melt.at(0).temperatures_celsius : m.amplification.at(0).cycles;
        const std::vector<double>& readings = is_melt ? m.melt.at(0).fluorescence : m.amplification.at(0).fluorescence;
        const std::size_t i = next[row.cells[0]]++;
        const bool same = m.dye == row.cells[1] && i < axis.size() && axis[i] == parse_double(row.cells[2]) &&
                          readings[i] == parse_double(row.cells[3]);
        differences += same ? 0 : 1;
      }
      CHECK(differences == 0);
      for (const auto& [well, count] : next)
        CHECK(count ==
              (is_melt ? wells.at(well)->melt[0].fluorescence.size() : wells.at(well)->amplification[0].cycles.size()));
    }
  }
  if (files.empty()) return;
  CHECK(files.size() >= 13);
  CHECK(names.size() >= 8);
  CHECK(compared == 9);
}
