// SmartCycler exports: read as written, refused where wrong.
#include <cmath>
#include <filesystem>
#include <map>

#include <catch2/catch.hpp>

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

const std::string head = "Run Summary (Smart Cycler 2.0d)\nRun Name:,r\n\nCycle Data\n\nInstrument A\n";
const std::string settings =
    "\nAnalysis Settings\nCh #,Dye Name,Bkgnd Sub,Thresh Setting,Manual Thresh Fluor Units\n1,FAM,ON,Manual,30.0\n";

RunData known_plate() {
  test::KnownPlate options;
  options.wells = 4;
  options.dyes = {"FAM", "Cy3"};
  options.cycles = 30;
  return test::make_known_plate(options);
}

std::string result_rows(const std::string& rows) {
  return "\nResults Table\nSite ID,Sample ID,Sample Type,Status,FAM Std/Res,FAM Ct\n" + rows;
}

}  // namespace

TEST_CASE("SmartCycler: each layout gives the known plate") {
  const RunData known = known_plate();
  for (const test::CorpusFile& file : test::corpus_cepheid_smartcycler()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "cepheid_smartcycler");
    const std::vector<Run> runs = load_bytes(file.bytes, file.name);
    REQUIRE(runs.size() == 1);
    const Run& run = runs.front();
    const bool repeated = file.name == "smartcycler_repeated_sites.csv";
    CHECK(run->name == "made up");
    CHECK(run->started_at == "Jan 2, 2024 9:00 AM");
    CHECK(run->instrument == Instrument{"Cepheid", "SmartCycler", "", "Smart Cycler", "9.9x"});
    CHECK(run->warnings.empty());
    REQUIRE(run->vendor_tables.size() == 1);
    CHECK(run->vendor_tables.front().name == "Analysis Settings");
    CHECK(run->vendor_tables.front().rows.size() == 2);
    REQUIRE(run->measurements.size() == known.measurements.size() * (repeated ? 2 : 1));
    for (const Measurement& expected : known.measurements) {
      for (int time = 0; time < (repeated ? 2 : 1); ++time) {
        const Measurement& m = find(run, expected.well.label + (time == 0 ? "" : "#2"), expected.dye);
        CHECK(m.well.position == (repeated ? std::nullopt : expected.well.position));
        CHECK(m.dye == expected.dye);
        CHECK(m.sample == expected.sample);
        CHECK(m.role == expected.role);
        CHECK(m.quantity == expected.quantity);
        CHECK(m.vendor.cq_status == expected.vendor.cq_status);
        CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
        CHECK(m.vendor.algorithm == "Primary Curve");
        CHECK(m.vendor.threshold == (m.dye == "FAM" ? std::optional(600.0) : std::nullopt));
        CHECK(m.vendor.baseline_first_cycle == 5.0);
        CHECK(m.vendor.baseline_last_cycle == (m.dye == "FAM" ? 40.0 : 30.0));
        CHECK(m.vendor.flags.empty() == (expected.well.label != "A3"));
        const std::string call = expected.role == SampleRole::standard ? "" : expected.vendor.cq_cycles ? "POS" : "NEG";
        CHECK(m.vendor.call == call);
        REQUIRE(m.amplification.size() == 1);
        CHECK(m.amplification[0].kind == CurveKind::background_subtracted);
        CHECK(m.amplification[0].cycles == expected.amplification[0].cycles);
        std::vector<double> readings = expected.amplification[0].fluorescence;
        for (double& reading : readings) reading = parse_double(format_fixed(reading + time, 3)).value();
        CHECK(m.amplification[0].fluorescence == readings);
      }
    }
    std::vector<std::string> where;
    for (const NotRead& entry : run->provenance.not_read) where.push_back(entry.where);
    CHECK(where == std::vector<std::string>{"columns 'D2'", "Results Table: column 'Protocol'"});
  }
}

TEST_CASE("SmartCycler: without settings neither kind nor threshold is known") {
  const std::vector<Run> runs = load_bytes(
      head + ",A1\nCycle #,FAM\n1,2\n2,\n" + result_rows("A1,s,STD,OK,100,20.5\nA2,t,UNKN,ND,12.5,0.00\n"), "s.csv");
  const Measurement& a1 = find(runs[0], "A1", "FAM");
  CHECK(a1.amplification[0].kind == CurveKind::unknown);
  CHECK(std::isnan(a1.amplification[0].fluorescence[1]));
  CHECK(a1.vendor.threshold == std::nullopt);
  CHECK(a1.quantity == 100.0);
  const Measurement& a2 = find(runs[0], "A2", "FAM");
  CHECK(a2.amplification.empty());
  CHECK(a2.vendor.cq_status == CqStatus::no_amplification);
  CHECK(a2.vendor.cq_text == "0.00");
  CHECK(a2.vendor.quantity == 12.5);
  CHECK(a2.vendor.flags == std::vector<std::string>{"ND"});
  CHECK(runs[0]->warnings == std::vector<std::string>{"sites of the results table without curves: A2"});
}

