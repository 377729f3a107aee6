// How two peers round and interpolate numbers of ours, so that the tests can tell a convention from a fault.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "libqpcr/math/binomial_regression.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/study/scores/logistic_score.hpp"

namespace qpcr::test {

/// Concordance by all pairs of the risks rounded down to 0.0002, as rms 6.5 counts it, without risks of 0 and 1.
inline double rounded_concordance(const std::vector<double>& risks, const std::vector<int>& outcomes) {
  std::vector<double> rounded;
  for (const double risk : risks) rounded.push_back(std::floor(5000.0 * risk));
  const auto inside = [](double risk) { return risk > 0.0 && risk < 1.0; };
  double won = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < risks.size(); ++i) {
    for (std::size_t j = 0; j < risks.size(); ++j) {
      if (outcomes[i] != 1 || outcomes[j] != 0 || !inside(risks[i]) || !inside(risks[j])) continue;
      pairs += 1.0;
      won += rounded[i] > rounded[j] ? 1.0 : rounded[i] == rounded[j] ? 0.5 : 0.0;
    }
  }
  return won / pairs;
}

/// Solves a small system by elimination with pivots.
inline std::vector<double> solve_dense(std::vector<std::vector<double>> rows, std::vector<double> right) {
  const std::size_t n = right.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < n; ++i) pivot = std::abs(rows[i][k]) > std::abs(rows[pivot][k]) ? i : pivot;
    std::swap(rows[k], rows[pivot]);
    std::swap(right[k], right[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = rows[i][k] / rows[k][k];
      for (std::size_t j = k; j < n; ++j) rows[i][j] -= factor * rows[k][j];
      right[i] -= factor * right[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) right[k] -= rows[k][j] * right[j];
    right[k] /= rows[k][k];
  }
  return right;
}

/// The cubic spline whose end pieces have the third derivative of the cubic through the four points there, at
/// `wanted` equally spaced places (R's spline(), method "fmm").
inline std::vector<double> spread_spline(const std::vector<double>& x, const std::vector<double>& y,
                                         std::size_t wanted) {
  const std::size_t n = x.size();
  const auto slope = [&](std::size_t i) { return (y[i + 1] - y[i]) / (x[i + 1] - x[i]); };
  const auto third = [&](std::size_t i) {
    const auto second = [&](std::size_t k) { return (slope(k + 1) - slope(k)) / (x[k + 2] - x[k]); };
    return 6.0 * (second(i + 1) - second(i)) / (x[i + 3] - x[i]);
  };
  std::vector<std::vector<double>> rows(n, std::vector<double>(n));
  std::vector<double> right(n);
  rows[0][0] = -1.0;
  rows[0][1] = 1.0;
  right[0] = third(0) * (x[1] - x[0]);
  rows[n - 1][n - 2] = -1.0;
  rows[n - 1][n - 1] = 1.0;
  right[n - 1] = third(n - 4) * (x[n - 1] - x[n - 2]);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    rows[i][i - 1] = x[i] - x[i - 1];
    rows[i][i] = 2.0 * (x[i + 1] - x[i - 1]);
    rows[i][i + 1] = x[i + 1] - x[i];
    right[i] = 6.0 * (slope(i) - slope(i - 1));
  }
  const std::vector<double> bend = solve_dense(rows, right);
  std::vector<double> values;
  for (std::size_t k = 0; k < wanted; ++k) {
    const double at = x.front() + (x.back() - x.front()) * static_cast<double>(k) / static_cast<double>(wanted - 1);
    const auto above = std::upper_bound(x.begin() + 1, x.end() - 1, at);
    const auto i = static_cast<std::size_t>(above - x.begin()) - 1;
    const double width = x[i + 1] - x[i];
    const double a = (x[i + 1] - at) / width;
    const double b = (at - x[i]) / width;
    values.push_back(a * y[i] + b * y[i + 1] +
                     ((a * a * a - a) * bend[i] + (b * b * b - b) * bend[i + 1]) * width * width / 6.0);
  }
  return values;
}

/// The profile interval of R's confint.glm() (MASS): the signed root of the deviance on a grid of a fifth of its
/// 98.75 % quantile in standard errors, a spline through it at three times as many places, and straight lines there.
inline Interval interpolated_profile_interval(const ScoreDesign& design, const std::vector<int>& outcomes,
                                              const std::vector<double>& weights, const LogisticScore& score,
                                              std::size_t column, double confidence = 0.95) {
  std::vector<double> trials = weights.empty() ? std::vector<double>(outcomes.size(), 1.0) : weights;
  std::vector<double> events;
  for (std::size_t i = 0; i < outcomes.size(); ++i) events.push_back(trials[i] * outcomes[i]);
  BinomialData data;
  data.design = design.values;
  data.successes = events;
  data.trials = trials;
  const double estimate = *score.coefficients[column].wald.value;
  const double error = *score.coefficients[column].wald.standard_error;
  const double most = std::sqrt(chi_square_quantile(1.0 - (1.0 - confidence) / 4.0, 1.0));
  std::vector<std::pair<double, double>> profile{{estimate, 0.0}};
  for (const double sign : {-1.0, 1.0}) {
    double z = 0.0;
    for (int step = 1; step < 10 && std::abs(z) < most; ++step) {
      BinomialRegressionOptions options;
      options.held.resize(design.columns());
      options.held[column] = estimate + sign * step * most / 5.0 * error;
      const BinomialFit fit = fit_binomial_regression(data, options);
      z = sign * std::sqrt(std::max(0.0, -2.0 * fit.kernel_log_likelihood - *score.deviance.value));
      profile.emplace_back(*options.held[column], z);
    }
  }
  std::sort(profile.begin(), profile.end());
  std::vector<double> x;
  std::vector<double> y;
  for (const auto& [at, z] : profile) {
    x.push_back(at);
    y.push_back(z);
  }
  const std::size_t count = 3 * x.size();
  const std::vector<double> spline = spread_spline(x, y, count);
  const auto find = [&](double z) {
    for (std::size_t k = 1; k < count; ++k) {
      if (spline[k] < z) continue;
      const double share = (z - spline[k - 1]) / (spline[k] - spline[k - 1]);
      return x.front() + (x.back() - x.front()) * (static_cast<double>(k - 1) + share) / static_cast<double>(count - 1);
    }
    return x.back();
  };
  const double z = normal_upper_quantile((1.0 - confidence) / 2.0);
  return {find(-z), find(z)};
}

}  // namespace qpcr::test
