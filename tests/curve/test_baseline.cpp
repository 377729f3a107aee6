// The baseline: it is the ground that was put in, whatever the rise, and says how well it is known.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/baseline.hpp"
#include "libqpcr/curve/cq.hpp"
#include "libqpcr/math/linear_fit.hpp"
#include "tests/curve/curve_data.hpp"

namespace {

using namespace qpcr;
using test::Random;

constexpr double rise = 2000.0;
constexpr double threshold = 200.0;
const double rate = std::log(1.95);

/// Logistic in x on a line: exponential growth by 1.95 a cycle before it slows.
AmplificationCurve make_logistic(double middle, double noise, Random& random) {
  AmplificationCurve curve;
  curve.kind = CurveKind::raw_filter;
  for (int x = 1; x <= 45; ++x) {
    curve.cycles.push_back(x);
    curve.fluorescence.push_back(500.0 + 0.8 * x + rise / (1.0 + std::exp(-rate * (x - middle))) +
                                 noise * random.normal());
  }
  return curve;
}

/// What is left of the Cq's delay when interpolation is exact: the part of the baseline.
double find_delay(double middle, double noise, int count, double& spread) {
  Random random(5);
  const double truth = middle - std::log(rise / threshold - 1.0) / rate;
  CqOptions options;
  options.threshold = threshold;
  // Logarithmic interpolation errs by less than 0.01 cycles here: growth has slowed by a tenth at the threshold.
  options.interpolation = Interpolation::logarithmic;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < count; ++i) {
    const CqResult result = estimate_cq(to_view(make_logistic(middle, noise, random)), options);
    REQUIRE(result.cq_cycles);
    sum += *result.cq_cycles - truth;
    squares += (*result.cq_cycles - truth) * (*result.cq_cycles - truth);
  }
  spread = std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count)));
  return sum / count;
}

TEST_CASE("a line through readings that hold some of the rise delays the Cq, the automatic baseline does not") {
  // What was wrong: an ordinary line through the readings before 0.5 % of the rise.
  Random random(5);
  const AmplificationCurve early = make_logistic(18.0, 0.0, random);
  const auto before = static_cast<std::size_t>(18.0 - std::log(199.0) / rate);
  const LinearFit line = fit_line(std::span<const double>(early.cycles).first(before),
                                  std::span<const double>(early.fluorescence).first(before));
  const double cycle = 15.0;
  const double tilt = line.intercept + line.slope * cycle - (500.0 + 0.8 * cycle);
  CHECK(tilt > 0.04 * threshold);
  const Baseline automatic = estimate_baseline(to_view(early), {});
  CHECK(std::abs(evaluate_baseline(automatic, cycle) - (500.0 + 0.8 * cycle)) < 0.015 * threshold);

  for (const double middle : {18.0, 22.0, 26.0, 30.0, 34.0, 38.0}) {
    double spread = 0.0;
    const double clean = find_delay(middle, 0.0, 1, spread);
    CAPTURE(middle, clean);
    CHECK(std::abs(clean) < 0.025);
    for (const double noise : {2.0, 8.0}) {
      const double delay = find_delay(middle, noise, 300, spread);
      CAPTURE(noise, delay, spread);
      CHECK(std::abs(delay) < 0.04);
    }
  }
}

TEST_CASE("the variance of the baseline is that of repeated readings") {
  for (const BaselineMethod method : {BaselineMethod::constant, BaselineMethod::linear, BaselineMethod::model}) {
    for (const bool window : {false, true}) {
      if (window && method == BaselineMethod::model) continue;
      BaselineOptions options;
      options.method = method;
      options.model = AmplificationModel::logistic_6;
      if (window) {
        options.first_cycle = 3.0;
        options.last_cycle = 14.0;
      }
      Random random(3);
      constexpr double cycle = 20.0;
      constexpr int count = 600;
      double sum = 0.0;
      double squares = 0.0;
      double claimed = 0.0;
      for (int i = 0; i < count; ++i) {
        const Baseline baseline = estimate_baseline(to_view(make_logistic(26.0, 4.0, random)), options);
        REQUIRE(baseline.method == method);
        const double value = evaluate_baseline(baseline, cycle);
        sum += value;
        squares += value * value;
        claimed += estimate_baseline_variance(baseline, cycle) / count;
      }
      const double sd = std::sqrt((squares - sum * sum / count) / (count - 1));
      CAPTURE(to_string(method), window, sd, std::sqrt(claimed));
      // A constant on a line is wrong by its slope, which widens its residuals.
      if (method == BaselineMethod::constant) {
        CHECK(std::sqrt(claimed) > 0.85 * sd);
      } else {
        CHECK(std::sqrt(claimed) == Approx(sd).epsilon(0.15));
      }
    }
  }
}

TEST_CASE("the baseline of the model is its ground, and that of a curve without amplification a constant") {
  Random random(4);
  const AmplificationCurve curve = make_logistic(24.0, 1.0, random);
  BaselineOptions options;
  options.method = BaselineMethod::model;
  for (const AmplificationModel model : all_amplification_models()) {
    options.model = model;
    AmplificationModelOptions fit_options;
    fit_options.model = model;
    const AmplificationFit fit = fit_amplification_model(to_view(curve), fit_options);
    const Baseline baseline = estimate_baseline(to_view(curve), options);
    CHECK(baseline.method == BaselineMethod::model);
    CHECK(baseline.intercept == Approx(fit.c).epsilon(1e-9));
    CHECK(baseline.slope_per_cycle == Approx(fit.slope_per_cycle).margin(1e-9));
  }
  AmplificationCurve flat = curve;
  for (double& value : flat.fluorescence) value = 500.0 + random.normal();
  const Baseline constant = estimate_baseline(to_view(flat), options);
  CHECK(constant.method == BaselineMethod::constant);
  CHECK(constant.intercept == Approx(500.0).margin(1.0));
}

TEST_CASE("a window belongs to a constant or a line, and cycles must increase") {
  BaselineOptions options;
  options.method = BaselineMethod::model;
  options.first_cycle = 3.0;
  options.last_cycle = 9.0;
  CHECK_THROWS_AS(options.validate(), Error);
  Random random(6);
  AmplificationCurve curve = make_logistic(24.0, 1.0, random);
  curve.cycles[7] = curve.cycles[6];
  CHECK_THROWS_AS(estimate_baseline(to_view(curve), {}), Error);
  CHECK(parse_baseline_method("model") == BaselineMethod::model);
}

}  // namespace
