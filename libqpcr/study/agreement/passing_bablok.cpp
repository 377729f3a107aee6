// Ranks of pairwise slopes turned into a line and its interval.
#include "libqpcr/study/agreement/passing_bablok.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/pairwise_slopes.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double average(double a, double b, SlopeAverage how) {
  if (a == b) return a;
  if (how == SlopeAverage::angle) return std::tan(0.5 * (std::atan(a) + std::atan(b)));
  return std::isinf(a) || std::isinf(b) ? (std::isinf(a) ? a : b) : a + (b - a) / 2.0;
}

double median_residual(std::span<const double> x, std::span<const double> y, double slope) {
  std::vector<double> residuals(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) residuals[i] = y[i] - slope * x[i];
  return median_in_place(residuals);
}

/// A fit in progress: slopes ranked on y or −y, and the number of vertical slopes above all finite ones.
struct RankedSlopes {
  PairwiseSlopes pairs;
  PassingBablokFit fit;
  std::vector<double> mirrored;
  std::span<const double> x;
  std::span<const double> y;
  bool absolute = false;

  RankedSlopes(std::span<const double> x_in, std::span<const double> y_in, const PassingBablokOptions& options)
      : pairs(x_in, y_in), x(x_in), y(y_in) {
    const bool directed = options.median != SlopeMedian::theil_sen;
    const bool shifted = options.median == SlopeMedian::passing_bablok;
    absolute = options.median == SlopeMedian::equivariant;
    const double tolerance = options.minus_one_tolerance;
    // One sweep: to below −1, past −1, to below 0, past 0.
    const std::vector<double> marks{-1.0 - tolerance, std::nextafter(-1.0 + tolerance, 0.0), 0.0,
                                    PairwiseSlopes::least_slope};
    std::vector<long> below = directed ? pairs.count_all_below(marks) : std::vector<long>(4, 0);
    const long score = pairs.finite() - below[3] - below[2];
    fit.negative = directed && (options.expected == ExpectedSlope::negative ||
                                (options.expected == ExpectedSlope::automatic && score < 0));
    if (fit.negative) {
      mirrored.assign(y.begin(), y.end());
      for (double& value : mirrored) value = -value;
      y = mirrored;
      pairs = PairwiseSlopes(x, y);
      if (shifted) below = pairs.count_all_below(marks);
    }
    fit.vertical = pairs.vertical();
    fit.slopes = pairs.finite() + (directed ? pairs.vertical() : 0);
    if (!shifted) return;
    if (tolerance == 0.0) {
      below[0] = pairs.count_rounded_below(-1.0);
      below[1] = pairs.count_rounded_below(std::nextafter(-1.0, 0.0));
    }
    fit.shift = below[0];
    fit.minus_ones = below[1] - below[0];
  }

  /// Slopes of ranks counted from 1; vertical ones last.
  std::vector<double> select(const std::vector<long>& ranks) const {
    std::vector<long> finite;
    for (const long rank : ranks) {
      if (rank <= pairs.finite()) finite.push_back(rank - 1);
    }
    const std::vector<double> found = absolute ? pairs.select_absolute(finite) : pairs.select(finite);
    std::vector<double> slopes;
    std::size_t next = 0;
    for (const long rank : ranks) slopes.push_back(rank <= pairs.finite() ? found[next++] : infinity);
    return slopes;
  }
  double mirror(double slope) const { return fit.negative ? -slope : slope; }
};

/// Ranks whose average is the quantile at half of `doubled` + 1.
std::vector<long> ranks_at(long doubled) {
  const long upper = (doubled + 2) / 2;
  return {(doubled + 1) / 2, upper};
}

Interval order(double a, double b) { return {std::min(a, b), std::max(a, b)}; }

std::vector<std::size_t> order_by(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

/// Ranks from 1; values that differ by rounding alone share one.
std::vector<std::size_t> dense_ranks(const std::vector<double>& values, double scale) {
  const std::vector<std::size_t> sorted = order_by(values);
  std::vector<std::size_t> ranks(values.size());
  std::size_t rank = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || values[sorted[i]] - values[sorted[i - 1]] > 1e-13 * scale) ++rank;
    ranks[sorted[i]] = rank;
  }
  return ranks;
}

