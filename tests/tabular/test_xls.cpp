// Excel 97 workbooks, the compound files that hold them, and the child process that reads them.
#include <cerrno>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/wait.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/tabular/child_process.hpp"
#include "libqpcr/tabular/compound_file.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/tabular/make_workbook.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

Error error_of(const std::string& bytes) {
  try {
    static_cast<void>(read_xls(bytes, "a.xls"));
  } catch (const Error& error) {
    CHECK(error.context().path == "a.xls");
    return error;
  }
  FAIL("no error");
  return {ErrorCode::file_not_found, {}};
}

ChildResult run_python(const std::string& script, const std::string& input, const ChildLimits& limits = {}) {
  return run_child({"/usr/bin/python3", "-I", "-S", "-c", script}, input, limits);
}

/// True when no child, ended or not, is left.
bool is_alone() {
  int status = 0;
  return ::waitpid(-1, &status, WNOHANG) < 0 && errno == ECHILD;
}

}  // namespace

TEST_CASE("an Excel 97 workbook gives texts, numbers, dates, truth values and errors") {
  const std::string cells = make_text_cell(0, 0, u"Cт \u4E2D") + make_number_cell(0, 1, 25.300000000000001) +
                            make_number_cell(0, 2, 5) + make_number_cell(0, 3, 100000) +
                            make_number_cell(0, 4, 45413, 1) + make_number_cell(0, 5, 45413.573032407403, 1) +
                            make_code_cell(0, 6, 1, false) + make_code_cell(0, 7, 0x2A, true) +
                            make_number_cell(3, 2, -1.5e-7) + make_number_cell(3, 3, 1e22);
  const Workbook workbook = read_xls(
      make_compound_file("Workbook", make_biff({{"Results", cells, 0}, {"Raw Data", make_number_cell(0, 0, 0.1), 1}})),
      "a.xls");
  REQUIRE(workbook.sheets.size() == 2);
  const Sheet& sheet = workbook.sheets[0];
  CHECK(sheet.name == "Results");
  CHECK_FALSE(sheet.hidden);
  CHECK(sheet.grid.path() == "a.xls:Results");
  REQUIRE(sheet.grid.row_count() == 4);
  CHECK(sheet.grid.cell(0, 0) == "Cт \xE4\xB8\xAD");
  CHECK(sheet.grid.cell(0, 1) == "25.3");
  CHECK(sheet.grid.cell(0, 2) == "5");
  CHECK(sheet.grid.cell(0, 3) == "100000");
  CHECK(sheet.grid.cell(0, 4) == "2024-05-01");
  CHECK(sheet.grid.cell(0, 5) == "2024-05-01T13:45:10");
  CHECK(sheet.grid.cell(0, 6) == "TRUE");
  CHECK(sheet.grid.cell(0, 7) == "#N/A");
  CHECK(sheet.grid.is_blank(1));
  CHECK(sheet.grid.cell(3, 1).empty());
  CHECK(sheet.grid.cell(3, 2) == "-1.5e-07");
  CHECK(sheet.grid.cell(3, 3) == "1e+22");
  CHECK(workbook.sheets[1].hidden);
  CHECK(workbook.sheets[1].grid.cell(0, 0) == "0.1");
  CHECK(workbook.not_read.empty());
  CHECK(is_alone());
}

TEST_CASE("dates of the Macintosh count from 1904") {
  const std::string bytes =
      make_compound_file("Workbook", make_biff({{"A", make_number_cell(0, 0, 43951, 1), 0}}, true));
  CHECK(read_xls(bytes, "a.xls").sheets.front().grid.cell(0, 0) == "2024-05-01");
}

TEST_CASE("a compound file tells its streams, and whether they are a workbook") {
  const std::string workbook = make_compound_file("Workbook", make_biff({{"A", {}, 0}}));
  CHECK(is_compound_file(workbook));
  CHECK(list_compound_streams(workbook, "a.xls") == std::vector<std::string>{"Workbook"});
  CHECK(holds_workbook({"SummaryInformation", "Workbook"}));
  CHECK(holds_workbook({"Book"}));
  CHECK(holds_workbook({"EncryptedPackage", "EncryptionInfo"}));
  CHECK_FALSE(holds_workbook({"Contents"}));

  const Error other = error_of(make_compound_file("Contents", "x"));
  CHECK(other.code() == ErrorCode::unsupported_format);
  CHECK_THAT(other.what(), Catch::Contains("a compound file that holds no Excel workbook"));
  const Error locked = error_of(make_compound_file("EncryptedPackage", "x"));
  CHECK(locked.code() == ErrorCode::unsupported_format);
  CHECK_THAT(locked.what(), Catch::Contains("password"));
  CHECK(error_of("PK\x03\x04").code() == ErrorCode::unsupported_format);
}

