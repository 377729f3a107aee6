// Every Cq rule: definition, invariances, statuses, and standard errors against the spread of repeated readings.
#include <algorithm>
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

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const std::vector<CqMethod>& all_methods() {
  static const std::vector<CqMethod> methods{CqMethod::threshold,
                                             CqMethod::relative_threshold,
                                             CqMethod::first_derivative_maximum,
                                             CqMethod::second_derivative_maximum,
                                             CqMethod::third_derivative_zero,
                                             CqMethod::cy0,
                                             CqMethod::max_ratio,
                                             CqMethod::take_off};
  return methods;
}

CqOptions with_method(CqMethod method) {
  CqOptions options;
  options.method = method;
  if (method == CqMethod::threshold) options.threshold = 200.0;
  return options;
}

std::vector<AmplificationCurve> make_plate() {
  Random random(31);
  std::vector<AmplificationCurve> plate;
  for (int i = 0; i < 16; ++i) {
    Shape shape;
    shape.e = 18.0 + static_cast<double>(i);
    shape.b = -0.6 * shape.e;
    shape.c = 400.0;
    shape.d = 2400.0;
    shape.slope_per_cycle = 0.5;
    shape.noise_sd = 2.0;
    plate.push_back(make_curve(shape, 45, random));
  }
  return plate;
}

struct Spread {
  double mean = 0.0;
  double sd = 0.0;
  double claimed = 0.0;  ///< root mean square of the standard errors
  int found = 0;
};

Spread repeat(const Shape& shape, const CqOptions& options, int count) {
  Random random(77);
  Spread spread;
  double squares = 0.0;
  for (int i = 0; i < count; ++i) {
    const CqResult result = estimate_cq(to_view(make_curve(shape, 45, random)), options);
    if (!result.cq_cycles || !result.standard_error_cycles) continue;
    ++spread.found;
    spread.mean += *result.cq_cycles;
    squares += *result.cq_cycles * *result.cq_cycles;
    spread.claimed += *result.standard_error_cycles * *result.standard_error_cycles;
  }
  const double n = spread.found;
  spread.mean /= n;
  spread.sd = std::sqrt((squares / n - spread.mean * spread.mean) * n / (n - 1.0));
  spread.claimed = std::sqrt(spread.claimed / n);
  return spread;
}

TEST_CASE("claimed standard errors are the spread of repeated readings") {
  const Shape shape{-15.0, 400.0, 2400.0, 25.0, 1.0, 0.0, 4.0};
  constexpr int count = 1000;
  for (const CqMethod method : all_methods()) {
    const Spread spread = repeat(shape, with_method(method), count);
    CAPTURE(to_string(method), spread.mean, spread.sd, spread.claimed);
    WARN(to_string(method) << ": spread " << spread.sd << ", claimed " << spread.claimed << ", ratio "
                           << spread.claimed / spread.sd);
    CHECK(spread.found == count);
    CHECK(spread.claimed == Approx(spread.sd).epsilon(0.15));
  }
  CqOptions logarithmic = with_method(CqMethod::threshold);
  logarithmic.interpolation = Interpolation::logarithmic;
  const Spread spread = repeat(shape, logarithmic, count);
  CAPTURE(spread.sd, spread.claimed);
  CHECK(spread.claimed == Approx(spread.sd).epsilon(0.15));
}

