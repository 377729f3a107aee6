// The walker of the sample sizes: each case by what its input holds.
#include <catch2/catch.hpp>

#include "libqpcr/study/planning/auc_plan.hpp"
#include "libqpcr/study/planning/non_inferiority_plan.hpp"
#include "libqpcr/study/planning/paired_proportions_plan.hpp"
#include "libqpcr/study/planning/proportion_precision_plan.hpp"
#include "libqpcr/study/planning/target_value_plan.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

constexpr Tolerance formula_tolerance{0.0, 1e-9};
constexpr Tolerance exact_tolerance{0.0, 0.0};

std::optional<double> subjects_of(const PlannedSize& size) {
  return size.subjects ? std::optional(static_cast<double>(*size.subjects)) : std::nullopt;
}

double number(const Json& input, const char* name, double otherwise) { return input.value(name, otherwise); }

void walk_precision(ReferenceCase& one) {
  const Json& input = one.input();
  ProportionPrecisionOptions options;
  options.expected = input.at("p").get<double>();
  options.half_width = input.at("delta").get<double>();
  options.confidence = 1.0 - number(input, "alpha", 0.05);
  const ProportionPrecisionPlan plan = derive_proportion_precision_plan(options);
  one.check("n_exact", plan.normal.unrounded, formula_tolerance);
  one.check("epiR_ss_dx", plan.normal.unrounded, formula_tolerance);
  one.check("n", subjects_of(plan.normal), exact_tolerance);
  // The guideline's printed 1.96 instead of the quantile.
  options.confidence = 1.0 - 2.0 * normal_upper_tail(1.96);
  one.check("n_with_z196", subjects_of(derive_proportion_precision_plan(options).normal), exact_tolerance);
}

void walk_target(ReferenceCase& one) {
  const Json& input = one.input();
  TargetValueOptions options;
  options.target = input.at("p0").get<double>();
  options.expected = input.at("p1").get<double>();
  options.one_sided_alpha = number(input, "alpha_one_sided", number(input, "alpha", 0.025));
  options.power = number(input, "power", 0.8);
  const TargetValuePlan plan = derive_target_value_plan(options);
  one.check("n_normal", plan.normal.unrounded, formula_tolerance);
  one.check("n", plan.normal.unrounded, formula_tolerance);
  one.check("n_normal_ceiling", subjects_of(plan.normal), exact_tolerance);
  one.check("exact_first_n", subjects_of(plan.exact_first), exact_tolerance);
  one.check("exact_first_power", plan.exact_first.power, formula_tolerance);
  one.check("exact_stable_n", subjects_of(plan.exact_stable), exact_tolerance);
  one.check("TrialSize_OneSampleProportion_Equality", plan.unpooled.unrounded, formula_tolerance);
  // pwr finds its n by a root search.
  one.check("asin_pwr", plan.arcsine.unrounded, {0.0, 1e-7});
}

void walk_non_inferiority(ReferenceCase& one) {
  const Json& input = one.input();
  NonInferiorityPlanOptions options;
  options.expected_new = input.at("p1").get<double>();
  options.expected_comparator = input.at("p2").get<double>();
  options.margin = input.at("margin").get<double>();
  options.one_sided_alpha = number(input, "alpha", 0.025);
  options.power = number(input, "power", 0.8);
  one.check("TrialSize_n_per_group", derive_non_inferiority_plan(options).new_group.unrounded, formula_tolerance);
}

void walk_mcnemar(ReferenceCase& one) {
  const Json& input = one.input();
  PairedProportionsPlanOptions options;
  options.first_only = input.at("p10").get<double>();
  options.second_only = input.at("p01").get<double>();
  options.alpha = number(input, "alpha", 0.05);
  options.power = number(input, "power", 0.8);
  const PairedProportionsPlan plan = derive_paired_proportions_plan(options);
  one.check("TrialSize_McNemar", plan.normal.unrounded, formula_tolerance);
  one.check("connor_miettinen", plan.normal.unrounded, formula_tolerance);
}

void walk_auc(ReferenceCase& one) {
  const Json& input = one.input();
  AucPlanOptions options;
  options.auc = input.at("auc").get<double>();
  options.controls_per_case = number(input, "kappa", 1.0);
  options.alpha = number(input, "alpha", 0.05);
  options.power = number(input, "power", 0.8);
  const AucPlan plan = derive_auc_plan(options);
  one.check("ncases", plan.obuchowski_cases.unrounded, formula_tolerance);
  one.check("ncontrols", plan.obuchowski_controls.unrounded, formula_tolerance);
}

void walk_sample_size(ReferenceCase& one) {
  const Json& input = one.input();
  if (input.contains("delta")) return walk_precision(one);
  if (input.contains("margin")) return walk_non_inferiority(one);
  if (input.contains("p10")) return walk_mcnemar(one);
  if (input.contains("auc")) return walk_auc(one);
  walk_target(one);
}

}  // namespace

std::vector<ReferenceKind> planning_references() { return {{"sample_size.json", walk_sample_size}}; }

}  // namespace qpcr::test