/// Concordant minus discordant pairs of each point.
std::vector<double> point_scores(const std::vector<std::size_t>& first, const std::vector<std::size_t>& second) {
  const std::size_t n = first.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return first[a] < first[b]; });
  std::vector<double> scores(n, 0.0);
  for (const bool forward : {true, false}) {
    std::vector<long> tree(n + 1, 0);
    const auto count_to = [&](std::size_t rank) {
      long count = 0;
      for (; rank > 0; rank &= rank - 1) count += tree[rank];
      return count;
    };
    long seen = 0;
    for (std::size_t at = 0; at < n;) {
      std::size_t end = at;
      const auto point = [&](std::size_t i) { return forward ? order[i] : order[n - 1 - i]; };
      while (end < n && first[point(end)] == first[point(at)]) ++end;
      for (std::size_t i = at; i < end; ++i) {
        const std::size_t rank = second[point(i)];
        const long less = count_to(rank - 1);
        const long greater = seen - count_to(rank);
        scores[point(i)] += static_cast<double>(forward ? less - greater : greater - less);
      }
      for (std::size_t i = at; i < end; ++i, ++seen) {
        for (std::size_t rank = second[point(i)]; rank <= n; rank += rank & (~rank + 1)) ++tree[rank];
      }
      at = end;
    }
  }
  return scores;
}

/// Kendall's tau-b of a part times its number of ordered pairs; 0 where it does not exist.
double weighted_tau(const std::vector<double>& a, const std::vector<double>& b) {
  const long n = static_cast<long>(a.size());
  if (n < 2) return 0.0;
  const PairwiseSlopes pairs(a, b);
  const PairwiseSlopes swapped(b, a);
  const double product = static_cast<double>(pairs.finite()) * static_cast<double>(swapped.finite());
  if (!(product > 0.0)) return 0.0;
  return static_cast<double>(pairs.kendall_score()) / std::sqrt(product) * static_cast<double>(n * (n - 1));
}

/// Intervals of the equivariant and the Theil–Sen line: the variance of tau is taken from the points' scores, the
/// standard error of the slope from its order statistics, and the intercept's from both (Dufey 2020).
void add_estimated_intervals(RankedSlopes& ranked, double slope, double intercept,
                             const PassingBablokOptions& options) {
  const std::size_t size = ranked.x.size();
  PassingBablokFit& fit = ranked.fit;
  if (size < 4) {
    fit.slope.why_absent = Message{"agreement_not_estimable_fewer_than_four_pairs", {}};
    fit.intercept.why_absent = fit.slope.why_absent;
    return;
  }
  const auto n = static_cast<double>(size);
  std::vector<double> residual(size);
  std::vector<double> along(size);
  double scale = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    residual[i] = ranked.y[i] - slope * ranked.x[i];
    along[i] = ranked.absolute ? ranked.y[i] + slope * ranked.x[i] : ranked.x[i];
    scale = std::max({scale, std::abs(ranked.y[i]), std::abs(slope * ranked.x[i])});
  }
  const std::vector<double> scores =
      point_scores(dense_ranks(along, ranked.absolute ? scale : 0.0), dense_ranks(residual, scale));
  double squares = 0.0;
  for (const double score : scores) squares += score * score;
  const double pairs = n * (n - 1.0);
  const double variance = std::max(1e-5, (4.0 * squares - 2.0 * pairs) / (pairs * (n - 2.0) * (n - 3.0)));
  const double t = student_t_upper_quantile((1.0 - options.confidence) / 2.0, n - 2.0);
  const double width = std::min(1.0 - 1e-8, t * std::sqrt(variance));
  const auto rank = [&](double share) {
    const double wanted = std::nearbyint(static_cast<double>(fit.slopes) * share);
    return std::clamp(static_cast<long>(wanted), 1L, fit.slopes);
  };
  const std::vector<double> limits = ranked.select({rank((1.0 - width) / 2.0), rank((1.0 + width) / 2.0)});
  const double slope_error = (limits[1] - limits[0]) / (2.0 * t);
  if (!std::isfinite(slope_error) || !(slope_error > 0.0)) {
    fit.slope.why_absent = Message{"agreement_interval_not_estimable_tied_slopes", {}};
    fit.intercept.why_absent = fit.slope.why_absent;
    return;
  }
  fit.slope.standard_error = slope_error;
  const double centre = ranked.mirror(slope);
  fit.slope.interval = Interval{centre - t * slope_error, centre + t * slope_error};

  constexpr double z0 = 1.4;  // McKean and Schrader 1984
  std::vector<double> sorted = residual;
  std::sort(sorted.begin(), sorted.end());
  const auto low = static_cast<std::size_t>(std::max(1.0, std::nearbyint((n + 1.0) / 2.0 - z0 * std::sqrt(n / 4.0))));
  const double spread = (sorted[size - low] - sorted[low - 1]) / (2.0 * z0);
  std::vector<double> low_residual;
  std::vector<double> low_along;
  std::vector<double> high_residual;
  std::vector<double> high_along;
  for (std::size_t i = 0; i < size; ++i) {
    const double off = residual[i] - intercept;
    if (std::abs(off) <= 1e-13 * scale) continue;
    (off < 0.0 ? low_residual : high_residual).push_back(off);
    (off < 0.0 ? low_along : high_along).push_back(along[i]);
  }
  const double covariance = 2.0 * (weighted_tau(high_residual, high_along) - weighted_tau(low_residual, low_along)) /
                            pairs / std::sqrt(n * variance);
  const double step = slope_error * z0;
  const double derivative =
      (median_residual(ranked.x, ranked.y, slope - step) - median_residual(ranked.x, ranked.y, slope + step)) /
      (2.0 * step);
  const double x_centre = derivative - spread / slope_error * covariance;
  const double intercept_error = std::sqrt(std::max(
      0.0, spread * spread * (1.0 - covariance * covariance) + slope_error * slope_error * x_centre * x_centre));
  fit.centre = x_centre;
  fit.intercept.standard_error = intercept_error;
  const double shown = ranked.mirror(intercept);
  fit.intercept.interval = Interval{shown - t * intercept_error, shown + t * intercept_error};
}

