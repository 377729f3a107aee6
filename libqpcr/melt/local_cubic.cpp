// The weights of a local cubic: 4 × 4 normal equations in the scaled distance from the centre.
#include "libqpcr/melt/local_cubic.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

double tricube(double distance) {
  const double inside = 1.0 - std::abs(distance) * distance * distance;
  return inside > 0.0 ? inside * inside * inside : 0.0;
}

/// Solves the symmetric positive definite system by Cholesky's factor L.
std::array<double, 4> solve_factored(const std::array<std::array<double, 4>, 4>& factor, std::array<double, 4> right) {
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < i; ++j) right[i] -= factor[i][j] * right[j];
    right[i] /= factor[i][i];
  }
  for (std::size_t i = 4; i-- > 0;) {
    for (std::size_t j = i + 1; j < 4; ++j) right[i] -= factor[j][i] * right[j];
    right[i] /= factor[i][i];
  }
  return right;
}

}  // namespace

LocalCubic::Window LocalCubic::find_window(double at, double half_width) const {
  Window window;
  window.half_width = half_width;
  const auto begin = x_.begin();
  auto first = std::upper_bound(begin, x_.end(), at - half_width);
  auto last = std::lower_bound(first, x_.end(), at + half_width);
  if (static_cast<std::size_t>(last - first) < smallest_window) {
    while (static_cast<std::size_t>(last - first) < smallest_window) {
      const bool left = first != begin && (last == x_.end() || at - *(first - 1) <= *last - at);
      if (left) {
        --first;
      } else {
        ++last;
      }
    }
    // The farthest point keeps some weight.
    window.half_width = 1.1 * std::max(at - *first, *(last - 1) - at);
  }
  window.first = static_cast<std::size_t>(first - begin);
  window.count = static_cast<std::size_t>(last - first);
  return window;
}

LocalCubic::Factor LocalCubic::factor_moments(double at, const Window& window) const {
  std::array<double, 7> moments{};
  for (std::size_t k = 0; k < window.count; ++k) {
    const double u = (x_[window.first + k] - at) / window.half_width;
    double term = tricube(u);
    for (double& moment : moments) {
      moment += term;
      term *= u;
    }
  }
  Factor factor{};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = moments[i + j];
      for (std::size_t k = 0; k < j; ++k) sum -= factor[i][k] * factor[j][k];
      // Points crowded into a corner of the window do not determine a cubic; what they leave open is held near zero.
      factor[i][j] = i == j ? std::sqrt(std::max(sum, 1e-12 * moments[2 * i])) : sum / factor[j][j];
    }
  }
  return factor;
}

void LocalCubic::prepare(std::span<const double> x, double half_width) {
  if (half_width == half_width_ && std::equal(x.begin(), x.end(), x_.begin(), x_.end())) return;
  x_.assign(x.begin(), x.end());
  half_width_ = half_width;
  windows_.clear();
  offsets_.clear();
  value_weights_.clear();
  derivative_weights_.clear();
  derivative_errors_.clear();
  residual_scales_.clear();
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const Window window = find_window(x_[i], half_width_);
    const Factor factor = factor_moments(x_[i], window);
    const std::array<double, 4> value = solve_factored(factor, {1.0, 0.0, 0.0, 0.0});
    const std::array<double, 4> derivative = solve_factored(factor, {0.0, 1.0 / window.half_width, 0.0, 0.0});
    windows_.push_back(window);
    offsets_.push_back(value_weights_.size());
    double own = 0.0;
    double squares = 0.0;
    double derivative_squares = 0.0;
    for (std::size_t k = 0; k < window.count; ++k) {
      const double u = (x_[window.first + k] - x_[i]) / window.half_width;
      const double kernel = tricube(u);
      const double v = kernel * (value[0] + u * (value[1] + u * (value[2] + u * value[3])));
      const double d = kernel * (derivative[0] + u * (derivative[1] + u * (derivative[2] + u * derivative[3])));
      value_weights_.push_back(v);
      derivative_weights_.push_back(d);
      squares += v * v;
      derivative_squares += d * d;
      if (window.first + k == i) own = v;
    }
    derivative_errors_.push_back(std::sqrt(derivative_squares));
    residual_scales_.push_back(std::sqrt(std::max(0.0, 1.0 - 2.0 * own + squares)));
  }
}

void LocalCubic::smooth(std::span<const double> y, std::span<double> values, std::span<double> derivatives) const {
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const double* v = value_weights_.data() + offsets_[i];
    const double* d = derivative_weights_.data() + offsets_[i];
    const double* reading = y.data() + windows_[i].first;
    double value = 0.0;
    double derivative = 0.0;
    for (std::size_t k = 0; k < windows_[i].count; ++k) {
      value += v[k] * reading[k];
      derivative += d[k] * reading[k];
    }
    values[i] = value;
    derivatives[i] = derivative;
  }
}

double LocalCubic::estimate_noise(std::span<const double> y, std::span<const double> values,
                                  std::vector<double>& work) const {
  // A residual of which the smoother leaves less than a tenth is rounding, not noise.
  constexpr double smallest_scale = 0.1;
  constexpr double normal_quartile = 1.4826022185056018;
  work.clear();
  for (std::size_t i = 0; i < x_.size(); ++i) {
    if (residual_scales_[i] > smallest_scale) work.push_back(std::abs(y[i] - values[i]) / residual_scales_[i]);
  }
  return normal_quartile * median_in_place(work);
}

std::size_t LocalCubic::find_derivative_weights(double at, double half_width, std::vector<double>& weights,
                                                std::size_t& first) const {
  const Window window = find_window(at, half_width);
  const std::array<double, 4> derivative =
      solve_factored(factor_moments(at, window), {0.0, 1.0 / window.half_width, 0.0, 0.0});
  weights.clear();
  first = window.first;
  for (std::size_t k = 0; k < window.count; ++k) {
    const double u = (x_[window.first + k] - at) / window.half_width;
    weights.push_back(tricube(u) * (derivative[0] + u * (derivative[1] + u * (derivative[2] + u * derivative[3]))));
  }
  return window.count;
}

double LocalCubic::derivative_at(double at, std::span<const double> y, double half_width) const {
  const Window window = find_window(at, half_width);
  const std::array<double, 4> derivative =
      solve_factored(factor_moments(at, window), {0.0, 1.0 / window.half_width, 0.0, 0.0});
  double sum = 0.0;
  for (std::size_t k = 0; k < window.count; ++k) {
    const double u = (x_[window.first + k] - at) / window.half_width;
    sum += tricube(u) * (derivative[0] + u * (derivative[1] + u * (derivative[2] + u * derivative[3]))) *
           y[window.first + k];
  }
  return sum;
}

}  // namespace qpcr
