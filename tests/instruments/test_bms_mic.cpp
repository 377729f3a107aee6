// Bio Molecular Systems Mic: the tubes of the rotor, and tables that only look like it.
#include <cmath>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;

namespace {

std::string rotor_header() {
  std::string header = "Cycle";
  for (int tube = 1; tube <= 48; ++tube) header += "," + std::to_string(tube);
  return header + "\n";
}

std::string rotor_row(const std::string& cycle, const std::string& first, const std::string& others = "1.5") {
  std::string row = cycle + "," + first;
  for (int tube = 2; tube <= 48; ++tube) row += "," + others;
  return row + "\n";
}

}  // namespace

TEST_CASE("every tube of a Mic is read, with dot and comma") {
  const RunData known = test::make_known_plate({{48, 1}, 48, {"ch"}, 12});
  for (const test::CorpusFile& file : test::corpus_bms_mic()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "bms_mic");
    const std::vector<Run> runs = load_bytes(file.bytes, file.name);
    REQUIRE(runs.size() == 1);
    const bool with_gap = file.name == "raw_decimal_comma.csv";
    CHECK(runs[0]->plate == PlateGeometry{48, 1});
    CHECK(runs[0]->instrument.model == "Mic");
    CHECK(runs[0]->measurements.size() == (with_gap ? 47 : 48));
    std::size_t compared = 0;
    for (const Measurement& m : runs[0]->measurements) {
      const auto tube = static_cast<std::size_t>(parse_integer(m.well.label).value());
      CHECK(m.well.position == GridPosition{static_cast<int>(tube) - 1, 0});
      CHECK_FALSE((with_gap && tube == 7));
      REQUIRE(m.amplification.size() == 1);
      CHECK(m.amplification[0].kind == CurveKind::unknown);
      CHECK(m.amplification[0].cycles == known.measurements[tube - 1].amplification[0].cycles);
      CHECK(m.amplification[0].fluorescence == known.measurements[tube - 1].amplification[0].fluorescence);
      CHECK(m.vendor.cq_status == CqStatus::not_measured);
      ++compared;
    }
    CHECK(compared >= 47);
  }
}

TEST_CASE("a table of numbered curves that is no rotor stays a wide table") {
  for (const std::string header : {"Cycle,1,2,3\n1,5,6,7\n", "cycle,1,2,3,4,5,6,7,8\n1,1,1,1,1,1,1,1,1\n"})
    CHECK(identify_bytes(header, "t.csv", "t.csv").reader_id == "wide_table");
  std::string fifty = "Cycle";
  std::string row = "1";
  for (int i = 1; i <= 50; ++i) fifty += "," + std::to_string(i), row += ",2";
  CHECK(identify_bytes(fifty + "\n" + row + "\n", "t.csv", "t.csv").reader_id == "wide_table");
}

TEST_CASE("wrong Mic tables name the place") {
  const Error text = error_of(rotor_header() + rotor_row("1", "1.5") + rotor_row("2", "1.S"), "m.csv");
  CHECK(text.code() == ErrorCode::invalid_value);
  CHECK(text.context().line == 3);
  CHECK(text.context().column == "1");
  CHECK(error_of(rotor_header() + rotor_row("2", "1") + rotor_row("2", "1"), "m.csv").context().column == "Cycle");
  CHECK(error_of(rotor_header() + rotor_row("x", "1"), "m.csv").context().line == 2);
  CHECK(error_of(rotor_header(), "m.csv").code() == ErrorCode::malformed_file);
  CHECK(error_of(rotor_header() + rotor_row("1", "", ""), "m.csv").code() == ErrorCode::malformed_file);
  const std::string longer = rotor_row("1", "2");
  CHECK(error_of(rotor_header() + longer.substr(0, longer.size() - 1) + ",9\n", "m.csv").code() ==
        ErrorCode::malformed_file);
  const std::vector<Run> gap =
      load_bytes(rotor_header() + rotor_row("1", "") + rotor_row("2", "3") + rotor_row("4", "NaN"), "m.csv");
  const AmplificationCurve& curve = gap[0]->measurements[0].amplification[0];
  CHECK(curve.cycles == std::vector<double>{1, 2, 4});
  CHECK(std::isnan(curve.fluorescence[0]));
  CHECK(curve.fluorescence[1] == 3);
  CHECK(std::isnan(curve.fluorescence[2]));
}

TEST_CASE("real Mic exports equal the values of an independent program", "[reference]") {
  std::size_t points = 0;
  for (const auto& file : test::list_files(test::reference_data() / "instruments/files/bms_mic")) {
    INFO(file);
    CHECK(identify(file).reader_id == "bms_mic");
    const std::vector<Run> runs = load_runs({file});
    std::map<std::pair<std::string, double>, double> found;
    for (const Measurement& m : runs.at(0)->measurements) {
      const AmplificationCurve& curve = m.amplification.at(0);
      for (std::size_t i = 0; i < curve.cycles.size(); ++i)
        found[{m.well.label, curve.cycles[i]}] = curve.fluorescence[i];
    }
    const auto expected = test::reference_data() / "instruments/expected" / (file.filename().string() + ".fluor.csv");
    if (!std::filesystem::exists(expected)) continue;
    const CsvTable table = read_csv_table(read_file(expected), expected.string());
    CHECK(table.rows().size() == found.size());
    for (const CsvRow& row : table.rows()) {
      const auto entry =
          found.find({row.cells[table.column("well")], parse_double(row.cells[table.column("cycle")]).value()});
      REQUIRE(entry != found.end());
      CHECK(entry->second == parse_double(row.cells[table.column("fluorescence")]).value());
      ++points;
    }
  }
  CHECK(points >= 1920);
}
