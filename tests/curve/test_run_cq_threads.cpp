// A run's Cq are the same to the last bit for any number of threads.
#include <bit>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/curve/run_cq.hpp"
#include "tests/curve/curve_data.hpp"

using namespace qpcr;

namespace {

/// Two targets, the second with a different shape; some curves silent, falling, spiked or with gaps.
Run make_run() {
  test::Random random(11);
  RunData data;
  data.name = "made";
  for (int i = 0; i < 500; ++i) {
    test::Shape shape;
    const bool second = i >= 300;
    shape.e = 16.0 + 22.0 * random.uniform();
    shape.b = -(second ? 0.5 : 0.62) * shape.e;
    shape.d = i % 17 == 0 ? shape.c : shape.c + 800.0 + 400.0 * random.uniform();
    shape.slope_per_cycle = i % 23 == 0 ? -8.0 : 0.5;
    shape.noise_sd = 4.0;
    Measurement measurement;
    measurement.well.label = "W" + std::to_string(i);
    measurement.target = second ? (i >= 384 ? "C" : "B") : "A";
    measurement.dye = i >= 384 ? "VIC" : "FAM";
    measurement.role = i % 17 == 0 ? SampleRole::no_template_control : SampleRole::unknown;
    measurement.excluded = i % 101 == 100;
    AmplificationCurve curve = test::make_curve(shape, 45, random);
    if (i % 31 == 0) curve.fluorescence[9] += 900.0;
    if (i % 37 == 0) curve.fluorescence[20] = std::numeric_limits<double>::quiet_NaN();
    measurement.amplification.push_back(curve);
    data.measurements.push_back(measurement);
  }
  return Run(data);
}

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

bool same(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

bool same(const Baseline& a, const Baseline& b) {
  return a.method == b.method && same(a.intercept, b.intercept) && same(a.slope_per_cycle, b.slope_per_cycle) &&
         same(a.noise_sd, b.noise_sd) && same(a.first_cycle, b.first_cycle) && same(a.last_cycle, b.last_cycle) &&
         same(a.intercept_variance, b.intercept_variance) && same(a.slope_variance, b.slope_variance) &&
         same(a.covariance, b.covariance);
}

bool same(const std::vector<QualityFlag>& a, const std::vector<QualityFlag>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].rule != b[i].rule || !same(a[i].value, b[i].value) || !same(a[i].limit, b[i].limit)) return false;
  }
  return true;
}

bool same(const std::optional<AmplificationFit>& a, const std::optional<AmplificationFit>& b) {
  if (a.has_value() != b.has_value()) return false;
  if (!a) return true;
  bool equal = a->status == b->status && same(a->b, b->b) && same(a->c, b->c) && same(a->d, b->d) && same(a->e, b->e) &&
               same(a->residual_sum_of_squares, b->residual_sum_of_squares) && a->iterations == b->iterations;
  for (std::size_t i = 0; i < 6; ++i) equal = equal && same(a->standard_errors[i], b->standard_errors[i]);
  return equal;
}

bool same(const CqResult& a, const CqResult& b) {
  return a.method == b.method && a.status == b.status && same(a.cq_cycles, b.cq_cycles) &&
         same(a.standard_error_cycles, b.standard_error_cycles) && same(a.threshold, b.threshold) &&
         a.interpolation == b.interpolation && same(a.log10_n0, b.log10_n0) &&
         same(a.log10_n0_standard_error, b.log10_n0_standard_error) && a.amplified == b.amplified &&
         a.verdict == b.verdict && a.reason == b.reason && a.notes == b.notes && same(a.flags, b.flags) &&
         same(a.baseline, b.baseline) && same(a.fit, b.fit) && same(a.maximum_ratio, b.maximum_ratio) &&
         same(a.end_fluorescence_rise, b.end_fluorescence_rise);
}

}  // namespace

TEST_CASE("a run's Cq are the same to the last bit for any number of threads") {
  const Run run = make_run();
  const CqMethod method =
      GENERATE(CqMethod::common_shape, CqMethod::threshold, CqMethod::second_derivative_maximum, CqMethod::take_off);
  RunCqOptions options;
  options.cq.method = method;
  const RunCq one = estimate_run_cq(run, options);
  std::size_t found = 0;
  for (const MeasurementCq& curve : one.curves) found += curve.result.status == CqStatus::found ? 1 : 0;
  CHECK(found > 300);
  REQUIRE(one.groups.size() == 3);
  for (const int threads : {2, 5}) {
    options.threads = threads;
    const RunCq many = estimate_run_cq(run, options);
    REQUIRE(many.curves.size() == one.curves.size());
    REQUIRE(many.groups.size() == one.groups.size());
    CHECK(many.left_out == one.left_out);
    std::size_t different = 0;
    for (std::size_t i = 0; i < one.curves.size(); ++i) {
      const bool place = many.curves[i].measurement == one.curves[i].measurement &&
                         many.curves[i].group == one.curves[i].group && many.curves[i].kind == one.curves[i].kind;
      different += place && same(many.curves[i].result, one.curves[i].result) ? 0u : 1u;
    }
    CHECK(different == 0);
    for (std::size_t g = 0; g < one.groups.size(); ++g) {
      CHECK(many.groups[g].target == one.groups[g].target);
      CHECK(many.groups[g].dye == one.groups[g].dye);
      CHECK(same(many.groups[g].threshold, one.groups[g].threshold));
      REQUIRE((many.groups[g].common_shape == nullptr) == (one.groups[g].common_shape == nullptr));
      if (one.groups[g].common_shape == nullptr) continue;
      const std::vector<double> ours = to_numbers(*many.groups[g].common_shape);
      const std::vector<double> theirs = to_numbers(*one.groups[g].common_shape);
      REQUIRE(ours.size() == theirs.size());
      std::size_t moved = 0;
      for (std::size_t i = 0; i < ours.size(); ++i) moved += same(ours[i], theirs[i]) ? 0u : 1u;
      CHECK(moved == 0);
    }
  }
}
