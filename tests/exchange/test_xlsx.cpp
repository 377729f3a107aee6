// XLSX: read back by openpyxl, a program of others, to the same values.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/exchange/tables.hpp"
#include "libqpcr/exchange/xlsx.hpp"
#include "libqpcr/tabular/workbook_writer.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;

const std::filesystem::path folder = std::filesystem::path(QPCR_BINARY_DIR) / "test_exchange_xlsx";

/// Runs a check of tests/exchange/check_xlsx.py; nothing when openpyxl is not installed.
std::optional<bool> check(const std::string& arguments) {
  if (std::system("/usr/bin/python3 -c 'import openpyxl' >/dev/null 2>&1") != 0) return std::nullopt;
  return std::system(("/usr/bin/python3 '" QPCR_SOURCE_DIR "/tests/exchange/check_xlsx.py' " + arguments).c_str()) == 0;
}

TEST_CASE("The workbook holds every reading as openpyxl reads it") {
  RunData data = test::make_full_run();
  data.measurements[0].sample = "=1+1";
  data.measurements[0].amplification[0].fluorescence[0] = 0.1 + 0.2;
  data.measurements[0].amplification[0].fluorescence[1] = 1e-300 / 3;
  const Run run(data);
  const WrittenDocument written = render_xlsx({&run, 1});
  CHECK(written.bytes == render_xlsx({&run, 1}).bytes);
  CHECK(written.not_written ==
        std::vector<NotWritten>{{"run " + data.name, "the operator's name, which is personal data"}});
  write_file(folder / "run.xlsx", written.bytes);
  write_file(folder / "readings.csv", render_readings_csv({&run, 1}, CsvOptions{false}));
  const std::optional<bool> equal =
      check("'" + (folder / "run.xlsx").string() + "' '" + (folder / "readings.csv").string() + "'");
  std::filesystem::remove_all(folder);
  if (!equal) {
    WARN("skipped: python3-openpyxl is not installed");
    return;
  }
  CHECK(*equal);
}

TEST_CASE("A cell holds only so much text, and the cut is listed") {
  RunData data = test::make_run();
  data.notes = std::string(WorkbookWriter::longest_text - 1, 'x') + "标";
  const Run run(data);
  const WrittenDocument written = render_xlsx({&run, 1});
  REQUIRE(written.not_written.size() == 1);
  CHECK(written.not_written[0].where == "sheet run");
}

}  // namespace
