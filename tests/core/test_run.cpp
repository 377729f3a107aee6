// A run is validated once; what it refuses is named.
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/run.hpp"

using qpcr::AmplificationCurve;
using qpcr::CurveKind;
using qpcr::Measurement;
using qpcr::Run;
using qpcr::RunData;

namespace {

RunData example() {
  RunData data;
  data.name = "r";
  data.plate = qpcr::PlateGeometry{8, 12};
  Measurement measurement;
  measurement.well = qpcr::to_well({0, 0});
  measurement.sample = "SIM-1";
  measurement.target = "T";
  measurement.dye = "FAM";
  measurement.amplification.push_back({CurveKind::multicomponent, {1, 2, 3}, {5, 6, 7}});
  data.measurements.push_back(measurement);
  return data;
}

}  // namespace

TEST_CASE("a valid run is kept as it is") {
  const Run run(example());
  CHECK(run->measurements.size() == 1);
  CHECK(qpcr::find_curve(run->measurements[0], CurveKind::multicomponent) != nullptr);
  CHECK(qpcr::find_curve(run->measurements[0], CurveKind::normalised) == nullptr);
  CHECK(qpcr::is_simulated(*run));
}

TEST_CASE("one simulated sample among controls marks the run as simulated") {
  RunData data = example();
  Measurement control = data.measurements[0];
  control.well = qpcr::to_well({0, 1});
  control.sample = "NTC";
  data.measurements.insert(data.measurements.begin(), control);
  CHECK(qpcr::is_simulated(data));
  data.measurements[1].sample = "S-1";
  CHECK_FALSE(qpcr::is_simulated(data));
  data.instrument.model = "SIMULATED";
  CHECK(qpcr::is_simulated(data));
}

TEST_CASE("an invalid run names the well and the fault") {
  RunData data = example();
  SECTION("well twice") {
    data.measurements.push_back(data.measurements[0]);
    CHECK_THROWS_WITH(Run(data), Catch::Contains("A1") && Catch::Contains("twice"));
  }
  SECTION("unequal lengths") {
    data.measurements[0].amplification[0].cycles.push_back(4);
    CHECK_THROWS_WITH(Run(data), Catch::Contains("4 positions but 3 readings"));
  }
  SECTION("cycles that do not increase") {
    data.measurements[0].amplification[0].cycles = {1, 1, 2};
    CHECK_THROWS_WITH(Run(data), Catch::Contains("cycle 1 follows cycle 1"));
  }
  SECTION("infinite reading") {
    data.measurements[0].amplification[0].fluorescence[1] = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH(Run(data), Catch::Contains("infinite"));
  }
  SECTION("two curves of one kind") {
    data.measurements[0].amplification.push_back(data.measurements[0].amplification[0]);
    CHECK_THROWS_WITH(Run(data), Catch::Contains("two amplification curves of kind multicomponent"));
  }
  SECTION("outside the plate") {
    data.measurements[0].well = qpcr::to_well({8, 0});
    CHECK_THROWS_WITH(Run(data), Catch::Contains("outside the plate of 8 × 12"));
  }
  SECTION("a Cq without its status") {
    data.measurements[0].vendor.cq_cycles = 20.0;
    CHECK_THROWS_WITH(Run(data), Catch::Contains("contradict"));
  }
}

TEST_CASE("analysis prefers the signal that has been normalised but not subtracted") {
  Measurement measurement;
  measurement.amplification.push_back({CurveKind::baseline_subtracted, {1}, {1}});
  CHECK(qpcr::find_analysis_curve(measurement)->kind == CurveKind::baseline_subtracted);
  measurement.amplification.push_back({CurveKind::multicomponent, {1}, {1}});
  CHECK(qpcr::find_analysis_curve(measurement)->kind == CurveKind::multicomponent);
  measurement.amplification.push_back({CurveKind::normalised, {1}, {1}});
  CHECK(qpcr::find_analysis_curve(measurement)->kind == CurveKind::normalised);
}