TEST_CASE("a damaged compound file is refused, wherever it is damaged") {
  const std::string good = make_compound_file("Workbook", make_biff({{"A", make_number_cell(0, 0, 1), 0}}));
  const auto list_damaged = [&](std::size_t at, std::uint32_t value) {
    std::string bytes = good;
    std::string number;
    put(number, value, 4);
    bytes.replace(at, 4, number);
    return list_compound_streams(bytes, "a.xls");
  };
  CHECK_THROWS_AS(list_compound_streams(good.substr(0, 511), "a.xls"), Error);
  CHECK_THROWS_AS(list_compound_streams(good.substr(0, 1100), "a.xls"), Error);
  CHECK_THROWS_WITH(list_damaged(0x1C, 0), Catch::Contains("head is damaged"));
  CHECK_THROWS_WITH(list_damaged(0x30, 0xFFFFFFF0), Catch::Contains("beyond its end"));
  CHECK_THROWS_WITH(list_damaged(512 + 4, 1), Catch::Contains("in a circle"));
  CHECK_THROWS_WITH(list_damaged(512 + 4, 4000), Catch::Contains("beyond its end"));
  CHECK_THROWS_WITH(list_damaged(0x44, 4000), Catch::Contains("beyond its end"));
  std::string circle = good;
  circle.replace(0x44, 4, std::string(4, '\0'));
  circle.replace(1020, 4, std::string(4, '\0'));
  CHECK_THROWS_WITH(list_compound_streams(circle, "a.xls"), Catch::Contains("in a circle"));
  CHECK_THROWS_WITH(list_damaged(0x4C, 0xFFFFFFFF), Catch::Contains("too short"));
  CHECK_THROWS_WITH(list_damaged(1024 + 128 + 64, 0x00020003), Catch::Contains("length of a name"));
  // Cut within the stream: the directory is whole, the workbook is not.
  CHECK(error_of(good.substr(0, 2048)).code() == ErrorCode::malformed_file);
  std::string not_biff = make_compound_file("Workbook", std::string(5000, 'x'));
  CHECK(error_of(not_biff).code() == ErrorCode::malformed_file);
  CHECK(is_alone());
}

TEST_CASE("a child gets the input and gives the output, however large both are") {
  const std::string input(20'000'000, 'a');
  const ChildResult echo = run_python(
      "import sys\nwhile True:\n  piece = sys.stdin.buffer.read(65536)\n  if not piece: break\n"
      "  sys.stdout.buffer.write(piece)",
      input);
  CHECK(echo.end == ChildEnd::exited);
  CHECK(echo.status == 0);
  CHECK((echo.output == input));
  // One that reads nothing raises no signal here.
  const ChildResult deaf = run_python("import os; os.close(0); print('done', flush=True)", input);
  CHECK(deaf.end == ChildEnd::exited);
  CHECK(deaf.output == "done\n");
  CHECK(run_python("raise SystemExit(3)", {}).status == 3);
  CHECK(is_alone());
}

TEST_CASE("a child has nothing of ours and cannot write files") {
  const ChildResult result = run_python(
      "import os\nprint(sorted(set(os.environ) - {'LC_CTYPE'}), os.getcwd(), sorted(os.listdir('/proc/self/fd'))[:3],"
      " len(os.listdir('/proc/self/fd')))\nimport tempfile\n"
      "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
      "try:\n  f = tempfile.TemporaryFile(buffering=0); f.write(b'x'); print('written')\n"
      "except OSError: print('refused')",
      {});
  CHECK(result.output == "[] / ['0', '1', '2'] 4\nrefused\n");
}

TEST_CASE("a child that takes too long, writes or needs too much, dies or is not there, is told apart") {
  ChildLimits limits;
  limits.cpu_seconds = 1;
  CHECK(run_python("while True: pass", {}, limits).end == ChildEnd::out_of_time);
  limits = {};
  limits.wall_time = std::chrono::milliseconds(300);
  const auto start = std::chrono::steady_clock::now();
  CHECK(run_python("import time; time.sleep(100)", {}, limits).end == ChildEnd::out_of_time);
  CHECK(run_python("import os, time; os.close(0); os.close(1); time.sleep(100)", std::string(9'000'000, 'a'), limits)
            .end == ChildEnd::out_of_time);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
  limits = {};
  limits.output_bytes = 1000;
  CHECK(run_python("while True: print('x' * 100)", {}, limits).end == ChildEnd::too_much_output);
  limits = {};
  limits.memory_bytes = std::uint64_t{256} << 20U;
  CHECK(run_python("try:\n  a = bytearray(1 << 30)\nexcept MemoryError: print('none')", {}, limits).output == "none\n");
  CHECK(run_python("import os; os.abort()", {}).end == ChildEnd::killed);
  CHECK(run_child({"/nonexistent/python3"}, "abc", {}).end == ChildEnd::not_started);
  CHECK(is_alone());
}

TEST_CASE("several threads may read workbooks at once") {
  const std::string bytes = make_compound_file("Workbook", make_biff({{"A", make_number_cell(0, 0, 7), 0}}));
  std::array<std::string, 4> found;
  std::array<std::thread, 4> threads;
  for (std::size_t i = 0; i < threads.size(); ++i)
    threads[i] = std::thread([&, i] { found[i] = read_xls(bytes, "a.xls").sheets.front().grid.cell(0, 0); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : found) CHECK(text == "7");
  CHECK(is_alone());
}

TEST_CASE("every Excel 97 workbook of the reference data opens", "[reference]") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(reference_data() / "instruments" / "files")) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = read_file(entry.path());
    if (!is_compound_file(bytes) || !holds_workbook(list_compound_streams(bytes, entry.path().string()))) continue;
    INFO(entry.path());
    const Workbook workbook = read_xls(bytes, entry.path().filename().string());
    ++files;
    REQUIRE_FALSE(workbook.sheets.empty());
    std::size_t cells = 0;
    for (const Sheet& sheet : workbook.sheets) {
      CHECK_FALSE(sheet.name.empty());
      for (std::size_t row = 0; row < sheet.grid.row_count(); ++row)
        for (const std::string_view cell : sheet.grid.row(row)) cells += !cell.empty();
    }
    CHECK(cells > 100);
  }
  if (files == 0) WARN("the reference data holds no Excel 97 workbook");
}
