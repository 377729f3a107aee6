// RDML against the consortium's schema.
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/exchange/rdml.hpp"
#include "tests/exchange/fixture.hpp"
#include "tests/exchange/schema.hpp"

namespace {

using namespace qpcr;

TEST_CASE("Written RDML is valid by the schema", "[reference]") {
  RunData rotor = test::make_run();
  rotor.name = "rotor";
  rotor.plate.reset();
  rotor.measurements = {test::make_measurement(0, 0, "", "", ""), test::make_measurement(0, 1, "b", "T", "FAM")};
  rotor.measurements[0].well = {"left", {}};
  rotor.measurements[1].well = {"right", {}};
  rotor.measurements[1].role = SampleRole::calibrator;
  RunData plate = test::make_run();
  plate.name = "plate";
  // Wells without a sample, without data, of a role without a code; another kind of curve; a target in two dyes.
  plate.measurements[0].sample = plate.measurements[1].sample = "";
  plate.measurements[0].role = SampleRole::unspecified;
  plate.measurements[0].role_text = "opt";
  plate.measurements[1].amplification.erase(plate.measurements[1].amplification.begin());
  plate.measurements[1].target = "T&1";
  plate.measurements[1].excluded = true;
  plate.measurements[2].target.clear();
  plate.measurements[2].sample.clear();
  Measurement bare;
  bare.well = to_well({5, 5});
  bare.role = SampleRole::positive_control;
  bare.quantity = 10;
  plate.measurements.push_back(bare);
  RunData full = test::make_full_run();
  full.name = "full";
  const std::vector<Run> runs{Run(test::make_run()), Run(rotor), Run(plate), Run(full)};
  const std::optional<bool> valid = test::is_valid_rdml(render_rdml_xml(runs).bytes);
  if (!valid) {
    WARN("skipped: xmllint is not installed");
    return;
  }
  CHECK(*valid);
  for (const RdmlVersion version : {RdmlVersion::v1_2, RdmlVersion::v1_3}) {
    for (const bool setup_only : {false, true}) {
      RdmlOptions options;
      options.version = version;
      options.with_operator = true;
      options.setup_only = setup_only;
      CHECK(*test::is_valid_rdml(render_rdml_xml(runs, options).bytes, version));
    }
  }
  CHECK_FALSE(*test::is_valid_rdml("<rdml xmlns=\"http://www.rdml.org\" version=\"1.3\"><nothing/></rdml>"));
}

}  // namespace