TEST_CASE("claimed standard errors of every model are the spread of repeated readings") {
  for (const AmplificationModel model : all_amplification_models()) {
    const bool log_axis = model == AmplificationModel::log_logistic_4 || model == AmplificationModel::log_logistic_5 ||
                          model == AmplificationModel::log_logistic_6 || model == AmplificationModel::gompertz;
    // Curves of the model itself, with a line where it has one.
    AmplificationFit truth;
    truth.model = model;
    truth.status = FitStatus::converged;
    truth.b = log_axis ? -15.0 : -0.6;
    truth.c = 400.0;
    truth.d = 2400.0;
    const bool line = model == AmplificationModel::log_logistic_6 || model == AmplificationModel::logistic_6;
    truth.slope_per_cycle = line ? 2.0 : 0.0;
    truth.shape = {std::log(-truth.b), log_axis ? std::log(25.0) : 25.0,
                   model == AmplificationModel::gompertz ? 0.0 : 1.0};
    for (const CqMethod method :
         {CqMethod::relative_threshold, CqMethod::first_derivative_maximum, CqMethod::second_derivative_maximum}) {
      CqOptions options = with_method(method);
      options.model = model;
      Random random(7);
      constexpr int count = 400;
      double sum = 0.0;
      double squares = 0.0;
      double claimed = 0.0;
      for (int i = 0; i < count; ++i) {
        AmplificationCurve curve;
        curve.kind = CurveKind::raw_filter;
        for (int x = 1; x <= 45; ++x) {
          curve.cycles.push_back(x);
          curve.fluorescence.push_back(evaluate_model(truth, x) + 4.0 * random.normal());
        }
        const CqResult result = estimate_cq(to_view(curve), options);
        CAPTURE(to_string(model), to_string(method), result.reason.id);
        REQUIRE(result.cq_cycles);
        REQUIRE(result.standard_error_cycles);
        sum += *result.cq_cycles;
        squares += *result.cq_cycles * *result.cq_cycles;
        claimed += *result.standard_error_cycles * *result.standard_error_cycles;
      }
      const double sd = std::sqrt((squares - sum * sum / count) / (count - 1));
      CAPTURE(to_string(model), to_string(method), sd, std::sqrt(claimed / count));
      CHECK(std::sqrt(claimed / count) == Approx(sd).epsilon(0.15));
    }
  }
}

TEST_CASE("an added constant leaves every Cq but that of the ratio, which it delays") {
  for (const auto& curve : make_plate()) {
    AmplificationCurve raised = curve;
    for (double& value : raised.fluorescence) value += 5000.0;
    for (const CqMethod method : all_methods()) {
      const CqResult a = estimate_cq(to_view(curve), with_method(method));
      const CqResult b = estimate_cq(to_view(raised), with_method(method));
      CAPTURE(to_string(method));
      CHECK(a.status == b.status);
      REQUIRE(a.cq_cycles);
      if (method == CqMethod::max_ratio) {
        CHECK(*b.cq_cycles > *a.cq_cycles);
        CHECK(*b.maximum_ratio < *a.maximum_ratio);
      } else {
        CHECK(*b.cq_cycles == Approx(*a.cq_cycles).epsilon(1e-7));
      }
    }
  }
}

