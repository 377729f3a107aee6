// Smoothing and differentiation of a curve with even or uneven steps by local cubic least squares.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace qpcr {

/// Value and first derivative of a smooth curve at any abscissa, by weighted least squares of a cubic over a window
/// with tricube weights (Savitzky & Golay 1964, 10.1021/ac60214a047, for even steps; Cleveland 1979,
/// 10.1080/01621459.1979.10481038, for uneven ones). Reproduces cubics exactly. The weights depend on the abscissae
/// alone: they are kept while the abscissae stay the same, bit for bit.
class LocalCubic {
 public:
  /// Half of the window, in units of the abscissa. Where it holds fewer than `smallest_window` points the window grows
  /// until it holds that many.
  static constexpr std::size_t smallest_window = 6;

  /// `x` strictly increasing, at least smallest_window points. Recomputes the weights only for another `x` or width.
  void prepare(std::span<const double> x, double half_width);

  /// Smoothed values and derivatives at the abscissae; the spans have the size of `x`.
  void smooth(std::span<const double> y, std::span<double> values, std::span<double> derivatives) const;

  /// Standard deviation of a single reading, from the median absolute residual, each residual divided by what the
  /// smoother leaves of it. Robust against the few readings where the curve bends more than a cubic.
  double estimate_noise(std::span<const double> y, std::span<const double> values, std::vector<double>& work) const;

  /// Standard error of the derivative at reading i for a noise of 1.
  double derivative_error(std::size_t i) const { return derivative_errors_[i]; }

  /// The derivative at any abscissa within the range, by a window of this or another half width.
  double derivative_at(double at, std::span<const double> y) const { return derivative_at(at, y, half_width_); }
  double derivative_at(double at, std::span<const double> y, double half_width) const;

  /// Fills the weights of the derivative at an abscissa; the first belongs to reading `first`.
  /// @return number of weights.
  std::size_t find_derivative_weights(double at, double half_width, std::vector<double>& weights,
                                      std::size_t& first) const;

  double half_width() const { return half_width_; }

 private:
  struct Window {
    std::size_t first = 0;
    std::size_t count = 0;
    double half_width = 0.0;
  };

  Window find_window(double at, double half_width) const;
  using Factor = std::array<std::array<double, 4>, 4>;
  Factor factor_moments(double at, const Window& window) const;

  std::vector<double> x_;
  double half_width_ = 0.0;
  std::vector<Window> windows_;
  std::vector<std::size_t> offsets_;
  std::vector<double> value_weights_;
  std::vector<double> derivative_weights_;
  std::vector<double> derivative_errors_;
  std::vector<double> residual_scales_;
};

}  // namespace qpcr
