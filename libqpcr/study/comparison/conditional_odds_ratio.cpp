// Exact sums over the counts that the margins allow.
#include "libqpcr/study/comparison/conditional_odds_ratio.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "libqpcr/math/roots.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double widest_log_ratio = 700.0;  // exp() beyond it leaves the range of numbers

struct Weights {
  long observed;
  long least;
  std::vector<double> logs;
};

Weights weigh(const ProportionPair& pair) {
  const long successes = pair.first_successes + pair.second_successes;
  const long least = std::max(0L, successes - pair.second_total);
  const long most = std::min(successes, pair.first_total);
  Weights made{pair.first_successes, least, {}};
  double log_weight = 0.0;
  made.logs.push_back(0.0);
  for (long at = least; at < most; ++at) {
    log_weight += std::log(static_cast<double>(pair.first_total - at)) + std::log(static_cast<double>(successes - at)) -
                  std::log(static_cast<double>(at + 1)) -
                  std::log(static_cast<double>(pair.second_total - successes + at + 1));
    made.logs.push_back(log_weight);
  }
  return made;
}

/// Scaled so that the weights sum to 1.
void normalise(std::vector<double>& logs) {
  const double highest = *std::max_element(logs.begin(), logs.end());
  double sum = 0.0;
  for (const double log_weight : logs) sum += std::exp(log_weight - highest);
  const double shift = highest + std::log(sum);
  for (double& log_weight : logs) log_weight -= shift;
}

/// Sum of two counts. Each term is exponentiated by itself, relative to the greatest of the sum, so that far tails keep
/// their digits.
std::vector<double> convolve(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> sum(a.size() + b.size() - 1);
  for (std::size_t k = 0; k < sum.size(); ++k) {
    const std::size_t first = k + 1 > b.size() ? k + 1 - b.size() : 0;
    const std::size_t last = std::min(k, a.size() - 1);
    double highest = -infinity;
    for (std::size_t i = first; i <= last; ++i) highest = std::max(highest, a[i] + b[k - i]);
    double total = 0.0;
    for (std::size_t i = first; i <= last; ++i) total += std::exp(a[i] + b[k - i] - highest);
    sum[k] = highest + std::log(total);
  }
  return sum;
}

}  // namespace

ConditionalCount::ConditionalCount(long observed, long least, std::vector<double> log_weights)
    : observed_(observed), least_(least), log_weights_(std::move(log_weights)) {}

ConditionalCount ConditionalCount::of_pair(const ProportionPair& pair) { return of_strata({&pair, 1}); }

ConditionalCount ConditionalCount::of_strata(std::span<const ProportionPair> strata) {
  Weights all{0, 0, {0.0}};
  for (const ProportionPair& pair : strata) {
    check_counts(pair);
    Weights one = weigh(pair);
    normalise(one.logs);
    all.observed += one.observed;
    all.least += one.least;
    all.logs = convolve(all.logs, one.logs);
  }
  normalise(all.logs);
  return {all.observed, all.least, std::move(all.logs)};
}

double ConditionalCount::log_normaliser(double log_odds_ratio) const {
  double highest = -infinity;
  for (std::size_t i = 0; i < log_weights_.size(); ++i)
    highest = std::max(highest, log_weights_[i] + static_cast<double>(i) * log_odds_ratio);
  double sum = 0.0;
  for (std::size_t i = 0; i < log_weights_.size(); ++i)
    sum += std::exp(log_weights_[i] + static_cast<double>(i) * log_odds_ratio - highest);
  return highest + std::log(sum);
}

double ConditionalCount::upper_tail(long at, double log_odds_ratio) const {
  const double normaliser = log_normaliser(log_odds_ratio);
  double sum = 0.0;
  for (std::size_t i = log_weights_.size(); i-- > 0 && least_ + static_cast<long>(i) >= at;)
    sum += std::exp(log_weights_[i] + static_cast<double>(i) * log_odds_ratio - normaliser);
  return std::min(1.0, sum);
}

double ConditionalCount::lower_tail(long at, double log_odds_ratio) const {
  const double normaliser = log_normaliser(log_odds_ratio);
  double sum = 0.0;
  for (std::size_t i = 0; i < log_weights_.size() && least_ + static_cast<long>(i) <= at; ++i)
    sum += std::exp(log_weights_[i] + static_cast<double>(i) * log_odds_ratio - normaliser);
  return std::min(1.0, sum);
}

double ConditionalCount::mean(double log_odds_ratio) const {
  const double normaliser = log_normaliser(log_odds_ratio);
  double sum = 0.0;
  for (std::size_t i = 0; i < log_weights_.size(); ++i)
    sum += static_cast<double>(i) * std::exp(log_weights_[i] + static_cast<double>(i) * log_odds_ratio - normaliser);
  return static_cast<double>(least_) + sum;
}

double ConditionalCount::two_sided_p_value() const {
  const double bound = log_weights_[static_cast<std::size_t>(observed_ - least_)] + 1e-7;
  double sum = 0.0;
  for (const double log_weight : log_weights_) {
    if (log_weight <= bound) sum += std::exp(log_weight);
  }
  return std::min(1.0, sum);
}

double ConditionalCount::doubled_p_value() const {
  return std::min(1.0, 2.0 * std::min(lower_tail(observed_, 0.0), upper_tail(observed_, 0.0)));
}

Estimate ConditionalCount::estimate_odds_ratio(double confidence) const {
  if (!(confidence > 0.0 && confidence < 1.0)) static_cast<void>(two_sided_z(confidence));
  if (log_weights_.size() == 1) return not_estimable("not_estimable_no_variation");
  const double tail = (1.0 - confidence) / 2.0;
  const auto solve = [](const auto& function) {
    return std::exp(find_root(function, -widest_log_ratio, widest_log_ratio).value());
  };
  Interval limits{0.0, infinity};
  if (observed_ > least()) limits.lower = solve([&](double at) { return upper_tail(observed_, at) - tail; });
  if (observed_ < most()) limits.upper = solve([&](double at) { return lower_tail(observed_, at) - tail; });
  if (observed_ == least() || observed_ == most())
    return interval_without_value(limits, "comparison_odds_ratio_unbounded");
  Estimate made;
  made.value = solve([&](double at) { return mean(at) - static_cast<double>(observed_); });
  made.interval = limits;
  return made;
}

}  // namespace qpcr
