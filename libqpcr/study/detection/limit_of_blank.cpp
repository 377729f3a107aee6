// Limits of blanks from their mean and from their ranks, for each lot and together.
#include "libqpcr/study/detection/limit_of_blank.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/math/normality.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Ranks (from 1) whose order statistics hold the quantile with at least the confidence; 0 and n + 1 where none does.
struct RankPair {
  long lower = 0;
  long upper = 0;
};

RankPair find_limit_ranks(long count, double share, double confidence) {
  const double tail = 0.5 * (1.0 - confidence);
  RankPair ranks{0, count + 1};
  for (long rank = 1; rank <= count; ++rank) {
    if (binomial_cumulative(rank - 1, count, share) <= tail) ranks.lower = rank;
    if (ranks.upper > count && binomial_upper_tail(rank, count, share) <= tail) ranks.upper = rank;
  }
  return ranks;
}

/// Sorted values: `numbers` of them, then `endless` at +infinity.
double at_rank(const std::vector<double>& numbers, long rank) {
  if (rank < 1) return -infinity;
  return rank <= static_cast<long>(numbers.size()) ? numbers[static_cast<std::size_t>(rank - 1)] : infinity;
}

Estimate derive_rank(const BlankLimit& limit, const std::vector<double>& numbers, const LimitOfBlankOptions& options) {
  const bool by_cq = options.scale == BlankScale::cq;
  const double share = by_cq ? 1.0 - options.share : options.share;
  const double place = limit.rank_position;
  if (place < 1.0 || place > static_cast<double>(limit.blanks))
    return not_estimable("detection_not_estimable_too_few_for_rank");
  const auto below = static_cast<long>(std::floor(place));
  const double part = place - static_cast<double>(below);
  const double low = at_rank(numbers, below);
  const double high = at_rank(numbers, std::min(below + 1, limit.blanks));
  Estimate found;
  if (std::isinf(low)) {
    found = not_estimable("detection_not_estimable_no_cq_at_rank");
  } else {
    found.value = std::isinf(high) ? low : low + part * (high - low);
  }
  const RankPair ranks = find_limit_ranks(limit.blanks, share, options.confidence);
  const Interval interval{at_rank(numbers, ranks.lower),
                          ranks.upper > limit.blanks ? infinity : at_rank(numbers, ranks.upper)};
  if (found.value) found.interval = interval;
  return found;
}

BlankLimit derive_limit(const std::vector<BlankResult>& blanks, const std::string& lot, bool all,
                        const LimitOfBlankOptions& options) {
  BlankLimit limit;
  limit.lot = all ? "" : lot;
  std::vector<double> numbers;
  std::set<std::string> samples;
  for (const BlankResult& blank : blanks) {
    if (!all && blank.lot != lot) continue;
    ++limit.blanks;
    samples.insert(blank.sample);
    if (blank.value) {
      numbers.push_back(*blank.value);
    } else {
      ++limit.without_cq;
    }
  }
  limit.samples = static_cast<long>(samples.size());
  std::sort(numbers.begin(), numbers.end());
  limit.sorted.assign(numbers.begin(), numbers.end());
  limit.sorted.resize(static_cast<std::size_t>(limit.blanks));
  const bool by_cq = options.scale == BlankScale::cq;
  limit.rank_position = 0.5 + (by_cq ? 1.0 - options.share : options.share) * static_cast<double>(limit.blanks);
  limit.rank = derive_rank(limit, numbers, options);
  if (limit.without_cq > 0) {
    limit.parametric = not_estimable("detection_not_estimable_blank_without_cq");
    return limit;
  }
  const auto count = static_cast<double>(limit.blanks);
  double mean = 0.0;
  for (const double value : numbers) mean += value;
  mean /= count;
  limit.mean = mean;
  const long degrees = limit.blanks - limit.samples;
  if (degrees < 1) {
    limit.parametric = not_estimable("detection_not_estimable_too_few_replicates");
    return limit;
  }
  double squares = 0.0;
  for (const double value : numbers) squares += (value - mean) * (value - mean);
  limit.sd = std::sqrt(squares / (count - 1.0));
  limit.multiplier = derive_sd_multiplier(options.share, options.quantile, degrees);
  limit.parametric.value = mean + (by_cq ? -1.0 : 1.0) * *limit.multiplier * *limit.sd;
  return limit;
}

