// Exact one-sided limits of the rate of positives, for each cross-reactant and for the panel.
#include "libqpcr/study/quantitative/cross_reactivity.hpp"

#include <cmath>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

CrossReactantResult estimate_reactant(const CrossReactant& reactant, const CrossReactivityOptions& options) {
  CrossReactantResult result;
  result.reactant = reactant;
  const double n = static_cast<double>(reactant.replicates);
  const double upper = exact_upper_limit(reactant.positive, reactant.replicates, options.confidence);
  result.positive_rate.value = static_cast<double>(reactant.positive) / n;
  result.positive_rate.interval = Interval{0.0, upper};
  result.rule_of_three = 3.0 / n;
  result.reacts = reactant.positive > 0;
  if (options.allowable_rate) {
    const double lower =
        1.0 - exact_upper_limit(reactant.replicates - reactant.positive, reactant.replicates, options.confidence);
    result.reacts = lower > *options.allowable_rate;
    result.excluded = upper <= *options.allowable_rate;
  }
  return result;
}

}  // namespace

void CrossReactivityOptions::validate() const {
  check_fraction("confidence", confidence);
  if (allowable_rate) check_fraction("allowable_rate", *allowable_rate);
}

double exact_upper_limit(long positive, long trials, double confidence) {
  check_fraction("confidence", confidence);
  if (positive < 0 || positive > trials) {
    refuse_value("positive", fmt::format("{}/{}", positive, trials), "0 ≤ positive ≤ trials");
  }
  if (positive == trials) return 1.0;
  const double n = static_cast<double>(trials);
  if (positive == 0) return -std::expm1(std::log1p(-confidence) / n);
  const double k = static_cast<double>(positive);
  return beta_quantile(confidence, k + 1.0, n - k);
}

CrossReactivityResult estimate_cross_reactivity(std::span<const CrossReactant> panel,
                                                const CrossReactivityOptions& options) {
  options.validate();
  if (panel.empty()) refuse_value("panel", "no reactant", "at least one");
  CrossReactivityResult result;
  result.confidence = options.confidence;
  std::set<std::string> names;
  CrossReactant whole;
  for (const CrossReactant& reactant : panel) {
    if (reactant.replicates < 1 || reactant.positive < 0 || reactant.positive > reactant.replicates) {
      refuse_value("panel", fmt::format("{}/{}", reactant.positive, reactant.replicates),
                   "0 ≤ positive ≤ replicates, at least one replicate");
    }
    if (!names.insert(reactant.name).second) {
      ErrorContext context;
      context.field = "panel";
      context.found = reactant.name;
      context.expected = "each name once";
      throw Error(ErrorCode::duplicate_entry, context);
    }
    whole.positive += reactant.positive;
    whole.replicates += reactant.replicates;
    result.reactants.push_back(estimate_reactant(reactant, options));
  }
  result.whole = estimate_reactant(whole, options);
  result.all_negative = whole.positive == 0;
  return result;
}

}  // namespace qpcr