/// Twice the ranks of the limits, less 1, among the slopes that count.
struct SlopeRanks {
  long lower = 0;
  long upper = 0;
};

SlopeRanks rank_limits(double n, long counted, const PassingBablokOptions& options) {
  const double width =
      normal_upper_quantile((1.0 - options.confidence) / 2.0) * std::sqrt(n * (n - 1.0) * (2.0 * n + 5.0) / 18.0);
  const auto count = static_cast<double>(counted);
  if (options.ranks == IntervalRanks::nearest)
    return {static_cast<long>(std::nearbyint(count - width)), static_cast<long>(std::nearbyint(count + width))};
  const long lower = options.ranks == IntervalRanks::published
                         ? 2 * static_cast<long>(std::round((count - width) / 2.0)) - 1
                         : counted - 2 * static_cast<long>(std::ceil(width / 2.0));
  return {lower, 2 * counted - lower};
}

PassingBablokFit fit_line_of_slopes(std::span<const double> x, std::span<const double> y,
                                    const PassingBablokOptions& options, bool with_intervals) {
  options.validate();
  RankedSlopes ranked(x, y, options);
  PassingBablokFit& fit = ranked.fit;
  const auto absent = [&](const char* why) {
    fit.slope = not_estimable(why);
    fit.intercept = fit.slope;
    return fit;
  };
  if (x.size() < 2) return absent("agreement_not_estimable_fewer_than_two_pairs");
  const auto [least_y, most_y] = std::minmax_element(y.begin(), y.end());
  if (ranked.pairs.finite() == 0 || *least_y == *most_y || fit.slopes == fit.minus_ones)
    return absent("agreement_not_estimable_values_all_equal");
  // Slopes of −1 are skipped: the median of the others, shifted past those below −1.
  const long past = 2 * (fit.shift + fit.minus_ones);
  const long doubled = fit.slopes - fit.minus_ones + past;
  if (doubled > 2 * fit.slopes - 1) return absent("agreement_not_estimable_median_beyond_vertical");
  std::vector<long> ranks = ranks_at(doubled);
  const bool ranked_interval = with_intervals && options.median == SlopeMedian::passing_bablok;
  const SlopeRanks limits = rank_limits(static_cast<double>(x.size()), fit.slopes - fit.minus_ones, options);
  // Below the shifted list lie the slopes under −1, which count as steeper than vertical: no limit there.
  const bool bounded_below = ranked_interval && limits.lower >= 1;
  const bool bounded_above = ranked_interval && limits.upper + past <= 2 * fit.slopes - 1;
  for (const auto& [bounded, limit] :
       {std::pair(bounded_below, limits.lower), std::pair(bounded_above, limits.upper)}) {
    if (!bounded) continue;
    for (const long rank : ranks_at(limit + past)) ranks.push_back(rank);
  }
  const std::vector<double> slopes = ranked.select(ranks);
  const double slope = average(slopes[0], slopes[1], options.average);
  if (std::isinf(slope)) return absent("agreement_not_estimable_median_beyond_vertical");
  const double intercept = median_residual(ranked.x, ranked.y, slope);
  fit.slope.value = ranked.mirror(slope);
  fit.intercept.value = ranked.mirror(intercept);
  if (with_intervals && !ranked_interval) add_estimated_intervals(ranked, slope, intercept, options);
  if (!ranked_interval) return fit;
  const double low = bounded_below ? average(slopes[2], slopes[3], options.average) : -infinity;
  const std::size_t last = slopes.size();
  const double high = bounded_above ? average(slopes[last - 2], slopes[last - 1], options.average) : infinity;
  fit.slope.interval = order(ranked.mirror(low), ranked.mirror(high));
  const double intercept_low = std::isinf(high) ? -infinity : median_residual(ranked.x, ranked.y, high);
  const double intercept_high = std::isinf(low) ? infinity : median_residual(ranked.x, ranked.y, low);
  fit.intercept.interval = order(ranked.mirror(intercept_low), ranked.mirror(intercept_high));
  if (std::isinf(low) || std::isinf(high)) {
    fit.slope.why_absent = Message{"agreement_interval_unbounded_few_pairs", {}};
    fit.intercept.why_absent = fit.slope.why_absent;
  }
  return fit;
}

}  // namespace

