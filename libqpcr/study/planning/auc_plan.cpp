// Sample size for ROC studies.
#include "libqpcr/study/planning/auc_plan.hpp"

#include <cmath>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

void set_sizes(double cases, double controls_per_case, PlannedSize& first, PlannedSize& second) {
  first = plan_size(cases);
  second = plan_size(cases * controls_per_case);
}

}  // namespace

void AucPlanOptions::validate() const {
  if (!(auc > 0.5 && auc < 1.0)) refuse_option("auc", auc, "above 0.5 and below 1");
  if (!(null_auc >= 0.5 && null_auc < auc)) refuse_option("null_auc", null_auc, "from 0.5 to below the expected area");
  check_fraction("half_width", half_width);
  check_positive("controls_per_case", controls_per_case);
  check_fraction("alpha", alpha);
  check_fraction("power", power);
}

double obuchowski_variance(double auc, double controls_per_case) {
  const double a = 1.414 * normal_quantile(auc);
  const double a2 = a * a;
  return 0.0099 * std::exp(-a2 / 2.0) * (5.0 * a2 + 8.0 + (a2 + 8.0) / controls_per_case);
}

double hanley_mcneil_variance(double auc, double controls_per_case) {
  const double a2 = auc * auc;
  return auc / (2.0 - auc) - a2 + (2.0 * a2 / (1.0 + auc) - a2) / controls_per_case;
}

AucPlan derive_auc_plan(const AucPlanOptions& options) {
  options.validate();
  const double z_alpha = alpha_quantile(options.alpha / 2.0);
  const double z_power = power_quantile(options.power);
  const double ratio = options.controls_per_case;
  const double difference = options.auc - options.null_auc;
  AucPlan plan;
  const double expected = hanley_mcneil_variance(options.auc, ratio);
  set_sizes(z_alpha * z_alpha * expected / (options.half_width * options.half_width), ratio, plan.precision_cases,
            plan.precision_controls);
  if (z_alpha + z_power <= 0.0) {
    for (PlannedSize* each :
         {&plan.obuchowski_cases, &plan.obuchowski_controls, &plan.hanley_mcneil_cases, &plan.hanley_mcneil_controls})
      *each = plan_size_absent("plan_power_below_alpha");
    return plan;
  }
  const auto cases = [&](double under_null, double under_expected) {
    const double root = z_alpha * std::sqrt(under_null) + z_power * std::sqrt(under_expected);
    return root * root / (difference * difference);
  };
  set_sizes(cases(hanley_mcneil_variance(options.null_auc, ratio), expected), ratio, plan.hanley_mcneil_cases,
            plan.hanley_mcneil_controls);
  if (options.null_auc == 0.5) {
    set_sizes(cases(obuchowski_variance(0.5, ratio), obuchowski_variance(options.auc, ratio)), ratio,
              plan.obuchowski_cases, plan.obuchowski_controls);
  } else {
    plan.obuchowski_cases = plan_size_absent("plan_only_against_chance");
    plan.obuchowski_controls = plan.obuchowski_cases;
  }
  return plan;
}

}  // namespace qpcr
