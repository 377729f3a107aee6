// The sigmoid fit and its cycles on made curves: truth recovered, derivatives checked numerically, limits.
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/sigmoid.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"
#include "tests/curve/curve_data.hpp"

namespace {

using namespace qpcr;
using test::make_curve;
using test::Random;
using test::Shape;

SigmoidOptions with_model(SigmoidModel model) {
  SigmoidOptions options;
  options.model = model;
  return options;
}

/// The cycle where a dense numeric derivative of order one or two of the fitted curve is largest.
double find_numerically(const SigmoidFit& fit, int order) {
  double best = -std::numeric_limits<double>::infinity();
  double at = 0.0;
  const double h = 1e-2;
  const auto derivative = [&](double x) {
    const double up = evaluate_sigmoid(fit, x + h);
    const double down = evaluate_sigmoid(fit, x - h);
    return order == 1 ? (up - down) / (2.0 * h) : (up - 2.0 * evaluate_sigmoid(fit, x) + down) / (h * h);
  };
  for (double step : {0.1, 0.005}) {
    const double from = at == 0.0 ? 1.0 : at - 0.2;
    const double to = at == 0.0 ? 60.0 : at + 0.2;
    for (double x = from; x <= to; x += step) {
      if (const double value = derivative(x); value > best) {
        best = value;
        at = x;
      }
    }
  }
  return at;
}

TEST_CASE("exact curves are recovered") {
  Random random(1);
  for (const double b : {-4.0, -9.0, -15.0, -30.0}) {
    for (const double e : {8.0, 20.0, 33.0}) {
      for (const double f : {0.5, 1.0, 3.0}) {
        const AmplificationCurve curve = make_curve({b, 100.0, 1100.0, e, f, 0.0, 0.0}, 45, random);
        const SigmoidFit fit = fit_sigmoid(to_view(curve), with_model(SigmoidModel::log_logistic_5));
        CAPTURE(b, e, f, fit.iterations);
        CHECK(fit.residual_sum_of_squares < 1e-6);
        CHECK(fit.c == Approx(100.0).epsilon(1e-5));
        CHECK(fit.d == Approx(1100.0).epsilon(1e-4));
        if (f == 1.0) {
          const SigmoidFit four = fit_sigmoid(to_view(curve), with_model(SigmoidModel::log_logistic_4));
          CHECK(four.status == FitStatus::converged);
          CHECK(four.b == Approx(b).epsilon(1e-6));
          CHECK(four.e == Approx(e).epsilon(1e-7));
          CHECK(std::isnan(four.standard_errors[4]));
        }
      }
    }
  }
}

TEST_CASE("derived cycles are the maxima of the fitted curve's derivatives") {
  Random random(2);
  for (int i = 0; i < 60; ++i) {
    Shape shape;
    shape.b = -6.0 - 20.0 * random.uniform();
    shape.e = 12.0 + 25.0 * random.uniform();
    shape.f = std::exp(2.0 * random.normal());
    shape.noise_sd = 2.0;
    const AmplificationCurve curve = make_curve(shape, 60, random);
    for (const SigmoidModel model : {SigmoidModel::log_logistic_4, SigmoidModel::log_logistic_5}) {
      const SigmoidFit fit = fit_sigmoid(to_view(curve), with_model(model));
      if (fit.status != FitStatus::converged) continue;
      CAPTURE(fit.b, fit.e, fit.f);
      const auto first = derive_first_derivative_maximum(fit);
      const auto second = derive_second_derivative_maximum(fit);
      if (first && first->cycle > 2.0 && first->cycle < 59.0)
        CHECK(first->cycle == Approx(find_numerically(fit, 1)).margin(0.006));
      if (second && second->cycle > 2.0 && second->cycle < 59.0)
        CHECK(second->cycle == Approx(find_numerically(fit, 2)).margin(0.006));
    }
  }
}

TEST_CASE("standard errors are those of repeated experiments") {
  for (const SigmoidModel model : {SigmoidModel::log_logistic_4, SigmoidModel::log_logistic_5}) {
    Random random(3);
    double sum = 0.0;
    double squares = 0.0;
    double claimed = 0.0;
    double b_sum = 0.0;
    double b_squares = 0.0;
    double b_claimed = 0.0;
    constexpr int count = 400;
    for (int i = 0; i < count; ++i) {
      const AmplificationCurve curve = make_curve({-12.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 10.0}, 45, random);
      const SigmoidFit fit = fit_sigmoid(to_view(curve), with_model(model));
      REQUIRE(fit.status == FitStatus::converged);
      const DerivedCycle cycle = derive_second_derivative_maximum(fit).value();
      sum += cycle.cycle;
      squares += cycle.cycle * cycle.cycle;
      claimed += cycle.standard_error_cycles;
      b_sum += fit.b;
      b_squares += fit.b * fit.b;
      b_claimed += fit.standard_errors[0];
    }
    const double sd = std::sqrt(squares / count - sum / count * (sum / count));
    const double b_sd = std::sqrt(b_squares / count - b_sum / count * (b_sum / count));
    // 400 repeats: the standard deviation itself is known to 3.5 %.
    CHECK(claimed / count == Approx(sd).epsilon(0.12));
    CHECK(b_claimed / count == Approx(b_sd).epsilon(0.12));
  }
}

TEST_CASE("the Gompertz limit is reached, flagged and finite") {
  Random random(4);
  AmplificationCurve curve = make_curve({}, 45, random);
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    // Even more asymmetric than Gompertz: the best 5-parameter curve is the limit itself.
    const double u = std::exp(-14.0 * (std::log(curve.cycles[i]) - std::log(22.0)));
    curve.fluorescence[i] = 100.0 + 1000.0 * (u < 20.0 ? std::pow(1.0 - 0.05 * u, 20.0) : 0.0);
  }
  const SigmoidFit fit = fit_sigmoid(to_view(curve), with_model(SigmoidModel::log_logistic_5));
  CHECK(fit.gompertz_limit);
  CHECK(fit.status == FitStatus::converged);
  CHECK(fit.f == Approx(1e8));
  CHECK(std::isfinite(fit.e));
  CHECK(std::isnan(fit.standard_errors[4]));
  CHECK(std::isfinite(fit.standard_errors[0]));
  const DerivedCycle cycle = derive_second_derivative_maximum(fit).value();
  CHECK(cycle.cycle == Approx(find_numerically(fit, 2)).margin(0.006));
  CHECK(std::isfinite(cycle.standard_error_cycles));
  // The published formula gives the same curve.
  for (const double x : {10.0, 20.0, 23.0, 30.0}) {
    const double naive =
        fit.c + (fit.d - fit.c) / std::pow(1.0 + std::exp(fit.b * (std::log(x) - std::log(fit.e))), fit.f);
    CHECK(evaluate_sigmoid(fit, x) == Approx(naive).epsilon(1e-5));
  }
}

