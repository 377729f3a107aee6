// Fluidigm BioMark: chambers, probes and their readings, and what is wrong in a file.
#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

namespace {

std::string corpus_file(const std::string& name) {
  for (const test::CorpusFile& file : test::corpus_fluidigm_biomark()) {
    if (file.name == name) return file.bytes;
  }
  FAIL("no " << name);
  return {};
}

const std::string small_head =
    "Chip Run Filename,x\n\nExperiment Information,Experiment Information,Experiment Information,FAM-MGB,FAM-MGB\n"
    "Chamber,Sample,FAM-MGB,Ct,Ct\nID,Name,Name,Value,Call\n";

}  // namespace

TEST_CASE("every chamber of a BioMark is read") {
  const RunData known = test::make_known_plate({{12, 12}, 144, {"FAM-MGB"}, 2});
  const std::string bytes = corpus_file("results_2009.csv");
  CHECK(identify_bytes(bytes, "b.csv", "b.csv").reader_id == "fluidigm_biomark");
  const std::vector<Run> runs = load_bytes(bytes, "b.csv");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0]->plate == PlateGeometry{12, 12});
  CHECK(runs[0]->instrument.software_version == "2.1.1 (build 20090521.1135)");
  CHECK_THAT(runs[0]->notes, Catch::Contains("Baseline Correction Method: Linear"));
  REQUIRE(runs[0]->measurements.size() == 144);
  for (std::size_t i = 0; i < 144; ++i) {
    const Measurement& m = runs[0]->measurements[i];
    const Measurement& k = known.measurements[i];
    CHECK(m.well.position == k.well.position);
    CHECK(m.well.label == fmt::format("S{:02}-A{:02}", k.well.position->row + 1, k.well.position->column + 1));
    CHECK(m.target == fmt::format("assay {}", k.well.position->column + 1));
    CHECK(m.dye == "FAM-MGB");
    CHECK(m.sample == k.sample);
    CHECK(m.role == k.role);
    CHECK(m.quantity == k.quantity);
    CHECK(m.vendor.cq_status == k.vendor.cq_status);
    CHECK(m.vendor.cq_cycles.value_or(0) == (k.vendor.cq_cycles ? *k.vendor.cq_cycles + 0.125 : 0));
    CHECK(m.vendor.call == (k.vendor.cq_cycles ? "Pass" : "Fail"));
    CHECK(m.vendor.cq_confidence == (k.vendor.cq_cycles ? 0.85 : 0.0));
    CHECK(m.vendor.threshold == 0.05);
  }
}

TEST_CASE("probes, melting temperatures and readings of each cycle are read with comma and dot") {
  const RunData known = test::make_known_plate({{48, 48}, 4, {"FAM-MGB", "VIC-MGB"}, 10});
  for (const std::string name : {"results_2014.csv", "results_2014_decimal_comma.csv"}) {
    INFO(name);
    const std::vector<Run> runs = load_bytes(corpus_file(name), name);
    const Run& run = runs.at(0);
    CHECK(run->plate == PlateGeometry{48, 48});
    CHECK(run->plate_barcode == "1234567890");
    CHECK(run->passive_reference_dye == "ROX");
    CHECK(run->started_at == "2014-08-15 14:20:22");
    CHECK(run->instrument.serial_number == "MADEUP151");
    REQUIRE(run->measurements.size() == 12);
    for (const Measurement& k : known.measurements) {
      const Measurement& m = find(
          run, fmt::format("S{:02}-A{:02}", k.well.position->row + 1, k.well.position->column + 1), k.target, k.dye);
      CHECK(m.vendor.cq_cycles.value_or(0) == (k.vendor.cq_cycles ? *k.vendor.cq_cycles + 0.5 : 0));
      CHECK(m.vendor.melting_temperatures_celsius ==
            (k.vendor.cq_cycles ? std::vector<double>{81.5} : std::vector<double>{}));
      CHECK(m.note == "a comment");
      REQUIRE(m.amplification.size() == 1);
      CHECK(m.amplification[0].kind == CurveKind::raw_filter);
      CHECK(m.amplification[0].cycles == k.amplification[0].cycles);
      CHECK(m.amplification[0].fluorescence == k.amplification[0].fluorescence);
    }
    const Measurement& reference = find(run, "S01-A01", "", "ROX");
    CHECK(reference.amplification.at(0).fluorescence.at(3) ==
          known.measurements[0].amplification[0].fluorescence[3] * 2);
    std::size_t backgrounds = 0;
    for (const NotRead& entry : run->provenance.not_read)
      backgrounds += entry.where.starts_with("section 'Bkgd") ? 1U : 0U;
    CHECK(backgrounds == 3);
  }
}

