// Long CSV and RDES against literal expected text.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdes.hpp"
#include "libqpcr/exchange/tables.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  for (const std::string_view line : split(text, '\n')) result.emplace_back(line);
  return result;
}

bool mentions(const std::vector<NotWritten>& list, const std::string& where, const std::string& why) {
  return std::any_of(list.begin(), list.end(), [&](const NotWritten& entry) {
    return entry.where.find(where) != std::string::npos && entry.why.find(why) != std::string::npos;
  });
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
  CHECK(table[2].starts_with("A1\tS<1>, \"x\"\tunkn\tT2\ttoi\tVIC\t-1.0\t"));
  CHECK(table[3].starts_with("H12\tNTC\tntc\tT&1\ttoi\tFAM\t\t"));
  CHECK(table.size() == 7);
  CHECK(mentions(document.not_written, "run", "samples without a role are written as 'unkn'"));
  CHECK(mentions(document.not_written, "well H12, target T&1", "excluded: bubble"));
  CHECK(mentions(document.not_written, "well A1, target T&1", "amplification curve of kind baseline_subtracted"));
  const std::vector<std::string> melt = lines(render_rdes_melt(run).bytes);
  CHECK(melt[0] == "Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tTm\t65\t65.5\t66");
  CHECK(melt[1] == "A1\tS<1>, \"x\"\tunkn\tT&1\ttoi\tFAM\t\t10\t9\t");
  RunData data = test::make_run();
  data.measurements[0].dye = "F\tAM";
  data.measurements[0].target = "\"T\"";
  data.measurements[0].vendor.melting_temperatures_celsius = {81.25, 90};
  const WrittenDocument blank = render_rdes(Run(data));
  CHECK(lines(blank.bytes)[1].starts_with("A1\tS<1>, \"x\"\tunkn\t\"\"\"T\"\"\"\ttoi\tF AM\t"));
  CHECK(mentions(blank.not_written, "well A1", "is written as a blank"));
  const WrittenDocument peaks = render_rdes_melt(Run(data));
  CHECK(split(lines(peaks.bytes)[1], '\t')[6] == "81.25");
  CHECK(mentions(peaks.not_written, "well A1", "further melting temperatures"));
}

TEST_CASE("Readings as tidy CSV: every stage, numbers untouched, formulas guarded") {
  RunData data = test::make_full_run();
  data.measurements[0].sample = "=1+1";
  data.measurements[0].quantity = -0.25;
  const Run run(data);
  const std::vector<std::string> table = lines(render_readings_csv({&run, 1}));
  CHECK(table[0] ==
        "run,well,row,column,sample,target,dye,role,quantity,quantity_unit,kind,stage,cycle,temperature_celsius,"
        "fluorescence");
  std::size_t readings = 0;
  for (const Measurement& measurement : data.measurements) {
    for (const AmplificationCurve& curve : measurement.amplification) readings += curve.cycles.size();
    for (const MeltCurve& curve : measurement.melt) readings += curve.fluorescence.size();
    readings += measurement.single_readings.size();
  }
  CHECK(table.size() == readings + 2);
  const std::string start = "\"Day \"\"1\"\", <trial>/Run & 1\",A1,1,1,'=1+1,T&1,FAM,unknown,-0.25,,";
  CHECK(table[1] == start + "multicomponent,amplification,1,60.5," + format_double(1000.1 + 1 / 3.0));
  CHECK(table[11] == start + "raw_filter,melt,,65,10");
  CHECK(table[15] == start + "multicomponent,pre_read,,60,123.25");
  const std::vector<std::string> plain = lines(render_readings_csv({&run, 1}, CsvOptions{false}));
  CHECK(plain[1].find(",=1+1,") != std::string::npos);
}

TEST_CASE("Results as CSV: every vendor result with its fields") {
  const Run run(test::make_full_run());
  const std::vector<std::string> table = lines(render_results_csv({&run, 1}));
  CHECK(split(table[0], ',').size() == 28);
  CHECK(table.size() == 1 + 6 + 1);
  CHECK_THAT(table[1], Catch::EndsWith(",no,,look again,found,27.123456789012344,,Ct,200.5,3,15,0.98,Amp,12.5,copies,"
                                       "81.5; 84.25,HIGHSD; NOISE"));
  CHECK_THAT(table[2], Catch::EndsWith(",found,26.5,,CRT,,,,,,,,,"));
}

}  // namespace
