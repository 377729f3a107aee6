// Intervals of a proportion and tests of a target value.
#include "libqpcr/study/accuracy/single_proportion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/math/roots.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::pair<ProportionInterval, std::string_view>, 14> interval_names{{
    {ProportionInterval::wilson, "wilson"},
    {ProportionInterval::wilson_corrected, "wilson_corrected"},
    {ProportionInterval::clopper_pearson, "clopper_pearson"},
    {ProportionInterval::mid_p, "mid_p"},
    {ProportionInterval::blaker, "blaker"},
    {ProportionInterval::agresti_coull, "agresti_coull"},
    {ProportionInterval::jeffreys, "jeffreys"},
    {ProportionInterval::modified_jeffreys, "modified_jeffreys"},
    {ProportionInterval::modified_wilson, "modified_wilson"},
    {ProportionInterval::likelihood, "likelihood"},
    {ProportionInterval::logit, "logit"},
    {ProportionInterval::arcsine, "arcsine"},
    {ProportionInterval::wald, "wald"},
    {ProportionInterval::wald_corrected, "wald_corrected"},
}};

void check_counts(long successes, long trials) {
  if (successes < 0 || successes > trials)
    refuse_value("proportion", fmt::format("{}/{}", successes, trials), "0 ≤ successes ≤ trials");
}

/// The counts of one interval: x of n, the error probability of one side and its normal quantile.
struct Sample {
  long successes;
  long trials;
  double tail;
  double z;

  double x() const { return static_cast<double>(successes); }
  double n() const { return static_cast<double>(trials); }
  double share() const { return x() / n(); }
  Sample mirrored() const { return {trials - successes, trials, tail, z}; }
};

Interval cut(double lower, double upper) { return {std::clamp(lower, 0.0, 1.0), std::clamp(upper, 0.0, 1.0)}; }

/// Both limits from the rule for the lower one, so that x of n and n − x of n give mirrored limits.
template <typename Lower>
Interval mirror(const Sample& sample, const Lower& lower) {
  return {lower(sample), 1.0 - lower(sample.mirrored())};
}

double wilson_corrected_lower(const Sample& s) {
  if (s.successes == 0) return 0.0;
  const double z2 = s.z * s.z;
  const double root = std::sqrt(z2 - 2.0 - 1.0 / s.n() + 4.0 * s.share() * (s.n() - s.x() + 1.0));
  return std::max(0.0, (2.0 * s.x() + z2 - 1.0 - s.z * root) / (2.0 * (s.n() + z2)));
}

double mid_p_lower(const Sample& s) {
  if (s.successes == 0) return 0.0;
  const auto excess = [&](double p) {
    return binomial_upper_tail(s.successes + 1, s.trials, p) + 0.5 * binomial_mass(s.successes, s.trials, p) - s.tail;
  };
  return find_root(excess, 0.0, 1.0).value_or(1.0);
}

/// Where Blaker's acceptability, the upper tail at x plus the largest lower tail that does not exceed it, first
/// reaches α. Between two proportions at which a further outcome joins the lower tail it falls and then rises, so the
/// first crossing is at the left end of such a piece or the single root within it.
double blaker_lower(const Sample& s) {
  if (s.successes == 0) return 0.0;
  const double alpha = 2.0 * s.tail;
  const double failures = s.n() - s.x();
  const double last = beta_quantile(alpha, s.x(), failures + 1.0);
  double left = beta_quantile(s.tail, s.x(), failures + 1.0);
  const auto upper_tail = [&](double p) { return binomial_upper_tail(s.successes, s.trials, p); };
  const auto lower_tail = [&](long most, double p) { return binomial_cumulative(most, s.trials, p); };
  long below = -1;
  for (long step = s.successes; step > 0; step /= 2) {
    while (below + step < s.successes && lower_tail(below + step, left) <= upper_tail(left)) below += step;
  }
  while (left < last) {
    const auto joins = [&](double p) { return upper_tail(p) - lower_tail(below + 1, p); };
    const double right = below + 1 < s.successes ? find_root(joins, left, last).value_or(last) : last;
    const auto excess = [&](double p) { return upper_tail(p) + lower_tail(below, p) - alpha; };
    if (excess(left) >= -1e-12 * alpha) return left;
    if (excess(right) >= 0.0) return find_root(excess, left, right).value_or(right);
    left = right;
    ++below;
  }
  return last;
}

Interval agresti_coull(const Sample& s) {
  const double n = s.n() + s.z * s.z;
  const double p = (s.x() + s.z * s.z / 2.0) / n;
  const double half_width = s.z * std::sqrt(p * (1.0 - p) / n);
  return cut(p - half_width, p + half_width);
}

double jeffreys_lower(const Sample& s) {
  return s.successes == 0 ? 0.0 : beta_quantile(s.tail, s.x() + 0.5, s.n() - s.x() + 0.5);
}

double modified_jeffreys_lower(const Sample& s) {
  if (s.successes == s.trials) return std::pow(s.tail, 1.0 / s.n());
  return s.successes <= 1 ? 0.0 : jeffreys_lower(s);
}

