// McNemar's tests and the intervals that go with them.
#include "libqpcr/study/comparison/paired_proportions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/math/roots.hpp"
#include "libqpcr/study/comparison/score_difference.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double as_number(long count) { return static_cast<double>(count); }

Estimate estimate_rate(long positive, long total, double confidence) {
  if (total == 0) return not_estimable("not_estimable_no_subjects");
  Estimate made;
  made.value = as_number(positive) / as_number(total);
  made.interval = wilson_interval(positive, total, confidence);
  return made;
}

/// Correlation of the two tests; the numerator moves towards zero by n/2 where `corrected` and it is positive.
std::optional<double> correlate(const PairedCounts& counts, bool corrected) {
  const double margins = as_number(counts.first_positive()) * as_number(counts.first_negative()) *
                         as_number(counts.second_positive()) * as_number(counts.second_negative());
  if (margins == 0.0) return std::nullopt;
  double cross = as_number(counts.both_positive) * as_number(counts.both_negative) -
                 as_number(counts.first_only) * as_number(counts.second_only);
  if (corrected && cross > 0.0) cross = std::max(0.0, cross - as_number(counts.total()) / 2.0);
  return cross / std::sqrt(margins);
}

/// Wald's standard error of the difference of shares with `added` subjects in each cell.
double wald_error(const PairedCounts& counts, double added) {
  const double n = as_number(counts.total()) + 4.0 * added;
  const double b = as_number(counts.first_only) + added;
  const double c = as_number(counts.second_only) + added;
  return std::sqrt(std::max(0.0, (b + c) - (b - c) * (b - c) / n)) / n;
}

std::vector<MethodEstimate> estimate_differences(const PairedCounts& counts, double confidence, double z) {
  const double n = as_number(counts.total());
  const double change = as_number(counts.first_only - counts.second_only);
  const auto with = [&](const char* method, double centre, std::optional<double> error,
                        std::optional<Interval> interval) {
    Estimate one = error ? wald_estimate(centre, *error, z, -1.0, 1.0) : Estimate{};
    one.value = change / n;
    if (interval) one.interval = interval;
    return MethodEstimate{method, one};
  };
  const double b = (as_number(counts.first_only) + 1.0) / (n + 2.0);
  const double c = (as_number(counts.second_only) + 1.0) / (n + 2.0);
  return {with("tango", 0.0, std::nullopt, score_interval_of_paired_difference(counts, z)),
          with("newcombe", 0.0, std::nullopt, newcombe_paired_interval(counts, confidence)),
          with("agresti_min", change / (n + 2.0), wald_error(counts, 0.5), std::nullopt),
          with("wald", change / n, wald_error(counts, 0.0), std::nullopt),
          with("bonett_price", b - c, std::sqrt(std::max(0.0, (b + c - (b - c) * (b - c)) / (n + 2.0))), std::nullopt)};
}

/// Odds of "first only" among the discordant from limits of its share.
MethodEstimate odds_estimate(const PairedCounts& counts, const char* method, const Interval& share) {
  const auto odds = [](double p) { return p >= 1.0 ? infinity : p / (1.0 - p); };
  const Interval limits{odds(share.lower), odds(share.upper)};
  if (counts.second_only == 0) return {method, interval_without_value(limits, "comparison_no_second_only")};
  Estimate made;
  made.value = as_number(counts.first_only) / as_number(counts.second_only);
  made.interval = limits;
  return {method, made};
}

/// Shares at which the mid-p tail is (1 − confidence)/2; an end where the count is extreme.
Interval mid_p_interval(long successes, long trials, double confidence) {
  const double tail = (1.0 - confidence) / 2.0;
  const auto upper_mid = [&](double p) {
    return binomial_upper_tail(successes + 1, trials, p) + 0.5 * binomial_mass(successes, trials, p) - tail;
  };
  const auto lower_mid = [&](double p) {
    return binomial_cumulative(successes - 1, trials, p) + 0.5 * binomial_mass(successes, trials, p) - tail;
  };
  return {successes == 0 ? 0.0 : find_root(upper_mid, 0.0, 1.0).value_or(0.0),
          successes == trials ? 1.0 : find_root(lower_mid, 0.0, 1.0).value_or(1.0)};
}

std::vector<ComparisonTest> compare_by_mcnemar(const PairedCounts& counts) {
  std::vector<ComparisonTest> made;
  if (counts.discordant() == 0) {
    made.push_back(test_without_result("mcnemar", "comparison_no_discordant"));
    made.push_back(test_without_result("mcnemar_corrected", "comparison_no_discordant"));
  } else {
    const double discordant = as_number(counts.discordant());
    const double distance = std::abs(as_number(counts.first_only - counts.second_only));
    const double corrected = std::max(0.0, distance - 1.0);
    made.push_back(chi_square_test("mcnemar", distance * distance / discordant, 1.0));
    made.push_back(chi_square_test("mcnemar_corrected", corrected * corrected / discordant, 1.0));
  }
  for (const bool mid : {false, true}) {
    ComparisonTest exact;
    exact.method = mid ? "mcnemar_mid_p" : "mcnemar_exact";
    exact.p_value = mid ? mcnemar_mid_p_value(counts) : mcnemar_exact_p_value(counts);
    made.push_back(exact);
  }
  return made;
}

