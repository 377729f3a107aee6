// Baseline and Cq: definitions against a naive recomputation, invariances, statuses, bad options.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/cq.hpp"
#include "tests/curve/curve_data.hpp"

namespace {

using namespace qpcr;
using test::make_curve;
using test::Random;
using test::Shape;

std::vector<AmplificationCurve> make_plate(CurveKind kind = CurveKind::raw_filter) {
  Random random(11);
  std::vector<AmplificationCurve> plate;
  for (int i = 0; i < 24; ++i) {
    Shape shape;
    shape.e = 16.0 + static_cast<double>(i);
    shape.b = -0.6 * shape.e;
    shape.slope_per_cycle = 0.5;
    shape.noise_sd = 2.0;
    if (i % 6 == 5) shape.d = shape.c;
    plate.push_back(make_curve(shape, 45, random, kind));
  }
  return plate;
}

std::vector<CurveView> to_views(const std::vector<AmplificationCurve>& plate) {
  std::vector<CurveView> views;
  for (const auto& curve : plate) views.push_back(to_view(curve));
  return views;
}

CqOptions with_method(CqMethod method) {
  CqOptions options;
  options.method = method;
  return options;
}

bool same_bits(std::optional<double> a, std::optional<double> b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || std::bit_cast<std::uint64_t>(*a) == std::bit_cast<std::uint64_t>(*b);
}

/// The first climb through the threshold after which the curve stays above it up to its highest reading, from the
/// definition.
double find_naively(const AmplificationCurve& curve, const Baseline& baseline, double threshold) {
  std::vector<double> net;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    net.push_back(curve.fluorescence[i] - baseline.intercept - baseline.slope_per_cycle * curve.cycles[i]);
  }
  const auto top = static_cast<std::size_t>(std::max_element(net.begin(), net.end()) - net.begin());
  for (std::size_t i = 1; i <= top; ++i) {
    const bool stays =
        std::all_of(net.begin() + static_cast<std::ptrdiff_t>(i), net.begin() + static_cast<std::ptrdiff_t>(top) + 1,
                    [&](double value) { return value >= threshold; });
    if (net[i - 1] < threshold && stays) {
      return curve.cycles[i - 1] +
             (threshold - net[i - 1]) / (net[i] - net[i - 1]) * (curve.cycles[i] - curve.cycles[i - 1]);
    }
  }
  return std::numeric_limits<double>::quiet_NaN();
}

TEST_CASE("threshold Cq equals a naive recomputation") {
  const auto plate = make_plate();
  for (const BaselineMethod method : {BaselineMethod::none, BaselineMethod::constant, BaselineMethod::linear}) {
    for (const double threshold : {150.0, 200.0, 400.0}) {
      CqOptions options;
      options.baseline.method = method;
      options.threshold = threshold;
      for (const auto& curve : plate) {
        const CqResult result = estimate_cq(to_view(curve), options);
        CHECK(result.cq_cycles.has_value() == (result.status == CqStatus::found));
        CHECK(result.threshold == threshold);
        if (result.cq_cycles)
          CHECK(*result.cq_cycles == Approx(find_naively(curve, result.baseline, threshold)).epsilon(1e-13));
      }
    }
  }
}

