// realplex results: read as written, refused where wrong.
#include <filesystem>
#include <memory>

#include <catch2/catch.hpp>

#include "instruments/eppendorf_realplex/reader.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

namespace {

const std::string header = "\"Pos\";\"Name\";\"Ct SYBR\";\"Amount SYBR [ng]\";\"Target SYBR\"\n";

}  // namespace

TEST_CASE("realplex: each layout gives the known plate") {
  for (const test::CorpusFile& file : test::corpus_eppendorf_realplex()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "eppendorf_realplex");
    const std::vector<Run> runs = load_bytes(file.bytes, file.name);
    REQUIRE(runs.size() == 1);
    const Run& run = runs.front();
    test::KnownPlate options;
    if (file.name == "realplex.csv") {
      options.dyes = {"SYBR"};
    } else {
      options.dyes = {"FAM", "JOE"};
    }
    const bool types = file.name == "realplex_types_dot_cr.txt";
    const RunData known = test::make_known_plate(options);
    CHECK(run->plate == PlateGeometry{8, 12});
    CHECK(run->passive_reference_dye.empty());
    CHECK(run->warnings.size() == (types ? 0 : 1));
    REQUIRE(run->vendor_tables.size() == 1);
    CHECK(run->vendor_tables[0].rows.size() == 4);
    REQUIRE(run->measurements.size() == known.measurements.size());
    for (const Measurement& expected : known.measurements) {
      const Measurement& m = find(run, expected.well.label, expected.target, expected.dye);
      CHECK(m.sample == expected.sample);
      CHECK(m.vendor.cq_status == expected.vendor.cq_status);
      CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
      CHECK(m.vendor.threshold == (m.dye == "JOE" ? 901.0 : 900.0));
      CHECK(m.role == (types ? expected.role : SampleRole::unspecified));
      CHECK((types ? m.quantity : m.vendor.quantity) == expected.quantity);
      CHECK((types ? m.vendor.quantity : m.quantity) == std::nullopt);
      if (expected.quantity) CHECK((types ? m.quantity_unit : m.vendor.quantity_unit) == "copies");
    }
    CHECK(run->provenance.not_read.size() == options.dyes.size());
    CHECK(run->provenance.not_read.front().where == "results: column 'Ct Mean " + options.dyes.front() + "'");
  }
}

TEST_CASE("realplex: what is wrong names line and column") {
  const std::string name = "r.csv";
  const Error ct = error_of(header + "\"A1\";\"s\";2O,5;\"-\";\"t\"\n", name);
  CHECK(ct.code() == ErrorCode::invalid_value);
  CHECK(ct.context().line == 2);
  CHECK(ct.context().column == "Ct SYBR");
  CHECK(error_of(header + "\"A1\";\"s\";20,5;many;\"t\"\n", name).context().column == "Amount SYBR [ng]");
  CHECK(error_of(header + "\"1\";\"s\";20,5;\"-\";\"t\"\n", name).context().column == "Pos");
  const Error twice = error_of(header + "\"A1\";\"s\";20,5;\"-\";\"t\"\n\"A01\";\"s\";20,5;\"-\";\"t\"\n", name);
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 3);
  CHECK(error_of(header, name).code() == ErrorCode::malformed_file);
  CHECK(error_of(header + "\"A1\";\"s\";20,5;2.5;\"t\"\n", name).code() == ErrorCode::invalid_value);
}

TEST_CASE("realplex: a workbook, one run a sheet with results") {
  auto workbook = std::make_shared<Workbook>();
  workbook->sheets.resize(2);
  workbook->sheets[0].name = "Results";
  workbook->sheets[0].grid = parse_text_grid("Pos\tName\tCt FAM\tTarget FAM\nB2\ts\t20.5\tt\n", "r.xls:Results");
  workbook->sheets[1].name = "Notes";
  FileHead head;
  head.name = "r.xls";
  head.workbook = workbook.get();
  CHECK(eppendorf_realplex::reader().sniff(head).confidence == Confidence::certain);
  std::vector<RunData> runs = eppendorf_realplex::reader().read({{"r.xls", "r.xls", "", workbook, std::nullopt}});
  REQUIRE(runs.size() == 1);
  const Run run(std::move(runs.front()));
  CHECK(find(run, "B2", "t", "FAM").vendor.cq_cycles == 20.5);
  REQUIRE(run->provenance.not_read.size() == 1);
  CHECK(run->provenance.not_read[0].where == "sheet 'Notes'");
}

TEST_CASE("realplex: a sample's name does not decide the decimal sign") {
  const std::vector<Run> runs = load_bytes(header + "\"A1\";\"1.5\";20,25;12,5;\"t\"\n", "r.csv");
  const Measurement& m = find(runs[0], "A1", "t");
  CHECK(m.sample == "1.5");
  CHECK(m.vendor.cq_cycles == 20.25);
  CHECK(m.vendor.quantity == 12.5);
  CHECK(m.vendor.quantity_unit == "ng");
}

TEST_CASE("realplex: every row of the real files", "[reference]") {
  std::size_t files = 0;
  for (const auto& path : test::list_files(test::reference_data() / "instruments/files/pyqpcr_samples")) {
    if (!path.filename().string().starts_with("Eppendorf")) continue;
    INFO(path);
    ++files;
    CHECK(identify(path).reader_id == "eppendorf_realplex");
    const std::vector<Run> runs = load_runs({path});
    std::string bytes = read_file(path);
    std::erase(bytes, '"');
    std::erase(bytes, '\r');
    std::size_t rows = 0;
    for (const std::string_view line : split(bytes, '\n')) {
      std::string plain(line);
      for (char& c : plain) c = c == ';' ? '\t' : c == ',' ? '.' : c;
      const std::vector<std::string_view> cells = split(plain, '\t');
      if (cells.size() < 5 || !parse_label(cells[0])) continue;
      ++rows;
      const std::string target(cells.size() > 6 ? cells[6] : "");
      const Measurement& m = find(runs[0], std::string(cells[0]), target, "SYBR");
      CHECK(m.sample == cells[1]);
      CHECK(m.vendor.cq_cycles == parse_double(cells[2]));
      CHECK(m.vendor.quantity == parse_double(cells[5]));
    }
    CHECK(rows == runs[0]->measurements.size());
  }
  CHECK(files >= 5);
}
