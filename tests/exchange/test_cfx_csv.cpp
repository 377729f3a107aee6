// The CFX files against the layout of real exports, and what the layout cannot hold.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/cfx_csv.hpp"
#include "tests/exchange/fixture.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    REQUIRE(line.ends_with('\r'));
    result.emplace_back(line.substr(0, line.size() - 1));
  }
  return result;
}

TEST_CASE("CFX files have the names and cells of an export") {
  const CfxFiles files = render_cfx_csv(Run(test::make_run()));
  REQUIRE(files.files.size() == 4);
  const std::string stem = "Day -1-, -trial--Run & 1 -  ";
  CHECK(files.files[0].first == stem + "Quantification Amplification Results_FAM.csv");
  CHECK(files.files[1].first == stem + "Quantification Amplification Results_VIC.csv");
  CHECK(files.files[2].first == stem + "Quantification Cq Results.csv");
  CHECK(files.files[3].first == stem + "Run Information.csv");
  const std::vector<std::string> fam = lines(files.files[0].second);
  CHECK(fam[0] == ",Cycle,A1,B1");
  const std::string first = format_double(-0.7 + 1 / 3.0);
  CHECK(fam[1] == ",1," + first + "," + first);
  CHECK(fam.size() == 6);
  const std::vector<std::string> cq = lines(files.files[2].second);
  CHECK(cq[1] == ",A01,FAM,T&1,Unkn-01,\"S<1>, \"\"x\"\"\",,27.123456789012344,0,0,NaN,NaN,NaN,NaN,60,");
  CHECK(cq[2] == ",B01,FAM,T&1,Std-01,\u6807\u51c6\u54c1 1,,NaN,0,0,1000000,6,NaN,NaN,60,");
  CHECK(cq[3] == ",A01,VIC,T2,Unkn-01,\"S<1>, \"\"x\"\"\",,NaN,0,0,NaN,NaN,NaN,NaN,60,");
  CHECK(lines(files.files[3].second)[10] == "Base Serial Number,S-42");
}

TEST_CASE("Excluded wells are in no CFX file and are listed") {
  const CfxFiles files = render_cfx_csv(Run(test::make_run()));
  for (const auto& [name, bytes] : files.files) {
    CHECK(bytes.find("H12") == std::string::npos);
    CHECK(bytes.find("NTC") == std::string::npos);
  }
  CHECK(std::find(files.not_written.begin(), files.not_written.end(),
                  NotWritten{"well H12, dye FAM", "excluded: bubble; seen < 2 \u00b5L"}) != files.not_written.end());
  RunData data = test::make_run();
  for (Measurement& measurement : data.measurements) measurement.excluded = true;
  CHECK_THROWS_AS(render_cfx_csv(Run(data)), Error);
}

TEST_CASE("A role without a CFX word keeps its text, and the mark of simulated data stays") {
  RunData data = test::make_run();
  data.measurements[0].role = data.measurements[1].role = SampleRole::unspecified;
  data.measurements[0].role_text = data.measurements[1].role_text = "opt";
  data.measurements[0].sample = data.measurements[1].sample = "SIM-0001";
  const CfxFiles files = render_cfx_csv(Run(data));
  CHECK(files.files[2].second.find(",A01,FAM,T&1,opt,SIM-0001,") != std::string::npos);
  CHECK(files.files[3].second.find("Base Serial Number,SIMULATED\r\n") != std::string::npos);
}

TEST_CASE("CFX refuses runs that the layout cannot hold") {
  RunData data = test::make_run();
  data.measurements[0].dye.clear();
  CHECK_THROWS_AS(render_cfx_csv(Run(data)), Error);
  data = test::make_run();
  for (Measurement& measurement : data.measurements) measurement.amplification.pop_back();
  CHECK_THROWS_AS(render_cfx_csv(Run(data)), Error);
  data = test::make_run();
  data.measurements[3].amplification[1].cycles.pop_back();
  data.measurements[3].amplification[1].fluorescence.pop_back();
  CHECK_THROWS_AS(render_cfx_csv(Run(data)), Error);
  data = test::make_run();
  data.measurements[0].well = {"tube", {}};
  CHECK_THROWS_AS(render_cfx_csv(Run(data)), Error);
}

TEST_CASE("The header rows are those of real Maestro exports", "[reference]") {
  const CfxFiles files = render_cfx_csv(Run(test::make_run()));
  const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n') + 1); };
  int compared = 0;
  for (const auto& path : test::list_files(test::reference_data() / "instruments/files/biorad_cfx_csv", ".csv")) {
    const std::string name = path.filename().string();
    const std::string text = read_file(path);
    if (name.starts_with("sam_") && name.find("Cq-Results") != std::string::npos) {
      CHECK(first_line(text) == first_line(files.files[2].second));
      ++compared;
    } else if (name.find("Amplification-Results") != std::string::npos) {
      CHECK(text.starts_with(",Cycle,A1,"));
      CHECK(first_line(text).ends_with("\r\n"));
      ++compared;
    } else if (name.find("Run_Information") != std::string::npos) {
      const auto keys = [](const std::string& table) {
        std::string result;
        for (const std::string_view line : split(table, '\n'))
          result += std::string(line.substr(0, line.find(','))) + '\n';
        return result;
      };
      CHECK(keys(text) == keys(files.files[3].second));
      ++compared;
    }
  }
  CHECK(compared >= 10);
}

}  // namespace