TEST_CASE("scaling the fluorescence and its threshold leaves every Cq and its standard error") {
  for (const auto& curve : make_plate()) {
    for (const double factor : {1e-6, 3.7, 1e9}) {
      AmplificationCurve scaled = curve;
      for (double& value : scaled.fluorescence) value *= factor;
      for (const CqMethod method : all_methods()) {
        CqOptions options = with_method(method);
        const CqResult a = estimate_cq(to_view(curve), options);
        if (options.threshold) options.threshold = *options.threshold * factor;
        const CqResult b = estimate_cq(to_view(scaled), options);
        CAPTURE(to_string(method), factor);
        REQUIRE(a.cq_cycles);
        REQUIRE(b.cq_cycles);
        CHECK(*b.cq_cycles == Approx(*a.cq_cycles).epsilon(1e-7));
        CHECK(b.standard_error_cycles.value() == Approx(a.standard_error_cycles.value()).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("shifted cycles shift every Cq of the readings and of models in x, not those of models in ln x") {
  constexpr double shift = 4.0;
  for (const auto& curve : make_plate()) {
    AmplificationCurve later = curve;
    for (double& cycle : later.cycles) cycle += shift;
    const auto difference = [&](const CqOptions& options) {
      const CqResult a = estimate_cq(to_view(curve), options);
      const CqResult b = estimate_cq(to_view(later), options);
      CAPTURE(to_string(options.method), to_string(options.model), a.reason.id, b.reason.id);
      REQUIRE(a.cq_cycles);
      REQUIRE(b.cq_cycles);
      return *b.cq_cycles - *a.cq_cycles;
    };
    for (const CqMethod method : {CqMethod::third_derivative_zero, CqMethod::take_off}) {
      CHECK(difference(with_method(method)) == Approx(shift).epsilon(1e-9));
    }
    for (const CqMethod method : {CqMethod::relative_threshold, CqMethod::first_derivative_maximum,
                                  CqMethod::second_derivative_maximum, CqMethod::cy0}) {
      CqOptions options = with_method(method);
      options.baseline.method = BaselineMethod::model;
      for (const AmplificationModel model : {AmplificationModel::logistic_4, AmplificationModel::logistic_5}) {
        options.model = options.baseline.model = model;
        CHECK(difference(options) == Approx(shift).epsilon(1e-6));
      }
      // In ln x a shift is another curve: the cycle follows, but by a little more or less.
      options.model = options.baseline.model = AmplificationModel::log_logistic_4;
      const double moved = difference(options);
      CHECK(moved == Approx(shift).margin(0.3));
      CHECK(std::abs(moved - shift) > 1e-6);
    }
    // Ratios see the readings alone, and the rise they are looked for in is wide enough for both fits.
    CHECK(difference(with_method(CqMethod::max_ratio)) == Approx(shift).epsilon(1e-9));
  }
}

TEST_CASE("a batch is the single form in any order of wells, for every method") {
  const auto plate = make_plate();
  std::vector<CurveView> views;
  for (const auto& curve : plate) views.push_back(to_view(curve));
  std::vector<CurveView> reversed(views.rbegin(), views.rend());
  for (const CqMethod method : all_methods()) {
    const auto batch = estimate_cq_batch(views, with_method(method));
    const auto back = estimate_cq_batch(reversed, with_method(method));
    for (std::size_t i = 0; i < views.size(); ++i) {
      const CqResult single = estimate_cq(views[i], with_method(method));
      CHECK(single.cq_cycles == batch[i].cq_cycles);
      CHECK(single.cq_cycles == back[views.size() - 1 - i].cq_cycles);
      CHECK(single.standard_error_cycles == batch[i].standard_error_cycles);
    }
  }
}

TEST_CASE("each point is where its definition says, by a search on the fitted curve") {
  const auto plate = make_plate();
  for (const auto& curve : plate) {
    for (const AmplificationModel model : all_amplification_models()) {
      AmplificationModelOptions options;
      options.model = model;
      const AmplificationFit fit = fit_amplification_model(to_view(curve), options);
      if (fit.status != FitStatus::converged) continue;
      CAPTURE(to_string(model));
      const auto slope = [&](double x) { return evaluate_model(fit, x + 5e-4) - evaluate_model(fit, x - 5e-4); };
      const auto bend = [&](double x) {
        return evaluate_model(fit, x + 0.01) - 2.0 * evaluate_model(fit, x) + evaluate_model(fit, x - 0.01);
      };
      const auto first = derive_first_derivative_maximum(fit);
      const auto second = derive_second_derivative_maximum(fit);
      REQUIRE(first);
      REQUIRE(second);
      for (const double step : {-0.3, -0.05, 0.05, 0.3}) {
        CHECK(slope(first->cycle) > slope(first->cycle + step));
        CHECK(bend(second->cycle) > bend(second->cycle + step));
      }
      // Derivatives in closed form against differences.
      const double x = second->cycle;
      const auto f = evaluate_derivatives(fit, x);
      const auto above = evaluate_derivatives(fit, x + 1e-4);
      const auto below = evaluate_derivatives(fit, x - 1e-4);
      for (std::size_t k = 0; k < 4; ++k) {
        CHECK((above[k] - below[k]) / 2e-4 == Approx(f[k + 1]).epsilon(1e-5).margin(1e-4 * std::abs(f[1])));
      }
      const auto share = derive_share_cycle(fit, 0.25);
      REQUIRE(share);
      CHECK(evaluate_model(fit, share->cycle) - fit.slope_per_cycle * share->cycle - fit.c ==
            Approx(0.25 * (fit.d - fit.c)).epsilon(1e-10));
      // The tangent of the sigmoid meets the model's ground.
      const auto meeting = derive_tangent_cycle(fit, std::nullopt);
      REQUIRE(meeting);
      const auto at = evaluate_derivatives(fit, first->cycle);
      const double tangent = at[0] + at[1] * (meeting->cycle - first->cycle);
      CHECK(tangent == Approx(fit.c + fit.slope_per_cycle * meeting->cycle).margin(1e-8 * (fit.d - fit.c)));
    }
  }
}

TEST_CASE("logarithmic interpolation is exact on exponential growth, and linear where there is no logarithm") {
  AmplificationCurve curve;
  curve.kind = CurveKind::baseline_subtracted;
  for (int x = 1; x <= 40; ++x) {
    curve.cycles.push_back(x);
    curve.fluorescence.push_back(1000.0 / (1.0 + std::exp(-0.65 * (x - 24.0))));
  }
  CqOptions options;
  options.threshold = 27.0;
  options.interpolation = Interpolation::logarithmic;
  const CqResult result = estimate_cq(to_view(curve), options);
  const double truth = 24.0 - std::log(1000.0 / 27.0 - 1.0) / 0.65;
  CHECK(result.interpolation == Interpolation::logarithmic);
  CHECK(result.cq_cycles.value() == Approx(truth).margin(0.003));
  options.interpolation = Interpolation::linear;
  CHECK(estimate_cq(to_view(curve), options).cq_cycles.value() < truth - 0.02);

  const auto before = static_cast<std::size_t>(truth) - 1;
  curve.fluorescence[before] = -1.0;
  options.interpolation = Interpolation::logarithmic;
  const CqResult negative = estimate_cq(to_view(curve), options);
  CHECK(negative.interpolation == Interpolation::linear);
}

TEST_CASE("a point outside the cycles measured, or none, is a status with a reason") {
  Random random(5);
  // Cut before the inflection.
  const auto cut = make_curve({-40.0, 100.0, 5000.0, 46.0, 1.0, 0.0, 2.0}, 45, random);
  const CqResult steepest = estimate_cq(to_view(cut), with_method(CqMethod::first_derivative_maximum));
  CHECK(steepest.status == CqStatus::fit_failed);
  CHECK(steepest.reason.id == "curve_point_outside_cycles");

  auto subtracted = make_curve({-15.0, 0.0, 1000.0, 25.0, 1.0, 0.0, 3.0}, 45, random, CurveKind::baseline_subtracted);
  subtracted.fluorescence[3] = -5.0;
  subtracted.fluorescence[4] = -5.0;
  subtracted.fluorescence[5] = -5.0;
  const CqResult ratio = estimate_cq(to_view(subtracted), with_method(CqMethod::max_ratio));
  CHECK(ratio.status == CqStatus::fit_failed);
  CHECK(ratio.reason.id == "curve_ratio_undefined");

  auto gap = make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 3.0}, 45, random);
  gap.fluorescence[21] = nan;
  const CqResult third = estimate_cq(to_view(gap), with_method(CqMethod::third_derivative_zero));
  CHECK(third.status == CqStatus::fit_failed);
  CHECK(third.reason.id == "curve_no_such_point");

  CqOptions never = with_method(CqMethod::take_off);
  never.take_off.sustained_cycles = 45;
  CHECK(estimate_cq(to_view(gap), never).reason.id == "curve_no_take_off");
}

TEST_CASE("bad input gives a status or an error, never a Cq") {
  Random random(8);
  const auto good = make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 3.0}, 45, random);
  for (const CqMethod method : all_methods()) {
    const CqOptions options = with_method(method);
    CAPTURE(to_string(method));
    const auto check_none = [&](const AmplificationCurve& curve) {
      const CqResult result = estimate_cq(to_view(curve), options);
      CHECK(!result.cq_cycles);
      CHECK(!result.standard_error_cycles);
      CHECK(result.status != CqStatus::found);
      CHECK(!result.reason.id.empty());
    };
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{5}}) {
      AmplificationCurve few = good;
      few.cycles.resize(count);
      few.fluorescence.resize(count);
      check_none(few);
    }
    for (const double value : {0.0, 65535.0, -3.0, nan, std::numeric_limits<double>::infinity(), 1e308, -1e308}) {
      AmplificationCurve constant = good;
      std::fill(constant.fluorescence.begin(), constant.fluorescence.end(), value);
      check_none(constant);
    }
    AmplificationCurve huge = good;
    huge.fluorescence[30] = 1e308;
    check_none(huge);
    AmplificationCurve missing = good;
    for (std::size_t i = 0; i < missing.cycles.size(); ++i) {
      if (i % 7 != 0) missing.fluorescence[i] = nan;
    }
    check_none(missing);
    AmplificationCurve falling = good;
    std::reverse(falling.fluorescence.begin(), falling.fluorescence.end());
    check_none(falling);
    AmplificationCurve negative = good;
    for (double& value : negative.fluorescence) value = -value;
    check_none(negative);
    AmplificationCurve unordered = good;
    std::swap(unordered.cycles[10], unordered.cycles[11]);
    CHECK_THROWS_AS(estimate_cq(to_view(unordered), options), Error);
    unordered.cycles[11] = unordered.cycles[10];
    CHECK_THROWS_AS(estimate_cq(to_view(unordered), options), Error);
    AmplificationCurve ragged = good;
    ragged.cycles.pop_back();
    CHECK_THROWS_AS(estimate_cq(to_view(ragged), options), Error);

    // Clipped by the detector half way up: what lies below the clip is a curve like any other.
    AmplificationCurve saturated = good;
    for (double& value : saturated.fluorescence) value = std::min(value, 700.0);
    const CqResult clipped = estimate_cq(to_view(saturated), options);
    if (clipped.cq_cycles) CHECK(*clipped.cq_cycles == Approx(24.0).margin(6.0));
    AmplificationCurve infinite = good;
    infinite.fluorescence[40] = std::numeric_limits<double>::infinity();
    const CqResult without = estimate_cq(to_view(infinite), options);
    if (without.cq_cycles)
      CHECK(*without.cq_cycles == Approx(*estimate_cq(to_view(good), options).cq_cycles).margin(0.2));
  }
}

