// Roche LightCycler 96 project (.lc96p): read as written, refused where wrong.
#include <filesystem>
#include <map>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/tabular/make_zip.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const std::string& name) {
  for (test::CorpusFile& file : test::corpus_roche_lightcycler96()) {
    if (file.name == name) return std::move(file.bytes);
  }
  FAIL("no synthetic file " << name);
  return {};
}

Run read(const std::string& name) {
  std::vector<Run> runs = load_bytes(bytes_of(name), name);
  REQUIRE(runs.size() == 1);
  return std::move(runs.front());
}

const VendorTable& table_of(const Run& run, const std::string& name) {
  for (const VendorTable& table : run->vendor_tables) {
    if (table.name == name) return table;
  }
  FAIL("no table " << name);
  return run->vendor_tables.front();
}

}  // namespace

TEST_CASE("a project reads to the plate it was written from") {
  // A copy named .rdml and one that was saved again, with prefixes, hold the same.
  for (const char* name : {"project.lc96p", "copy.rdml", "saved again.lc96p"}) {
    INFO(name);
    const Run run = read(name);
    CHECK(run->provenance.reader == "roche_lightcycler96");
    CHECK(run->name == std::string(name).substr(0, std::string(name).rfind('.')));
    CHECK(run->plate == PlateGeometry{8, 12});
    CHECK(run->instrument == Instrument{"Roche", "LightCycler 96", "123", "LightCycler® 96", "1.01"});
    CHECK(run->started_at == "2026-01-02T03:04:05");
    CHECK(run->ended_at == "2026-01-02T04:05:06");
    CHECK(run->plate_barcode == "plate 7");
    REQUIRE(run->protocol.size() == 2);
    CHECK(run->protocol[1] == ProtocolStep{2, 1, 10, 60.0, 30.0, true});
    test::KnownPlate options;
    options.cycles = 10;
    const RunData known = test::make_known_plate(options);
    REQUIRE(run->measurements.size() == known.measurements.size());
    for (std::size_t i = 0; i < known.measurements.size(); ++i) {
      const Measurement& m = run->measurements[i];
      const Measurement& expected = known.measurements[i];
      INFO(m.well.label);
      CHECK(m.well == expected.well);
      CHECK(m.sample == expected.sample);
      CHECK(m.target == "gene 1");
      CHECK(m.dye == "FAM");
      CHECK(m.role == expected.role);
      REQUIRE(m.amplification.size() == 2);
      CHECK(m.amplification[0].kind == CurveKind::unknown);
      CHECK(m.amplification[0].fluorescence == expected.amplification[0].fluorescence);
      CHECK(m.amplification[0].temperatures_celsius.at(3) == 60.3);
      CHECK(m.amplification[1].kind == CurveKind::baseline_subtracted);
      CHECK(m.amplification[1].cycles == expected.amplification[0].cycles);
      CHECK(m.amplification[1].fluorescence.back() == expected.amplification[0].fluorescence.back() - 100);
      CHECK(m.melt.at(0).temperatures_celsius == std::vector<double>{65.5, 66});
      REQUIRE(m.single_readings.size() == 1);
      CHECK(m.single_readings[0].fluorescence == 2.5);
    }
  }
}

TEST_CASE("a number under a call other than Positive is no Cq") {
  const Run run = read("project.lc96p");
  CHECK(find(run, "A1", "gene 1").vendor.cq_cycles == 20.0);
  CHECK(find(run, "A1", "gene 1").vendor.call == "Positive");
  for (const auto& [well, text, call] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"A4", "23", "Negative"}, {"A5", "24", "Invalid"}, {"A6", "100", "Negative"}}) {
    INFO(well);
    const VendorResult& vendor = find(run, well, "gene 1").vendor;
    CHECK(vendor.cq_status == CqStatus::no_amplification);
    CHECK_FALSE(vendor.cq_cycles);
    CHECK(vendor.cq_text == text);
    CHECK(vendor.call == call);
  }
  CHECK(find(run, "A5", "gene 1").vendor.flags == std::vector<std::string>{"call edited"});
}

TEST_CASE("exclusions, quantities, notes and the tables of analyses") {
  const Run run = read("project.lc96p");
  CHECK(find(run, "A3", "gene 1").excluded);
  CHECK_FALSE(find(run, "A3", "gene 1").exclusion_reason.empty());
  CHECK_FALSE(find(run, "A2", "gene 1").excluded);
  CHECK(find(run, "A1", "gene 1").quantity == 20.0);
  CHECK(find(run, "A2", "gene 1").vendor.quantity == 46.5);
  CHECK(find(run, "A2", "gene 1").note == "treated; kept cold");
  const VendorTable& fits = table_of(run, "fits of the curves");
  CHECK(fits.columns == std::vector<std::string>{"wells", "target", "call", "slope", "p1", "p7"});
  REQUIRE(fits.rows.size() == 6);
  CHECK(fits.rows[1] == std::vector<std::string>{"A2", "gene 1", "Positive", "0.5", "1.5", "17"});
  CHECK(table_of(run, "absQuantGeneSettings").rows[0] == std::vector<std::string>{"", "", "g", "-3.25", "2.03"});
  CHECK(table_of(run, "absQuantStatisticalRow").rows[0] == std::vector<std::string>{"A1, A2", "gene 1", "0.5", "20.5"});
}

