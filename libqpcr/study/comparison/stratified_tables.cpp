// Sums over strata, and the fit of each stratum under a common odds ratio.
#include "libqpcr/study/comparison/stratified_tables.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "libqpcr/study/comparison/conditional_odds_ratio.hpp"

namespace qpcr {
namespace {

/// A stratum with rows groups and columns success and failure.
struct Cells {
  double a, b, c, d;

  explicit Cells(const ProportionPair& pair)
      : a(static_cast<double>(pair.first_successes)),
        b(static_cast<double>(pair.first_total - pair.first_successes)),
        c(static_cast<double>(pair.second_successes)),
        d(static_cast<double>(pair.second_total - pair.second_successes)) {}
  void add(double each) {
    for (double* cell : {&a, &b, &c, &d}) *cell += each;
  }
  double log_odds() const { return std::log(a * d / (b * c)); }
  double woolf_weight() const { return 1.0 / (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d); }
  double total() const { return a + b + c + d; }
  bool informative() const { return a + b > 0.0 && c + d > 0.0 && a + c > 0.0 && b + d > 0.0; }
  double expected() const { return (a + b) * (a + c) / total(); }
  double variance() const { return (a + b) * (c + d) * (a + c) * (b + d) / (total() * total() * (total() - 1.0)); }
};

std::vector<ComparisonTest> compare_by_sums(std::span<const Cells> strata) {
  double distance = 0.0;
  double variance = 0.0;
  for (const Cells& s : strata) {
    if (!s.informative()) continue;
    distance += s.a - s.expected();
    variance += s.variance();
  }
  if (variance == 0.0)
    return {test_without_result("cochran_mantel_haenszel", "not_estimable_no_variation"),
            test_without_result("cochran_mantel_haenszel_corrected", "not_estimable_no_variation")};
  distance = std::abs(distance);
  const double corrected = distance >= 0.5 ? distance - 0.5 : distance;
  return {chi_square_test("cochran_mantel_haenszel", distance * distance / variance, 1.0),
          chi_square_test("cochran_mantel_haenszel_corrected", corrected * corrected / variance, 1.0)};
}

Estimate estimate_common_odds(std::span<const Cells> strata, double z) {
  double r = 0.0;
  double s = 0.0;
  double pr = 0.0;
  double mixed = 0.0;
  double qs = 0.0;
  for (const Cells& cell : strata) {
    const double n = cell.total();
    if (n == 0.0) continue;
    const double straight = cell.a * cell.d / n;
    const double crossed = cell.b * cell.c / n;
    const double p = (cell.a + cell.d) / n;
    const double q = (cell.b + cell.c) / n;
    r += straight;
    s += crossed;
    pr += p * straight;
    mixed += p * crossed + q * straight;
    qs += q * crossed;
  }
  if (s == 0.0) return not_estimable(r == 0.0 ? "not_estimable_no_variation" : "comparison_odds_ratio_unbounded");
  if (r == 0.0) {
    Estimate made = make_estimate(0.0, "not_estimable_no_variation");
    made.why_absent = Message{"interval_not_estimable_zero_cell", {}};
    return made;
  }
  const double error = std::sqrt(pr / (2.0 * r * r) + mixed / (2.0 * r * s) + qs / (2.0 * s * s));
  Estimate made = log_scale_estimate(r / s, error, z);
  made.standard_error = error;
  return made;
}

Estimate estimate_risk_difference(std::span<const Cells> strata, double z) {
  double weighted = 0.0;
  double weights = 0.0;
  double p = 0.0;
  double q = 0.0;
  for (const Cells& s : strata) {
    const double n1 = s.a + s.b;
    const double n2 = s.c + s.d;
    if (n1 == 0.0 || n2 == 0.0) continue;
    const double n = s.total();
    weights += n1 * n2 / n;
    weighted += (s.a * n2 - s.c * n1) / n;
    p += (n1 * n1 * s.c - n2 * n2 * s.a + n1 * n2 * (n2 - n1) / 2.0) / (n * n);
    q += (s.a * s.d + s.c * s.b) / (2.0 * n);
  }
  if (weights == 0.0) return not_estimable("comparison_empty_group");
  const double difference = weighted / weights;
  const double variance = (difference * p + q) / (weights * weights);
  return wald_estimate(difference, std::sqrt(std::max(0.0, variance)), z, -1.0, 1.0);
}

/// The first cell that a stratum's margins and an odds ratio give.
double fit_cell(const Cells& s, double odds) {
  const double n1 = s.a + s.b;
  const double n2 = s.c + s.d;
  const double m = s.a + s.c;
  // (1 − ψ)·x² + (n₂ − m + ψ(n₁ + m))·x − ψ·n₁·m = 0, by the root that needs no subtraction at ψ near 1.
  const double b = n2 - m + odds * (n1 + m);
  const double c = -odds * n1 * m;
  const double a = 1.0 - odds;
  const double root = std::sqrt(std::max(0.0, b * b - 4.0 * a * c));
  const double x = b >= 0.0 ? -2.0 * c / (b + root) : (root - b) / (2.0 * a);
  return std::clamp(x, std::max(0.0, m - n2), std::min(n1, m));
}

std::vector<ComparisonTest> compare_by_fits(std::span<const Cells> strata, const Estimate& common) {
  const auto absent = [](const char* why) {
    return std::vector<ComparisonTest>{test_without_result("breslow_day", why),
                                       test_without_result("breslow_day_tarone", why)};
  };
  if (strata.size() < 2) return absent("comparison_one_stratum");
  if (!common.value || *common.value == 0.0) return absent("comparison_no_common_odds_ratio");
  double statistic = 0.0;
  double distance = 0.0;
  double variance = 0.0;
  for (const Cells& s : strata) {
    if (!s.informative()) return absent("comparison_empty_margin");
    const double x = fit_cell(s, *common.value);
    const double one = 1.0 / (1.0 / x + 1.0 / (s.a + s.b - x) + 1.0 / (s.a + s.c - x) + 1.0 / (s.d - s.a + x));
    if (!(one > 0.0)) return absent("comparison_empty_margin");
    statistic += (s.a - x) * (s.a - x) / one;
    distance += s.a - x;
    variance += one;
  }
  const double degrees = static_cast<double>(strata.size() - 1);
  const double tarone = std::max(0.0, statistic - distance * distance / variance);
  return {chi_square_test("breslow_day", statistic, degrees), chi_square_test("breslow_day_tarone", tarone, degrees)};
}

ComparisonTest compare_by_woolf(std::span<const Cells> strata) {
  std::vector<Cells> kept;
  std::copy_if(strata.begin(), strata.end(), std::back_inserter(kept),
               [](const Cells& s) { return s.a + s.b > 0.0 && s.c + s.d > 0.0; });
  if (kept.size() < 2) return test_without_result("woolf", "comparison_one_stratum");
  const bool empty_cell =
      std::any_of(kept.begin(), kept.end(), [](const Cells& s) { return s.a * s.b * s.c * s.d == 0.0; });
  double weights = 0.0;
  double weighted = 0.0;
  for (Cells& s : kept) {
    if (empty_cell) s.add(0.5);
    weights += s.woolf_weight();
    weighted += s.woolf_weight() * s.log_odds();
  }
  double squares = 0.0;
  for (const Cells& s : kept) squares += s.woolf_weight() * std::pow(s.log_odds() - weighted / weights, 2);
  return chi_square_test("woolf", squares, static_cast<double>(kept.size() - 1));
}

}  // namespace

void StratifiedTablesOptions::validate() const { static_cast<void>(two_sided_z(confidence)); }

StratifiedTablesResult compare_stratified_tables(std::span<const ProportionPair> strata,
                                                 const StratifiedTablesOptions& options) {
  const double z = two_sided_z(options.confidence);
  if (strata.empty()) refuse_value("strata", "none", "at least one stratum");
  std::vector<Cells> cells;
  for (const ProportionPair& pair : strata) {
    check_counts(pair);
    cells.emplace_back(pair);
  }
  StratifiedTablesResult result;
  result.confidence = options.confidence;
  result.strata = static_cast<long>(strata.size());
  result.informative_strata = std::count_if(cells.begin(), cells.end(), [](const Cells& s) { return s.informative(); });
  result.tests = compare_by_sums(cells);
  result.mantel_haenszel_odds = {"robins_breslow_greenland", estimate_common_odds(cells, z)};
  result.risk_difference = {"mantel_haenszel_sato", estimate_risk_difference(cells, z)};
  result.homogeneity = compare_by_fits(cells, result.mantel_haenszel_odds.estimate);
  result.homogeneity.push_back(compare_by_woolf(cells));
  if (options.exact) {
    const ConditionalCount count = ConditionalCount::of_strata(strata);
    ComparisonTest exact;
    exact.method = "exact_conditional";
    exact.p_value = count.two_sided_p_value();
    result.tests.push_back(exact);
    result.conditional_odds = {"conditional_exact", count.estimate_odds_ratio(options.confidence)};
  } else {
    result.tests.push_back(test_without_result("exact_conditional", "comparison_not_asked_for"));
    result.conditional_odds = {"conditional_exact", not_estimable("comparison_not_asked_for")};
  }
  if (result.informative_strata < result.strata)
    result.warnings.push_back(Message{"comparison_strata_without_information",
                                      {{"strata", std::to_string(result.strata - result.informative_strata)}}});
  return result;
}

}  // namespace qpcr
