// Passing and Bablok's regression, its equivariant form and Theil and Sen's line: medians of pairwise slopes.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

enum class SlopeMedian {
  passing_bablok,  ///< 1983, 10.1515/cclm.1983.21.11.709: median shifted by the slopes below −1
  equivariant,  ///< median of |slope| with the sign of Kendall's tau (Bablok et al. 1988, 10.1515/cclm.1988.26.11.783)
  theil_sen,    ///< plain median (Sen 1968, 10.1080/01621459.1968.10480934)
};

/// How two middle slopes are averaged.
enum class SlopeAverage { angle, slope };

/// Which ranks bound the interval at distance C/2 from the shifted median, C = z·√(n(n−1)(2n+5)/18).
enum class IntervalRanks {
  nearest,    ///< twice the rank rounded; half ranks average two slopes (mcr)
  published,  ///< M1 = round((N − C)/2), M2 = N − M1 + 1 (Passing & Bablok 1983)
  outward,    ///< C/2 rounded up
};

enum class ExpectedSlope { automatic, positive, negative };

struct PassingBablokOptions {
  SlopeMedian median = SlopeMedian::passing_bablok;
  SlopeAverage average = SlopeAverage::angle;
  IntervalRanks ranks = IntervalRanks::nearest;
  ExpectedSlope expected = ExpectedSlope::automatic;  ///< automatic: by the sign of Kendall's tau
  /// Slopes this near to −1 are taken as −1, which counts for neither side. Values read from decimals miss −1 by
  /// rounding; 0 takes each rounded quotient as it is (as mcr does), in O(n²) time.
  double minus_one_tolerance = 1e-8;
  double confidence = 0.95;

  /// @throws Error invalid_option unless 0 < confidence < 1 and 0 ≤ minus_one_tolerance < 0.01.
  void validate() const;
};

/// The line and what led to it. Numbers that do not exist are absent with their reason.
struct PassingBablokFit {
  Estimate slope;
  Estimate intercept;
  bool negative = false;         ///< fitted to −y and mirrored
  long slopes = 0;               ///< that count: not of identical points
  long vertical = 0;             ///< of equal x
  long shift = 0;                ///< slopes below −1
  long minus_ones = 0;           ///< slopes of −1
  std::optional<double> centre;  ///< of the analytic standard errors; equivariant and Theil–Sen only
};

/// The line with its analytic interval: order statistics by the variance of Kendall's tau for passing_bablok; for the
/// others the variance estimated from the data and the intercept of Dufey (2020, 10.1515/ijb-2019-0157).
/// O(n log n) time, O(n) memory. Equals the formation of all slopes (tests/study/agreement/test_passing_bablok.cpp).
/// @throws Error invalid_option, invalid_value for unequal lengths and values that are not finite.
PassingBablokFit estimate_passing_bablok(std::span<const double> x, std::span<const double> y,
                                         const PassingBablokOptions& options = {});

/// Slope and intercept alone: what resampling repeats.
PassingBablokFit fit_median_slope(std::span<const double> x, std::span<const double> y,
                                  const PassingBablokOptions& options);

/// Passing and Bablok's cumulative-sum test of linearity (1983), with the Kolmogorov–Smirnov probability.
struct LinearityCusum {
  long above = 0;
  long below = 0;
  std::optional<double> statistic;  ///< max|cusum|/√(below + 1); above 1.36 the deviation is significant at 5 %
  std::optional<double> p_value;
  std::vector<double> distance;  ///< along the line, ascending: of the figure
  std::vector<double> cusum;
};

LinearityCusum compare_with_line(std::span<const double> x, std::span<const double> y, double intercept, double slope);

}  // namespace qpcr