TEST_CASE("65 536 cycles are analysed, and noise among them has no Cq") {
  Random random(9);
  for (const CqMethod method : all_methods()) {
    AmplificationCurve noise;
    AmplificationCurve rise;
    for (int x = 1; x <= 65536; ++x) {
      noise.cycles.push_back(x);
      rise.cycles.push_back(x);
      noise.fluorescence.push_back(100.0 + random.normal());
      rise.fluorescence.push_back(100.0 + 1000.0 / (1.0 + std::exp(-(x - 40000.0) / 1000.0)) + random.normal());
    }
    CAPTURE(to_string(method));
    CHECK(!estimate_cq(to_view(noise), with_method(method)).cq_cycles);
    const CqResult result = estimate_cq(to_view(rise), with_method(method));
    if (result.cq_cycles) CHECK((*result.cq_cycles > 1.0 && *result.cq_cycles < 65536.0));
  }
}

TEST_CASE("options of the rules without meaning are refused") {
  CqOptions options;
  options.relative_threshold.share = 1.0;
  CHECK_THROWS_AS(options.validate(), Error);
  options = {};
  options.max_ratio.shift = nan;
  CHECK_THROWS_AS(options.validate(), Error);
  options = {};
  options.take_off.significance = 0.0;
  CHECK_THROWS_AS(options.validate(), Error);
  options = {};
  options.take_off.sustained_cycles = 0;
  CHECK_THROWS_AS(options.validate(), Error);
}

TEST_CASE("names of rules, models and interpolations read back") {
  for (const CqMethod method : all_methods()) CHECK(parse_cq_method(to_string(method)) == method);
  for (const AmplificationModel model : all_amplification_models())
    CHECK(parse_amplification_model(to_string(model)) == model);
  for (const Interpolation interpolation : {Interpolation::linear, Interpolation::logarithmic})
    CHECK(parse_interpolation(to_string(interpolation)) == interpolation);
  CHECK(!parse_amplification_model("l4"));
  CHECK(!parse_interpolation("log"));
}

}  // namespace
