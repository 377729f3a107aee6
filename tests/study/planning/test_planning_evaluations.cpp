// The registry's entries of accuracy and planning: what they read, exclude, refuse and hand out.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/evaluation.hpp"

using namespace qpcr;

namespace {

using Options = std::map<std::string, std::string>;

EvaluationResult run(const std::string& name, const std::string& text, const Options& options = {}) {
  return evaluate(find_evaluation(name), read_data_table(text, "table.csv"), options);
}

EvaluationResult plan(const std::string& name, const Options& options) { return run(name, "none\n-\n", options); }

const Estimate& find(const EvaluationResult& result, const std::string& name, const std::string& method,
                     const std::string& stratum = {}) {
  for (const NamedEstimate& named : result.estimates) {
    if (named.name == name && named.method == method && named.stratum == stratum) return named.estimate;
  }
  FAIL("no estimate " << name << ' ' << method << ' ' << stratum);
  return result.estimates.front().estimate;
}

}  // namespace

TEST_CASE("rows without a value are excluded by line, counts weigh rows", "[registry]") {
  const std::string table = "reference,test,count\n1,1,44\n1,0,7\n0,1,1\n0,0,168\n,1,5\n1,NA,2\n";
  const EvaluationResult found = run("fourfold_accuracy", table);
  CHECK(*find(found, "sensitivity", "wilson").value == 44.0 / 51.0);
  CHECK(*find(found, "specificity", "clopper_pearson").value == 168.0 / 169.0);
  REQUIRE(found.exclusions.size() == 1);
  CHECK(found.exclusions[0].rows == 2);
  CHECK(found.exclusions[0].lines == std::vector<long>{6, 7});
  const EvaluationResult both = run("simultaneous_accuracy", table);
  CHECK(find(both, "sensitivity", "clopper_pearson").interval->lower <
        find(found, "sensitivity", "clopper_pearson").interval->lower);
  CHECK_THROWS_AS(run("fourfold_accuracy", "reference,test\n1,perhaps\n"), Error);
  CHECK_THROWS_AS(run("fourfold_accuracy", "reference\n1\n"), Error);
  CHECK_THROWS_AS(run("fourfold_accuracy", "reference,test,count\n1,1,-3\n"), Error);
  CHECK_THROWS_AS(run("fourfold_accuracy", table, {{"confidence", "1"}}), Error);
}

TEST_CASE("agreement is never called accuracy", "[registry]") {
  const EvaluationResult found = run("percent_agreement", "comparator,test\n1,1\n1,0\n0,0\n0,0\n");
  CHECK(*find(found, "positive_percent_agreement", "wilson").value == 0.5);
  for (const NamedEstimate& named : found.estimates) {
    CHECK(named.name.find("accuracy") == std::string::npos);
    CHECK(named.name.find("sensitivity") == std::string::npos);
  }
  CHECK(found.warnings.at(0).id == "percent_agreement_is_not_accuracy");
}

TEST_CASE("indeterminate words, clusters and counts are read", "[registry]") {
  const EvaluationResult three =
      run("three_way_accuracy", "reference,result\n1,positive\n1,indeterminate\n0,negative\n0,\n");
  CHECK(*find(three, "sensitivity", "wilson", "indeterminate=worst_case").value == 0.5);
  CHECK(*find(three, "sensitivity", "wilson", "indeterminate=best_case").value == 1.0);
  CHECK(three.exclusions.at(0).rows == 1);
  CHECK_THROWS_AS(run("three_way_accuracy", "reference,result\n1,maybe\n"), Error);
  const EvaluationResult clusters =
      run("clustered_accuracy", "subject,reference,test\na,1,1\na,1,0\nb,1,1\nc,0,0\n,1,1\n");
  CHECK(*find(clusters, "sensitivity", "ratio_t").value == Approx(2.0 / 3.0));
  CHECK(find(clusters, "specificity", "ratio_t").why_absent->id == "interval_not_estimable_one_subject");
  CHECK(clusters.exclusions.at(0).rows == 1);
  const EvaluationResult single =
      run("single_proportion", "successes,trials,stratum\n3,10,A\n0,0,B\n", {{"target", "0.5"}, {"interval", "all"}});
  CHECK(*find(single, "proportion", "blaker", "A").value == 0.3);
  CHECK_FALSE(find(single, "proportion", "wilson", "B").value.has_value());
  CHECK_FALSE(find(single, "p_value", "exact", "B").value.has_value());
  CHECK_THROWS_AS(run("single_proportion", "successes,trials\n4,3\n"), Error);
  const EvaluationResult values =
      run("predictive_values", "reference,test,count\n1,1,80\n1,0,20\n0,1,10\n0,0,90\n", {{"prevalences", "0.01"}});
  CHECK(*find(values, "positive_predictive_value", "logit", "prevalence=0.01").value == Approx(800.0 / 10700.0));
}

