// What the registry says of recovery, interference, stability and transfers where there is no plain answer.
#include <algorithm>

#include <catch2/catch.hpp>

#include "libqpcr/study/evaluation.hpp"

using namespace qpcr;

namespace {

EvaluationResult run(const char* name, const char* table, const std::map<std::string, std::string>& options = {}) {
  return evaluate(find_evaluation(name), read_data_table(table, "t.csv"), options);
}

Estimate find(const EvaluationResult& result, std::string_view name, std::string_view stratum = "") {
  const auto found = std::find_if(result.estimates.begin(), result.estimates.end(),
                                  [&](const NamedEstimate& one) { return one.name == name && one.stratum == stratum; });
  REQUIRE(found != result.estimates.end());
  return found->estimate;
}

}  // namespace

TEST_CASE("empty cells of unpaired pools are exclusions", "[quantitative]") {
  const auto result = run("interference", "test,control\n1.1,1.0\n1.2,\n1.3,1.1\n,0.9\n");
  REQUIRE(result.exclusions.size() == 2);
  CHECK(result.exclusions[0].reason.id == "quantitative_missing_test");
  CHECK(result.exclusions[0].lines == std::vector<long>{5});
  CHECK(result.exclusions[1].lines == std::vector<long>{3});
}

TEST_CASE("a curved dose response has no harmless concentration", "[quantitative]") {
  const char* const curved = "concentration,value\n0,10\n0,10.1\n0,9.9\n1,10\n1,10.1\n1,9.9\n2,14\n2,14.1\n2,13.9\n";
  const auto result = run("interference_dose_response", curved, {{"allowable_effect", "1"}});
  CHECK(find(result, "highest_harmless_concentration").why_absent->id == "quantitative_not_a_line");
}

TEST_CASE("a lot without a shelf life leaves none for the product", "[quantitative]") {
  const char* const lots = "time,value,lot\n0,100,A\n3,99,A\n6,98.1,A\n9,96.9,A\n0,0,B\n3,1,B\n6,-1,B\n9,0,B\n";
  const auto result = run("stability", lots, {{"allowable_drift", "10"}});
  CHECK_FALSE(find(result, "shelf_life", "lot=A").value == std::nullopt);
  if (!find(result, "shelf_life", "lot=B").value) CHECK_FALSE(find(result, "shelf_life_of_all").value);
  const auto zero =
      run("stability", "time,value,lot\n0,100,A\n3,99,A\n6,98.1,A\n9,96.9,A\n0,0,B\n3,0,B\n6,0,B\n9,0,B\n",
          {{"allowable_drift", "10"}});
  CHECK(find(zero, "shelf_life_of_all").value.has_value() ==
        (find(zero, "shelf_life", "lot=A").value && find(zero, "shelf_life", "lot=B").value));
}

TEST_CASE("an interval that straddles a limit decides nothing", "[quantitative]") {
  const auto straddling = run("spike_recovery", "unspiked,added,measured\n0,10,7.0\n0,10,9.0\n0,10,8.5\n");
  CHECK(find(straddling, "mean_recovery_percent").interval->lower < 80.0);
  CHECK(find(straddling, "acceptable").why_absent->id == "quantitative_not_judged");
  const auto low = run("spike_recovery", "unspiked,added,measured\n0,10,5.0\n0,10,5.1\n0,10,4.9\n");
  CHECK(find(low, "acceptable").value == 0.0);
}

TEST_CASE("an exclusion limit of cross-reactivity is judged", "[quantitative]") {
  const char* const panel = "name,positive,replicates\nHBV,0,60\nHCV,1,20\n";
  const auto result = run("cross_reactivity", panel, {{"allowable_rate", "0.05"}});
  REQUIRE(result.tables.size() == 1);
  const auto& excluded = std::get<std::vector<std::optional<double>>>(result.tables[0].columns.back().cells);
  CHECK(excluded == std::vector<std::optional<double>>{1.0, 0.0});  // 1 - 0.05^(1/60) = 0.0487
}

TEST_CASE("a transfer says whether it is accepted", "[quantitative]") {
  std::string inside = "value\n";
  for (int i = 0; i < 20; ++i) inside += "5\n";
  CHECK(find(run("reference_interval_transfer", inside.c_str(), {{"lower", "1"}, {"upper", "9"}}), "accepted").value ==
        1.0);
  CHECK(find(run("reference_interval_transfer", "value\n5\n", {{"lower", "1"}, {"upper", "9"}}), "accepted")
            .why_absent->id == "quantitative_transfer_too_few");
}

TEST_CASE("days of one mean give bias without an interval and say so", "[precision]") {
  const auto result = run("precision_verification", "day,value\n1,1\n1,3\n2,1\n2,3\n3,3\n3,1\n",
                          {{"claimed_repeatability_sd", "1"}, {"target", "2"}});
  CHECK_FALSE(find(result, "mean").interval);
  CHECK(find(result, "target_verified").why_absent->id == "not_estimable_no_variation_of_values");
}
