// Plain forms of the other programs' methods: sums over each window anew, dense matrices.
#include "tests/melt/peer_methods.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <Eigen/Dense>

namespace qpcr::test {
namespace {

struct RunningLines {
  std::vector<double> values;
  std::vector<double> residuals;  ///< absolute, of a line that did not see the reading
};

/// Moments of the readings in a window that moves by one reading in and one out.
struct Moments {
  double count = 0.0;
  double mean_x = 0.0;
  double mean_y = 0.0;
  double variance = 0.0;
  double covariance = 0.0;

  void add(double x, double y) {
    const double before = count;
    count += 1.0;
    mean_x = (before * mean_x + x) / count;
    mean_y = (before * mean_y + y) / count;
    if (before == 0.0) return;
    const double weighted = count * (x - mean_x) / before;
    variance += weighted * (x - mean_x);
    covariance += weighted * (y - mean_y);
  }

  /// Exact, or as rdmlpython does it: the distances are taken from the means without the reading, which takes out
  /// (n/(n − 1))² of what the reading had put in.
  void remove(double x, double y, bool exact) {
    const double before = count;
    count -= 1.0;
    const double new_x = (before * mean_x - x) / count;
    const double new_y = (before * mean_y - y) / count;
    const double from_x = x - (exact ? mean_x : new_x);
    const double from_y = y - (exact ? mean_y : new_y);
    variance -= before * from_x / count * from_x;
    covariance -= before * from_x / count * from_y;
    mean_x = new_x;
    mean_y = new_y;
  }
};

/// Lines through windows of about span·n neighbours; at the ends the window stays whole.
RunningLines run_lines(std::span<const double> x, std::span<const double> y, double span, double smallest_variance,
                       bool exact) {
  const std::size_t n = x.size();
  const auto side = std::max<std::size_t>(2, static_cast<std::size_t>(0.5 * span * static_cast<double>(n) + 0.6));
  Moments moments;
  for (std::size_t i = 0; i < std::min(n, 2 * side + 1); ++i) moments.add(x[i], y[i]);
  RunningLines result;
  for (std::size_t j = 0; j < n; ++j) {
    if (j > side && j + side < n) {
      moments.remove(x[j - side - 1], y[j - side - 1], exact);
      moments.add(x[j + side], y[j + side]);
    }
    const bool inclined = moments.variance > smallest_variance;
    const double slope = inclined ? moments.covariance / moments.variance : 0.0;
    const double value = slope * (x[j] - moments.mean_x) + moments.mean_y;
    double leverage = 1.0 / moments.count;
    if (inclined) leverage += (x[j] - moments.mean_x) * (x[j] - moments.mean_x) / moments.variance;
    result.values.push_back(value);
    result.residuals.push_back(leverage < 1.0 ? std::abs(y[j] - value) / (1.0 - leverage)
                                              : (j > 0 ? result.residuals.back() : 0.0));
  }
  return result;
}

/// Nonzero cubic B-splines at x and their second derivatives, by de Boor's recursion over all knots.
double b_spline(const std::vector<double>& knots, std::size_t i, int order, double x) {
  if (order == 1) {
    const bool last = knots[i + 1] == knots.back() && x == knots.back() && knots[i] < knots[i + 1];
    return (x >= knots[i] && x < knots[i + 1]) || last ? 1.0 : 0.0;
  }
  const auto k = static_cast<std::size_t>(order);
  double sum = 0.0;
  const double left = knots[i + k - 1] - knots[i];
  const double right = knots[i + k] - knots[i + 1];
  if (left > 0.0) sum += (x - knots[i]) / left * b_spline(knots, i, order - 1, x);
  if (right > 0.0) sum += (knots[i + k] - x) / right * b_spline(knots, i + 1, order - 1, x);
  return sum;
}

double b_spline_derivative(const std::vector<double>& knots, std::size_t i, int order, int derivative, double x) {
  if (derivative == 0) return b_spline(knots, i, order, x);
  const auto k = static_cast<std::size_t>(order);
  double sum = 0.0;
  const double left = knots[i + k - 1] - knots[i];
  const double right = knots[i + k] - knots[i + 1];
  if (left > 0.0) sum += (order - 1) / left * b_spline_derivative(knots, i, order - 1, derivative - 1, x);
  if (right > 0.0) sum -= (order - 1) / right * b_spline_derivative(knots, i + 1, order - 1, derivative - 1, x);
  return sum;
}

double golden_minimum(double low, double high, double tolerance, const auto& function) {
  const double ratio = 0.6180339887498949;
  double a = high - ratio * (high - low);
  double b = low + ratio * (high - low);
  double at_a = function(a);
  double at_b = function(b);
  while (high - low > tolerance) {
    if (at_a < at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - ratio * (high - low);
      at_a = function(a);
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + ratio * (high - low);
      at_b = function(b);
    }
  }
  return 0.5 * (low + high);
}

}  // namespace

std::vector<double> smooth_with_variable_span(std::span<const double> x, std::span<const double> y, bool exact) {
  constexpr std::array<double, 3> spans{0.05, 0.2, 0.5};
  const std::size_t n = x.size();
  auto low = static_cast<std::size_t>(0.5 + static_cast<double>(n) / 4.0);
  std::size_t high = 3 * low;
  double scale = 0.0;
  while (!(scale > 0.0)) {
    if (high < n) ++high;
    if (low > 1) --low;
    scale = x[high - 1] - x[low - 1];
  }
  const double smallest = 1e-8 * scale * scale;
  std::array<RunningLines, 3> lines;
  std::array<std::vector<double>, 3> residuals;
  for (std::size_t k = 0; k < 3; ++k) {
    lines[k] = run_lines(x, y, spans[k], smallest, exact);
    residuals[k] = run_lines(x, lines[k].residuals, spans[1], smallest, exact).values;
  }
  std::vector<double> best(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t chosen = 0;
    for (std::size_t k = 1; k < 3; ++k) {
      if (residuals[k][i] < residuals[chosen][i]) chosen = k;
    }
    best[i] = spans[chosen];
  }
  const std::vector<double> span = run_lines(x, best, spans[1], smallest, exact).values;
  std::vector<double> mixed(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double at = std::clamp(span[i], spans[0], spans[2]);
    if (at < spans[1]) {
      const double part = (spans[1] - at) / (spans[1] - spans[0]);
      mixed[i] = (1.0 - part) * lines[1].values[i] + part * lines[0].values[i];
    } else {
      const double part = (at - spans[1]) / (spans[2] - spans[1]);
      mixed[i] = (1.0 - part) * lines[1].values[i] + part * lines[2].values[i];
    }
  }
  return run_lines(x, mixed, spans[0], smallest, exact).values;
}

VariableSpanMelt analyse_with_variable_span(std::span<const double> x, std::span<const double> y, bool exact) {
  constexpr double low_celsius = 65.0;
  constexpr double high_celsius = 92.0;
  VariableSpanMelt result;
  const std::size_t n = x.size();
  result.smoothed = smooth_with_variable_span(x, y, exact);
  std::size_t low = 0;
  while (low + 1 < n && x[low] < low_celsius) ++low;
  std::size_t high = n - 1;
  while (high > 0 && x[high] > high_celsius) --high;
  const double low_fall = std::max(1e-5, result.smoothed[low - 1] - result.smoothed[low]);
  const double high_fall = std::max(1e-6, result.smoothed[high - 1] - result.smoothed[high]);
  const double rate = (std::log(high_fall) - std::log(low_fall)) / (high_celsius - low_celsius);
  for (std::size_t i = 0; i < n; ++i)
    result.normalised.push_back(result.smoothed[i] + low_fall / rate * std::exp(rate * (x[i] - low_celsius)));
  const auto [bottom, top] = std::minmax_element(result.normalised.begin(), result.normalised.end());
  const double lowest = *bottom;
  const double range = *top - *bottom;
  for (double& value : result.normalised) value = (value - lowest) / range;

  std::vector<double> first;
  for (std::size_t i = 4; i < n; ++i) {
    result.first_temperatures.push_back(0.5 * (x[i] + x[i - 1]));
    first.push_back(result.normalised[i - 1] - result.normalised[i]);
  }
  result.first_derivative = smooth_with_variable_span(result.first_temperatures, first, exact);
  std::vector<double> second;
  for (std::size_t i = 1; i + 1 < first.size(); ++i)
    second.push_back(result.first_derivative[i] - result.first_derivative[i - 1]);
  result.second_derivative = smooth_with_variable_span(x.subspan(4, second.size()), second, exact);
  return result;
}

std::vector<double> smooth_with_spline(std::span<const double> x, std::span<const double> y, double factor) {
  const std::size_t n = x.size();
  const double range = x.back() - x.front();
  std::size_t knot_count = n;
  if (n >= 50) {
    const double log_count =
        std::log2(50.0) + (std::log2(100.0) - std::log2(50.0)) * (static_cast<double>(n) - 50.0) / 150.0;
    knot_count = static_cast<std::size_t>(std::exp2(log_count));
  }
  std::vector<double> inner;
  for (std::size_t k = 0; k < knot_count; ++k) {
    const double place = static_cast<double>(k) * static_cast<double>(n - 1) / static_cast<double>(knot_count - 1);
    inner.push_back((x[static_cast<std::size_t>(place + 1e-9)] - x.front()) / range);
  }
  std::vector<double> knots(3, 0.0);
  knots.insert(knots.end(), inner.begin(), inner.end());
  knots.insert(knots.end(), 3, 1.0);
  const std::size_t m = knots.size() - 4;
  Eigen::MatrixXd basis(static_cast<long>(n), static_cast<long>(m));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < m; ++j)
      basis(static_cast<long>(i), static_cast<long>(j)) = b_spline(knots, j, 4, (x[i] - x.front()) / range);
  }
  // Second derivatives are straight lines between knots: Simpson's rule is exact for their products.
  Eigen::MatrixXd penalty = Eigen::MatrixXd::Zero(static_cast<long>(m), static_cast<long>(m));
  for (std::size_t k = 0; k + 1 < inner.size(); ++k) {
    const double width = inner[k + 1] - inner[k];
    Eigen::MatrixXd bends(static_cast<long>(m), 2);
    for (std::size_t j = 0; j < m; ++j) {
      const double a = b_spline_derivative(knots, j, 4, 2, inner[k] + 0.25 * width);
      const double b = b_spline_derivative(knots, j, 4, 2, inner[k] + 0.75 * width);
      bends(static_cast<long>(j), 0) = a - 0.5 * (b - a);
      bends(static_cast<long>(j), 1) = b + 0.5 * (b - a);
    }
    const Eigen::VectorXd a = bends.col(0);
    const Eigen::VectorXd b = bends.col(1);
    const Eigen::VectorXd c = 0.5 * (a + b);
    penalty += width / 6.0 * (a * a.transpose() + 4.0 * c * c.transpose() + b * b.transpose());
  }
  const Eigen::MatrixXd gram = basis.transpose() * basis;
  const long inside = static_cast<long>(m) - 5;
  const double ratio = gram.diagonal().segment(2, inside).sum() / penalty.diagonal().segment(2, inside).sum();
  const Eigen::Map<const Eigen::VectorXd> readings(y.data(), static_cast<long>(n));
  const auto smoother = [&](double spar) -> Eigen::MatrixXd {
    const double weight = ratio * std::pow(256.0, 3.0 * spar - 1.0);
    return basis * (gram + weight * penalty).ldlt().solve(basis.transpose());
  };
  const auto freedom = [&](double spar) { return smoother(spar).trace(); };
  const double chosen = golden_minimum(-1.5, 1.5, 1e-5, [&](double spar) {
    const Eigen::MatrixXd hat = smoother(spar);
    const double left = 1.0 - hat.trace() / static_cast<double>(n);
    return (readings - hat * readings).squaredNorm() / (left * left);
  });
  const double wanted = factor * freedom(chosen);
  double low = -1.5;
  double high = 1.5;
  while (high - low > 1e-7) {
    const double centre = 0.5 * (low + high);
    (freedom(centre) > wanted ? low : high) = centre;
  }
  const Eigen::VectorXd values = smoother(low) * readings;
  return {values.data(), values.data() + values.size()};
}

