// The weighted regression of a proportion on scores, and its exact distribution.
#include "libqpcr/study/comparison/proportion_trend.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace qpcr {
namespace {

struct Partial {
  long successes;
  double score;
  double log_weight;
};

/// Joins partial sums that are the same.
void merge(std::vector<Partial>& layer, double same) {
  std::sort(layer.begin(), layer.end(), [](const Partial& a, const Partial& b) {
    return a.successes != b.successes ? a.successes < b.successes : a.score < b.score;
  });
  std::size_t kept = 0;
  for (const Partial& one : layer) {
    if (kept > 0 && layer[kept - 1].successes == one.successes && one.score - layer[kept - 1].score <= same) {
      Partial& last = layer[kept - 1];
      const double highest = std::max(last.log_weight, one.log_weight);
      last.log_weight = highest + std::log(std::exp(last.log_weight - highest) + std::exp(one.log_weight - highest));
    } else {
      layer[kept++] = one;
    }
  }
  layer.resize(kept, Partial{});
}

/// P(|sum of scores − mean| ≥ distance) given the number of successes; nothing when there are too many partial sums.
std::optional<double> exact_p_value(std::span<const StratumCount> strata, std::span<const double> scores,
                                    long successes, double mean, double distance, long most_states) {
  double widest = 1.0;
  for (const double score : scores) widest = std::max(widest, std::abs(score));
  const double same = 1e-9 * widest;
  std::vector<Partial> layer{{0, 0.0, 0.0}};
  constexpr long steps_a_state = 10;
  long steps = 0;
  long later = 0;
  for (const StratumCount& one : strata) later += one.total;
  const long subjects = later;
  for (std::size_t k = 0; k < strata.size(); ++k) {
    later -= strata[k].total;
    std::vector<Partial> next;
    for (const Partial& partial : layer) {
      const long least = std::max(0L, successes - partial.successes - later);
      const long most = std::min(strata[k].total, successes - partial.successes);
      // Bounds the time as well as the memory: sums that merge cost time all the same.
      steps += std::max(0L, most - least + 1);
      if (steps / steps_a_state > most_states) return std::nullopt;
      for (long x = least; x <= most; ++x)
        next.push_back({partial.successes + x, partial.score + scores[k] * static_cast<double>(x),
                        partial.log_weight + log_choose(strata[k].total, x)});
      if (static_cast<long>(next.size()) > 2 * most_states) {
        merge(next, same);
        if (static_cast<long>(next.size()) > most_states) return std::nullopt;
      }
    }
    merge(next, same);
    layer = std::move(next);
  }
  const double everything = log_choose(subjects, successes);
  double p = 0.0;
  for (const Partial& partial : layer) {
    if (std::abs(partial.score - mean) >= distance - 1e-7 * std::max(1.0, distance))
      p += std::exp(partial.log_weight - everything);
  }
  return std::min(1.0, p);
}

}  // namespace

void ProportionTrendOptions::validate() const {
  for (const double score : scores) {
    if (!std::isfinite(score)) refuse_option("scores", fmt::format("{}", score), "finite numbers");
  }
  if (most_states < 1) refuse_option("most_states", fmt::format("{}", most_states), "at least 1");
}

ProportionTrendResult estimate_proportion_trend(std::span<const StratumCount> given,
                                                const ProportionTrendOptions& options) {
  options.validate();
  if (!options.scores.empty() && options.scores.size() != given.size())
    refuse_option("scores", fmt::format("{} scores", options.scores.size()),
                  fmt::format("a score for each of {} strata", given.size()));
  ProportionTrendResult result;
  const std::vector<StratumCount> strata = keep_strata(given, result.exclusions);
  std::vector<double> scores;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].total > 0) scores.push_back(options.scores.empty() ? static_cast<double>(i + 1) : options.scores[i]);
  }
  double n = 0.0;
  double x = 0.0;
  double score_sum = 0.0;
  for (std::size_t k = 0; k < strata.size(); ++k) {
    n += static_cast<double>(strata[k].total);
    x += static_cast<double>(strata[k].successes);
    score_sum += static_cast<double>(strata[k].total) * scores[k];
  }
  const double rate = x / n;
  const double mean_score = score_sum / n;
  double covariance = 0.0;
  double spread = 0.0;
  for (std::size_t k = 0; k < strata.size(); ++k) {
    const double centred = scores[k] - mean_score;
    covariance += centred * static_cast<double>(strata[k].successes);
    spread += centred * centred * static_cast<double>(strata[k].total);
  }
  if (spread <= 0.0 || x == 0.0 || x == n) {
    result.asymptotic = test_without_result("cochran_armitage", "not_estimable_no_variation");
    result.exact = test_without_result("cochran_armitage_exact", "not_estimable_no_variation");
    result.slope = not_estimable("not_estimable_no_variation");
    if (spread > 0.0) result.slope = make_estimate(0.0, "not_estimable_no_variation");
    return result;
  }
  result.asymptotic =
      chi_square_test("cochran_armitage", covariance * covariance / (rate * (1.0 - rate) * spread), 1.0);
  result.slope = make_estimate(covariance / spread, "not_estimable_no_variation");
  result.slope.standard_error = std::sqrt(rate * (1.0 - rate) / spread);
  if (!options.exact) {
    result.exact = test_without_result("cochran_armitage_exact", "comparison_not_asked_for");
    return result;
  }
  std::vector<double> centred;
  for (const double score : scores) centred.push_back(score - mean_score);
  result.exact.method = "cochran_armitage_exact";
  result.exact.p_value = exact_p_value(strata, centred, std::lround(x), 0.0, std::abs(covariance), options.most_states);
  if (!result.exact.p_value) result.exact = test_without_result("cochran_armitage_exact", "comparison_exact_too_large");
  return result;
}

}  // namespace qpcr