TEST_CASE("curves that determine nothing say so") {
  AmplificationCurve curve{CurveKind::raw_filter, {1, 2, 3, 4}, {1, 2, 3, 4}};
  CHECK(fit_sigmoid(to_view(curve), {}).status == FitStatus::too_few_points);
  curve = {CurveKind::raw_filter, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {5, 5, 5, 5, 5, 5, 5, 5, 5}};
  CHECK(fit_sigmoid(to_view(curve), {}).status == FitStatus::degenerate);
  curve.fluorescence.pop_back();
  CHECK_THROWS_AS(fit_sigmoid(to_view(curve), {}), Error);
  SigmoidOptions bad;
  bad.max_iterations = 0;
  curve.cycles.pop_back();
  CHECK_THROWS_AS(fit_sigmoid(to_view(curve), bad), Error);
}

TEST_CASE("missing readings and cycle 0 are skipped, not filled") {
  Random random(5);
  AmplificationCurve curve = make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 3.0}, 45, random);
  AmplificationCurve shorter = curve;
  shorter.cycles.erase(shorter.cycles.begin() + 10);
  shorter.fluorescence.erase(shorter.fluorescence.begin() + 10);
  curve.fluorescence[10] = std::numeric_limits<double>::quiet_NaN();
  curve.cycles.insert(curve.cycles.begin(), 0.0);
  curve.fluorescence.insert(curve.fluorescence.begin(), 100.0);
  const SigmoidFit with = fit_sigmoid(to_view(curve), {});
  const SigmoidFit without = fit_sigmoid(to_view(shorter), {});
  CHECK(with.points == 44);
  CHECK(with.residual_sum_of_squares == without.residual_sum_of_squares);
  CHECK(with.e == without.e);
}

TEST_CASE("a fitter carries nothing over from curve to curve") {
  Random random(6);
  const AmplificationCurve first = make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 3.0}, 45, random);
  const AmplificationCurve other = make_curve({-8.0, -5.0, 40.0, 18.0, 2.0, 0.1, 0.5}, 60, random);
  SigmoidFitter fitter;
  const SigmoidOptions options = with_model(SigmoidModel::log_logistic_5);
  (void)fitter.fit(to_view(other), options);
  const SigmoidFit used = fitter.fit(to_view(first), options);
  const SigmoidFit fresh = fit_sigmoid(to_view(first), options);
  CHECK(used.b == fresh.b);
  CHECK(used.f == fresh.f);
  CHECK(used.residual_sum_of_squares == fresh.residual_sum_of_squares);
  CHECK(used.standard_errors == fresh.standard_errors);
}

TEST_CASE("names read back") {
  for (const SigmoidModel model : {SigmoidModel::log_logistic_4, SigmoidModel::log_logistic_5}) {
    CHECK(parse_sigmoid_model(to_string(model)) == model);
  }
  CHECK(!parse_sigmoid_model("l4"));
}

}  // namespace
