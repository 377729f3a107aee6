// What is written is read back by the readers of the instruments to the same values.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/exchange/cfx_csv.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;

const Measurement& find(const Run& run, const Measurement& wanted) {
  for (const Measurement& measurement : run->measurements) {
    if (measurement.well == wanted.well && measurement.dye == wanted.dye) return measurement;
  }
  FAIL("well " << wanted.well.label << " " << wanted.dye << " was not read back");
  return run->measurements.front();
}

void check_common(const Run& read, const RunData& written) {
  REQUIRE(read->measurements.size() == written.measurements.size());
  for (const Measurement& expected : written.measurements) {
    const Measurement& measurement = find(read, expected);
    INFO(expected.well.label << " " << expected.dye);
    CHECK(measurement.sample == expected.sample);
    CHECK(measurement.target == expected.target);
    CHECK(measurement.role == expected.role);
    CHECK(measurement.quantity == expected.quantity);
    CHECK(measurement.vendor.cq_cycles == expected.vendor.cq_cycles);
    REQUIRE(measurement.amplification.size() == 1);
  }
}

TEST_CASE("RDML reads back to the same values") {
  const RunData written = test::make_run();
  const Run run(written);
  const std::vector<Run> read = load_bytes(render_rdml({&run, 1}).bytes, "run.rdml");
  REQUIRE(read.size() == 1);
  CHECK(read[0]->name == written.name);
  CHECK(read[0]->started_at == written.started_at);
  CHECK(read[0]->plate == written.plate);
  check_common(read[0], written);
  for (const Measurement& expected : written.measurements) {
    const Measurement& measurement = find(read[0], expected);
    CHECK(measurement.excluded == expected.excluded);
    CHECK(measurement.exclusion_reason == expected.exclusion_reason);
    const bool gap = &expected == &written.measurements[0];
    if (gap) continue;
    CHECK(measurement.amplification[0].cycles == expected.amplification[0].cycles);
    CHECK(measurement.amplification[0].fluorescence == expected.amplification[0].fluorescence);
  }
  const Measurement& gap = find(read[0], written.measurements[0]);
  CHECK(gap.amplification[0].cycles == std::vector<double>{1, 2, 4, 5});
  CHECK(gap.melt[0].temperatures_celsius == std::vector<double>{65, 65.5});
  CHECK(find(read[0], written.measurements[1]).vendor.cq_status == CqStatus::no_amplification);
  CHECK(find(read[0], written.measurements[2]).vendor.cq_status == CqStatus::not_measured);
}

TEST_CASE("Two experiments of several runs read back under their names") {
  std::vector<Run> runs;
  for (const char* name : {"e1/r1", "e1/r2", "e2/r1"}) {
    RunData data = test::make_run();
    data.name = name;
    runs.emplace_back(data);
  }
  const std::vector<Run> read = load_bytes(render_rdml(runs).bytes, "run.rdml");
  REQUIRE(read.size() == 3);
  for (std::size_t i = 0; i < read.size(); ++i) CHECK(read[i]->name == runs[i]->name);
}

TEST_CASE("CFX CSV reads back to the same values") {
  RunData written = test::make_run();
  written.name = "Trial run 1";
  written.instrument.serial_number = "SIMULATED";
  const std::filesystem::path folder = std::filesystem::path(QPCR_BINARY_DIR) / "test_exchange_cfx";
  std::filesystem::remove_all(folder);
  OutputFiles output(folder);
  for (const auto& [name, bytes] : render_cfx_csv(Run(written)).files) output.add(name, bytes);
  const std::vector<Run> read = load_runs(output.commit());
  std::filesystem::remove_all(folder);
  REQUIRE(read.size() == 1);
  CHECK(is_simulated(*read[0]));
  CHECK(read[0]->name == written.name);
  CHECK(read[0]->started_at == written.started_at);
  check_common(read[0], written);
  for (const Measurement& expected : written.measurements) {
    const Measurement& measurement = find(read[0], expected);
    CHECK(measurement.amplification[0].kind == CurveKind::baseline_subtracted);
    CHECK(measurement.amplification[0].cycles == expected.amplification[1].cycles);
    CHECK(measurement.amplification[0].fluorescence == expected.amplification[1].fluorescence);
  }
}

}  // namespace
