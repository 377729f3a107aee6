// Exact binomial rules for hits at a claimed limit of detection.
#include "libqpcr/study/detection/lod_confirmation.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

bool confirms(long positive, long tested, const LodConfirmationOptions& options) {
  const auto hits = static_cast<double>(positive);
  const auto trials = static_cast<double>(tested);
  switch (options.rule) {
    case ConfirmationRule::consistent:
      return binomial_cumulative(positive, tested, options.claim) > 0.5 * (1.0 - options.confidence);
    case ConfirmationRule::proven:
      return positive > 0 && beta_quantile(options.significance, hits, trials - hits + 1.0) >= options.claim;
    case ConfirmationRule::hit_rate:
      break;
  }
  // 19 of 20 is 95 %: the product is formed so that its rounding cannot turn equality down.
  return hits >= options.claim * trials * (1.0 - 1e-12);
}

}  // namespace

std::string_view to_string(ConfirmationRule rule) {
  return rule == ConfirmationRule::hit_rate     ? "hit_rate"
         : rule == ConfirmationRule::consistent ? "consistent"
                                                : "proven";
}

ConfirmationRule parse_confirmation_rule(std::string_view text) {
  for (const ConfirmationRule rule :
       {ConfirmationRule::hit_rate, ConfirmationRule::consistent, ConfirmationRule::proven}) {
    if (to_string(rule) == text) return rule;
  }
  refuse_request(ErrorCode::invalid_option, "rule", std::string(text), "hit_rate, consistent, proven");
}

void LodConfirmationOptions::validate() const {
  check_fraction("claim", claim);
  check_fraction("significance", significance);
  check_fraction("confidence", confidence);
}

std::optional<long> derive_fewest_hits(long tested, const LodConfirmationOptions& options) {
  options.validate();
  if (tested < 0) refuse_request(ErrorCode::invalid_value, "tested", fmt::format("{}", tested), "at least 0");
  if (tested == 0 || !confirms(tested, tested, options)) return std::nullopt;
  long fails = -1;
  long passes = tested;
  while (passes - fails > 1) {
    const long middle = fails + (passes - fails) / 2;
    (confirms(middle, tested, options) ? passes : fails) = middle;
  }
  return passes;
}

LodConfirmation confirm_detection_limit(long positive, long tested, const LodConfirmationOptions& options) {
  options.validate();
  if (tested < 0 || positive < 0 || positive > tested)
    refuse_request(ErrorCode::invalid_value, "positive", fmt::format("{}/{}", positive, tested),
                   "0 ≤ positive ≤ tested");
  LodConfirmation found;
  found.options = options;
  found.positive = positive;
  found.tested = tested;
  if (tested == 0) {
    found.rate = not_estimable("detection_not_estimable_no_replicates");
    return found;
  }
  found.rate.value = static_cast<double>(positive) / static_cast<double>(tested);
  found.rate.interval = clopper_pearson_interval(positive, tested, options.confidence);
  const auto hits = static_cast<double>(positive);
  found.lower_limit =
      positive == 0 ? 0.0 : beta_quantile(options.significance, hits, static_cast<double>(tested - positive) + 1.0);
  found.p_value = binomial_cumulative(positive, tested, options.claim);
  found.fewest = derive_fewest_hits(tested, options);
  found.confirmed = found.fewest && positive >= *found.fewest;
  for (const double truth : {0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.97, 0.98, 0.99})
    found.operating.emplace_back(truth, found.fewest ? binomial_upper_tail(*found.fewest, tested, truth) : 0.0);
  return found;
}

}  // namespace qpcr