Estimate estimate_ratio(const PairedCounts& counts, double z) {
  if (counts.second_positive() == 0) return not_estimable("comparison_no_second_success");
  const double ratio = as_number(counts.first_positive()) / as_number(counts.second_positive());
  if (counts.first_positive() == 0) {
    Estimate made = make_estimate(0.0, "comparison_no_success");
    made.why_absent = Message{"interval_not_estimable_zero_cell", {}};
    return made;
  }
  return log_scale_estimate(ratio,
                            std::sqrt(as_number(counts.discordant()) /
                                      (as_number(counts.first_positive()) * as_number(counts.second_positive()))),
                            z);
}

PairedProportionsResult without_subjects(double confidence) {
  const Estimate absent = not_estimable("not_estimable_no_subjects");
  PairedProportionsResult result;
  result.confidence = confidence;
  result.first_positive_rate = result.second_positive_rate = result.phi = result.phi_corrected = absent;
  result.differences.push_back({"tango", absent});
  result.ratio = {"log", absent};
  result.odds_ratios.push_back({"exact", absent});
  result.tests.push_back(test_without_result("mcnemar_exact", "not_estimable_no_subjects"));
  return result;
}

}  // namespace

void PairedProportionsOptions::validate() const { static_cast<void>(two_sided_z(confidence)); }

double mcnemar_exact_p_value(const PairedCounts& counts) {
  const long fewer = std::min(counts.first_only, counts.second_only);
  return std::min(1.0, 2.0 * binomial_cumulative(fewer, counts.discordant(), 0.5));
}

double mcnemar_mid_p_value(const PairedCounts& counts) {
  const long fewer = std::min(counts.first_only, counts.second_only);
  if (counts.first_only == counts.second_only) return 1.0;
  return std::min(
      1.0, 2.0 * binomial_cumulative(fewer, counts.discordant(), 0.5) - binomial_mass(fewer, counts.discordant(), 0.5));
}

Interval newcombe_paired_interval(const PairedCounts& counts, double confidence) {
  const double n = as_number(counts.total());
  const double p1 = as_number(counts.first_positive()) / n;
  const double p2 = as_number(counts.second_positive()) / n;
  const Interval first = wilson_interval(counts.first_positive(), counts.total(), confidence);
  const Interval second = wilson_interval(counts.second_positive(), counts.total(), confidence);
  const double phi = correlate(counts, true).value_or(0.0);
  const auto width = [&](double d1, double d2) {
    return std::sqrt(std::max(0.0, d1 * d1 - 2.0 * phi * d1 * d2 + d2 * d2));
  };
  const double difference = as_number(counts.first_only - counts.second_only) / n;
  return {std::max(-1.0, difference - width(p1 - first.lower, second.upper - p2)),
          std::min(1.0, difference + width(first.upper - p1, p2 - second.lower))};
}

PairedProportionsResult compare_paired_proportions(const PairedCounts& given, const PairedProportionsOptions& options) {
  check_counts(given);
  const double z = two_sided_z(options.confidence);
  const PairedCounts counts = options.order == ComparisonOrder::first_minus_second ? given : given.swapped();
  if (counts.total() == 0) return without_subjects(options.confidence);
  PairedProportionsResult result;
  result.confidence = options.confidence;
  result.counts = given;
  result.first_positive_rate = estimate_rate(given.first_positive(), given.total(), options.confidence);
  result.second_positive_rate = estimate_rate(given.second_positive(), given.total(), options.confidence);
  result.differences = estimate_differences(counts, options.confidence, z);
  result.ratio = {"log", estimate_ratio(counts, z)};
  result.tests = compare_by_mcnemar(counts);
  if (counts.discordant() == 0) {
    for (const char* method : {"exact", "mid_p"})
      result.odds_ratios.push_back({method, not_estimable("comparison_no_discordant")});
    result.warnings.push_back(Message{"comparison_wald_degenerate", {}});
  } else {
    const long discordant = counts.discordant();
    result.odds_ratios.push_back(
        odds_estimate(counts, "exact", clopper_pearson_interval(counts.first_only, discordant, options.confidence)));
    result.odds_ratios.push_back(
        odds_estimate(counts, "mid_p", mid_p_interval(counts.first_only, discordant, options.confidence)));
  }
  for (const bool corrected : {false, true}) {
    const std::optional<double> phi = correlate(counts, corrected);
    (corrected ? result.phi_corrected : result.phi) =
        phi ? make_estimate(*phi, "not_estimable_no_variation") : not_estimable("not_estimable_no_variation");
  }
  if (counts.discordant() < 25) result.warnings.push_back(Message{"comparison_few_discordant", {}});
  return result;
}

}  // namespace qpcr
