// Closed-form fits under a hypothesis, and roots of the scores.
#include "libqpcr/study/comparison/score_difference.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "libqpcr/math/roots.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Derivative of the log likelihood by the second proportion, times both variances so that its ends are finite.
double likelihood_slope(const ProportionPair& pair, double second, double difference) {
  const double first = second + difference;
  const double first_part = static_cast<double>(pair.first_successes) * (1.0 - first) -
                            static_cast<double>(pair.first_total - pair.first_successes) * first;
  const double second_part = static_cast<double>(pair.second_successes) * (1.0 - second) -
                             static_cast<double>(pair.second_total - pair.second_successes) * second;
  return first_part * second * (1.0 - second) + second_part * first * (1.0 - first);
}

double solve_cubic(const ProportionPair& pair, double difference) {
  const double n1 = static_cast<double>(pair.first_total);
  const double n2 = static_cast<double>(pair.second_total);
  const double p1 = pair.first();
  const double p2 = pair.second();
  const double theta = n2 / n1;
  const double a = 1.0 + theta;
  const double b = -(1.0 + theta + p1 + theta * p2 + difference * (theta + 2.0));
  const double c = difference * difference + difference * (2.0 * p1 + theta + 1.0) + p1 + theta * p2;
  const double d = -p1 * difference * (1.0 + difference);
  const double third = b / (3.0 * a);
  const double v = third * third * third - b * c / (6.0 * a * a) + d / (2.0 * a);
  const double u = std::copysign(std::sqrt(std::max(0.0, third * third - c / (3.0 * a))), v);
  const double cosine = u == 0.0 ? 0.0 : std::clamp(v / (u * u * u), -1.0, 1.0);
  const double w = (std::numbers::pi + std::acos(cosine)) / 3.0;
  return 2.0 * u * std::cos(w) - third - difference;
}

/// Where a score that falls with its argument passes `level` between two bounds; the nearer bound when it does not.
double find_crossing(const std::function<double(double)>& score, double level, double lower, double upper) {
  const auto shifted = [&](double at) {
    // Infinite scores mean "far away": the root finder needs finite ones.
    return std::clamp(score(at) - level, -1e300, 1e300);
  };
  if (shifted(lower) <= 0.0) return lower;
  if (shifted(upper) >= 0.0) return upper;
  return find_root(shifted, lower, upper).value_or(lower);
}

}  // namespace

double fit_second_proportion(const ProportionPair& pair, double difference) {
  const double lower = std::max(0.0, -difference);
  const double upper = std::min(1.0, 1.0 - difference);
  if (lower >= upper) return lower;
  const double start = std::clamp(solve_cubic(pair, difference), lower, upper);
  // The trigonometric root loses digits where two roots are close: a few bracketed Newton steps give them back.
  double low = lower;
  double high = upper;
  double at = start;
  for (int step = 0; step < 60; ++step) {
    const double slope = likelihood_slope(pair, at, difference);
    if (slope == 0.0) break;
    (slope > 0.0 ? low : high) = at;
    const double width = std::max(1e-9 * std::min(at - lower, upper - at), 1e-15);
    const double curvature = (likelihood_slope(pair, std::min(upper, at + width), difference) -
                              likelihood_slope(pair, std::max(lower, at - width), difference)) /
                             (std::min(upper, at + width) - std::max(lower, at - width));
    double next = at - slope / curvature;
    if (!(next > low && next < high)) break;
    const bool settled = std::abs(next - at) <= 4.0 * std::numeric_limits<double>::epsilon() * std::abs(at);
    at = next;
    if (settled) break;
  }
  return at;
}

double score_of_difference(const ProportionPair& pair, double difference, ScoreVariance variance) {
  const double second = fit_second_proportion(pair, difference);
  const double first = std::clamp(second + difference, 0.0, 1.0);
  const double n1 = static_cast<double>(pair.first_total);
  const double n2 = static_cast<double>(pair.second_total);
  double spread = first * (1.0 - first) / n1 + second * (1.0 - second) / n2;
  if (variance == ScoreVariance::miettinen_nurminen) spread *= (n1 + n2) / (n1 + n2 - 1.0);
  const double distance = pair.first() - pair.second() - difference;
  if (spread > 1e-30) return distance / std::sqrt(spread);
  return std::abs(distance) < 1e-15 ? 0.0 : std::copysign(infinity, distance);
}