TEST_CASE("999 is no Ct, also beside a failed call with a number") {
  const std::vector<Run> runs =
      load_bytes(small_head + "S01-A01,s,a,999,Fail\nS01-A02,s,b,31.25,Fail\nS02-A01,t,a,,\n", "b.csv");
  CHECK(find(runs.at(0), "S01-A01", "a").vendor.cq_status == CqStatus::no_amplification);
  CHECK(find(runs[0], "S01-A01", "a").vendor.cq_text == "999");
  CHECK(find(runs[0], "S01-A02", "b").vendor.cq_cycles == 31.25);
  CHECK(find(runs[0], "S01-A02", "b").vendor.call == "Fail");
  CHECK(find(runs[0], "S02-A01", "a").vendor.cq_status == CqStatus::no_amplification);
  CHECK_FALSE(runs[0]->plate.has_value());
}

TEST_CASE("wrong BioMark files name the place") {
  const Error ct = error_of(small_head + "S01-A01,s,a,2O,Pass\n", "b.csv");
  CHECK(ct.code() == ErrorCode::invalid_value);
  CHECK(ct.context().line == 6);
  CHECK(ct.context().column == "Value");
  CHECK(error_of(small_head + "S01-A01,s,a,20,Pass\nS01-A01,s,a,20,Pass\n", "b.csv").code() ==
        ErrorCode::duplicate_entry);
  CHECK(error_of(small_head + "S01-A01,s,a,20,Pass\nS0X-A01,s,a,20,Pass\n", "b.csv").context().column == "ID");
  CHECK(error_of(small_head, "b.csv").code() == ErrorCode::malformed_file);
  CHECK(error_of("Chip Run Info,x\nExport Type,Heat Map Results\n\n,A01,A02\nS01,20,21\n", "b.csv").code() ==
        ErrorCode::unsupported_format);
  CHECK(error_of("Chip Run Info,x\n\nA,A,A\nChamber,Assay,SNP\nID,Assay,Final\nS01-A01,r,XX\n", "b.csv").code() ==
        ErrorCode::unsupported_format);
  const std::string curves = small_head + "S01-A01,s,a,20,Pass\n\nRaw Data for Probe FAM-MGB\nChamber ID,1,2\n";
  CHECK(error_of(curves + "S01-A01,5,x\n", "b.csv").context().line == 10);
  CHECK(error_of(curves + "S01-A01,5,6\nS01-A01,5,6\n", "b.csv").code() == ErrorCode::duplicate_entry);
}

TEST_CASE("real BioMark exports equal the values of an independent program", "[reference]") {
  std::size_t compared = 0;
  for (const auto& file : test::list_files(test::reference_data() / "instruments/files/fluidigm_biomark")) {
    INFO(file);
    CHECK(identify(file).reader_id == "fluidigm_biomark");
    const std::vector<Run> runs = load_runs({file});
    const auto expected = test::reference_data() / "instruments/expected" / (file.filename().string() + ".cq.csv");
    if (!std::filesystem::exists(expected)) continue;
    std::map<std::pair<std::string, std::string>, const VendorResult*> found;
    for (const Measurement& m : runs.at(0)->measurements) found[{m.well.label, m.target}] = &m.vendor;
    const CsvTable table = read_csv_table(read_file(expected), expected.string());
    CHECK(table.rows().size() == found.size());
    for (const CsvRow& row : table.rows()) {
      const auto entry = found.find({row.cells[0], row.cells[1]});
      REQUIRE(entry != found.end());
      CHECK(entry->second->cq_cycles == parse_double(row.cells[2]));
      ++compared;
    }
  }
  CHECK(compared >= 2304);
}
