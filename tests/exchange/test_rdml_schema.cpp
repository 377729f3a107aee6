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
  const std::vector<Run> runs{Run(test::make_run()), Run(rotor)};
  const std::optional<bool> valid = test::is_valid_rdml(render_rdml_xml(runs).bytes);
  if (!valid) {
    WARN("skipped: xmllint is not installed");
    return;
  }
  CHECK(*valid);
  CHECK_FALSE(*test::is_valid_rdml("<rdml xmlns=\"http://www.rdml.org\" version=\"1.3\"><nothing/></rdml>"));
}

}  // namespace