double modified_wilson_lower(const Sample& s) {
  const long few = s.trials <= 50 ? 2 : 3;
  if (s.successes >= 1 && s.successes <= few) return chi_square_quantile(2.0 * s.tail, 2.0 * s.x()) / (2.0 * s.n());
  return wilson_interval(s.successes, s.trials, 1.0 - 2.0 * s.tail).lower;
}

double likelihood_lower(const Sample& s) {
  if (s.successes == 0) return 0.0;
  if (s.successes == s.trials) return std::exp(-s.z * s.z / (2.0 * s.n()));
  const double failures = s.n() - s.x();
  const double best = std::log(s.x() / failures);
  const double at_best = s.x() * std::log(s.share()) + failures * std::log(failures / s.n());
  const auto excess = [&](double logit) {
    const double log_share = -std::log1p(std::exp(-logit));
    return 2.0 * (at_best - s.n() * log_share + failures * logit) - s.z * s.z;
  };
  double step = 1.0;
  while (excess(best - step) < 0.0) step *= 2.0;
  return 1.0 / (1.0 + std::exp(-find_root(excess, best - step, best).value_or(best)));
}

Interval logit_interval(const Sample& s) {
  const double failures = s.n() - s.x();
  const double logit = std::log(s.x() / failures);
  const double error = s.z * std::sqrt(s.n() / (s.x() * failures));
  return {1.0 / (1.0 + std::exp(error - logit)), 1.0 / (1.0 + std::exp(-error - logit))};
}

/// The angle is kept within 0 … π/2: beyond, its sine would turn back and could leave the estimate outside.
Interval arcsine_interval(const Sample& s) {
  const double angle = std::asin(std::sqrt((s.x() + 0.375) / (s.n() + 0.75)));
  const double half_width = s.z / (2.0 * std::sqrt(s.n()));
  const double lower = std::sin(std::max(0.0, angle - half_width));
  const double upper = std::sin(std::min(std::numbers::pi / 2.0, angle + half_width));
  return {lower * lower, upper * upper};
}

Interval wald(const Sample& s, double correction) {
  const double half_width = s.z * std::sqrt(s.share() * (1.0 - s.share()) / s.n()) + correction;
  return cut(s.share() - half_width, s.share() + half_width);
}

Interval find_interval(const Sample& s, ProportionInterval interval) {
  switch (interval) {
    case ProportionInterval::wilson:
      return wilson_interval(s.successes, s.trials, 1.0 - 2.0 * s.tail);
    case ProportionInterval::wilson_corrected:
      return mirror(s, wilson_corrected_lower);
    case ProportionInterval::clopper_pearson:
      return clopper_pearson_interval(s.successes, s.trials, 1.0 - 2.0 * s.tail);
    case ProportionInterval::mid_p:
      return mirror(s, mid_p_lower);
    case ProportionInterval::blaker:
      return mirror(s, blaker_lower);
    case ProportionInterval::agresti_coull:
      return agresti_coull(s);
    case ProportionInterval::jeffreys:
      return mirror(s, jeffreys_lower);
    case ProportionInterval::modified_jeffreys:
      return mirror(s, modified_jeffreys_lower);
    case ProportionInterval::modified_wilson:
      return mirror(s, modified_wilson_lower);
    case ProportionInterval::likelihood:
      return mirror(s, likelihood_lower);
    case ProportionInterval::logit:
      return logit_interval(s);
    case ProportionInterval::arcsine:
      return arcsine_interval(s);
    case ProportionInterval::wald:
      return wald(s, 0.0);
    case ProportionInterval::wald_corrected:
      break;
  }
  return wald(s, 1.0 / (2.0 * s.n()));
}

Estimate make_p_value(double value) {
  Estimate made;
  made.value = std::clamp(value, 0.0, 1.0);
  return made;
}

/// The sum over outcomes that are no likelier than the observed one. Masses fall away from the mode on both sides, so
/// the far side needs only the outcome where they come down to the observed mass.
double exact_two_sided(long x, long n, double target) {
  const double limit = binomial_mass(x, n, target) * (1.0 + 1e-7);
  const double mean = static_cast<double>(n) * target;
  const auto unlikely = [&](long k) { return binomial_mass(k, n, target) <= limit; };
  if (static_cast<double>(x) == mean) return 1.0;
  if (static_cast<double>(x) < mean) {
    long none = static_cast<long>(std::ceil(mean)) - 1;
    long all = n + 1;
    while (all - none > 1) {
      const long middle = none + (all - none) / 2;
      (unlikely(middle) ? all : none) = middle;
    }
    return binomial_cumulative(x, n, target) + binomial_upper_tail(all, n, target);
  }
  long none = static_cast<long>(std::floor(mean)) + 1;
  long all = -1;
  while (none - all > 1) {
    const long middle = all + (none - all) / 2;
    (unlikely(middle) ? all : none) = middle;
  }
  return binomial_upper_tail(x, n, target) + binomial_cumulative(all, n, target);
}

