// Sample size for likelihood ratios.
#include "libqpcr/study/planning/likelihood_ratio_plan.hpp"

#include <cmath>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

void LikelihoodRatioOptions::validate() const {
  check_fraction("sensitivity", sensitivity);
  check_fraction("specificity", specificity);
  check_positive("positive_limit", positive_limit);
  check_positive("negative_limit", negative_limit);
  check_positive("controls_per_case", controls_per_case);
  check_fraction("confidence", confidence);
  if (sensitivity / (1.0 - specificity) <= positive_limit)
    refuse_option("positive_limit", positive_limit, "below the expected ratio");
  if ((1.0 - sensitivity) / specificity >= negative_limit)
    refuse_option("negative_limit", negative_limit, "above the expected ratio");
}

LikelihoodRatioPlan derive_likelihood_ratio_plan(const LikelihoodRatioOptions& options) {
  options.validate();
  const double z = normal_upper_quantile((1.0 - options.confidence) / 2.0);
  const double ratio = options.controls_per_case;
  const auto cases = [&](double of_cases, double of_controls, double limit) {
    const double distance = std::log(of_cases / of_controls / limit) / z;
    const double variance = (1.0 - of_cases) / of_cases + (1.0 - of_controls) / (of_controls * ratio);
    return variance / (distance * distance);
  };
  LikelihoodRatioPlan plan;
  plan.positive = options.sensitivity / (1.0 - options.specificity);
  plan.negative = (1.0 - options.sensitivity) / options.specificity;
  const double positive = cases(options.sensitivity, 1.0 - options.specificity, options.positive_limit);
  const double negative = cases(1.0 - options.sensitivity, options.specificity, options.negative_limit);
  plan.positive_cases = plan_size(positive);
  plan.positive_controls = plan_size(positive * ratio);
  plan.negative_cases = plan_size(negative);
  plan.negative_controls = plan_size(negative * ratio);
  return plan;
}

}  // namespace qpcr
