// One-sided tests at a margin, each beside the interval that inverts it.
#include "libqpcr/study/comparison/non_inferiority.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/study/comparison/independent_proportions.hpp"
#include "libqpcr/study/comparison/paired_proportions.hpp"
#include "libqpcr/study/comparison/score_difference.hpp"

namespace qpcr {
namespace {

NonInferiorityFinding by_z(const char* method, double difference, const Interval& interval, double z,
                           const NonInferiorityOptions& options) {
  NonInferiorityFinding made;
  made.difference.value = difference;
  made.difference.interval = interval;
  if (std::isnan(z)) {
    made.test = test_without_result(method, "not_estimable_no_variation");
    return made;
  }
  made.test.method = method;
  if (std::isfinite(z)) made.test.statistic = z;
  made.test.p_value = normal_upper_tail(z);
  made.shown = *made.test.p_value <= options.alpha;
  return made;
}

NonInferiorityFinding by_interval(const char* method, double difference, const Interval& interval,
                                  const NonInferiorityOptions& options) {
  NonInferiorityFinding made;
  made.test = test_without_result(method, "comparison_interval_only");
  made.difference.value = difference;
  made.difference.interval = interval;
  made.shown = interval.lower > -options.margin;
  return made;
}

NonInferiorityResult start(const NonInferiorityOptions& options) {
  options.validate();
  NonInferiorityResult result;
  result.margin = options.margin;
  result.alpha = options.alpha;
  return result;
}

NonInferiorityFinding without_finding(const char* method, const char* why) {
  NonInferiorityFinding made;
  made.test = test_without_result(method, why);
  made.difference = not_estimable(why);
  return made;
}

/// z by a plain standard error; NaN where there is none.
double plain_z(double distance, double error) { return error > 0.0 ? distance / error : std::nan(""); }

}  // namespace

void NonInferiorityOptions::validate() const {
  if (!(margin >= 0.0 && margin < 1.0))
    refuse_option("margin", fmt::format("{}", margin), "a number from 0 up to, but not, 1");
  if (!(alpha > 0.0 && alpha < 0.5))
    refuse_option("alpha", fmt::format("{}", alpha), "a number between 0 and 0.5, both excluded");
}

NonInferiorityResult compare_independent_with_margin(const ProportionPair& pair, const NonInferiorityOptions& options) {
  NonInferiorityResult result = start(options);
  check_counts(pair);
  if (pair.first_total == 0 || pair.second_total == 0) {
    result.findings.push_back(without_finding("farrington_manning", "comparison_empty_group"));
    return result;
  }
  const double z = normal_upper_quantile(options.alpha);
  const double difference = pair.first() - pair.second();
  for (const ScoreVariance variance : {ScoreVariance::mee, ScoreVariance::miettinen_nurminen}) {
    result.findings.push_back(by_z(variance == ScoreVariance::mee ? "farrington_manning" : "miettinen_nurminen",
                                   difference, score_interval_of_difference(pair, z, variance),
                                   score_of_difference(pair, -options.margin, variance), options));
  }
  result.findings.push_back(
      by_interval("newcombe", difference, newcombe_interval(pair, 1.0 - 2.0 * options.alpha), options));
  const double error = std::sqrt(pair.first() * (1.0 - pair.first()) / static_cast<double>(pair.first_total) +
                                 pair.second() * (1.0 - pair.second()) / static_cast<double>(pair.second_total));
  result.findings.push_back(by_z("wald", difference,
                                 {std::max(-1.0, difference - z * error), std::min(1.0, difference + z * error)},
                                 plain_z(difference + options.margin, error), options));
  return result;
}

NonInferiorityResult compare_paired_with_margin(const PairedCounts& counts, const NonInferiorityOptions& options) {
  NonInferiorityResult result = start(options);
  check_counts(counts);
  if (counts.total() == 0) {
    result.findings.push_back(without_finding("tango", "not_estimable_no_subjects"));
    return result;
  }
  const double z = normal_upper_quantile(options.alpha);
  const double n = static_cast<double>(counts.total());
  const double change = static_cast<double>(counts.first_only - counts.second_only);
  const double difference = change / n;
  result.findings.push_back(by_z("tango", difference, score_interval_of_paired_difference(counts, z),
                                 score_of_paired_difference(counts, -options.margin), options));
  result.findings.push_back(
      by_interval("newcombe", difference, newcombe_paired_interval(counts, 1.0 - 2.0 * options.alpha), options));
  const double error = std::sqrt(std::max(0.0, static_cast<double>(counts.discordant()) - change * change / n)) / n;
  result.findings.push_back(by_z("wald", difference,
                                 {std::max(-1.0, difference - z * error), std::min(1.0, difference + z * error)},
                                 plain_z(difference + options.margin, error), options));
  if (counts.discordant() < 25) result.warnings.push_back(Message{"comparison_few_discordant", {}});
  return result;
}

NonInferiorityResult compare_with_target(long successes, long total, double target,
                                         const NonInferiorityOptions& options) {
  NonInferiorityResult result = start(options);
  if (successes < 0 || successes > total)
    refuse_value("proportion", fmt::format("{}/{}", successes, total), "0 ≤ successes ≤ total");
  const double bound = target - options.margin;
  if (!(bound > 0.0 && target < 1.0))
    refuse_option("target", fmt::format("{}", target), "a number above the margin and below 1");
  if (total == 0) {
    result.findings.push_back(without_finding("exact_binomial", "not_estimable_no_subjects"));
    return result;
  }
  const double confidence = 1.0 - 2.0 * options.alpha;
  const double proportion = static_cast<double>(successes) / static_cast<double>(total);
  const auto from_target = [&](const Interval& interval) {
    return Interval{interval.lower - target, interval.upper - target};
  };
  NonInferiorityFinding exact;
  exact.test.method = "exact_binomial";
  exact.test.p_value = binomial_upper_tail(successes, total, bound);
  exact.difference.value = proportion - target;
  exact.difference.interval = from_target(clopper_pearson_interval(successes, total, confidence));
  exact.shown = *exact.test.p_value <= options.alpha;
  result.findings.push_back(exact);
  const double error = std::sqrt(bound * (1.0 - bound) / static_cast<double>(total));
  result.findings.push_back(by_z("score", proportion - target,
                                 from_target(wilson_interval(successes, total, confidence)),
                                 (proportion - bound) / error, options));
  return result;
}

}  // namespace qpcr