double normal_p_value(double z, TargetAlternative alternative) {
  if (alternative == TargetAlternative::greater) return normal_upper_tail(z);
  if (alternative == TargetAlternative::less) return normal_upper_tail(-z);
  return 2.0 * normal_upper_tail(std::abs(z));
}

}  // namespace

std::string_view to_string(ProportionInterval interval) {
  return interval_names[static_cast<std::size_t>(interval)].second;
}

std::span<const ProportionInterval> list_proportion_intervals() {
  static const auto all = [] {
    std::array<ProportionInterval, interval_names.size()> listed{};
    for (std::size_t i = 0; i < listed.size(); ++i) listed[i] = interval_names[i].first;
    return listed;
  }();
  return all;
}

std::string_view to_string(TargetAlternative alternative) {
  if (alternative == TargetAlternative::greater) return "greater";
  return alternative == TargetAlternative::less ? "less" : "two_sided";
}

void SingleProportionOptions::validate() const {
  check_fraction("confidence", confidence);
  if (sides == ProportionSides::two_sided) return;
  if (confidence <= 0.5) refuse_option("confidence", confidence, "above 0.5 for a one-sided limit");
  if (interval == ProportionInterval::blaker)
    refuse_value("sides", "one-sided", "two_sided: Blaker's interval has no one-sided form");
}

Estimate estimate_single_proportion(long successes, long trials, const SingleProportionOptions& options) {
  options.validate();
  check_counts(successes, trials);
  if (trials == 0) return not_estimable("not_estimable_no_subjects");
  Estimate made;
  made.value = static_cast<double>(successes) / static_cast<double>(trials);
  if (options.interval == ProportionInterval::logit && (successes == 0 || successes == trials)) {
    made.why_absent = Message{"interval_not_estimable_zero_cell", {}};
    return made;
  }
  const bool two_sided = options.sides == ProportionSides::two_sided;
  const double tail = two_sided ? (1.0 - options.confidence) / 2.0 : 1.0 - options.confidence;
  made.interval = find_interval({successes, trials, tail, normal_upper_quantile(tail)}, options.interval);
  if (options.sides == ProportionSides::lower) made.interval->upper = 1.0;
  if (options.sides == ProportionSides::upper) made.interval->lower = 0.0;
  return made;
}

std::vector<IntervalCoverage> derive_interval_coverage(long trials, std::span<const double> proportions,
                                                       const SingleProportionOptions& options) {
  check_count("trials", trials, 1, 100'000);
  std::vector<std::optional<Interval>> intervals;
  for (long x = 0; x <= trials; ++x) intervals.push_back(estimate_single_proportion(x, trials, options).interval);
  std::vector<IntervalCoverage> rows;
  for (const double proportion : proportions) {
    if (!(proportion >= 0.0 && proportion <= 1.0)) refuse_option("proportion", proportion, "from 0 to 1");
    IntervalCoverage row;
    row.proportion = proportion;
    for (long x = 0; x <= trials; ++x) {
      const std::optional<Interval>& interval = intervals[static_cast<std::size_t>(x)];
      const double mass = binomial_mass(x, trials, proportion);
      row.mean_width += mass * (interval ? interval->upper - interval->lower : 1.0);
      if (interval && interval->lower <= proportion && proportion <= interval->upper) row.coverage += mass;
    }
    rows.push_back(row);
  }
  return rows;
}

TargetComparison compare_with_target(long successes, long trials, double target, TargetAlternative alternative) {
  check_counts(successes, trials);
  check_fraction("target", target);
  TargetComparison made;
  made.successes = successes;
  made.trials = trials;
  made.target = target;
  made.alternative = alternative;
  if (trials == 0) {
    for (Estimate* each : {&made.exact, &made.mid_p, &made.score, &made.score_corrected})
      *each = not_estimable("not_estimable_no_subjects");
    return made;
  }
  const double at_most = binomial_cumulative(successes, trials, target);
  const double at_least = binomial_upper_tail(successes, trials, target);
  const double half = binomial_mass(successes, trials, target) / 2.0;
  if (alternative == TargetAlternative::greater) {
    made.exact = make_p_value(at_least);
    made.mid_p = make_p_value(at_least - half);
  } else if (alternative == TargetAlternative::less) {
    made.exact = make_p_value(at_most);
    made.mid_p = make_p_value(at_most - half);
  } else {
    made.exact = make_p_value(exact_two_sided(successes, trials, target));
    made.mid_p = make_p_value(2.0 * std::min(at_least - half, at_most - half));
  }
  const auto n = static_cast<double>(trials);
  const double difference = static_cast<double>(successes) - n * target;
  const double deviation = std::sqrt(n * target * (1.0 - target));
  const double correction = std::min(0.5, std::abs(difference));
  made.score = make_p_value(normal_p_value(difference / deviation, alternative));
  made.score_corrected = make_p_value(
      normal_p_value(std::copysign(std::abs(difference) - correction, difference) / deviation, alternative));
  return made;
}

}  // namespace qpcr
