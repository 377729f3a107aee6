// The intervals of a difference and of a ratio, each as its author wrote it.
#include "libqpcr/study/comparison/independent_proportions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "libqpcr/study/comparison/conditional_odds_ratio.hpp"
#include "libqpcr/study/comparison/score_difference.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The numbers of a pair as formulas want them.
struct Rates {
  double x1, n1, x2, n2, p1, p2;

  Rates(double first, double first_total, double second, double second_total)
      : x1(first), n1(first_total), x2(second), n2(second_total), p1(x1 / n1), p2(x2 / n2) {}
  explicit Rates(const ProportionPair& pair)
      : Rates(static_cast<double>(pair.first_successes), static_cast<double>(pair.first_total),
              static_cast<double>(pair.second_successes), static_cast<double>(pair.second_total)) {}

  double wald_variance(double lost_degrees = 0.0) const {
    return p1 * (1.0 - p1) / (n1 - lost_degrees) + p2 * (1.0 - p2) / (n2 - lost_degrees);
  }
  double log_ratio_variance() const { return 1.0 / x1 - 1.0 / n1 + 1.0 / x2 - 1.0 / n2; }
};

Interval around(double centre, double half) { return {std::max(-1.0, centre - half), std::min(1.0, centre + half)}; }

/// Wilson's limits with continuity correction (Newcombe 1998, method 4 of the single proportion).
Interval corrected_wilson(double x, double n, double z) {
  const double p = x / n;
  const double z2 = z * z;
  const double scale = 2.0 * (n + z2);
  const auto root = [&](double sign) {
    return std::sqrt(z2 - sign * 2.0 - 1.0 / n + 4.0 * p * (n * (1.0 - p) + sign));
  };
  return {x == 0.0 ? 0.0 : std::max(0.0, (2.0 * x + z2 - 1.0 - z * root(1.0)) / scale),
          x == n ? 1.0 : std::min(1.0, (2.0 * x + z2 + 1.0 + z * root(-1.0)) / scale)};
}

/// Square-and-add of two single intervals (Newcombe 1998).
Interval square_and_add(const Rates& r, const Interval& first, const Interval& second) {
  const double difference = r.p1 - r.p2;
  return {std::max(-1.0, difference - std::hypot(r.p1 - first.lower, second.upper - r.p2)),
          std::min(1.0, difference + std::hypot(first.upper - r.p1, r.p2 - second.lower))};
}

/// Newcombe's method 10: standard errors at the single limits.
Interval newcombe_score(const Rates& r, const Interval& first, const Interval& second, double z) {
  const auto error = [&](double p1, double p2) {
    return z * std::sqrt(p1 * (1.0 - p1) / r.n1 + p2 * (1.0 - p2) / r.n2);
  };
  const double difference = r.p1 - r.p2;
  return {std::max(-1.0, difference - error(first.lower, second.upper)),
          std::min(1.0, difference + error(first.upper, second.lower))};
}

/// Beal's family; `mean` is the mean rate put in: the observed one (Haldane) or that with halves (Jeffreys–Perks).
Interval beal_interval(const Rates& r, double mean, double z) {
  const double u = (1.0 / r.n1 + 1.0 / r.n2) / 4.0;
  const double v = (1.0 / r.n1 - 1.0 / r.n2) / 4.0;
  const double z2 = z * z;
  const double difference = r.p1 - r.p2;
  const double skew = 1.0 - 2.0 * mean;
  const double spread = u * (4.0 * mean * (1.0 - mean) - difference * difference) + 2.0 * v * skew * difference +
                        4.0 * z2 * u * u * (1.0 - mean) * mean + z2 * v * v * skew * skew;
  const double scale = 1.0 + z2 * u;
  return around((difference + z2 * v * skew) / scale, z / scale * std::sqrt(std::max(0.0, spread)));
}

