// RDES 1.0: read as written, refused where wrong.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "instruments/rdes/reader.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"

using namespace qpcr;
using qpcr::test::error_of;

namespace {

std::string bytes_of(const std::string& name) {
  for (const test::CorpusFile& file : test::corpus_rdes()) {
    if (file.name == name) return file.bytes;
  }
  FAIL("no corpus file " << name);
  return {};
}

void check_known(const Run& run, bool on_plate) {
  const RunData plate = test::make_known_plate();
  CHECK(run->plate == std::nullopt);
  REQUIRE(run->measurements.size() == plate.measurements.size());
  for (std::size_t i = 0; i < plate.measurements.size(); ++i) {
    const Measurement& expected = plate.measurements[i];
    const Measurement& found = run->measurements[i];
    INFO(expected.well.label);
    CHECK(found.well == (on_plate ? expected.well : WellId{std::to_string(i + 1), std::nullopt}));
    CHECK(found.sample == expected.sample);
    CHECK(found.target == expected.target);
    CHECK(found.dye == expected.dye);
    CHECK(found.role == expected.role);
    CHECK(found.vendor.cq_status == expected.vendor.cq_status);
    CHECK(found.vendor.cq_cycles == expected.vendor.cq_cycles);
    REQUIRE(found.amplification.size() == 1);
    CHECK(found.amplification[0].kind == CurveKind::unknown);
    CHECK(found.amplification[0].cycles == expected.amplification[0].cycles);
    CHECK(found.amplification[0].fluorescence == expected.amplification[0].fluorescence);
  }
}

}  // namespace

TEST_CASE("RDES amplification tables hold the known plate") {
  for (const char* name : {"plain.tsv", "trailing_tabs.tsv", "decimal_comma.tsv"}) {
    INFO(name);
    const std::vector<Run> runs = load_bytes(bytes_of(name), name);
    REQUIRE(runs.size() == 1);
    check_known(runs[0], true);
    CHECK(runs[0]->provenance.reader == "rdes");
    REQUIRE(runs[0]->provenance.not_read.size() == 1);
    CHECK(runs[0]->provenance.not_read[0].where == std::string(name) + ", column Target Type");
  }
  check_known(load_bytes(bytes_of("tube_numbers.tsv"), "tube_numbers.tsv")[0], false);
}

TEST_CASE("An amplification and a melting table are one run") {
  std::vector<InputFile> files;
  for (const char* name : {"paired.amplification.tsv", "paired.melt.tsv"})
    files.push_back({name, name, bytes_of(name)});
  const std::vector<Run> runs = load_files(std::move(files));
  REQUIRE(runs.size() == 1);
  CHECK(runs[0]->name == "paired");
  check_known(runs[0], true);
  const Measurement& first = runs[0]->measurements.front();
  REQUIRE(first.melt.size() == 1);
  CHECK(first.melt[0].temperatures_celsius == std::vector<double>{70, 70.5});
  CHECK(first.melt[0].fluorescence == std::vector<double>{900, 850.5});
  CHECK(first.vendor.melting_temperatures_celsius == std::vector<double>{80.25, 84.5});
  const Measurement& control = runs[0]->measurements.back();
  CHECK(control.melt.empty());
  CHECK(control.vendor.melting_temperatures_celsius.empty());
}