TEST_CASE("the known baseline is found and the window ends before the rise") {
  for (const auto& curve : make_plate()) {
    const Baseline linear = estimate_baseline(to_view(curve), {});
    if (linear.method == BaselineMethod::constant) continue;
    CHECK(linear.slope_per_cycle == Approx(0.5).margin(0.9));
    CHECK(linear.intercept + 10.0 * linear.slope_per_cycle == Approx(105.0).margin(6.0));
    CHECK(linear.noise_sd == Approx(2.0).margin(1.2));
  }
  Random random(3);
  const auto early = make_curve({-6.0, 100.0, 1100.0, 8.0, 1.0, 0.0, 1.0}, 40, random);
  const Baseline forced = estimate_baseline(to_view(early), {});
  CHECK(forced.method == BaselineMethod::constant);
  CHECK(forced.last_cycle < 8.0);
  BaselineOptions window;
  window.first_cycle = 3.0;
  window.last_cycle = 10.0;
  const auto late = make_curve({-15.0, 100.0, 1100.0, 30.0, 1.0, 2.0, 0.0}, 40, random);
  const Baseline own = estimate_baseline(to_view(late), window);
  CHECK(own.first_cycle == 3.0);
  CHECK(own.last_cycle == 10.0);
  CHECK(own.slope_per_cycle == Approx(2.0).epsilon(1e-4));
  window.first_cycle = 100.0;
  window.last_cycle = 120.0;
  CHECK(std::isnan(estimate_baseline(to_view(late), window).intercept));
  CqOptions options;
  options.baseline = window;
  CHECK(estimate_cq(to_view(late), options).reason.id == "curve_no_baseline");
}

TEST_CASE("nothing is subtracted from a curve that is subtracted already") {
  for (const auto& curve : make_plate(CurveKind::baseline_subtracted)) {
    const CqResult result = estimate_cq(to_view(curve), {});
    CHECK(result.baseline.method == BaselineMethod::none);
    CHECK(result.baseline.intercept == 0.0);
    CHECK(result.baseline.slope_per_cycle == 0.0);
  }
}

TEST_CASE("scaling the fluorescence and its threshold leaves every Cq") {
  const auto plate = make_plate();
  for (const double factor : {1e-6, 3.7, 1e9}) {
    auto scaled = plate;
    for (auto& curve : scaled) {
      for (double& value : curve.fluorescence) value *= factor;
    }
    for (const CqMethod method : {CqMethod::threshold, CqMethod::second_derivative_maximum}) {
      CqOptions options = with_method(method);
      CqOptions other = options;
      if (method == CqMethod::threshold) {
        const double threshold = derive_threshold(to_views(plate), options);
        CHECK(derive_threshold(to_views(scaled), options) == Approx(threshold * factor).epsilon(1e-7));
        options.threshold = threshold;
        other.threshold = threshold * factor;
      }
      for (std::size_t i = 0; i < plate.size(); ++i) {
        const CqResult a = estimate_cq(to_view(plate[i]), options);
        const CqResult b = estimate_cq(to_view(scaled[i]), other);
        CHECK(a.status == b.status);
        if (a.cq_cycles && b.cq_cycles) CHECK(*b.cq_cycles == Approx(*a.cq_cycles).epsilon(1e-7));
      }
    }
  }
}

TEST_CASE("an added constant leaves every Cq, and shifted cycles shift the threshold Cq") {
  const auto plate = make_plate();
  for (const BaselineMethod baseline : {BaselineMethod::constant, BaselineMethod::linear}) {
    for (const CqMethod method : {CqMethod::threshold, CqMethod::second_derivative_maximum}) {
      CqOptions options = with_method(method);
      options.baseline.method = baseline;
      if (method == CqMethod::threshold) options.threshold = 200.0;
      for (const auto& curve : plate) {
        AmplificationCurve raised = curve;
        for (double& value : raised.fluorescence) value += 5000.0;
        const CqResult a = estimate_cq(to_view(curve), options);
        const CqResult b = estimate_cq(to_view(raised), options);
        CHECK(a.status == b.status);
        if (a.cq_cycles && b.cq_cycles) CHECK(*b.cq_cycles == Approx(*a.cq_cycles).epsilon(1e-7));
      }
    }
  }
  CqOptions options;
  options.threshold = 200.0;
  options.baseline.first_cycle = 3.0;
  options.baseline.last_cycle = 12.0;
  CqOptions later = options;
  later.baseline.first_cycle = 5.0;
  later.baseline.last_cycle = 14.0;
  for (const auto& curve : plate) {
    AmplificationCurve shifted = curve;
    for (double& cycle : shifted.cycles) cycle += 2.0;
    const CqResult a = estimate_cq(to_view(curve), options);
    const CqResult b = estimate_cq(to_view(shifted), later);
    if (a.cq_cycles && b.cq_cycles) CHECK(*b.cq_cycles == Approx(*a.cq_cycles + 2.0).epsilon(1e-12));
  }
}