std::vector<MethodEstimate> estimate_differences(const ProportionPair& pair, double confidence, double z) {
  std::vector<MethodEstimate> made;
  const Rates r(pair);
  const double difference = r.p1 - r.p2;
  const auto add = [&](const char* method, const Interval& interval) {
    Estimate one;
    one.value = difference;
    one.interval = interval;
    made.push_back({method, one});
  };
  const double wald = std::sqrt(r.wald_variance());
  const double correction = 0.5 * (1.0 / r.n1 + 1.0 / r.n2);
  const Rates plus(r.x1 + 1.0, r.n1 + 2.0, r.x2 + 1.0, r.n2 + 2.0);
  const Rates halves(r.x1 + 0.5, r.n1 + 1.0, r.x2 + 0.5, r.n2 + 1.0);
  add("newcombe", newcombe_interval(pair, confidence));
  add("newcombe_corrected", square_and_add(r, corrected_wilson(r.x1, r.n1, z), corrected_wilson(r.x2, r.n2, z)));
  add("miettinen_nurminen", score_interval_of_difference(pair, z, ScoreVariance::miettinen_nurminen));
  add("mee", score_interval_of_difference(pair, z, ScoreVariance::mee));
  add("agresti_caffo", around(plus.p1 - plus.p2, z * std::sqrt(plus.wald_variance())));
  add("brown_li_jeffreys", around(halves.p1 - halves.p2, z * std::sqrt(halves.wald_variance(1.0))));
  if (pair.first_total > 1 && pair.second_total > 1) {
    add("hauck_anderson", around(difference, 1.0 / (2.0 * std::min(r.n1, r.n2)) + z * std::sqrt(r.wald_variance(1.0))));
  } else {
    Estimate one;
    one.value = difference;
    one.why_absent = Message{"comparison_needs_two_a_group", {}};
    made.push_back({"hauck_anderson", one});
  }
  add("haldane", beal_interval(r, (r.p1 + r.p2) / 2.0, z));
  add("jeffreys_perks", beal_interval(r, (halves.p1 + halves.p2) / 2.0, z));
  add("wald", around(difference, z * wald));
  made.back().estimate.standard_error = wald;
  add("wald_corrected", around(difference, z * wald + correction));
  return made;
}

/// Bailey's cube-root limit on one side (sign −1: lower).
double bailey_limit(const Rates& r, double z, double sign) {
  const double q1 = 1.0 - r.p1;
  const double q2 = 1.0 - r.p2;
  const double root = std::sqrt(std::max(0.0, q1 / r.x1 + q2 / r.x2 - z * z * q1 * q2 / (9.0 * r.x1 * r.x2)));
  const double scale = 1.0 - z * z * q2 / (9.0 * r.x2);
  if (scale <= 0.0) return sign < 0.0 ? 0.0 : infinity;
  return r.p1 / r.p2 * std::pow(std::max(0.0, (1.0 + sign * z * root / 3.0) / scale), 3);
}

/// One ratio with its limits: those that do not exist become 0 or infinity.
MethodEstimate ratio_estimate(const ProportionPair& pair, const char* method, Interval limits) {
  if (pair.first_successes == 0) limits.lower = 0.0;
  if (pair.second_successes == 0) limits.upper = infinity;
  limits.lower = std::max(0.0, limits.lower);
  if (pair.second_successes == 0)
    return {method, interval_without_value(
                        limits, pair.first_successes == 0 ? "comparison_no_success" : "comparison_no_second_success")};
  Estimate made;
  made.value = pair.first() / pair.second();
  made.interval = limits;
  return {method, made};
}

/// What a method puts in the place of a cell that is empty or full.
Rates replace_cells(const ProportionPair& pair, double substitute) {
  Rates r(pair);
  if (pair.first_successes == pair.first_total && pair.second_successes == pair.second_total)
    return {r.n1 - 0.5, r.n1, r.n2 - 0.5, r.n2};
  return {r.x1 == 0.0 ? substitute : r.x1, r.n1, r.x2 == 0.0 ? substitute : r.x2, r.n2};
}

/// Bailey's: an empty cell holds a half, a full one half less.
Rates replace_bailey_cells(const ProportionPair& pair) {
  const Rates r(pair);
  const auto moved = [](double x, double n) { return x == 0.0 ? 0.5 : x == n ? n - 0.5 : x; };
  return {moved(r.x1, r.n1), r.n1, moved(r.x2, r.n2), r.n2};
}

