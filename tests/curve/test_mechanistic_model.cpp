// MAK2/MAK3, exponential window and LRE: exact curves give back their parameters, noise the errors that are claimed.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/amplification_model.hpp"
#include "libqpcr/curve/exponential_phase.hpp"
#include "libqpcr/curve/linear_resistance.hpp"
#include "libqpcr/curve/mechanistic_model.hpp"
#include "tests/curve/curve_data.hpp"

namespace {

using namespace qpcr;
using test::Random;

/// From the recurrence itself.
AmplificationCurve make_mak(double d0, double k, double background, double slope, double noise, Random& random) {
  AmplificationCurve curve;
  double d = d0;
  for (int n = 1; n <= 40; ++n) {
    d += k * std::log(1.0 + d / k);
    curve.cycles.push_back(n);
    curve.fluorescence.push_back(d + background + slope * n + noise * random.normal());
  }
  return curve;
}

TEST_CASE("MAK2 and MAK3 give back the parameters of an exact curve") {
  Random random(1);
  for (const double d0 : {1e-6, 1e-4, 1e-2}) {
    for (const double k : {0.3, 1.0, 20.0}) {
      for (const bool line : {false, true}) {
        MechanisticOptions options;
        options.line = line;
        options.last_cycle = std::round(std::log2(4.0 * k / d0));
        if (*options.last_cycle < 8.0 || *options.last_cycle > 40.0) continue;
        const auto curve = make_mak(d0, k, 2.0, line ? 0.01 : 0.0, 0.0, random);
        const MechanisticFit fit = fit_mechanistic_model(to_view(curve), options);
        CAPTURE(d0, k, line, to_string(fit.status));
        CHECK(fit.status == FitStatus::converged);
        CHECK(fit.initial_fluorescence == Approx(d0).epsilon(1e-5));
        CHECK(fit.kinetic_constant == Approx(k).epsilon(1e-5));
        CHECK(fit.background == Approx(2.0).epsilon(1e-6));
        CHECK(fit.slope_per_cycle == Approx(line ? 0.01 : 0.0).margin(1e-7));
        const int last = static_cast<int>(*options.last_cycle);
        CHECK(evaluate_mechanistic(fit, last) ==
              Approx(curve.fluorescence[static_cast<std::size_t>(last - 1)]).epsilon(1e-8));
      }
    }
  }
}

TEST_CASE("MAK2's errors are the spread of repeated readings, and scaling scales D0 and k") {
  Random random(2);
  MechanisticOptions options;
  options.last_cycle = 24.0;
  constexpr int count = 500;
  double sum = 0.0;
  double squares = 0.0;
  double claimed = 0.0;
  for (int i = 0; i < count; ++i) {
    const auto curve = make_mak(1e-6, 1.0, 2.0, 0.0, 0.01, random);
    const MechanisticFit fit = fit_mechanistic_model(to_view(curve), options);
    REQUIRE(fit.status == FitStatus::converged);
    sum += std::log(fit.initial_fluorescence);
    squares += std::log(fit.initial_fluorescence) * std::log(fit.initial_fluorescence);
    claimed += fit.standard_errors[0] * fit.standard_errors[0] / count;
  }
  const double sd = std::sqrt((squares - sum * sum / count) / (count - 1));
  CHECK(std::sqrt(claimed) == Approx(sd).epsilon(0.15));

  auto curve = make_mak(1e-6, 1.0, 2.0, 0.0, 0.01, random);
  const MechanisticFit fit = fit_mechanistic_model(to_view(curve), options);
  for (double& value : curve.fluorescence) value = 1000.0 * value + 5e4;
  const MechanisticFit scaled = fit_mechanistic_model(to_view(curve), options);
  CHECK(scaled.initial_fluorescence == Approx(1000.0 * fit.initial_fluorescence).epsilon(1e-5));
  CHECK(scaled.kinetic_constant == Approx(1000.0 * fit.kinetic_constant).epsilon(1e-5));
}

TEST_CASE("MAK without a rise, with fractions of cycles or too few readings is a status") {
  Random random(3);
  AmplificationCurve flat = make_mak(1e-9, 1e-9, 5.0, 0.0, 0.01, random);
  MechanisticOptions options;
  options.last_cycle = 30.0;
  const MechanisticFit none = fit_mechanistic_model(to_view(flat), options);
  // Nothing is claimed about a template where the readings do not rise.
  if (none.status == FitStatus::converged) CHECK(none.standard_errors[0] > 0.3);
  for (double& cycle : flat.cycles) cycle += 0.5;
  CHECK(fit_mechanistic_model(to_view(flat), options).status == FitStatus::too_few_points);
  options.last_cycle = 3.0;
  CHECK(fit_mechanistic_model(to_view(flat), options).status == FitStatus::too_few_points);
  options.first_cycle = 9.0;
  CHECK_THROWS_AS(options.validate(), Error);
}

TEST_CASE("the exponential gives back rate and efficiency, and their errors are the spread") {
  ExponentialOptions window;
  window.first_cycle = 8.0;
  window.last_cycle = 20.0;
  const auto make = [](double noise, Random& random) {
    AmplificationCurve curve;
    for (int x = 1; x <= 30; ++x) {
      curve.cycles.push_back(x);
      curve.fluorescence.push_back(100.0 + 1e-3 * std::pow(1.9, x) + noise * random.normal());
    }
    return curve;
  };
  Random random(4);
  const ExponentialFit exact = fit_exponential_phase(to_view(make(0.0, random)), window);
  CHECK(exact.status == FitStatus::converged);
  CHECK(exact.efficiency == Approx(1.9).epsilon(1e-8));
  CHECK(exact.initial_fluorescence == Approx(1e-3).epsilon(1e-6));
  CHECK(exact.ground == Approx(100.0).epsilon(1e-8));
  constexpr int count = 500;
  double sum = 0.0;
  double squares = 0.0;
  double claimed = 0.0;
  for (int i = 0; i < count; ++i) {
    const ExponentialFit fit = fit_exponential_phase(to_view(make(3.0, random)), window);
    REQUIRE(fit.status == FitStatus::converged);
    sum += fit.efficiency;
    squares += fit.efficiency * fit.efficiency;
    claimed += fit.efficiency_standard_error * fit.efficiency_standard_error / count;
  }
  CHECK(std::sqrt(claimed) == Approx(std::sqrt((squares - sum * sum / count) / (count - 1))).epsilon(0.15));
  AmplificationCurve line = make(0.0, random);
  for (std::size_t i = 0; i < line.cycles.size(); ++i) line.fluorescence[i] = 100.0 - line.cycles[i];
  CHECK(fit_exponential_phase(to_view(line), window).status == FitStatus::degenerate);
  window.last_cycle = 8.0;
  CHECK_THROWS_AS(window.validate(), Error);
}

TEST_CASE("LRE is exact on the curve that its law makes") {
  // Fₙ = Fₙ₋₁·(1 + E_max + ΔE·Fₙ): the efficiency that leads to a cycle falls with that cycle's fluorescence.
  constexpr double maximal = 0.93;
  constexpr double slope = -0.93 / 50.0;
  AmplificationCurve curve;
  double f = 1e-5;
  for (int n = 1; n <= 40; ++n) {
    f = f * (1.0 + maximal) / (1.0 - slope * f);
    curve.cycles.push_back(n);
    curve.fluorescence.push_back(f);
  }
  const LinearResistanceFit fit = fit_linear_resistance(to_view(curve), {});
  CHECK(fit.status == FitStatus::converged);
  CHECK(fit.maximal_efficiency == Approx(maximal).epsilon(1e-9));
  CHECK(fit.efficiency_slope == Approx(slope).epsilon(1e-9));
  CHECK(fit.maximal_fluorescence == Approx(50.0).epsilon(1e-9));
  CHECK(fit.initial_fluorescence == Approx(1e-5).epsilon(1e-6));
  CHECK(fit.r_squared == Approx(1.0));

  for (double& value : curve.fluorescence) value = 50.0;
  CHECK(fit_linear_resistance(to_view(curve), {}).status != FitStatus::converged);
  LinearResistanceOptions options;
  options.lower_share = 0.7;
  CHECK_THROWS_AS(options.validate(), Error);
  options = {};
  options.first_cycle = 3.0;
  CHECK_THROWS_AS(options.validate(), Error);
}

TEST_CASE("each sigmoid model gives back the parameters of an exact curve and is chosen by AICc among the others") {
  for (const AmplificationModel model : all_amplification_models()) {
    AmplificationFit truth;
    truth.model = model;
    truth.status = FitStatus::converged;
    const bool log_axis = to_string(model).substr(0, 4) == "log_";
    const bool gompertz = model == AmplificationModel::gompertz;
    const bool line = model == AmplificationModel::log_logistic_6 || model == AmplificationModel::logistic_6;
    const bool five = line || model == AmplificationModel::log_logistic_5 || model == AmplificationModel::logistic_5;
    truth.b = log_axis || gompertz ? -9.0 : -0.5;
    truth.c = 300.0;
    truth.d = 2300.0;
    truth.slope_per_cycle = line ? 3.0 : 0.0;
    truth.shape = {std::log(-truth.b), log_axis || gompertz ? std::log(22.0) : 22.0, gompertz ? 0.0 : five ? 0.4 : 1.0};
    Random random(6);
    AmplificationCurve curve;
    AmplificationCurve noisy;
    for (int x = 1; x <= 45; ++x) {
      curve.cycles.push_back(x);
      noisy.cycles.push_back(x);
      curve.fluorescence.push_back(evaluate_model(truth, x));
      noisy.fluorescence.push_back(evaluate_model(truth, x) + 2.0 * random.normal());
    }
    AmplificationModelOptions options;
    options.model = model;
    const AmplificationFit fit = fit_amplification_model(to_view(curve), options);
    CAPTURE(to_string(model), to_string(fit.status));
    CHECK(fit.residual_sum_of_squares < 1e-12 * 2000.0 * 2000.0);
    CHECK(fit.shape.log_beta == Approx(truth.shape.log_beta).epsilon(1e-5));
    CHECK(fit.shape.tau == Approx(truth.shape.tau).epsilon(1e-6));
    CHECK(fit.c == Approx(truth.c).epsilon(1e-6));
    CHECK(fit.d == Approx(truth.d).epsilon(1e-6));
    CHECK(fit.slope_per_cycle == Approx(truth.slope_per_cycle).margin(1e-4));
    const AmplificationFit best = choose_model(to_view(noisy), all_amplification_models());
    CHECK(best.status == FitStatus::converged);
    const AmplificationFit own = fit_amplification_model(to_view(noisy), options);
    CHECK(best.aicc <= own.aicc);
    // One with fewer parameters than the true model is not chosen at this noise.
    CHECK(best.parameters >= (five && !line ? 4 : own.parameters));
  }
  CHECK_THROWS_AS(choose_model(CurveView{}, {}), Error);
}

TEST_CASE("AICc is that of the definition") {
  Random random(7);
  const auto curve = test::make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 4.0}, 45, random);
  const AmplificationFit fit = fit_amplification_model(to_view(curve), {});
  const double n = 45.0;
  const double log_likelihood =
      -0.5 * n * (std::log(2.0 * std::acos(-1.0)) + 1.0 + std::log(fit.residual_sum_of_squares / n));
  CHECK(fit.aicc == Approx(-2.0 * log_likelihood + 2.0 * 5.0 + 2.0 * 5.0 * 6.0 / (n - 6.0)));
}

}  // namespace