/// The lot whose limit is the most cautious; absent when a lot has none.
Estimate choose_lot(const std::vector<BlankLimit>& lots, Estimate BlankLimit::*which, BlankScale scale) {
  Estimate chosen = lots.front().*which;
  for (const BlankLimit& lot : lots) {
    const Estimate& one = lot.*which;
    if (!one.value && scale == BlankScale::concentration) return one;
    if (!one.value) continue;
    // A Cq limit that one lot lacks is above every number: the least of the others is the more cautious.
    const bool better =
        !chosen.value || (scale == BlankScale::cq ? *one.value < *chosen.value : *one.value > *chosen.value);
    if (better) chosen = one;
  }
  return chosen;
}

void check_blanks(const std::vector<BlankResult>& blanks, BlankScale scale) {
  if (blanks.empty()) refuse_request(ErrorCode::invalid_value, "blank", "none", "at least one blank result");
  for (const BlankResult& blank : blanks) {
    if (blank.value) check_finite("blank", *blank.value);
    if (!blank.value && scale == BlankScale::concentration)
      refuse_request(ErrorCode::invalid_value, "blank", "nothing", "a concentration (only a Cq may be absent)");
  }
}

}  // namespace

std::string_view to_string(LotRule rule) {
  return rule == LotRule::ep17 ? "ep17" : rule == LotRule::separate ? "separate" : "pooled";
}

LotRule parse_lot_rule(std::string_view text) {
  for (const LotRule rule : {LotRule::ep17, LotRule::separate, LotRule::pooled}) {
    if (to_string(rule) == text) return rule;
  }
  refuse_request(ErrorCode::invalid_option, "lots", std::string(text), "ep17, separate, pooled");
}

double derive_sd_multiplier(double share, NormalQuantile quantile, long degrees) {
  if (degrees < 1) refuse_request(ErrorCode::invalid_value, "degrees", fmt::format("{}", degrees), "at least 1");
  const double exact = normal_quantile(share);
  const double used = quantile == NormalQuantile::rounded ? std::round(exact * 1000.0) / 1000.0 : exact;
  return used / (1.0 - 1.0 / (4.0 * static_cast<double>(degrees)));
}

void LimitOfBlankOptions::validate() const {
  check_fraction("share", share);
  check_fraction("confidence", confidence);
}

LimitOfBlank estimate_limit_of_blank(const std::vector<BlankResult>& blanks, const LimitOfBlankOptions& options) {
  options.validate();
  check_blanks(blanks, options.scale);
  LimitOfBlank found;
  found.options = options;
  std::set<std::string> lots;
  for (const BlankResult& blank : blanks) lots.insert(blank.lot);
  for (const std::string& lot : lots) found.lots.push_back(derive_limit(blanks, lot, false, options));
  found.pooled = derive_limit(blanks, "", true, options);
  const bool separate =
      options.lots == LotRule::separate || (options.lots == LotRule::ep17 && lots.size() >= 2 && lots.size() <= 3);
  found.applied = separate ? LotRule::separate : LotRule::pooled;
  found.parametric =
      separate ? choose_lot(found.lots, &BlankLimit::parametric, options.scale) : found.pooled.parametric;
  found.rank = separate ? choose_lot(found.lots, &BlankLimit::rank, options.scale) : found.pooled.rank;
  if (found.pooled.without_cq == 0) {
    std::vector<double> values;
    for (const BlankResult& blank : blanks) values.push_back(*blank.value);
    const NormalityTest test = shapiro_wilk(values);
    Assumption normal{Message{"detection_assumption_blanks_normal", {}}, "shapiro_wilk", std::nullopt, std::nullopt,
                      std::nullopt};
    if (std::isfinite(test.statistic)) {
      normal.statistic = test.statistic;
      normal.p_value = test.p_value;
      normal.holds = test.p_value >= 0.05;
      if (!*normal.holds)
        found.warnings.push_back({"detection_blanks_not_normal", {{"p", fmt::format("{:.3g}", test.p_value)}}});
    }
    found.assumptions.push_back(normal);
  }
  if (found.pooled.blanks < 60)
    found.warnings.push_back({"detection_blanks_fewer_than_ep17", {{"count", fmt::format("{}", found.pooled.blanks)}}});
  return found;
}

}  // namespace qpcr
