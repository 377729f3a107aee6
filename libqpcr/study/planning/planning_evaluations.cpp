// The sample size calculations as the registry knows them: options in, results of one shape out.
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/study/evaluation_areas.hpp"
#include "libqpcr/study/planning/agreement_plan.hpp"
#include "libqpcr/study/planning/auc_plan.hpp"
#include "libqpcr/study/planning/exact_sequential_plan.hpp"
#include "libqpcr/study/planning/group_sequential_plan.hpp"
#include "libqpcr/study/planning/hit_rate_plan.hpp"
#include "libqpcr/study/planning/imprecision_plan.hpp"
#include "libqpcr/study/planning/likelihood_ratio_plan.hpp"
#include "libqpcr/study/planning/non_inferiority_plan.hpp"
#include "libqpcr/study/planning/paired_proportions_plan.hpp"
#include "libqpcr/study/planning/proportion_precision_plan.hpp"
#include "libqpcr/study/planning/reestimation_plan.hpp"
#include "libqpcr/study/planning/reference_interval_plan.hpp"
#include "libqpcr/study/planning/target_value_plan.hpp"

namespace qpcr {
namespace {

using Cells = std::vector<std::optional<double>>;

EvaluationResult start(std::string_view method) {
  EvaluationResult result;
  result.method = method;
  return result;
}

void add_value(EvaluationResult& result, std::string name, double value, std::string method = {}) {
  result.estimates.push_back(
      {std::move(name), make_estimate(value, "plan_too_many_subjects"), std::move(method), {}, {}});
}

/// A size in whole subjects, the number of the formula, and the power that comes with it, where they are known.
void add_size(EvaluationResult& result, const std::string& name, const PlannedSize& size, const std::string& method) {
  if (!size.subjects) {
    result.estimates.push_back({name, not_estimable(*size.why_absent), method, {}, {}});
    return;
  }
  add_value(result, name, static_cast<double>(*size.subjects), method);
  if (size.unrounded) add_value(result, name + "_unrounded", *size.unrounded, method);
  if (size.power) add_value(result, name + "_power", *size.power, method);
}

void add_enrolment(EvaluationResult& result, const PlannedSize& size, const EvaluationOptions& options) {
  const double rate = options.number("drop_out");
  if (size.subjects && rate != 0.0)
    add_value(result, "enrolment", static_cast<double>(inflate_for_drop_out(*size.subjects, rate)), "drop_out");
}

ResultTable power_table(const std::vector<PowerPoint>& points) {
  Cells subjects;
  Cells critical;
  Cells size;
  Cells power;
  for (const PowerPoint& point : points) {
    subjects.emplace_back(static_cast<double>(point.subjects));
    critical.emplace_back(point.critical == 0 ? std::nullopt : std::optional(static_cast<double>(point.critical)));
    size.emplace_back(point.size);
    power.emplace_back(point.power);
  }
  return {"power_curve", {{"subjects", subjects}, {"critical", critical}, {"size", size}, {"power", power}}};
}

/// A column of numbers from rows.
template <typename Row, typename Get>
ResultColumn column(std::string name, const std::vector<Row>& rows, const Get& get) {
  Cells cells;
  for (const Row& row : rows) cells.emplace_back(static_cast<double>(get(row)));
  return {std::move(name), std::move(cells)};
}

EvaluationResult compute_target_value(const DataTable&, const EvaluationOptions& options) {
  const TargetValueOptions read{options.number("target"), options.number("expected"), options.number("alpha"),
                                options.number("power")};
  const TargetValuePlan plan = derive_target_value_plan(read);
  EvaluationResult result = start(plan.method);
  add_size(result, "subjects", plan.normal, "normal");
  add_size(result, "subjects", plan.unpooled, "normal_unpooled");
  add_size(result, "subjects", plan.arcsine, "arcsine");
  add_size(result, "subjects", plan.exact_first, "exact_first");
  add_size(result, "subjects", plan.exact_stable, "exact_stable");
  add_enrolment(result, plan.exact_stable, options);
  result.tables.push_back(power_table(plan.saw_tooth));
  return result;
}

EvaluationResult compute_precision(const DataTable&, const EvaluationOptions& options) {
  const ProportionPrecisionOptions read{options.number("expected"), options.number("half_width"),
                                        options.fraction("confidence"), options.find_number("prevalence")};
  const ProportionPrecisionPlan plan = derive_proportion_precision_plan(read);
  EvaluationResult result = start(plan.method);
  result.confidence = read.confidence;
  add_size(result, "subjects", plan.normal, "normal");
  add_size(result, "subjects", plan.wilson, "mean_width_wilson");
  add_size(result, "subjects", plan.clopper_pearson, "mean_width_clopper_pearson");
  if (plan.cohort) add_value(result, "consecutive_cohort", static_cast<double>(*plan.cohort), "normal");
  add_enrolment(result, plan.normal, options);
  return result;
}

EvaluationResult compute_non_inferiority(const DataTable&, const EvaluationOptions& options) {
  const NonInferiorityPlanOptions read{options.number("expected_new"), options.number("expected_comparator"),
                                       options.number("margin"),       options.number("alpha"),
                                       options.number("power"),        options.number("allocation")};
  const NonInferiorityPlan plan = derive_non_inferiority_plan(read);
  EvaluationResult result = start(plan.method);
  add_size(result, "new_group", plan.new_group, "normal_unpooled");
  add_size(result, "comparator_group", plan.comparator_group, "normal_unpooled");
  if (plan.exact_size > 0.0) add_value(result, "true_size_at_margin", plan.exact_size, "newcombe");
  return result;
}

EvaluationResult compute_paired_non_inferiority(const DataTable&, const EvaluationOptions& options) {
  const PairedNonInferiorityPlanOptions read{options.number("new_only"), options.number("comparator_only"),
                                             options.number("margin"), options.number("alpha"),
                                             options.number("power")};
  EvaluationResult result = start("non_inferiority_paired");
  add_size(result, "pairs", derive_paired_non_inferiority_size(read), "normal");
  return result;
}

EvaluationResult compute_mcnemar(const DataTable&, const EvaluationOptions& options) {
  const PairedProportionsPlanOptions read{options.number("first_only"), options.number("second_only"),
                                          options.number("alpha"), options.number("power")};
  const PairedProportionsPlan plan = derive_paired_proportions_plan(read);
  EvaluationResult result = start(plan.method);
  add_size(result, "pairs", plan.normal, "connor");
  add_size(result, "pairs", plan.exact_first, "exact_first");
  add_size(result, "pairs", plan.exact_stable, "exact_stable");
  add_enrolment(result, plan.exact_stable, options);
  result.tables.push_back(power_table(plan.saw_tooth));
  return result;
}

EvaluationResult compute_auc(const DataTable&, const EvaluationOptions& options) {
  const AucPlanOptions read{options.number("auc"),        options.number("null_auc"),
                            options.number("half_width"), options.number("controls_per_case"),
                            options.number("alpha"),      options.number("power")};
  const AucPlan plan = derive_auc_plan(read);
  EvaluationResult result = start(plan.method);
  add_size(result, "cases", plan.obuchowski_cases, "obuchowski");
  add_size(result, "controls", plan.obuchowski_controls, "obuchowski");
  add_size(result, "cases", plan.hanley_mcneil_cases, "hanley_mcneil");
  add_size(result, "controls", plan.hanley_mcneil_controls, "hanley_mcneil");
  add_size(result, "cases", plan.precision_cases, "precision_hanley_mcneil");
  add_size(result, "controls", plan.precision_controls, "precision_hanley_mcneil");
  return result;
}

EvaluationResult compute_kappa(const DataTable&, const EvaluationOptions& options) {
  const KappaPlanOptions read{options.number("kappa"),      options.number("null_kappa"), options.number("prevalence"),
                              options.number("half_width"), options.number("alpha"),      options.number("power")};
  const KappaPlan plan = derive_kappa_plan(read);
  EvaluationResult result = start(plan.method);
  add_size(result, "subjects", plan.test, "goodness_of_fit");
  add_size(result, "subjects", plan.precision, "precision");
  return result;
}

EvaluationResult compute_limits_of_agreement(const DataTable&, const EvaluationOptions& options) {
  const LimitsOfAgreementOptions read{options.number("mean_difference"),
                                      options.number("standard_deviation"),
                                      options.number("allowed_difference"),
                                      options.number("agreement"),
                                      options.number("alpha"),
                                      options.number("power")};
  const LimitsOfAgreementPlan plan = derive_limits_of_agreement_plan(read);
  EvaluationResult result = start(plan.method);
  add_size(result, "pairs", plan.approximate, "lu_2016");
  add_size(result, "pairs", plan.exact, "exact_limits");
  return result;
}

EvaluationResult compute_likelihood_ratio(const DataTable&, const EvaluationOptions& options) {
  const LikelihoodRatioOptions read{options.number("sensitivity"),       options.number("specificity"),
                                    options.number("positive_limit"),    options.number("negative_limit"),
                                    options.number("controls_per_case"), options.fraction("confidence")};
  const LikelihoodRatioPlan plan = derive_likelihood_ratio_plan(read);
  EvaluationResult result = start(plan.method);
  result.confidence = read.confidence;
  add_value(result, "positive_likelihood_ratio", plan.positive);
  add_size(result, "cases", plan.positive_cases, "positive_likelihood_ratio");
  add_size(result, "controls", plan.positive_controls, "positive_likelihood_ratio");
  add_value(result, "negative_likelihood_ratio", plan.negative);
  add_size(result, "cases", plan.negative_cases, "negative_likelihood_ratio");
  add_size(result, "controls", plan.negative_controls, "negative_likelihood_ratio");
  return result;
}

EvaluationResult compute_hit_rate(const DataTable&, const EvaluationOptions& options) {
  const HitRateOptions read{options.number("hit_rate"),     options.fraction("confidence"),
                            options.number("true_rate"),    options.count("most_misses"),
                            options.count("replicates", 1), options.count("required_hits", 1)};
  const HitRatePlan plan = derive_hit_rate_plan(read);
  EvaluationResult result = start(plan.method);
  result.confidence = read.confidence;
  add_value(result, "replicates_without_misses", static_cast<double>(plan.rows.front().replicates), "exact");
  add_value(result, "lower_limit_of_rule", plan.rule_lower_limit, "clopper_pearson");
  result.tables.push_back(
      {"allowed_misses",
       {column("misses", plan.rows, [](const HitRateRow& row) { return row.misses; }),
        column("replicates", plan.rows, [](const HitRateRow& row) { return row.replicates; }),
        column("chance_of_passing", plan.rows, [](const HitRateRow& row) { return row.chance_of_passing; })}});
  using Point = HitRateCharacteristic;
  result.tables.push_back(
      {"operating_characteristic",
       {column("true_rate", plan.characteristic, [](const Point& row) { return row.true_rate; }),
        column("chance_of_passing", plan.characteristic, [](const Point& row) { return row.chance_of_passing; })}});
  return result;
}

EvaluationResult compute_imprecision(const DataTable&, const EvaluationOptions& options) {
  const ImprecisionOptions read{options.number("upper_ratio"), options.fraction("confidence"),
                                options.number("claim_over_truth"), options.number("alpha"), options.number("power")};
  const ImprecisionPlan plan = derive_imprecision_plan(read);
  EvaluationResult result = start(plan.method);
  result.confidence = read.confidence;
  add_size(result, "degrees_of_freedom", plan.width, "upper_limit");
  add_size(result, "degrees_of_freedom", plan.claim, "claim");
  using Row = ImprecisionRow;
  result.tables.push_back(
      {"factors",
       {column("degrees_of_freedom", plan.rows, [](const Row& row) { return row.degrees_of_freedom; }),
        column("lower_factor", plan.rows, [](const Row& row) { return row.lower_factor; }),
        column("upper_factor", plan.rows, [](const Row& row) { return row.upper_factor; }),
        column("one_sided_upper_factor", plan.rows, [](const Row& row) { return row.one_sided_upper_factor; }),
        column("power", plan.rows, [](const Row& row) { return row.power; })}});
  return result;
}

EvaluationResult compute_reference_interval(const DataTable&, const EvaluationOptions& options) {
  const ReferenceIntervalPlanOptions read{options.fraction("coverage"), options.fraction("confidence"),
                                          options.number("width_ratio")};
  const ReferenceIntervalPlan plan = derive_reference_interval_plan(read);
  EvaluationResult result = start(plan.method);
  result.confidence = read.confidence;
  add_size(result, "subjects", plan.rank_minimum, "rank_minimum");
  add_size(result, "subjects", plan.parametric, "parametric");
  add_size(result, "subjects", plan.nonparametric, "nonparametric");
  return result;
}

SequentialBoundary read_boundary(const std::string& text) {
  for (const SequentialBoundary boundary :
       {SequentialBoundary::o_brien_fleming, SequentialBoundary::pocock, SequentialBoundary::lan_demets_pocock}) {
    if (text == to_string(boundary)) return boundary;
  }
  return SequentialBoundary::lan_demets_obrien;
}

EvaluationResult compute_group_sequential(const DataTable&, const EvaluationOptions& options) {
  GroupSequentialOptions read;
  read.fractions = options.numbers("fractions");
  read.boundary = read_boundary(options.text("boundary"));
  read.one_sided_alpha = options.number("alpha");
  read.power = options.number("power");
  read.target = options.number("target");
  read.expected = options.number("expected");
  const GroupSequentialPlan plan = derive_group_sequential_plan(read);
  EvaluationResult result = start(options.text("boundary"));
  add_size(result, "fixed_subjects", plan.fixed, "normal");
  add_size(result, "maximum_subjects", plan.maximum, "normal");
  add_value(result, "inflation", plan.inflation);
  add_value(result, "expected_subjects", plan.expected_subjects);
  using Look = SequentialLook;
  ResultTable looks{"looks",
                    {column("fraction", plan.looks, [](const Look& look) { return look.fraction; }),
                     column("subjects", plan.looks, [](const Look& look) { return look.subjects; }),
                     column("bound", plan.looks, [](const Look& look) { return look.bound; }),
                     column("nominal_p", plan.looks, [](const Look& look) { return look.nominal_p; }),
                     column("cumulative_alpha", plan.looks, [](const Look& look) { return look.cumulative_alpha; }),
                     column("cumulative_power", plan.looks, [](const Look& look) { return look.cumulative_power; })}};
  result.tables.push_back(std::move(looks));
  result.warnings.push_back({"sequential_normal_approximation", {}});
  return result;
}

std::vector<long> whole_numbers(const EvaluationOptions& options, const char* name) {
  std::vector<long> counts;
  for (const double number : options.numbers(name)) {
    const EvaluationOptions one({{name, fmt::format("{}", number)}}, {{name, "", {}, "", false}});
    counts.push_back(one.count(name, -1));
  }
  return counts;
}

EvaluationResult compute_exact_sequential(const DataTable&, const EvaluationOptions& options) {
  ExactSequentialOptions read;
  read.looks = whole_numbers(options, "looks");
  read.futility = whole_numbers(options, "futility");
  read.target = options.number("target");
  read.expected = options.number("expected");
  read.one_sided_alpha = options.number("alpha");
  read.spending = read_boundary(options.text("spending"));
  const ExactSequentialPlan plan = derive_exact_sequential_plan(read);
  EvaluationResult result = start(plan.method);
  add_value(result, "size", plan.size, "exact");
  add_value(result, "power", plan.power, "exact");
  add_value(result, "expected_subjects_under_target", plan.expected_subjects_under_target, "exact");
  add_value(result, "expected_subjects_under_expected", plan.expected_subjects_under_expected, "exact");
  using Look = ExactSequentialLook;
  result.tables.push_back(
      {"looks",
       {column("subjects", plan.looks, [](const Look& look) { return look.subjects; }),
        column("critical", plan.looks, [](const Look& look) { return look.critical; }),
        column("alpha_allowed", plan.looks, [](const Look& look) { return look.alpha_allowed; }),
        column("cumulative_alpha", plan.looks, [](const Look& look) { return look.cumulative_alpha; }),
        column("cumulative_power", plan.looks, [](const Look& look) { return look.cumulative_power; }),
        column("cumulative_futility", plan.looks, [](const Look& look) { return look.cumulative_futility; })}});
  if (plan.counts_failures) result.warnings.push_back({"sequential_counts_failures", {}});
  return result;
}

EvaluationResult compute_conditional_power(const DataTable&, const EvaluationOptions& options) {
  const long count = options.count("successes");
  const long seen = options.count("seen", 1);
  const long planned = options.count("planned", 1);
  const long critical = options.count("critical");
  EvaluationResult result = start("conditional_power_exact");
  const auto add = [&](double rate, const char* at) {
    add_value(result, "conditional_power", derive_conditional_power(count, seen, planned, critical, rate), at);
  };
  add(options.number("target"), "at_target");
  add(options.number("expected"), "at_expected");
  add(static_cast<double>(count) / static_cast<double>(seen), "at_observed");
  return result;
}

EvaluationResult compute_reestimation(const DataTable&, const EvaluationOptions& options) {
  const ReestimationOptions read{options.count("planned", 1), options.count("enrolled", 1), options.count("cases"),
                                 options.count("needed_cases", 1), options.fraction("assurance")};
  const ReestimationPlan plan = derive_reestimation_plan(read);
  EvaluationResult result = start(plan.method);
  result.estimates.push_back({"prevalence", plan.prevalence, "wilson", {}, {}});
  add_value(result, "assurance_as_planned", plan.assurance_as_planned, "exact");
  add_size(result, "subjects", plan.subjects, "exact");
  return result;
}

EvaluationOption needed(std::string name) {
  std::string about = "evaluation_option.plan_" + name;
  return {std::move(name), "", {}, std::move(about), true};
}

EvaluationOption preset(std::string name, std::string value) {
  std::string about = "evaluation_option.plan_" + name;
  return {std::move(name), std::move(value), {}, std::move(about), false};
}

EvaluationOption one_sided_alpha() { return {"alpha", "0.025", {}, "evaluation_option.plan_one_sided_alpha", false}; }
EvaluationOption two_sided_alpha() { return {"alpha", "0.05", {}, "evaluation_option.plan_two_sided_alpha", false}; }
EvaluationOption one_sided_confidence() {
  return {"confidence", "0.95", {}, "evaluation_option.plan_one_sided_confidence", false};
}
EvaluationOption power_option() { return preset("power", "0.8"); }
EvaluationOption drop_out_option() { return preset("drop_out", "0"); }

Evaluation make(std::string name, std::string standard, std::string source, std::vector<EvaluationOption> options,
                EvaluationResult (*compute)(const DataTable&, const EvaluationOptions&)) {
  Evaluation made;
  made.title = "evaluation." + name;
  made.name = std::move(name);
  made.area = "planning";
  made.standard = std::move(standard);
  made.source = std::move(source);
  made.options = std::move(options);
  made.compute = compute;
  made.needs_data = false;
  return made;
}

std::vector<Evaluation> fixed_size_evaluations() {
  return {
      make("plan_target_value", "NMPA 2021 No. 72", "Chernick & Liu 2002, The American Statistician 56 (saw-tooth)",
           {needed("target"), needed("expected"), one_sided_alpha(), power_option(), drop_out_option()},
           compute_target_value),
      make("plan_proportion_precision", "NMPA 2021 No. 72", "Buderer 1996, Academic Emergency Medicine 3:895",
           {needed("expected"), needed("half_width"), confidence_option(), preset("prevalence", ""), drop_out_option()},
           compute_precision),
      make("plan_non_inferiority", "NMPA 2021 No. 72",
           "Newcombe 1998, 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
           {needed("expected_new"), needed("expected_comparator"), needed("margin"), one_sided_alpha(), power_option(),
            preset("allocation", "1")},
           compute_non_inferiority),
      make("plan_paired_non_inferiority", "", "Liu et al. 2002, Statistics in Medicine 21",
           {needed("new_only"), needed("comparator_only"), needed("margin"), one_sided_alpha(), power_option()},
           compute_paired_non_inferiority),
      make("plan_mcnemar", "", "Connor 1987, 10.2307/2531961",
           {needed("first_only"), needed("second_only"), two_sided_alpha(), power_option(), drop_out_option()},
           compute_mcnemar),
      make("plan_auc", "CLSI EP24",
           "Obuchowski & McClish 1997, Statistics in Medicine 16:1529; Hanley & McNeil 1982, "
           "10.1148/radiology.143.1.7063747",
           {needed("auc"), preset("null_auc", "0.5"), preset("half_width", "0.05"), preset("controls_per_case", "1"),
            two_sided_alpha(), power_option()},
           compute_auc),
      make("plan_kappa", "", "Donner & Eliasziw 1992, Statistics in Medicine 11:1511",
           {needed("kappa"), preset("null_kappa", "0"), preset("prevalence", "0.5"), preset("half_width", "0.1"),
            two_sided_alpha(), power_option()},
           compute_kappa),
      make("plan_limits_of_agreement", "CLSI EP09", "Lu et al. 2016, 10.1515/ijb-2015-0039",
           {preset("mean_difference", "0"), needed("standard_deviation"), needed("allowed_difference"),
            preset("agreement", "0.95"), two_sided_alpha(), power_option()},
           compute_limits_of_agreement),
      make("plan_likelihood_ratio", "", "Simel, Samsa & Matchar 1991, 10.1016/0895-4356(91)90128-V",
           {needed("sensitivity"), needed("specificity"), preset("positive_limit", "1"), preset("negative_limit", "1"),
            preset("controls_per_case", "1"), confidence_option()},
           compute_likelihood_ratio),
      make("plan_hit_rate", "CLSI EP17", "Clopper & Pearson 1934, 10.1093/biomet/26.4.404",
           {preset("hit_rate", "0.95"), one_sided_confidence(), preset("true_rate", "0.99"), preset("most_misses", "5"),
            preset("replicates", "20"), preset("required_hits", "19")},
           compute_hit_rate),
      make("plan_imprecision", "CLSI EP05, EP15",
           "Greenwood & Sandomire 1950, Journal of the American Statistical Association 45:257",
           {preset("upper_ratio", "1.5"),
            one_sided_confidence(),
            preset("claim_over_truth", "1.25"),
            {"alpha", "0.05", {}, "evaluation_option.plan_one_sided_alpha", false},
            power_option()},
           compute_imprecision),
      make("plan_reference_interval", "CLSI EP28",
           "Linnet 1987, Clinical Chemistry 33:381; Bellera & Hanley 2007, Journal of Clinical Epidemiology 60:610",
           {preset("coverage", "0.95"), confidence_option("0.90"), preset("width_ratio", "0.2")},
           compute_reference_interval),
  };
}

std::vector<Evaluation> sequential_evaluations() {
  const EvaluationOption boundary{"boundary",
                                  "lan_demets_obrien",
                                  {"o_brien_fleming", "pocock", "lan_demets_obrien", "lan_demets_pocock"},
                                  "evaluation_option.plan_boundary",
                                  false};
  const EvaluationOption spending{"spending",
                                  "lan_demets_obrien",
                                  {"lan_demets_obrien", "lan_demets_pocock"},
                                  "evaluation_option.plan_spending",
                                  false};
  return {
      make("plan_group_sequential", "", "Lan & DeMets 1983, 10.1093/biomet/70.3.659; Jennison & Turnbull 2000",
           {needed("target"), needed("expected"), preset("fractions", "0.5,1"), boundary, one_sided_alpha(),
            power_option()},
           compute_group_sequential),
      make("plan_exact_sequential", "", "Jennison & Turnbull 2000, Group Sequential Methods, chapter 12",
           {needed("target"), needed("expected"), needed("looks"), preset("futility", ""), spending, one_sided_alpha()},
           compute_exact_sequential),
      make("conditional_power", "", "Jennison & Turnbull 2000, Group Sequential Methods, chapter 10",
           {needed("successes"), needed("seen"), needed("planned"), needed("critical"), needed("target"),
            needed("expected")},
           compute_conditional_power),
      make("plan_reestimation", "", "Friede & Kieser 2006, Biometrical Journal 48 (blinded re-estimation)",
           {needed("planned"), needed("enrolled"), needed("cases"), needed("needed_cases"), preset("assurance", "0.9")},
           compute_reestimation),
  };
}

}  // namespace

std::vector<Evaluation> planning_evaluations() {
  std::vector<Evaluation> all = fixed_size_evaluations();
  for (Evaluation& one : sequential_evaluations()) all.push_back(std::move(one));
  return all;
}

}  // namespace qpcr
