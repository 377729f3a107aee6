// The amplification model against closed forms: growth, plateau, slope of Cq on template, the branching process.
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/simulate/amplification_model.hpp"

namespace {

using namespace qpcr;

constexpr double threshold = 200;

TEST_CASE("Far from the plateau molecules grow by the efficiency") {
  AmplificationOptions options;
  const std::vector<double> molecules = derive_expected_molecules(100, options);
  for (std::size_t i = 0; i < 15; ++i) {
    CHECK(molecules[i] == Approx(100 * std::pow(1.95, static_cast<double>(i) + 1)).epsilon(1e-5));
  }
}

TEST_CASE("Molecules rise to the plateau and never beyond") {
  AmplificationOptions options;
  for (const double efficiency : {0.5, 0.95, 1.0}) {
    options.efficiency = efficiency;
    options.cycles = 100;
    const std::vector<double> molecules = derive_expected_molecules(1000, options);
    for (std::size_t i = 1; i < molecules.size(); ++i) CHECK(molecules[i] >= molecules[i - 1]);
    CHECK(molecules.back() == Approx(options.plateau_molecules).epsilon(1e-9));
  }
}

TEST_CASE("Cq falls by log_E of the template: slope −1 / log10(E)") {
  for (const double efficiency : {0.8, 0.95, 1.0}) {
    AmplificationOptions options;
    options.efficiency = efficiency;
    const double base = 1 + efficiency;
    std::vector<double> x;
    std::vector<double> y;
    double previous = 100;
    for (double copies = 1; copies < 2e6; copies *= 2) {
      const auto cq = derive_expected_cq(copies, options, threshold);
      REQUIRE(cq);
      CHECK(*cq < previous);
      previous = *cq;
      x.push_back(std::log10(copies));
      y.push_back(*cq);
    }
    double mean_x = 0;
    double mean_y = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      mean_x += x[i] / static_cast<double>(x.size());
      mean_y += y[i] / static_cast<double>(y.size());
    }
    double sxy = 0;
    double sxx = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sxy += (x[i] - mean_x) * (y[i] - mean_y);
      sxx += (x[i] - mean_x) * (x[i] - mean_x);
    }
    // Linear interpolation between cycles moves a Cq by at most 0.086 cycles and averages out over the dilutions.
    CHECK(sxy / sxx == Approx(-1 / std::log10(base)).epsilon(0.005));
  }
}

TEST_CASE("A template E times as large comes exactly one cycle earlier; a double one log_E 2") {
  AmplificationOptions options;
  const double base = 1 + options.efficiency;
  for (const double copies : {1.0, 7.0, 130.0, 4000.0}) {
    const double cq = *derive_expected_cq(copies, options, threshold);
    CHECK(*derive_expected_cq(copies * base, options, threshold) == Approx(cq - 1).margin(1e-6));
    CHECK(*derive_expected_cq(copies * 2, options, threshold) ==
          Approx(cq - std::log(2.0) / std::log(base)).margin(0.1));
  }
}

TEST_CASE("Cq agrees with the closed form of exponential growth within its saturation and interpolation") {
  AmplificationOptions options;
  const double at_threshold = options.plateau_molecules * threshold / options.plateau_rise_rfu;
  for (const double copies : {1.0, 20.0, 500.0, 10'000.0}) {
    const double closed = std::log(at_threshold / copies) / std::log(1 + options.efficiency);
    const double cq = *derive_expected_cq(copies, options, threshold);
    CHECK(cq > closed - 0.09);  // a chord of a convex curve crosses early, by at most 0.086 cycles
    CHECK(cq < closed + 0.05);  // saturation delays
  }
}

TEST_CASE("Too little template never crosses") {
  AmplificationOptions options;
  CHECK_FALSE(derive_expected_cq(0, options, threshold));
  CHECK_FALSE(derive_expected_cq(1e-4, options, threshold));
}

TEST_CASE("Without noise a simulated curve is the expected one, rounded") {
  AmplificationOptions options;
  options.drift_rfu_per_cycle = 1.25;
  RandomStream random(1, 1);
  const SimulatedCurve curve = simulate_curve(12.5, options, random);
  const AmplificationCurve expected = derive_expected_curve(12.5, options);
  for (std::size_t i = 0; i < expected.cycles.size(); ++i) {
    CHECK(curve.subtracted.fluorescence[i] == Approx(expected.fluorescence[i]).margin(0.00501));
    CHECK(curve.total.fluorescence[i] ==
          Approx(1500 + 1.25 * expected.cycles[i] + expected.fluorescence[i]).margin(0.00501));
  }
  CHECK(curve.total.kind == CurveKind::multicomponent);
  CHECK(curve.subtracted.kind == CurveKind::baseline_subtracted);
}

TEST_CASE("The branching process has the mean and variance of theory") {
  // After n cycles from one molecule: mean (1+p)^n, variance (1−p)/(1+p) · (1+p)^n · ((1+p)^n − 1) (Galton–Watson).
  AmplificationOptions options;
  options.efficiency = 0.8;
  options.cycles = 8;
  options.plateau_molecules = 1e15;
  options.plateau_rise_rfu = 1e15;  // one molecule is one unit
  options.baseline_rfu = 0;
  constexpr int count = 20'000;
  double mean = 0;
  double square = 0;
  for (int i = 0; i < count; ++i) {
    RandomStream random(9, static_cast<std::uint64_t>(i));
    const double final = simulate_curve(1, options, random).total.fluorescence.back();
    mean += final / count;
    square += final * final / count;
  }
  const double expected = std::pow(1.8, 8);
  const double variance = 0.2 / 1.8 * expected * (expected - 1);
  CHECK(std::abs(mean - expected) < 5 * std::sqrt(variance / count));
  CHECK(square - mean * mean == Approx(variance).epsilon(0.05));
}

TEST_CASE("Noise has the standard deviation that was asked for") {
  AmplificationOptions options;
  options.noise_sd_rfu = 8;
  options.cycles = 100;
  double sum = 0;
  double square = 0;
  int count = 0;
  for (std::uint64_t stream = 0; stream < 100; ++stream) {
    RandomStream random(10, stream);
    for (const double value : simulate_curve(0, options, random).subtracted.fluorescence) {
      sum += value;
      square += value * value;
      ++count;
    }
  }
  CHECK(std::abs(sum / count) < 5 * 8 / std::sqrt(count));
  CHECK(std::sqrt(square / count) == Approx(8).epsilon(0.04));
}

TEST_CASE("Options without meaning are refused by name") {
  const auto refuses = [](auto change) {
    AmplificationOptions options;
    change(options);
    CHECK_THROWS_AS(options.validate(), Error);
  };
  refuses([](AmplificationOptions& o) { o.cycles = 0; });
  refuses([](AmplificationOptions& o) { o.efficiency = 1.1; });
  refuses([](AmplificationOptions& o) { o.efficiency = NAN; });
  refuses([](AmplificationOptions& o) { o.gain = 0; });
  refuses([](AmplificationOptions& o) { o.noise_sd_rfu = -1; });
  refuses([](AmplificationOptions& o) { o.plateau_molecules = INFINITY; });
  RandomStream random(1, 1);
  CHECK_THROWS_AS(simulate_curve(-1, AmplificationOptions{}, random), Error);
}

}  // namespace