TEST_CASE("every plan answers, with finite numbers only", "[registry]") {
  const std::map<std::string, Options> requests{
      {"proportion_coverage", {{"trials", "20"}}},
      {"plan_target_value", {{"target", "0.8"}, {"expected", "0.9"}, {"drop_out", "0.1"}}},
      {"plan_proportion_precision", {{"expected", "0.95"}, {"half_width", "0.05"}, {"prevalence", "0.1"}}},
      {"plan_non_inferiority", {{"expected_new", "0.9"}, {"expected_comparator", "0.9"}, {"margin", "0.1"}}},
      {"plan_paired_non_inferiority", {{"new_only", "0.05"}, {"comparator_only", "0.05"}, {"margin", "0.1"}}},
      {"plan_mcnemar", {{"first_only", "0.2"}, {"second_only", "0.05"}}},
      {"plan_auc", {{"auc", "0.8"}}},
      {"plan_kappa", {{"kappa", "0.8"}, {"null_kappa", "0.6"}}},
      {"plan_limits_of_agreement", {{"standard_deviation", "1"}, {"allowed_difference", "3"}}},
      {"plan_likelihood_ratio", {{"sensitivity", "0.8"}, {"specificity", "0.9"}}},
      {"plan_hit_rate", {}},
      {"plan_imprecision", {}},
      {"plan_reference_interval", {}},
      {"plan_group_sequential", {{"target", "0.8"}, {"expected", "0.9"}}},
      {"plan_exact_sequential", {{"target", "0.8"}, {"expected", "0.9"}, {"looks", "60,120"}, {"futility", "40"}}},
      {"conditional_power",
       {{"successes", "50"},
        {"seen", "60"},
        {"planned", "120"},
        {"critical", "104"},
        {"target", "0.8"},
        {"expected", "0.9"}}},
      {"plan_reestimation", {{"planned", "100"}, {"enrolled", "50"}, {"cases", "10"}, {"needed_cases", "30"}}},
  };
  for (const auto& [name, options] : requests) {
    INFO(name);
    CHECK_FALSE(find_evaluation(name).needs_data);
    const EvaluationResult found = plan(name, options);
    CHECK_FALSE(found.estimates.empty());
    for (const NamedEstimate& named : found.estimates) {
      INFO(named.name << ' ' << named.method);
      CHECK(named.estimate.value.has_value() != named.estimate.why_absent.has_value());
      if (named.estimate.value) CHECK(std::isfinite(*named.estimate.value));
    }
  }
  for (const Evaluation& one : list_evaluations()) {
    if (one.area == "planning") CHECK(requests.count(one.name) == 1);
  }
}

TEST_CASE("plans refuse words, missing options and fractions of looks", "[registry]") {
  CHECK_THROWS_AS(plan("plan_target_value", {{"target", "0.8"}}), Error);
  CHECK_THROWS_AS(plan("plan_target_value", {{"target", "0.8"}, {"expected", "high"}}), Error);
  CHECK_THROWS_AS(plan("plan_exact_sequential", {{"target", "0.8"}, {"expected", "0.9"}, {"looks", "10.5,20"}}), Error);
  CHECK_THROWS_AS(plan("plan_target_value", {{"target", "0.8"}, {"expected", "0.9"}, {"drop_out", "1"}}), Error);
}
