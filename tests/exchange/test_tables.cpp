// Long CSV and RDES against literal expected text.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/tables.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  for (const std::string_view line : split(text, '\n')) result.emplace_back(line);
  return result;
}

TEST_CASE("Curves as long CSV: every kind, empty cells for missing readings, RFC 4180 quotes") {
  const Run run(test::make_run());
  const std::vector<std::string> table = lines(render_curves_csv({&run, 1}));
  CHECK(table[0] == "run,well,sample,target,dye,kind,cycle,fluorescence");
  const std::string start = "\"Day \"\"1\"\", <trial>/Run & 1\",A1,\"S<1>, \"\"x\"\"\",T&1,FAM,";
  CHECK(table[1] == start + "multicomponent,1," + format_double(1000.1 + 1 / 3.0));
  CHECK(table[3] == start + "multicomponent,3,");
  CHECK(table[6] == start + "baseline_subtracted,1," + format_double(-0.7 + 1 / 3.0));
  CHECK(table.size() == 1 + 5 * 2 * 5 + 1);
  CHECK(table.back().empty());
}

TEST_CASE("Melting curves as long CSV") {
  const Run run(test::make_run());
  const std::vector<std::string> table = lines(render_melt_csv({&run, 1}));
  CHECK(table[0] == "run,well,sample,target,dye,kind,temperature_celsius,fluorescence");
  CHECK(table[2] == "\"Day \"\"1\"\", <trial>/Run & 1\",A1,\"S<1>, \"\"x\"\"\",T&1,FAM,raw_filter,65.5,9");
  CHECK(table.size() == 6);
}

TEST_CASE("RDES: seven columns, then the cycles") {
  const Run run(test::make_run());
  const WrittenDocument document = render_rdes(run);
  const std::vector<std::string> table = lines(document.bytes);
  CHECK(table[0] == "Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tCq\t1\t2\t3\t4\t5");
  CHECK(table[1].starts_with("A1\tS<1>, \"x\"\tunkn\tT&1\ttoi\tFAM\t27.123456789012344\t"));
  CHECK(split(table[1], '\t')[9].empty());
  CHECK(table[3].starts_with("H12\tNTC\tntc\tT&1\ttoi\tFAM\t\t"));
  CHECK(table.size() == 7);
  CHECK(document.not_written.back().why == "samples without a role are written as 'unkn'");
  const std::vector<std::string> melt = lines(render_rdes_melt(run).bytes);
  CHECK(melt[0] == "Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tTm\t65\t65.5\t66");
  CHECK(melt[1] == "A1\tS<1>, \"x\"\tunkn\tT&1\ttoi\tFAM\t\t10\t9\t");
  RunData data = test::make_run();
  data.measurements[0].dye = "F\tAM";
  CHECK_THROWS_AS(render_rdes(Run(data)), Error);
}

}  // namespace
