// Groups risks by quantiles and compares observed with expected events.
#include "libqpcr/study/scores/hosmer_lemeshow.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace qpcr {
namespace {

/// Upper limits of the groups: quantiles 1/g … 1, each once. The position (n − 1)k/g is split in whole numbers, so that
/// a quantile that is an observation is exactly that observation.
std::vector<double> derive_limits(const std::vector<double>& sorted, long groups) {
  std::vector<double> limits;
  const long last = static_cast<long>(sorted.size()) - 1;
  for (long k = 1; k <= groups; ++k) {
    const long whole = last * k / groups;
    const double share = static_cast<double>(last * k % groups) / static_cast<double>(groups);
    const double lower = sorted[static_cast<std::size_t>(whole)];
    const double upper = sorted[static_cast<std::size_t>(std::min(whole + 1, last))];
    const double limit = share == 0.0 || lower == upper ? lower : (1.0 - share) * lower + share * upper;
    if (limit == sorted.front() && k < groups) continue;
    if (limits.empty() || limit > limits.back()) limits.push_back(limit);
  }
  return limits;
}

}  // namespace

void HosmerLemeshowOptions::validate() const {
  if (groups < 2) refuse_option("groups", fmt::format("{}", groups), "at least 2");
  if (degrees_lost < 0) refuse_option("degrees_lost", fmt::format("{}", degrees_lost), "at least 0");
}

std::vector<RiskGroup> group_risks(std::span<const double> risks, std::span<const int> outcomes, long groups) {
  score_inputs::check_risks(risks, outcomes.size(), "risk");
  HosmerLemeshowOptions{groups, 0}.validate();
  std::vector<RiskGroup> formed;
  if (risks.empty()) return formed;
  const std::vector<std::size_t> order = score_inputs::order_of(risks);
  std::vector<double> sorted;
  for (const std::size_t row : order) sorted.push_back(risks[row]);
  std::size_t i = 0;
  for (const double limit : derive_limits(sorted, groups)) {
    RiskGroup group;
    if (i < sorted.size()) group.lowest_risk = sorted[i];
    for (; i < sorted.size() && sorted[i] <= limit; ++i) {
      group.highest_risk = sorted[i];
      group.expected_events += sorted[i];
      group.events += outcomes[order[i]];
      ++group.subjects;
    }
    if (group.subjects == 0) continue;
    group.mean_risk = group.expected_events / static_cast<double>(group.subjects);
    formed.push_back(group);
  }
  return formed;
}

HosmerLemeshow estimate_hosmer_lemeshow(std::span<const double> risks, std::span<const int> outcomes,
                                        const HosmerLemeshowOptions& options) {
  options.validate();
  HosmerLemeshow result;
  result.counts = score_inputs::count_outcomes(outcomes);
  result.groups = group_risks(risks, outcomes, options.groups);
  result.degrees_of_freedom = std::max(0L, static_cast<long>(result.groups.size()) - options.degrees_lost);
  if (result.counts.subjects == 0) {
    result.chi_square = not_estimable("score_no_subjects");
    return result;
  }
  if (result.degrees_of_freedom == 0) {
    result.chi_square = not_estimable("score_too_few_risk_groups");
    return result;
  }
  double statistic = 0.0;
  for (const RiskGroup& group : result.groups) {
    const double expected_nonevents = static_cast<double>(group.subjects) - group.expected_events;
    if (!(group.expected_events > 0.0) || !(expected_nonevents > 0.0)) {
      result.chi_square = not_estimable("score_group_without_expectation");
      return result;
    }
    const double difference = static_cast<double>(group.events) - group.expected_events;
    statistic += difference * difference * (1.0 / group.expected_events + 1.0 / expected_nonevents);
  }
  result.chi_square = make_estimate(statistic, "score_group_without_expectation");
  if (result.chi_square.value)
    result.p_value = chi_square_upper_tail(statistic, static_cast<double>(result.degrees_of_freedom));
  return result;
}

}  // namespace qpcr