TEST_CASE("RDES columns may stand in any order, with gaps and types of others") {
  const std::vector<Run> runs = load_bytes(bytes_of("awkward.tsv"), "awkward.tsv");
  const std::vector<Measurement>& list = runs[0]->measurements;
  REQUIRE(list.size() == 3);
  CHECK(list[0].sample == "s 1");
  CHECK(list[0].role == SampleRole::unspecified);
  CHECK(list[0].role_text == "opt");
  CHECK(list[0].vendor.cq_status == CqStatus::not_measured);
  REQUIRE(list[0].amplification[0].cycles == std::vector<double>{3, 4, 5});
  CHECK(std::isnan(list[0].amplification[0].fluorescence[1]));
  CHECK(list[0].amplification[0].fluorescence[2] == 3.5);
  CHECK(list[1].role == SampleRole::positive_control);
  CHECK(list[1].amplification[0].cycles == std::vector<double>{3, 4});
  CHECK(list[2].role == SampleRole::no_amplification_control);
  CHECK(list[2].vendor.cq_status == CqStatus::no_amplification);
  CHECK(list[2].amplification.empty());
  CHECK(runs[0]->warnings.size() == 1);
  const std::vector<NotRead>& not_read = runs[0]->provenance.not_read;
  CHECK(std::any_of(not_read.begin(), not_read.end(),
                    [](const NotRead& entry) { return entry.where.find("Remark") != std::string::npos; }));
}

TEST_CASE("Wrong RDES tables name line and column") {
  const std::string head = "Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tCq\t1\t2\n";
  const Error reading = error_of(head + "A1\ts\tunkn\tT\ttoi\tFAM\t20\t1\tx\n", "w.tsv");
  CHECK(reading.code() == ErrorCode::invalid_value);
  CHECK(reading.context().line == 2);
  CHECK(error_of(head + "A1\ts\tunkn\tT\ttoi\tFAM\t2O.5\t1\t2\n", "w.tsv").context().line == 2);
  const std::string row = "A1\ts\tunkn\tT\ttoi\tFAM\t20\t1\t2\n";
  CHECK(error_of(head + row + row, "w.tsv").code() == ErrorCode::duplicate_entry);
  CHECK(error_of(head + "\ts\tunkn\tT\ttoi\tFAM\t20\t1\t2\n", "w.tsv").code() == ErrorCode::invalid_value);
  CHECK(error_of(head + "A1\ts\tunkn\tT\ttoi\tFAM\t20\t1\t2\t3\n", "w.tsv").code() == ErrorCode::malformed_file);
  CHECK(error_of(head, "w.tsv").code() == ErrorCode::malformed_file);
  CHECK(error_of("Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tCq\t1\t1.0\n" + row, "w.tsv").code() ==
        ErrorCode::duplicate_entry);
  CHECK(error_of("Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tCq\tTm\t1\n" + row, "w.tsv").code() ==
        ErrorCode::invalid_value);
}

TEST_CASE("A table of another program whose name fits is not read") {
  std::vector<InputFile> files;
  files.push_back({"paired.amplification.tsv", "paired.amplification.tsv", bytes_of("paired.amplification.tsv")});
  files.push_back({"paired_melt.csv", "paired_melt.csv", "Well,Temperature,Fluorescence\nA1,60,5\n"});
  const std::vector<RunData> runs = qpcr::rdes::reader().read(files);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].measurements.size() == test::make_known_plate().measurements.size());
  CHECK(std::any_of(runs[0].provenance.not_read.begin(), runs[0].provenance.not_read.end(),
                    [](const NotRead& entry) { return entry.where == "paired_melt.csv"; }));
}

TEST_CASE("A role text of our own table is no role, whatever it says") {
  const std::string table =
      "Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tCq\t1\t2\n"
      "A1\ts\tqpcr role: unkn\tT\ttoi\tFAM\t20\t1\t2\n";
  const Run run = load_bytes(table, "w.tsv").front();
  CHECK(run->measurements[0].role == SampleRole::unspecified);
  CHECK(run->measurements[0].role_text == "unkn");
}

TEST_CASE("Two tables that disagree on a sample are refused") {
  std::vector<InputFile> files;
  for (const char* name : {"paired.amplification.tsv", "paired.melt.tsv"})
    files.push_back({name, name, bytes_of(name)});
  std::string& melt = files[1].bytes;
  melt.replace(melt.find("sample 2"), 8, "sample 9");
  CHECK_THROWS_AS(load_files(std::move(files)), Error);
}
