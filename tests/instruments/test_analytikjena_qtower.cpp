// Analytik Jena qTOWER: cycles told apart from temperatures, and what is wrong in a file.
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;

namespace {

std::string corpus_file(const std::string& name) {
  for (const test::CorpusFile& file : test::corpus_analytikjena_qtower()) {
    if (file.name == name) return file.bytes;
  }
  FAIL("no " << name);
  return {};
}

/// The file with the first `from` replaced.
std::string changed(std::string bytes, const std::string& from, const std::string& to) {
  const std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("cycles of a qTOWER are amplification, with dot and comma") {
  const RunData known = test::make_known_plate({{8, 12}, 6, {"FAM", "ROX"}, 30});
  for (const std::string name : {"cycles.csv", "cycles_decimal_comma.csv"}) {
    INFO(name);
    CHECK(identify_bytes(corpus_file(name), name, name).reader_id == "analytikjena_qtower");
    const std::vector<Run> runs = load_bytes(corpus_file(name), name);
    REQUIRE(runs.size() == 1);
    const Run& run = runs[0];
    CHECK(run->plate == PlateGeometry{8, 12});
    CHECK(run->instrument.model == "qTOWER\xC2\xB3 2.2");
    CHECK(run->instrument.serial_number == "1234A-0001");
    CHECK(run->started_at == "1/2/2021 3:04:05 PM");
    CHECK(run->passive_reference_dye == "ROX");
    REQUIRE(run->protocol.size() == 3);
    CHECK(run->protocol[2] == ProtocolStep{2, 2, 30, 60, 30, true});
    CHECK(run->protocol[0] == ProtocolStep{1, 1, 1, 95, 120, false});
    REQUIRE(run->measurements.size() == 12);
    for (std::size_t i = 0; i < 12; ++i) {
      const Measurement& m = run->measurements[i];
      CHECK(m.well == known.measurements[i].well);
      CHECK(m.dye == known.measurements[i].dye);
      CHECK(m.melt.empty());
      REQUIRE(m.amplification.size() == 1);
      CHECK(m.amplification[0].kind == CurveKind::unknown);
      CHECK(m.amplification[0].cycles == known.measurements[i].amplification[0].cycles);
      CHECK(m.amplification[0].fluorescence == known.measurements[i].amplification[0].fluorescence);
      CHECK(m.amplification[0].temperatures_celsius == std::vector<double>(30, 60.0));
    }
  }
}

TEST_CASE("readings at rising temperatures are melting curves") {
  const RunData known = test::make_known_plate({{16, 24}, 30, {"FAM", "ROX"}, 30});
  const std::vector<Run> runs = load_bytes(corpus_file("ramp.csv"), "ramp.csv");
  CHECK(runs.at(0)->plate == PlateGeometry{16, 24});
  REQUIRE(runs[0]->measurements.size() == 60);
  for (std::size_t i = 0; i < 60; ++i) {
    const Measurement& m = runs[0]->measurements[i];
    CHECK(m.amplification.empty());
    REQUIRE(m.melt.size() == 1);
    CHECK(m.melt[0].fluorescence == known.measurements[i].amplification[0].fluorescence);
    CHECK(m.melt[0].temperatures_celsius.front() == 25);
    CHECK(m.melt[0].temperatures_celsius.back() == 39.5);
  }
  const std::string named = "Title:,t\nDevice:,qTOWER\n\nFAM,60,60.5,61\nA1,3,2,1\n";
  const std::vector<Run> temperatures = load_bytes(named, "t.csv");
  CHECK(temperatures.at(0)->measurements.at(0).melt.at(0).temperatures_celsius == std::vector<double>{60, 60.5, 61});
}

TEST_CASE("a dye that has the shape of a well starts a block, with a table of colours and without") {
  const std::string blocks = "FAM,1,2\nA1,3,2\nCy5,1,2\nA1,5,6\n";
  const std::string colours = "Colors+Dyes:,Pos,Dye\n,1,FAM\n,2,Cy5\n";
  for (const std::string& head : {std::string(), colours}) {
    const std::vector<Run> runs = load_bytes("Title:,t\nDevice:,qTOWER\n" + head + "\n" + blocks, "q.csv");
    REQUIRE(runs.at(0)->measurements.size() == 2);
    CHECK(test::find(runs[0], "A1", "", "Cy5").amplification.at(0).fluorescence == std::vector<double>{5, 6});
  }
}

TEST_CASE("wrong qTOWER files name the place") {
  const std::string good = corpus_file("cycles.csv");
  const Error text = error_of(changed(good, "\r\nA2,1", "\r\nA2,S"), "q.csv");
  CHECK(text.code() == ErrorCode::invalid_value);
  CHECK(text.context().column == "A2");
  CHECK(text.context().line > 10);
  CHECK(error_of(changed(good, "\r\nA2,", "\r\nA1,"), "q.csv").code() == ErrorCode::duplicate_entry);
  CHECK(error_of(changed(good, "\r\nA2,", "\r\nZ2,"), "q.csv").code() == ErrorCode::invalid_value);
  CHECK(error_of(changed(good, "\r\nFAM,1,2", "\r\nHEX,1,2"), "q.csv").code() == ErrorCode::malformed_file);
  CHECK(error_of(changed(good, "\r\nFAM,1,2", "\r\nFAM,2,1"), "q.csv").code() == ErrorCode::invalid_value);
  CHECK(error_of(changed(good, ",00:30,2,29", ",00:30,9,29"), "q.csv").context().column == "goto");
  CHECK(error_of("Title:,t\nDevice:,qTOWER\n\n", "q.csv").code() == ErrorCode::malformed_file);
  const std::vector<Run> other = load_bytes(changed(good, ",00:30,2,29", ",00:30,2,39"), "q.csv");
  CHECK_THAT(other.at(0)->warnings.at(0), Catch::Contains("reads 30 times"));
  CHECK(other[0]->measurements[0].amplification.at(0).temperatures_celsius.empty());
}

TEST_CASE("real qTOWER exports hold every reading of every dye", "[reference]") {
  std::size_t points = 0;
  for (const auto& file : test::list_files(test::reference_data() / "instruments/files/analytikjena_qtower")) {
    INFO(file);
    CHECK(identify(file).reader_id == "analytikjena_qtower");
    const std::vector<Run> runs = load_runs({file});
    // The naive way: lines that start with a well, in the order of the blocks.
    std::map<std::pair<std::string, std::string>, std::vector<double>> expected;
    const std::string bytes = read_file(file);
    std::string dye;
    for (const std::string_view line : split(bytes, '\n')) {
      const std::vector<std::string_view> cells = split(trim(line), ',');
      if (cells.size() <= 20) continue;
      if (cells[1] == "1" && cells[2] == "2") {
        dye = std::string(cells[0]);
        continue;
      }
      std::vector<double>& values = expected[{std::string(cells[0]), dye}];
      for (std::size_t i = 1; i < cells.size(); ++i) values.push_back(parse_double(cells[i]).value());
    }
    CHECK(expected.size() == runs.at(0)->measurements.size());
    for (const Measurement& m : runs.at(0)->measurements) {
      const std::vector<double>& values =
          m.melt.empty() ? m.amplification.at(0).fluorescence : m.melt.at(0).fluorescence;
      const auto entry = expected.find({m.well.label, m.dye});
      REQUIRE(entry != expected.end());
      CHECK((entry->second == values));
      points += values.size();
    }
  }
  CHECK(points >= 384U * 6 * 70);
}