TEST_CASE("a batch is the single form, bit for bit, in any order of wells") {
  auto plate = make_plate();
  for (const CqMethod method : {CqMethod::threshold, CqMethod::second_derivative_maximum}) {
    for (const AmplificationModel model : {AmplificationModel::log_logistic_4, AmplificationModel::log_logistic_5}) {
      CqOptions options = with_method(method);
      options.model = model;
      const auto views = to_views(plate);
      const auto batch = estimate_cq_batch(views, options);
      auto reversed_views = views;
      std::reverse(reversed_views.begin(), reversed_views.end());
      const auto reversed = estimate_cq_batch(reversed_views, options);
      CHECK(derive_threshold(views, options) == derive_threshold(reversed_views, options));
      for (std::size_t i = 0; i < plate.size(); ++i) {
        const CqResult single = estimate_cq(views[i], options);
        for (const CqResult& other : {batch[i], reversed[plate.size() - 1 - i]}) {
          CHECK(single.status == other.status);
          CHECK(single.reason == other.reason);
          CHECK(same_bits(single.cq_cycles, other.cq_cycles));
          CHECK(same_bits(single.standard_error_cycles, other.standard_error_cycles));
          CHECK(same_bits(single.threshold, other.threshold));
        }
      }
    }
  }
}

TEST_CASE("the standard error is that of repeated readings") {
  for (const CqMethod method : {CqMethod::threshold, CqMethod::second_derivative_maximum}) {
    Random random(21);
    CqOptions options = with_method(method);
    if (method == CqMethod::threshold) options.threshold = 200.0;
    double sum = 0.0;
    double squares = 0.0;
    double claimed = 0.0;
    constexpr int count = 300;
    for (int i = 0; i < count; ++i) {
      const CqResult result =
          estimate_cq(to_view(make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 4.0}, 45, random)), options);
      REQUIRE(result.cq_cycles);
      sum += *result.cq_cycles;
      squares += *result.cq_cycles * *result.cq_cycles;
      claimed += result.standard_error_cycles.value();
    }
    const double sd = std::sqrt(squares / count - sum / count * (sum / count));
    // The threshold's error leaves out that of the baseline, so it claims less than there is.
    CHECK(claimed / count < 1.2 * sd);
    CHECK(claimed / count > (method == CqMethod::threshold ? 0.5 : 0.85) * sd);
  }
}

TEST_CASE("why there is no Cq") {
  Random random(5);
  const auto amplified =
      make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 3.0}, 45, random, CurveKind::baseline_subtracted);
  CqOptions high;
  high.threshold = 5000.0;
  CHECK(estimate_cq(to_view(amplified), high).status == CqStatus::below_threshold);
  CqOptions low;
  low.threshold = 10.0;
  const CqResult above = estimate_cq(to_view(amplified), low);
  CHECK(above.status == CqStatus::fit_failed);
  CHECK(above.reason.id == "curve_above_threshold_at_start");

  AmplificationCurve few{CurveKind::raw_filter, {1, 2, 3, 4}, {1, 2, 3, 4}};
  CHECK(estimate_cq(to_view(few), {}).status == CqStatus::not_measured);
  CHECK(estimate_cq(CurveView{}, {}).status == CqStatus::not_measured);
  AmplificationCurve missing = amplified;
  std::fill(missing.fluorescence.begin(), missing.fluorescence.end(), std::numeric_limits<double>::quiet_NaN());
  CHECK(estimate_cq(to_view(missing), {}).status == CqStatus::not_measured);

  // Rises in the last cycles only: amplified, but the fit cannot say where the curve bends.
  const auto late = make_curve({-40.0, 100.0, 5000.0, 48.0, 1.0, 0.0, 2.0}, 45, random);
  const CqResult cut = estimate_cq(to_view(late), with_method(CqMethod::second_derivative_maximum));
  CHECK(cut.amplified);
  CHECK((!cut.cq_cycles || *cut.cq_cycles <= 45.0));
  CHECK(std::isnan(derive_threshold(to_views({few, missing}), {})));
}