std::vector<MethodEstimate> estimate_ratios(const ProportionPair& pair, double z) {
  std::vector<MethodEstimate> made;
  made.push_back(ratio_estimate(pair, "koopman", score_interval_of_ratio(pair, z)));
  const Rates halved = replace_cells(pair, 0.5);
  const double ratio = halved.p1 / halved.p2;
  const double error = std::sqrt(halved.log_ratio_variance());
  made.push_back(ratio_estimate(pair, "katz_log", {ratio * std::exp(-z * error), ratio * std::exp(z * error)}));
  const bool all = pair.first_successes == pair.first_total && pair.second_successes == pair.second_total;
  const Rates base = all ? halved : Rates(pair);
  const Rates added(base.x1 + 0.5, base.n1 + 0.5, base.x2 + 0.5, base.n2 + 0.5);
  const double added_error = std::sqrt(added.log_ratio_variance());
  MethodEstimate adjusted = ratio_estimate(pair, "adjusted_log", {0.0, 0.0});
  adjusted.estimate.interval =
      Interval{added.p1 / added.p2 * std::exp(-z * added_error), added.p1 / added.p2 * std::exp(z * added_error)};
  if (pair.first_successes == 0 && pair.second_successes == 0) adjusted.estimate.interval = Interval{0.0, infinity};
  made.push_back(adjusted);
  const Rates bailey = replace_bailey_cells(pair);
  made.push_back(ratio_estimate(pair, "bailey", {bailey_limit(bailey, z, -1.0), bailey_limit(bailey, z, 1.0)}));
  made.push_back(ratio_estimate(pair, "noether", {ratio - z * ratio * error, ratio + z * ratio * error}));
  const Rates sinh = replace_cells(pair, z);
  const double variance = sinh.log_ratio_variance();
  MethodEstimate newman = ratio_estimate(pair, "inverse_sinh", {0.0, infinity});
  if (pair.first_successes + pair.second_successes > 0) {
    if (variance >= 0.0) {
      const double width = 2.0 * std::asinh(z / 2.0 * std::sqrt(variance));
      newman = ratio_estimate(pair, "inverse_sinh",
                              {sinh.p1 / sinh.p2 * std::exp(-width), sinh.p1 / sinh.p2 * std::exp(width)});
    } else {
      newman.estimate.interval.reset();
      newman.estimate.why_absent = Message{"comparison_needs_more_subjects", {}};
    }
  }
  made.push_back(newman);
  return made;
}

std::vector<ComparisonTest> compare_by_chi_square(const Rates& r) {
  const double n = r.n1 + r.n2;
  const double successes = r.x1 + r.x2;
  if (successes == 0.0 || successes == n)
    return {test_without_result("chi_square", "not_estimable_no_variation"),
            test_without_result("chi_square_yates", "not_estimable_no_variation")};
  const double cross = std::abs(r.x1 * (r.n2 - r.x2) - r.x2 * (r.n1 - r.x1));
  const double margins = r.n1 * r.n2 * successes * (n - successes);
  const double corrected = cross - std::min(n / 2.0, cross);
  return {chi_square_test("chi_square", n * cross * cross / margins, 1.0),
          chi_square_test("chi_square_yates", n * corrected * corrected / margins, 1.0)};
}

}  // namespace

void IndependentProportionsOptions::validate() const { static_cast<void>(two_sided_z(confidence)); }

Interval newcombe_interval(const ProportionPair& pair, double confidence) {
  return newcombe_score(Rates(pair), wilson_interval(pair.first_successes, pair.first_total, confidence),
                        wilson_interval(pair.second_successes, pair.second_total, confidence), two_sided_z(confidence));
}

IndependentProportionsResult compare_independent_proportions(const ProportionPair& given,
                                                             const IndependentProportionsOptions& options) {
  check_counts(given);
  const double z = two_sided_z(options.confidence);
  const ProportionPair pair = options.order == ComparisonOrder::first_minus_second ? given : given.swapped();
  IndependentProportionsResult result;
  result.confidence = options.confidence;
  if (pair.first_total == 0 || pair.second_total == 0) {
    const char* why = "comparison_empty_group";
    result.differences.push_back({"newcombe", not_estimable(why)});
    result.ratios.push_back({"koopman", not_estimable(why)});
    result.odds_ratio = {"conditional_exact", not_estimable(why)};
    result.tests.push_back(test_without_result("fisher_exact", why));
    return result;
  }
  result.differences = estimate_differences(pair, options.confidence, z);
  result.ratios = estimate_ratios(pair, z);
  result.tests = compare_by_chi_square(Rates(pair));
  const ConditionalCount cell = ConditionalCount::of_pair(pair);
  ComparisonTest fisher;
  fisher.method = "fisher_exact";
  fisher.p_value = cell.two_sided_p_value();
  result.tests.push_back(fisher);
  result.odds_ratio = {"conditional_exact", cell.estimate_odds_ratio(options.confidence)};
  if (pair.first_successes == 0 || pair.second_successes == 0)
    result.warnings.push_back(Message{"comparison_zero_cell_replaced", {}});
  if (Rates(pair).wald_variance() == 0.0) result.warnings.push_back(Message{"comparison_wald_degenerate", {}});
  const double least = static_cast<double>(std::min(pair.first_total, pair.second_total)) *
                       static_cast<double>(std::min(
                           pair.first_successes + pair.second_successes,
                           pair.first_total + pair.second_total - pair.first_successes - pair.second_successes)) /
                       static_cast<double>(pair.first_total + pair.second_total);
  if (least < 5.0) result.warnings.push_back(Message{"comparison_small_expected", {}});
  return result;
}

}  // namespace qpcr
