// The entries of this area, run from tables: counts and rows agree, what is missing is noted, what is wrong refused.
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/evaluation.hpp"

using namespace qpcr;

namespace {

using Options = std::map<std::string, std::string>;

EvaluationResult run(const char* name, const std::string& text, const Options& options = {}) {
  return evaluate(find_evaluation(name), read_data_table(text, "t.csv"), options);
}

const Estimate& find(const EvaluationResult& result, const std::string& name, const std::string& method = {},
                     const std::string& stratum = {}) {
  for (const NamedEstimate& one : result.estimates) {
    if (one.name == name && (method.empty() || one.method == method) && (stratum.empty() || one.stratum == stratum))
      return one.estimate;
  }
  throw std::out_of_range(name);
}

std::string repeat(const std::string& row, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += row + "\n";
  return text;
}

}  // namespace

TEST_CASE("rows and counts give the same comparison", "[comparison][evaluations]") {
  const auto rows = run("independent_proportions", "group,result\n" + repeat("new,1", 9) + repeat("old,0", 7) +
                                                       repeat("new,0", 1) + repeat("old,1", 3) + "old,\n,1\n");
  const auto counts = run("independent_proportions", "group,result,count\nnew,1,9\nnew,0,1\nold,1,3\nold,0,7\n");
  CHECK(rows.estimates == counts.estimates);
  REQUIRE(rows.exclusions.size() == 2);
  CHECK(rows.exclusions[0].lines == std::vector<long>{22});
  CHECK(find(counts, "difference", "newcombe").interval->lower == Approx(0.1705).margin(5.1e-5));
  const auto turned =
      run("independent_proportions", "group,result,count\nnew,1,9\nnew,0,1\nold,1,3\nold,0,7\n", {{"first", "old"}});
  CHECK(*find(turned, "difference").value == Approx(-0.6).epsilon(1e-12));
  CHECK_THROWS_AS(run("independent_proportions", "group,result\na,1\nb,0\nc,1\n"), Error);
  CHECK_THROWS_AS(run("independent_proportions", "group,result\na,1\nb,0\n", {{"first", "c"}}), Error);
  CHECK_THROWS_AS(run("independent_proportions", "subject,group,result\n1,a,1\n1,b,0\n"), Error);
  CHECK_THROWS_AS(run("independent_proportions", "group,result,count\na,1,-3\nb,0,2\n"), Error);
}

TEST_CASE("paired evaluations from a table", "[comparison][evaluations]") {
  const std::string table =
      "test1,test2,reference,count\n1,1,1,30\n1,0,1,9\n0,1,1,2\n0,0,1,9\n1,1,0,4\n1,0,0,6\n0,1,0,3\n0,0,0,60\n1,,0,2\n";
  const auto accuracy = run("paired_accuracy", table);
  CHECK(*find(accuracy, "difference", "tango", "sensitivity").value == Approx(7.0 / 50.0));
  CHECK(*find(accuracy, "difference", "tango", "specificity").value == Approx(-3.0 / 73.0));
  CHECK(accuracy.exclusions.front().reason.id == "comparison_missing_test");
  const auto margin = run("non_inferiority_paired", table, {{"margin", "0.05"}, {"of", "specificity"}});
  CHECK(*find(margin, "difference", "tango").value == Approx(-3.0 / 73.0));
  CHECK(*find(run("paired_predictive_values", table), "first", "", "positive_predictive_value").value ==
        Approx(39.0 / 49.0));
  CHECK(*find(run("paired_likelihood_ratios", table), "ratio", "", "positive_likelihood_ratio").value ==
        Approx(39.0 / 32.0 * 7.0 / 10.0));
  CHECK(*find(run("paired_proportions", table), "difference", "wald").value == Approx(10.0 / 123.0));
  CHECK_THROWS_AS(run("non_inferiority_paired", table), Error);
}

TEST_CASE("strata: sensitivity sees cases only, specificity controls only", "[comparison][evaluations]") {
  const std::string table =
      "stratum,result,reference,count\nA,1,1,46\nA,0,1,4\nB,1,1,38\nB,0,1,10\nA,1,0,3\nA,0,0,47\nB,0,0,30\nB,1,0,9\n";
  const auto sensitivity = run("strata_homogeneity", table, {{"of", "sensitivity"}});
  CHECK(*find(sensitivity, "pooled", "wilson").value == Approx(84.0 / 98.0));
  const auto specificity = run("strata_homogeneity", table, {{"of", "specificity"}});
  CHECK(*find(specificity, "proportion", "wilson", "B").value == Approx(30.0 / 39.0));
  CHECK(specificity.tables.front().name == "forest");
  CHECK(sensitivity.exclusions.empty());
  CHECK(find(run("centre_equivalence", table, {{"of", "sensitivity"}, {"margin", "0.3"}}), "range").value);
  CHECK(find(run("proportion_trend", table, {{"of", "sensitivity"}}), "p_value", "cochran_armitage").value);
  const auto target = run("target_value_margin", table, {{"of", "sensitivity"}, {"target", "0.8"}});
  CHECK(*find(target, "proportion").value == Approx(84.0 / 98.0));
  CHECK_THROWS_AS(run("strata_homogeneity", table, {{"of", "accuracy"}}), Error);
  CHECK_THROWS_AS(run("proportion_trend", table, {{"scores", "1,2,3"}}), Error);
}

TEST_CASE("stratified and contingency tables from a file", "[comparison][evaluations]") {
  const std::string text =
      "stratum,group,result,count\nI,a,1,16\nI,a,0,4\nI,b,1,10\nI,b,0,10\nII,b,1,20\nII,b,0,20\n"
      "II,a,1,8\nII,a,0,2\n";
  const auto stratified = run("stratified_tables", text);
  CHECK(*find(stratified, "odds_ratio", "robins_breslow_greenland").value == Approx(4.0));
  CHECK(*stratified.assumptions.front().holds);
  const auto turned = run("stratified_tables", text, {{"first", "b"}});
  CHECK(*find(turned, "odds_ratio", "robins_breslow_greenland").value == Approx(0.25));
  const auto exact = run("contingency_exact", "row,column,count\nx,p,3\nx,q,1\ny,p,1\ny,q,3\n");
  CHECK(*find(exact, "p_value").value == Approx(34.0 / 70.0));
}

TEST_CASE("no result of this area holds a number that is none", "[comparison][evaluations]") {
  const std::string text =
      "group,stratum,row,column,test1,test2,reference,result,count\na,A,x,p,1,1,1,1,5\nb,B,y,q,1,1,1,1,0\nb,B,y,p,0,0,"
      "0,"
      "1,4\n";
  for (const Evaluation& evaluation : list_evaluations()) {
    if (evaluation.area != "comparison") continue;
    Options options;
    for (const EvaluationOption& option : evaluation.options) {
      if (option.required) options[option.name] = option.name == "target" ? "0.8" : "0.1";
    }
    INFO(evaluation.name);
    const EvaluationResult result = evaluate(evaluation, read_data_table(text, "t.csv"), options);
    CHECK_FALSE(result.estimates.empty());
    CHECK_FALSE(result.method.empty());
    for (const NamedEstimate& one : result.estimates) {
      INFO(one.name << " " << one.method << " " << one.stratum);
      const Estimate& estimate = one.estimate;
      if (estimate.value) CHECK(std::isfinite(*estimate.value));
      if (estimate.standard_error) CHECK(std::isfinite(*estimate.standard_error));
      if (estimate.interval) CHECK(estimate.interval->lower <= estimate.interval->upper);
      if (!estimate.value) CHECK(estimate.why_absent);
    }
  }
}