TEST_CASE("without a call no number is taken for a Cq") {
  const Run run = read("without calls.lc96p");
  CHECK(find(run, "A1", "gene 1").vendor.cq_status == CqStatus::not_measured);
  CHECK(find(run, "A1", "gene 1").vendor.cq_text == "20");
  REQUIRE_FALSE(run->warnings.empty());
  CHECK_THAT(run->warnings.back(), Catch::Contains("no call") && Catch::EndsWith(": A1, A2, A3"));
}

TEST_CASE("damaged projects are refused with the member") {
  const auto entry = [](const char* name, const std::string& bytes) {
    test::ZipEntry result;
    result.name = name;
    result.bytes = bytes;
    return result;
  };
  const std::string no_document = test::make_zip({entry("app_data.xml", "<a/>"), entry("calculated_data.xml", "<a/>")});
  CHECK(error_of(no_document, "a.lc96p").code() == ErrorCode::malformed_file);
  const std::string broken = test::make_zip(
      {entry("rdml_data.xml", "<rdml/>"), entry("app_data.xml", "<a>"), entry("calculated_data.xml", "<a/>")});
  CHECK_THAT(error_of(broken, "a.lc96p").what(), Catch::Contains("app_data.xml"));
  const std::string bad_number = test::make_zip(
      {entry("rdml_data.xml", "<rdml/>"), entry("app_data.xml", "<a/>"),
       entry("calculated_data.xml",
             "<a><experiment id=\"e\"><run id=\"r\"><react id=\"1\"><factGraph id=\"g\" targetId=\"t\">\n<normFlour>"
             "<cyc>1</cyc><fluor>x</fluor></normFlour></factGraph></react></run></experiment></a>")});
  const Error error = error_of(bad_number, "a.lc96p");
  CHECK(error.code() == ErrorCode::invalid_value);
  CHECK(error.context().line == 2);
  CHECK(error.context().found == "x");
}

TEST_CASE("LightCycler 96 projects read to the expected values", "[reference]") {
  const fs::path root = test::reference_data() / "instruments";
  for (const fs::path& file : test::list_files(root / "files/roche_lc96p")) {
    INFO(file);
    CHECK(identify(file).reader_id == "roche_lightcycler96");
    const std::vector<Run> runs = load_runs({file});
    REQUIRE(runs.size() == 1);
    std::map<std::string, const Measurement*> wells;
    for (const Measurement& m : runs[0]->measurements) {
      wells[m.well.label + m.target] = &m;
      CHECK_FALSE(m.vendor.call.empty());
      CHECK((m.vendor.cq_status == CqStatus::found) == (m.vendor.call == "Positive"));
    }
    const std::string start = (root / "expected" / file.filename()).string();
    if (!fs::exists(start + ".cq.csv")) continue;
    const CsvTable cq = read_csv_table(read_file(start + ".cq.csv"), start);
    CHECK(cq.rows().size() == wells.size());
    for (const CsvRow& row : cq.rows()) {
      const Measurement& m = *wells.at(row.cells[0] + row.cells[1]);
      // The expected file holds the number as stored, under any call.
      CHECK(parse_double(m.vendor.cq_text) == parse_double(row.cells[2]));
    }
    for (const char* kind : {"fluor", "melt"}) {
      const CsvTable table = read_csv_table(read_file(start + "." + kind + ".csv"), start);
      const bool is_melt = kind == std::string("melt");
      std::map<std::string, std::size_t> next;
      std::size_t differences = 0;
      for (const CsvRow& row : table.rows()) {
        const Measurement& m = *wells.at(row.cells[0] + row.cells[1]);
        const std::size_t i = next[row.cells[0]]++;
        const std::vector<double>& axis = is_melt ? m.melt.at(0).temperatures_celsius : m.amplification.at(0).cycles;
        const std::vector<double>& readings = is_melt ? m.melt.at(0).fluorescence : m.amplification.at(0).fluorescence;
        const bool same =
            i < axis.size() && axis[i] == parse_double(row.cells[2]) && readings[i] == parse_double(row.cells[3]);
        differences += same ? 0 : 1;
      }
      CHECK(differences == 0);
    }
  }
}
