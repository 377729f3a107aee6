// A run's own standards, samples, references and calibrator put together.
#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/quantity/run_quantity.hpp"
#include "tests/quantity/run_fixture.hpp"

namespace {

using namespace qpcr;

const SampleQuantity& find(const RunQuantities& result, const std::string& sample, const std::string& target) {
  const auto found = std::find_if(result.samples.begin(), result.samples.end(),
                                  [&](const SampleQuantity& s) { return s.sample == sample && s.target == target; });
  REQUIRE(found != result.samples.end());
  return *found;
}

TEST_CASE("unknowns are read from the run's standards", "[run_quantity]") {
  const test::RunWithCq data = test::make_run();
  const Run run(data.data);
  const RunQuantities result = estimate_run_quantities(run, data.cq, {});
  REQUIRE(result.standard_curves.size() == 2);
  CHECK(result.standard_curves[0].curve.amplification_efficiency == Approx(1.0).margin(1e-9));
  CHECK(result.standard_curves[0].quantity_unit == "cop");
  CHECK(result.standard_curves[1].curve.status == StandardCurveStatus::too_few_points);
  const SampleQuantity& a = find(result, "A", "T");
  CHECK(*a.estimate.quantity == Approx(400.0).epsilon(1e-6));
  CHECK(a.estimate.replicates == 2);
  CHECK(a.reason.id.empty());
  CHECK(find(result, "High", "T").estimate.range == QuantityRange::above_upper_limit);
  CHECK(find(result, "High", "T").reason.id == "quantity_above_range");
  CHECK(find(result, "NTC", "T").reason.id == "quantity_no_cq");
  CHECK(find(result, "A", "R").reason.id == "quantity_standards_too_few");
  CHECK(result.relative.empty());
}

TEST_CASE("relative quantities use the curve's growth and say where one is assumed", "[run_quantity]") {
  const test::RunWithCq data = test::make_run();
  const Run run(data.data);
  RunQuantityOptions options;
  options.reference_targets = {"R"};
  options.calibrator_sample = "B";
  const RunQuantities result = estimate_run_quantities(run, data.cq, options);
  const auto at = [&](const std::string& sample) {
    return *std::find_if(result.relative.begin(), result.relative.end(),
                         [&](const SampleRelativeQuantity& r) { return r.sample == sample; });
  };
  // Four times the target at half the reference.
  CHECK(at("A").quantity.ratio == Approx(8.0).epsilon(1e-6));
  CHECK(at("A").growth_is_assumed);
  CHECK(at("A").reason.id == "quantity_growth_assumed");
  CHECK(at("B").quantity.ratio == Approx(1.0));
  CHECK(at("A").quantity.ratio_interval);
  CHECK(std::isnan(at("High").quantity.ratio));
  CHECK(at("High").reason.id == "quantity_relative_no_cq");
}

TEST_CASE("requests that a run cannot meet are errors", "[run_quantity]") {
  test::RunWithCq data = test::make_run();
  const auto refused = [](const test::RunWithCq& source, const RunQuantityOptions& options) {
    const Run run(source.data);
    CHECK_THROWS_AS(estimate_run_quantities(run, source.cq, options), Error);
  };
  RunQuantityOptions options;
  options.reference_targets = {"R"};
  refused(data, options);
  options.calibrator_sample = "nobody";
  refused(data, options);
  options.calibrator_sample = "B";
  options.reference_targets = {"X"};
  refused(data, options);
  data.data.measurements[0].quantity_unit = "ng";
  refused(data, {});
}

TEST_CASE("excluded reactions are left out", "[run_quantity]") {
  test::RunWithCq data = test::make_run();
  data.add("A", "T", SampleRole::unknown, std::nullopt, std::nullopt, CqStatus::excluded);
  data.add("Std", "T", SampleRole::standard, std::nullopt, 10.0);
  const Run run(data.data);
  const RunQuantities result = estimate_run_quantities(run, data.cq, {});
  CHECK(find(result, "A", "T").estimate.replicates_without_cq == 0);
  CHECK(result.standard_curves[0].curve.left_out == 1);
}

}  // namespace