TEST_CASE("a noise spike through a fixed threshold is no Cq, nor is a missing reading a number") {
  Random random(6);
  auto flat = make_curve({-15.0, 0.0, 0.0, 25.0, 1.0, 0.0, 3.0}, 45, random, CurveKind::baseline_subtracted);
  flat.fluorescence[30] = 60.0;
  CqOptions options;
  options.threshold = 30.0;
  const CqResult spike = estimate_cq(to_view(flat), options);
  CHECK(!spike.cq_cycles);
  CHECK(spike.status == CqStatus::no_amplification);

  auto early_blip = make_curve({-15.0, 0.0, 1000.0, 25.0, 1.0, 0.0, 3.0}, 45, random, CurveKind::baseline_subtracted);
  const double expected = estimate_cq(to_view(early_blip), options).cq_cycles.value();
  early_blip.fluorescence[2] = 60.0;
  CHECK(estimate_cq(to_view(early_blip), options).cq_cycles.value() == expected);

  const auto before = static_cast<std::size_t>(std::floor(expected)) - 1;
  early_blip.fluorescence[before] = std::numeric_limits<double>::quiet_NaN();
  const CqResult gap = estimate_cq(to_view(early_blip), options);
  CHECK(gap.status == CqStatus::found);
  CHECK(gap.reason.id == "curve_crossing_in_gap");
  CHECK(gap.cq_cycles.value() == Approx(expected).margin(1.0));
}

TEST_CASE("a plateau that fades does not move the Cq") {
  Random random(7);
  auto curve = make_curve({-15.0, 0.0, 1000.0, 20.0, 1.0, 0.0, 2.0}, 45, random, CurveKind::baseline_subtracted);
  CqOptions options;
  options.threshold = 150.0;
  const double expected = estimate_cq(to_view(curve), options).cq_cycles.value();
  for (std::size_t i = 34; i < 45; ++i) curve.fluorescence[i] -= 90.0 * static_cast<double>(i - 33);
  CHECK(estimate_cq(to_view(curve), options).cq_cycles.value() == expected);
}

TEST_CASE("options without meaning are refused") {
  CqOptions options;
  options.threshold = -1.0;
  CHECK_THROWS_AS(options.validate(), Error);
  options.threshold = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(estimate_cq(CurveView{}, options), Error);
  BaselineOptions window;
  window.first_cycle = 5.0;
  CHECK_THROWS_AS(window.validate(), Error);
  window.last_cycle = 3.0;
  CHECK_THROWS_AS(window.validate(), Error);
  const std::vector<double> two{1.0, 2.0};
  const std::vector<double> one{1.0};
  CHECK_THROWS_AS(estimate_cq(CurveView{CurveKind::unknown, two, one}, {}), Error);
}

TEST_CASE("method names read back") {
  for (const CqMethod method : {CqMethod::threshold, CqMethod::second_derivative_maximum}) {
    CHECK(parse_cq_method(to_string(method)) == method);
  }
  for (const BaselineMethod method : {BaselineMethod::none, BaselineMethod::constant, BaselineMethod::linear}) {
    CHECK(parse_baseline_method(to_string(method)) == method);
  }
  CHECK(!parse_cq_method("sdm"));
  CHECK(!parse_baseline_method(""));
}

}  // namespace
