// The ground under a rise against a search over every rate, each solved by orthogonal decomposition.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "libqpcr/curve/ground_under_rise.hpp"
#include "tests/curve/curve_data.hpp"

using namespace qpcr;

namespace {

/// Residual sum of squares of the best ground and exponential of one rate.
double solve(const std::vector<double>& x, const std::vector<double>& y, double rate, bool with_slope) {
  const auto n = static_cast<Eigen::Index>(x.size());
  Eigen::MatrixXd design(n, with_slope ? 3 : 2);
  const Eigen::Map<const Eigen::VectorXd> readings(y.data(), n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double cycle = x[static_cast<std::size_t>(i)];
    design(i, 0) = std::exp(rate * (cycle - x.back()));
    design(i, 1) = 1.0;
    if (with_slope) design(i, 2) = cycle;
  }
  return (readings - design * design.colPivHouseholderQr().solve(readings)).squaredNorm();
}

}  // namespace

TEST_CASE("no rate leaves smaller residuals than the ground under a rise") {
  test::Random random(3);
  const bool with_slope = GENERATE(false, true);
  std::size_t fitted = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<double> x;
    std::vector<double> y;
    const double rate = 0.35 + 0.4 * random.uniform();
    for (int cycle = 3; cycle <= 22; ++cycle) {
      if (round % 4 == 1 && (cycle == 9 || cycle == 15)) continue;  // gaps
      x.push_back(cycle);
      y.push_back(500.0 + (with_slope ? 0.8 * cycle : 0.0) + 120.0 * std::exp(rate * (cycle - 22)) +
                  2.0 * random.normal());
    }
    const std::optional<Baseline> ground = fit_ground_under_rise(x, y, with_slope);
    if (!ground) continue;
    ++fitted;
    const double degrees = static_cast<double>(x.size()) - (with_slope ? 4.0 : 3.0);
    const double ours = ground->noise_sd * ground->noise_sd * degrees;
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 1000; ++i) {
      const double tried = std::log(1.35) + (std::log(2.2) - std::log(1.35)) * i / 1000.0;
      best = std::min(best, solve(x, y, tried, with_slope));
    }
    CHECK(ours <= best * (1.0 + 1e-9));
    CHECK(ours >= best * (1.0 - 1e-3));
    CHECK(ground->intercept_variance > 0.0);
  }
  CHECK(fitted >= 55);
}