QuadraticPeak find_quadratic_peak(std::span<const double> x, std::span<const double> y) {
  const std::size_t n = x.size();
  std::vector<double> at;
  std::vector<double> difference;
  for (std::size_t i = 1; i + 1 < n; ++i) {
    at.push_back(x[i]);
    difference.push_back(-(y[i + 1] - y[i - 1]) / (x[i + 1] - x[i - 1]));
  }
  QuadraticPeak best;
  double best_fit = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 2; k <= 9; ++k) {
    const auto lowest =
        std::min_element(difference.begin() + static_cast<long>(k), difference.end() - static_cast<long>(k) + 2);
    const auto top = static_cast<std::size_t>(lowest - difference.begin());
    if (top < k || top + k >= difference.size()) continue;
    const auto count = static_cast<long>(2 * k + 1);
    Eigen::MatrixXd design(count, 3);
    Eigen::VectorXd right(count);
    for (long i = 0; i < count; ++i) {
      const std::size_t j = top - k + static_cast<std::size_t>(i);
      const double u = at[j] - at[top];
      design.row(i) << 1.0, u, u * u;
      right(i) = difference[j];
    }
    const Eigen::Vector3d solved = design.householderQr().solve(right);
    const double residual = (right - design * solved).squaredNorm();
    const double total = (right.array() - right.mean()).matrix().squaredNorm();
    const double fit = 1.0 - residual / total * static_cast<double>(count - 1) / static_cast<double>(count - 3);
    if (fit <= best_fit) continue;
    best_fit = fit;
    const double u = -solved(1) / (2.0 * solved(2));
    best.tm_celsius = at[top] + u;
    best.value = solved(0) + u * (solved(1) + u * solved(2));
  }
  return best;
}

}  // namespace qpcr::test
