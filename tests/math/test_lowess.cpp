// Lowess: lines come back exactly, each point agrees with its local line written out, ties share a value.
#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/lowess.hpp"
#include "libqpcr/math/resampling.hpp"

using qpcr::LowessOptions;
using qpcr::smooth_lowess;

namespace {

/// The local line at one place by its normal equations, over the nearest neighbours by distance.
double smooth_naively(const std::vector<double>& x, const std::vector<double>& y, double at, std::size_t neighbours) {
  std::vector<double> distances;
  for (const double value : x) distances.push_back(std::abs(value - at));
  std::vector<double> sorted = distances;
  std::sort(sorted.begin(), sorted.end());
  const double reach = sorted[neighbours - 1];
  double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (distances[i] > 0.999 * reach) continue;
    const double u = distances[i] / reach;
    const double w = distances[i] <= 0.001 * reach ? 1.0 : std::pow(1 - u * u * u, 3);
    const double d = x[i] - at;
    s += w;
    sx += w * d;
    sy += w * y[i];
    sxx += w * d * d;
    sxy += w * d * y[i];
  }
  return (sxx * sy - sx * sxy) / (s * sxx - sx * sx);
}

struct Points {
  std::vector<double> x;
  std::vector<double> y;
};

Points make_points(std::size_t count) {
  qpcr::ResamplingStream stream(3, 4);
  Points points;
  for (std::size_t i = 0; i < count; ++i) points.x.push_back(static_cast<double>(stream.index(100000)) / 1e5);
  std::sort(points.x.begin(), points.x.end());
  for (std::size_t i = 0; i < count; ++i) points.y.push_back(static_cast<double>(stream.index(2)));
  return points;
}

}  // namespace

TEST_CASE("each smoothed point is its local line", "[lowess]") {
  const Points points = make_points(80);
  for (const double span : {0.2, 2.0 / 3.0, 1.0}) {
    const std::vector<double> smooth = smooth_lowess(points.x, points.y, {span, 0.0});
    const auto neighbours = static_cast<std::size_t>(span * 80.0 + 1e-7);
    for (std::size_t i = 0; i < 80; ++i)
      CHECK(std::abs(smooth[i] - smooth_naively(points.x, points.y, points.x[i], neighbours)) < 1e-10);
  }
}

TEST_CASE("a line is its own smooth curve, and skipping interpolates", "[lowess]") {
  Points points = make_points(200);
  const std::vector<double> full = smooth_lowess(points.x, points.y, {0.5, 0.0});
  const std::vector<double> skipped = smooth_lowess(points.x, points.y, {0.5, 0.02});
  for (std::size_t i = 0; i < 200; ++i) CHECK(std::abs(full[i] - skipped[i]) < 5e-3);
  for (std::size_t i = 0; i < 200; ++i) points.y[i] = 3.0 - 2.0 * points.x[i];
  const std::vector<double> line = smooth_lowess(points.x, points.y, {});
  for (std::size_t i = 0; i < 200; ++i) CHECK(std::abs(line[i] - points.y[i]) < 1e-12);
}

TEST_CASE("ties share a value and equal x have the mean", "[lowess]") {
  const std::vector<double> x{1, 1, 1, 2, 2, 3, 4, 4};
  const std::vector<double> y{0, 1, 0, 1, 0, 1, 1, 0};
  const std::vector<double> smooth = smooth_lowess(x, y, {});
  CHECK(smooth[0] == smooth[2]);
  CHECK(smooth[3] == smooth[4]);
  CHECK(smooth[6] == smooth[7]);
  for (const double value : smooth_lowess(std::vector<double>(4, 5.0), std::vector<double>{0, 1, 1, 0}, {}))
    CHECK(value == 0.5);
  CHECK(smooth_lowess({}, {}, {}).empty());
  CHECK(smooth_lowess(std::vector<double>{2.0}, std::vector<double>{7.0}, {}) == std::vector<double>{7.0});
}

TEST_CASE("malformed points are refused", "[lowess]") {
  const std::vector<double> x{1, 2, 3};
  CHECK_THROWS_AS(smooth_lowess(x, std::vector<double>{1, 2}, {}), qpcr::Error);
  CHECK_THROWS_AS(smooth_lowess(std::vector<double>{2, 1, 3}, x, {}), qpcr::Error);
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(smooth_lowess(x, std::vector<double>{1, bad, 2}, {}), qpcr::Error);
    CHECK_THROWS_AS(smooth_lowess(std::vector<double>{1, 2, bad}, x, {}), qpcr::Error);
  }
  CHECK_THROWS_AS(smooth_lowess(x, x, {0.0, 0.0}), qpcr::Error);
  CHECK_THROWS_AS(smooth_lowess(x, x, {1.1, 0.0}), qpcr::Error);
  CHECK_THROWS_AS(smooth_lowess(x, x, {0.5, 1.0}), qpcr::Error);
}
