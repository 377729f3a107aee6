// Product, primer dimer, something else, nothing; and the curves of a run.
#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/melt/product.hpp"
#include "libqpcr/melt/run_melt.hpp"
#include "tests/melt/melt_data.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

MeltCurve melt_of(const std::vector<Duplex>& duplexes, std::uint64_t seed) {
  Random random(seed);
  MeltShape shape;
  shape.duplexes = duplexes;
  shape.noise_sd = 2.0;
  return make_melt(shape, random);
}

ProductVerdict call(const std::vector<Duplex>& duplexes, std::uint64_t seed) {
  ProductExpectation expectation;
  expectation.tm_celsius = {86.0};
  const ProductCheck check = call_melt_product(analyse_melt(to_view(melt_of(duplexes, seed)), {}), expectation);
  CHECK_FALSE(check.reason.id.empty());
  return check.verdict;
}

}  // namespace

TEST_CASE("each kind of reaction gets its name", "[melt]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CHECK(call({{86.0, 1000.0, 300.0}}, seed) == ProductVerdict::product);
    CHECK(call({{86.0, 1000.0, 300.0}, {76.0, 60.0, 150.0}}, seed) == ProductVerdict::product);
    CHECK(call({{86.0, 600.0, 300.0}, {77.0, 400.0, 200.0}}, seed) == ProductVerdict::product_and_others);
    CHECK(call({{76.0, 600.0, 200.0}}, seed) == ProductVerdict::primer_dimer);
    CHECK(call({{89.0, 900.0, 300.0}}, seed) == ProductVerdict::other_product);
    CHECK(call({}, seed) == ProductVerdict::nothing);
  }
}

TEST_CASE("an unusable curve is not 'nothing'", "[melt]") {
  ProductExpectation expectation;
  expectation.tm_celsius = {86.0};
  CHECK(call_melt_product(analyse_melt({}, {}), expectation).verdict == ProductVerdict::unusable);
  const std::vector<double> temperatures{60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71};
  const std::vector<double> saturated(12, 65535.0);
  CHECK(call_melt_product(analyse_melt({CurveKind::unknown, temperatures, saturated}, {}), expectation).verdict ==
        ProductVerdict::unusable);
  expectation.tm_celsius.clear();
  CHECK_THROWS_AS(call_melt_product(MeltResult{}, expectation), Error);
}

TEST_CASE("the curves of a run: kinds in order, the passive reference and omitted wells apart", "[melt]") {
  RunData data;
  data.name = "r";
  data.passive_reference_dye = "ROX";
  const auto add = [&](const char* label, const char* target, const char* dye) -> Measurement& {
    Measurement measurement;
    measurement.well.label = label;
    measurement.target = target;
    measurement.dye = dye;
    data.measurements.push_back(measurement);
    return data.measurements.back();
  };
  MeltCurve curve = melt_of({{86.0, 1000.0, 300.0}}, 1);
  curve.kind = CurveKind::multicomponent;
  MeltCurve other = melt_of({{80.0, 1000.0, 300.0}}, 2);
  other.kind = CurveKind::normalised;
  add("A1", "T", "SYBR").melt = {curve, other, other};
  add("A1", "", "ROX").melt = {curve};
  Measurement& omitted = add("A2", "T", "SYBR");
  omitted.melt = {curve};
  omitted.excluded = true;
  add("A3", "T", "SYBR");
  const Run run(data);
  const RunMelt result = analyse_run_melt(run, {});
  REQUIRE(result.curves.size() == 3);
  CHECK(result.curves[0].result.kind == CurveKind::normalised);
  CHECK(result.curves[0].melt == 1);
  CHECK(result.curves[1].melt == 2);
  CHECK(result.curves[0].result.peaks.at(0).tm_celsius == Approx(80.0).margin(0.2));
  CHECK(result.curves[2].result.status == MeltStatus::excluded);
  CHECK(describe_melt(result.curves[2].result).id == "melt_excluded");
  CHECK(result.left_out == std::vector<std::size_t>{1, 3});
  RunMeltOptions options;
  options.kind = CurveKind::multicomponent;
  CHECK(analyse_run_melt(run, options).curves.size() == 3);
}