void PassingBablokOptions::validate() const {
  const auto refuse = [](const char* field, double found, const char* wanted) {
    ErrorContext context;
    context.field = field;
    context.found = format_double(found);
    context.expected = wanted;
    throw Error(ErrorCode::invalid_option, context);
  };
  if (!(confidence > 0.0 && confidence < 1.0)) refuse("confidence", confidence, "a number between 0 and 1");
  if (!(minus_one_tolerance >= 0.0 && minus_one_tolerance < 0.01))
    refuse("minus_one_tolerance", minus_one_tolerance, "at least 0 and less than 0.01");
}

PassingBablokFit estimate_passing_bablok(std::span<const double> x, std::span<const double> y,
                                         const PassingBablokOptions& options) {
  return fit_line_of_slopes(x, y, options, true);
}

PassingBablokFit fit_median_slope(std::span<const double> x, std::span<const double> y,
                                  const PassingBablokOptions& options) {
  return fit_line_of_slopes(x, y, options, false);
}

LinearityCusum compare_with_line(std::span<const double> x, std::span<const double> y, double intercept, double slope) {
  LinearityCusum result;
  std::vector<int> side(x.size(), 0);
  std::vector<double> distance(x.size());
  const double root = std::sqrt(1.0 + slope * slope);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double residual = y[i] - intercept - slope * x[i];
    const double scale = std::max({std::abs(y[i]), std::abs(intercept), std::abs(slope * x[i])});
    if (std::abs(residual) > 1e-12 * scale) side[i] = residual > 0.0 ? 1 : -1;
    result.above += side[i] > 0;
    result.below += side[i] < 0;
    distance[i] = (x[i] + slope * (y[i] - intercept)) / root;
  }
  if (result.above == 0 || result.below == 0) return result;
  const double up = std::sqrt(static_cast<double>(result.below) / static_cast<double>(result.above));
  const double down = 1.0 / up;
  double sum = 0.0;
  double largest = 0.0;
  for (const std::size_t i : order_by(distance)) {
    sum += side[i] > 0 ? up : side[i] < 0 ? -down : 0.0;
    largest = std::max(largest, std::abs(sum));
    result.distance.push_back(distance[i]);
    result.cusum.push_back(sum);
  }
  const double statistic = largest / std::sqrt(static_cast<double>(result.below) + 1.0);
  double tail = 0.0;
  for (int k = 1; k <= 100; ++k) tail += (k % 2 == 1 ? 2.0 : -2.0) * std::exp(-2.0 * k * k * statistic * statistic);
  result.statistic = statistic;
  result.p_value = statistic < 0.2 ? 1.0 : std::clamp(tail, 0.0, 1.0);
  return result;
}

}  // namespace qpcr
