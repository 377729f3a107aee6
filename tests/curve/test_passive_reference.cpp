// Rn by our division against the instrument's, and what must not be divided.
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/passive_reference.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using namespace qpcr::test;
namespace fs = std::filesystem;

namespace {

AmplificationCurve flat(CurveKind kind, double level, int count = 40) {
  AmplificationCurve curve;
  curve.kind = kind;
  for (int i = 1; i <= count; ++i) {
    curve.cycles.push_back(i);
    curve.fluorescence.push_back(level);
  }
  return curve;
}

}  // namespace

TEST_CASE("Rn is reporter over reference, reading by reading", "[passive_reference]") {
  Random random(1);
  const AmplificationCurve reporter = make_curve({}, 40, random, CurveKind::multicomponent);
  AmplificationCurve reference = flat(CurveKind::multicomponent, 50.0);
  reference.fluorescence[3] = std::numeric_limits<double>::quiet_NaN();
  reference.fluorescence[5] = 0.0;
  const NormalisedCurve result = normalise_by_passive_reference(to_view(reporter), to_view(reference), {});
  REQUIRE(result.status == PassiveReferenceStatus::normalised);
  CHECK(result.curve.kind == CurveKind::normalised);
  CHECK(result.curve.cycles == reporter.cycles);
  for (std::size_t i = 0; i < 40; ++i) {
    if (i == 3 || i == 5) {
      CHECK(std::isnan(result.curve.fluorescence[i]));
    } else {
      CHECK(result.curve.fluorescence[i] == reporter.fluorescence[i] / 50.0);
    }
  }
  CHECK(result.reference_level == 50.0);
}

TEST_CASE("nothing is divided twice, and only signals of single dyes are divided", "[passive_reference]") {
  Random random(2);
  const AmplificationCurve reference = flat(CurveKind::multicomponent, 50.0);
  const auto status = [&](CurveKind reporter_kind, CurveKind reference_kind) {
    const AmplificationCurve reporter = make_curve({}, 40, random, reporter_kind);
    const NormalisedCurve result =
        normalise_by_passive_reference(to_view(reporter), to_view(flat(reference_kind, 50.0)), {});
    CHECK(result.curve.fluorescence.empty() == (result.status != PassiveReferenceStatus::normalised));
    CHECK(result.reason.id.empty() == (result.status == PassiveReferenceStatus::normalised));
    return result.status;
  };
  using Kind = CurveKind;
  using Status = PassiveReferenceStatus;
  CHECK(status(Kind::multicomponent, Kind::multicomponent) == Status::normalised);
  CHECK(status(Kind::background_subtracted, Kind::background_subtracted) == Status::normalised);
  CHECK(status(Kind::normalised, Kind::multicomponent) == Status::already_normalised);
  CHECK(status(Kind::baseline_subtracted, Kind::multicomponent) == Status::wrong_kind);
  CHECK(status(Kind::raw_filter, Kind::raw_filter) == Status::wrong_kind);
  CHECK(status(Kind::unknown, Kind::unknown) == Status::wrong_kind);
  CHECK(status(Kind::multicomponent, Kind::raw_filter) == Status::wrong_kind);
  CHECK(status(Kind::background_subtracted, Kind::multicomponent) == Status::wrong_kind);
}

TEST_CASE("a weak, varying, missing or dark reference is said so", "[passive_reference]") {
  Random random(3);
  const AmplificationCurve reporter = make_curve({}, 40, random, CurveKind::multicomponent);
  PassiveReferenceOptions options;
  options.usual_level = 100.0;
  const auto status = [&](const AmplificationCurve& reference) {
    return normalise_by_passive_reference(to_view(reporter), to_view(reference), options).status;
  };
  using Kind = CurveKind;
  using Status = PassiveReferenceStatus;
  CHECK(status(flat(Kind::multicomponent, 31.0)) == Status::normalised);
  CHECK(status(flat(Kind::multicomponent, 29.0)) == Status::weak);
  AmplificationCurve falling = flat(Kind::multicomponent, 100.0);
  for (std::size_t i = 0; i < 40; ++i) falling.fluorescence[i] -= static_cast<double>(i);
  CHECK(status(falling) == Status::varying);
  AmplificationCurve spike = flat(Kind::multicomponent, 100.0);
  spike.fluorescence[20] = 500.0;
  CHECK(status(spike) == Status::normalised);
  CHECK(status(flat(Kind::multicomponent, -1.0)) == Status::not_positive);
  CHECK(status(flat(Kind::multicomponent, 0.0)) == Status::not_positive);
  CHECK(status(flat(Kind::multicomponent, 100.0, 39)) == Status::missing_reference);
  AmplificationCurve empty = flat(Kind::multicomponent, std::numeric_limits<double>::quiet_NaN());
  CHECK(status(empty) == Status::missing_reference);
  options.smallest_level_fraction = 1.5;
  CHECK_THROWS_AS(normalise_by_passive_reference(to_view(reporter), to_view(empty), options), Error);
}

TEST_CASE("Rn of every instrument file with reporter, reference and Rn equals the instrument's", "[reference]") {
  std::size_t curves = 0;
  double worst = 0.0;
  for (const char* folder : {"abi_eds", "abi_eds_synthetic"}) {
    for (const fs::path& file : list_files(reference_data() / "instruments/files" / folder, ".eds")) {
      std::vector<Run> runs;
      try {
        runs = load_runs({file});
      } catch (const Error&) {
        continue;
      }
      RunData data = *runs.front();
      if (data.passive_reference_dye.empty()) continue;
      // Without the instrument's Rn our own is made; with it nothing may be divided again.
      std::vector<AmplificationCurve> theirs(data.measurements.size());
      for (std::size_t i = 0; i < data.measurements.size(); ++i) {
        Measurement& measurement = data.measurements[i];
        const AmplificationCurve* rn = find_curve(measurement, CurveKind::normalised);
        if (rn == nullptr || find_curve(measurement, CurveKind::multicomponent) == nullptr) continue;
        theirs[i] = *rn;
        std::erase_if(measurement.amplification,
                      [](const AmplificationCurve& curve) { return curve.kind == CurveKind::normalised; });
      }
      for (const NormalisedMeasurement& ours : normalise_run(Run(data), {})) {
        const std::vector<double>& expected = theirs[ours.measurement].fluorescence;
        if (expected.empty() || ours.result.curve.fluorescence.empty()) continue;
        REQUIRE(ours.result.curve.fluorescence.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
          worst = std::max(worst, std::abs(ours.result.curve.fluorescence[i] / expected[i] - 1.0));
        ++curves;
      }
      for (const NormalisedMeasurement& again : normalise_run(runs.front(), {})) {
        if (!theirs[again.measurement].fluorescence.empty())
          CHECK(again.result.status == PassiveReferenceStatus::already_normalised);
      }
    }
  }
  std::cout << "Rn of " << curves << " curves: largest relative difference " << worst << "\n";
  CHECK(curves >= 8);
  CHECK(worst <= 1.5e-7);
}
