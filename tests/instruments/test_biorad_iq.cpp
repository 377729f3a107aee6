// Bio-Rad iQ5, MyiQ and Opticon exports: read as written, refused where wrong.
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;

TEST_CASE("results of iQ5, MyiQ and Opticon give the known plate") {
  const RunData known = test::make_known_plate();
  for (const test::CorpusFile& file : test::corpus_biorad_iq()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "biorad_iq");
    const std::vector<Run> runs = load_bytes(file.bytes, file.name);
    REQUIRE(runs.size() == 1);
    REQUIRE(runs[0]->measurements.size() == known.measurements.size());
    const bool is_opticon = file.name == "opticon.txt";
    for (std::size_t i = 0; i < known.measurements.size(); ++i) {
      const Measurement& expected = known.measurements[i];
      const Measurement& found = runs[0]->measurements[i];
      INFO(expected.well.label);
      CHECK(found.well == expected.well);
      CHECK(found.sample == expected.sample);
      CHECK(found.role == expected.role);
      CHECK(found.dye == (is_opticon ? "SBG1" : "FAM"));
      CHECK(found.target.empty());
      CHECK(found.amplification.empty());
      CHECK(found.vendor.cq_status == expected.vendor.cq_status);
      CHECK(found.vendor.cq_cycles == expected.vendor.cq_cycles);
      CHECK_FALSE(found.vendor.quantity);
      if (!is_opticon) CHECK(found.quantity == expected.quantity);
    }
    CHECK(runs[0]->provenance.not_read.empty());
    REQUIRE_FALSE(runs[0]->vendor_tables.empty());
    if (file.name == "iQ5.csv") {
      REQUIRE(runs[0]->warnings.size() == 2);
      CHECK_THAT(runs[0]->warnings[1], Catch::EndsWith(": A2, A3, A4, A5, A6"));
      const VendorTable& table = runs[0]->vendor_tables[0];
      CHECK(table.columns ==
            std::vector<std::string>{"Well", "Fluor", "Replicate #", "Ct Mean", "Log Starting Quantity", "Set Point"});
      CHECK(table.rows[0][4] == "3.000");
      CHECK(table.rows[1][4].empty());
    }
    if (is_opticon) {
      REQUIRE(runs[0]->vendor_tables.size() == 2);
      CHECK(runs[0]->vendor_tables[1].rows == std::vector<std::vector<std::string>>{{"set 1", "SBG1", "21.5"}});
    }
  }
}

TEST_CASE("wrong results of iQ5 name line and column") {
  const std::string header = ",Well,Fluor,Type,Identifier,Threshold Cycle (Ct)\n";
  const Error cq = error_of(header + ",A01,FAM,Unkn,S,2O\n", "iq.csv");
  CHECK(cq.code() == ErrorCode::invalid_value);
  CHECK(cq.context().line == 2);
  CHECK(cq.context().column == "Threshold Cycle (Ct)");
  CHECK(error_of(header + ",01,FAM,Unkn,S,20\n", "iq.csv").context().column == "Well");
  CHECK(error_of(header + ",A01,FAM,Unkn,S,20\n,A1,FAM,Unkn,S,21\n", "iq.csv").code() == ErrorCode::duplicate_entry);
  CHECK(error_of(header + ",A01,FAM,Unkn,S,20\n,A02,FAM,Un\n", "iq.csv").context().line == 3);
  CHECK(error_of(header, "iq.csv").code() == ErrorCode::malformed_file);
  CHECK(error_of(",Well,Fluor,Identifier,Ct Mean\n,A01,FAM,S,20\n", "iq.csv").code() == ErrorCode::missing_column);
}

TEST_CASE("real results of MyiQ and Opticon: every well, and its numbers as written", "[reference]") {
  std::size_t read = 0;
  for (const auto& file : test::list_files(test::reference_data() / "instruments/files/pyqpcr_samples")) {
    const std::string name = file.filename().string();
    const bool is_iq = name.find("MyIq") != std::string::npos;
    if (!is_iq && name.find("opticon") == std::string::npos) continue;
    INFO(name);
    CHECK(identify(file).reader_id == "biorad_iq");
    const std::vector<Run> runs = load_runs({file});
    REQUIRE(runs.size() == 1);
    // The naive way: split lines at the delimiter; neither file quotes a cell.
    const std::string bytes = read_file(file);
    std::size_t rows = 0;
    for (const std::string_view line : split(bytes, '\n')) {
      const std::vector<std::string_view> cells = split(trim(line), is_iq ? ',' : '\t');
      if (cells.size() < 6) continue;
      const std::optional<GridPosition> position = parse_label(cells[is_iq ? 1 : 0]);
      if (!position) continue;
      ++rows;
      const std::string_view cq = is_iq ? cells[6] : cells[5];
      const Measurement& m = test::find(runs[0], to_label(*position), {});
      CHECK(m.sample == trim(is_iq ? cells[4] : cells[3]));
      CHECK(m.vendor.cq_cycles == parse_double(cq));
      CHECK((m.vendor.cq_status == CqStatus::found) == parse_double(cq).has_value());
    }
    CHECK(rows >= 60);
    CHECK(runs[0]->measurements.size() == rows);
    ++read;
  }
  CHECK(read == 2);
}
