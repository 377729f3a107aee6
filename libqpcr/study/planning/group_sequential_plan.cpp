// Group-sequential bounds and their sample sizes.
#include "libqpcr/study/planning/group_sequential_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "libqpcr/math/boundary_crossing.hpp"
#include "libqpcr/math/roots.hpp"
#include "libqpcr/study/planning/target_value_plan.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

double total(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

std::vector<double> shaped_bounds(const GroupSequentialOptions& options, double constant) {
  std::vector<double> bounds;
  for (const double fraction : options.fractions) {
    bounds.push_back(options.boundary == SequentialBoundary::pocock ? constant : constant / std::sqrt(fraction));
  }
  return bounds;
}

std::vector<double> find_bounds(const GroupSequentialOptions& options) {
  if (options.boundary == SequentialBoundary::o_brien_fleming || options.boundary == SequentialBoundary::pocock) {
    const auto excess = [&](double constant) {
      return total(boundary_crossing(options.fractions, shaped_bounds(options, constant), 0.0)) -
             options.one_sided_alpha;
    };
    return shaped_bounds(options, find_root(excess, 0.0, 9.0).value_or(9.0));
  }
  std::vector<double> increments;
  double spent = 0.0;
  for (const double fraction : options.fractions) {
    const double now = spend_alpha(options.boundary, fraction, options.one_sided_alpha);
    increments.push_back(now - spent);
    spent = now;
  }
  return spending_bounds(options.fractions, increments);
}

}  // namespace

std::string_view to_string(SequentialBoundary boundary) {
  switch (boundary) {
    case SequentialBoundary::o_brien_fleming:
      return "o_brien_fleming";
    case SequentialBoundary::pocock:
      return "pocock";
    case SequentialBoundary::lan_demets_obrien:
      return "lan_demets_obrien";
    case SequentialBoundary::lan_demets_pocock:
      break;
  }
  return "lan_demets_pocock";
}

double spend_alpha(SequentialBoundary boundary, double fraction, double one_sided_alpha) {
  check_fraction("one_sided_alpha", one_sided_alpha);
  if (!(fraction > 0.0 && fraction <= 1.0)) refuse_option("fraction", fraction, "above 0 and at most 1");
  if (boundary == SequentialBoundary::lan_demets_obrien)
    return 2.0 * normal_upper_tail(normal_upper_quantile(one_sided_alpha / 2.0) / std::sqrt(fraction));
  if (boundary == SequentialBoundary::lan_demets_pocock)
    return one_sided_alpha * std::log1p((std::numbers::e - 1.0) * fraction);
  refuse_value("boundary", std::string(to_string(boundary)), "a spending function");
}

void GroupSequentialOptions::validate() const {
  TargetValueOptions{target, expected, one_sided_alpha, power}.validate();
  if (one_sided_alpha >= 0.5 || power <= one_sided_alpha) refuse_option("power", power, "above an α that is below 0.5");
  if (fractions.empty() || fractions.size() > 20) refuse_value("fractions", "too few or many", "1 to 20 looks");
  double last = 0.0;
  for (const double fraction : fractions) {
    if (!(fraction > last && fraction <= 1.0))
      refuse_option("fractions", fraction, "shares that rise from above 0 to 1");
    last = fraction;
  }
  if (last != 1.0) refuse_option("fractions", last, "1 as the last share");
}

GroupSequentialPlan derive_group_sequential_plan(const GroupSequentialOptions& options) {
  options.validate();
  const std::vector<double> bounds = find_bounds(options);
  const std::vector<double> spent = boundary_crossing(options.fractions, bounds, 0.0);
  const auto lack = [&](double drift) {
    return total(boundary_crossing(options.fractions, bounds, drift)) - options.power;
  };
  const double fixed_drift = alpha_quantile(options.one_sided_alpha) + power_quantile(options.power);
  const double drift = find_root(lack, 0.0, 4.0 * fixed_drift + 4.0).value_or(fixed_drift);
  const std::vector<double> crossed = boundary_crossing(options.fractions, bounds, drift);
  GroupSequentialPlan plan;
  plan.inflation = drift * drift / (fixed_drift * fixed_drift);
  const double under_target = std::sqrt(options.target * (1.0 - options.target));
  const double under_expected = std::sqrt(options.expected * (1.0 - options.expected));
  const double root =
      alpha_quantile(options.one_sided_alpha) * under_target + power_quantile(options.power) * under_expected;
  const double difference = options.expected - options.target;
  const double fixed = root * root / (difference * difference);
  plan.fixed = plan_size(fixed);
  plan.maximum = plan_size(fixed * plan.inflation);
  double alpha = 0.0;
  double power = 0.0;
  for (std::size_t k = 0; k < bounds.size(); ++k) {
    SequentialLook look;
    look.fraction = options.fractions[k];
    look.subjects = fixed * plan.inflation * look.fraction;
    look.bound = bounds[k];
    look.nominal_p = normal_upper_tail(bounds[k]);
    plan.expected_subjects += (1.0 - power) * (look.subjects - (k > 0 ? plan.looks.back().subjects : 0.0));
    look.cumulative_alpha = alpha += spent[k];
    look.cumulative_power = power += crossed[k];
    plan.looks.push_back(look);
  }
  return plan;
}

}  // namespace qpcr