TEST_CASE("SmartCycler: repeated sites pair only where the Ct proves it") {
  const std::string curves = ",A1,A1\nCycle #,FAM,FAM\n1,0,0\n2,20,10\n3,40,20\n4,60,40\n";
  const std::vector<Run> runs = load_bytes(head + curves + result_rows("A1,s,UNKN,OK,POS,2.50\n") + settings, "s.csv");
  CHECK(find(runs[0], "A1", "FAM").vendor.cq_cycles == 2.5);
  CHECK(find(runs[0], "A1#2", "FAM").vendor.cq_status == CqStatus::not_measured);
  REQUIRE(runs[0]->warnings.size() == 2);
  const Error other = error_of(head + curves + result_rows("A1,s,UNKN,OK,POS,3.50\n") + settings, "s.csv");
  CHECK(other.code() == ErrorCode::malformed_file);
  CHECK(other.context().line == 16);
}

TEST_CASE("SmartCycler: what is wrong names line and column") {
  const std::string name = "s.csv";
  const Error reading = error_of(head + ",A1\nCycle #,FAM\n1,2\n2,x\n", name);
  CHECK(reading.code() == ErrorCode::invalid_value);
  CHECK(reading.context().line == 10);
  CHECK(reading.context().column == "A1 FAM");
  CHECK(error_of(head + ",A1\nCycle #,FAM\n2,2\n1,3\n", name).context().column == "Cycle #");
  CHECK(error_of(head + "\nCycle #,FAM\n2,2\n", name).code() == ErrorCode::malformed_file);
  CHECK(error_of(head + ",A1,?\nCycle #,FAM,FAM\n1,2,3\n", name).context().found == "?");
  CHECK(error_of(head + ",A1\nCycle #,FAM\n1,2,3\n", name).context().line == 9);
  CHECK(error_of(head + result_rows("A1,s,UNKN,OK,POS,2O\n"), name).context().column == "FAM Ct");
  CHECK(error_of(head + result_rows("1,s,UNKN,OK,POS,20\n"), name).context().column == "Site ID");
  CHECK(error_of(head, name).code() == ErrorCode::malformed_file);
}

TEST_CASE("SmartCycler: real files equal an independent reading", "[reference]") {
  const auto folder = test::reference_data() / "instruments";
  std::size_t points = 0;
  std::size_t cts = 0;
  for (const auto& path : test::list_files(folder / "files/pyqpcr_samples")) {
    const std::string file = path.filename().string();
    if (!file.starts_with("Cepheid")) continue;
    INFO(path);
    CHECK(identify(path).reader_id == "cepheid_smartcycler");
    const std::vector<Run> runs = load_runs({path});
    std::map<std::pair<std::string, std::string>, const Measurement*> by_key;
    for (const Measurement& m : runs[0]->measurements) by_key[{m.well.label, m.dye}] = &m;
    for (const char* suffix : {".fluor.csv", ".cq.csv"}) {
      const auto expected = folder / "expected" / (file + suffix);
      if (!std::filesystem::exists(expected)) continue;
      const CsvTable table = read_csv_table(read_file(expected), expected.string());
      std::size_t wrong = 0;
      for (const CsvRow& row : table.rows()) {
        const Measurement& m = *by_key.at({row.cells[0], row.cells[1]});
        const std::optional<double> value = parse_double(row.cells.back());
        if (row.cells.size() == 3) {
          wrong += m.vendor.cq_cycles != value;
          cts += value.has_value();
        } else {
          const auto cycle = static_cast<std::size_t>(*parse_integer(row.cells[2]));
          wrong += m.amplification[0].fluorescence.at(cycle - 1) != value;
          ++points;
        }
      }
      CHECK(wrong == 0);
    }
  }
  CHECK(points >= 2520);
  CHECK(cts >= 25);
}

TEST_CASE("SmartCycler: the stated threshold gives every Ct to its printed digits", "[reference]") {
  std::size_t checked = 0;
  for (const auto& path : test::list_files(test::reference_data() / "instruments/files/pyqpcr_samples")) {
    if (!path.filename().string().starts_with("Cepheid")) continue;
    const std::vector<Run> runs = load_runs({path});
    for (const Measurement& m : runs[0]->measurements) {
      if (!m.vendor.cq_cycles || !m.vendor.threshold || m.amplification.empty()) continue;
      INFO(m.well.label << " " << m.dye << " " << m.vendor.cq_text);
      const AmplificationCurve& curve = m.amplification[0];
      double nearest = 1e9;
      for (std::size_t i = 1; i < curve.cycles.size(); ++i) {
        const double low = curve.fluorescence[i - 1];
        const double high = curve.fluorescence[i];
        if (!(low < *m.vendor.threshold && *m.vendor.threshold <= high)) continue;
        nearest = std::min(
            nearest, std::abs(curve.cycles[i - 1] + (*m.vendor.threshold - low) / (high - low) - *m.vendor.cq_cycles));
      }
      // Two digits are printed, rounded or cut.
      CHECK(nearest <= 0.01);
      ++checked;
    }
  }
  CHECK(checked >= 25);
}