Interval score_interval_of_difference(const ProportionPair& pair, double z, ScoreVariance variance) {
  const double observed = pair.first() - pair.second();
  const auto score = [&](double at) { return score_of_difference(pair, at, variance); };
  return {find_crossing(score, z, -1.0, observed), find_crossing(score, -z, observed, 1.0)};
}

double score_of_ratio(const ProportionPair& pair, double ratio) {
  const double n1 = static_cast<double>(pair.first_total);
  const double n2 = static_cast<double>(pair.second_total);
  const double x1 = static_cast<double>(pair.first_successes);
  const double x2 = static_cast<double>(pair.second_successes);
  const double a = (n1 + n2) * ratio;
  const double b = ratio * (n1 + x2) + x1 + n2;
  const double root = std::sqrt(std::max(0.0, b * b - 4.0 * a * (x1 + x2)));
  // The smaller root of the quadratic, without subtracting near equals.
  const double second = std::min({2.0 * (x1 + x2) / (b + root), 1.0, 1.0 / ratio});
  const double first = std::min(1.0, ratio * second);
  const auto term = [](double x, double n, double p) {
    const double distance = x - n * p;
    if (std::abs(distance) <= 1e-12 * n) return 0.0;
    return p > 0.0 && p < 1.0 ? distance * distance / (n * p * (1.0 - p)) : infinity;
  };
  return term(x1, n1, first) + term(x2, n2, second);
}

Interval score_interval_of_ratio(const ProportionPair& pair, double z) {
  if (pair.first_successes == 0 && pair.second_successes == 0) return {0.0, infinity};
  constexpr double widest = 80.0;  // e^80 : no count of subjects comes near
  const auto score = [&](double log_ratio) { return score_of_ratio(pair, std::exp(log_ratio)); };
  const double observed = pair.second_successes == 0  ? widest
                          : pair.first_successes == 0 ? -widest
                                                      : std::log(pair.first() / pair.second());
  Interval limits{0.0, infinity};
  if (pair.first_successes > 0) limits.lower = std::exp(find_crossing(score, z * z, -widest, observed));
  if (pair.second_successes > 0) {
    const auto falling = [&](double at) { return -score(at); };
    limits.upper = std::exp(find_crossing(falling, -z * z, observed, widest));
  }
  return limits;
}

double score_of_paired_difference(const PairedCounts& counts, double difference) {
  const double n = static_cast<double>(counts.total());
  const double first_only = static_cast<double>(counts.first_only);
  const double second_only = static_cast<double>(counts.second_only);
  const double distance = first_only - second_only - n * difference;
  // Most likely share of "second only" under the hypothesis: the larger root of 2n·q² + b·q + c.
  const double b = -first_only - second_only + (2.0 * n - first_only + second_only) * difference;
  const double c = -second_only * difference * (1.0 - difference);
  const double root = std::sqrt(std::max(0.0, b * b - 8.0 * n * c));
  double share = b <= 0.0 ? (root - b) / (4.0 * n) : -2.0 * c / (b + root);
  share = std::clamp(share, std::max(0.0, -difference), (1.0 - difference) / 2.0);
  const double spread = n * (2.0 * share + difference * (1.0 - difference));
  if (spread > 1e-13) return distance / std::sqrt(spread);
  return std::abs(distance) < 1e-12 * n ? 0.0 : std::copysign(infinity, distance);
}

Interval score_interval_of_paired_difference(const PairedCounts& counts, double z) {
  const double n = static_cast<double>(counts.total());
  const double observed = static_cast<double>(counts.first_only - counts.second_only) / n;
  const auto score = [&](double at) { return score_of_paired_difference(counts, at); };
  return {find_crossing(score, z, -1.0, observed), find_crossing(score, -z, observed, 1.0)};
}

}  // namespace qpcr
