// The flow of subjects: every place, repeats, unassigned samples, and simulated data where it does not belong.
#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/disposition.hpp"
#include "tests/study/synthetic_trial.hpp"

using namespace qpcr;
using qpcr::test::make_call;
using qpcr::test::make_plan;
using qpcr::test::make_planned;
using qpcr::test::make_run;
using qpcr::test::make_subject;

namespace {

SubjectTable table_of(std::vector<Subject> subjects) {
  SubjectTable table;
  table.subjects = std::move(subjects);
  return table;
}

}  // namespace

TEST_CASE("every subject ends in one place and the places add up") {
  SubjectTable table = table_of({
      make_subject("S1", "C01", "A", ReferenceStandard::positive),
      make_subject("S2", "C01", "B", ReferenceStandard::negative),
      make_subject("S3", "C01", "C", ReferenceStandard::negative),
      make_subject("S4", "C01", "D", ReferenceStandard::positive),
      make_subject("S5", "C01", "E", ReferenceStandard::positive),
      make_subject("S6", "C01", "F", ReferenceStandard::positive),
      make_subject("S7", "C01", "G", std::nullopt),
      make_subject("S8", "C01", "H", ReferenceStandard::positive),
  });
  table.subjects[7].excluded = true;
  table.subjects[7].exclusion_reason = "treated";
  const StudyPlan plan = make_plan({make_planned("R1", "C01"), make_planned("R2", "C01")});
  const Disposition flow =
      derive_disposition(plan, table,
                         {make_run("R1", true,
                                   {make_call("A", Outcome::positive), make_call("B", Outcome::negative),
                                    make_call("C", Outcome::indeterminate), make_call("D", Outcome::invalid),
                                    make_call("G", Outcome::positive), make_call("H", Outcome::positive),
                                    make_call("Z", Outcome::negative)}),
                          make_run("R2", false, {make_call("E", Outcome::positive)})});
  const std::vector<Place> expected{Place::analysed,          Place::analysed,    Place::indeterminate,
                                    Place::sample_invalid,    Place::run_invalid, Place::no_index_result,
                                    Place::reference_missing, Place::excluded};
  REQUIRE(flow.subjects.size() == expected.size());
  long sum = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(flow.subjects[i].place == expected[i]);
  for (const Place place : all_places()) sum += count_place(flow, place);
  CHECK(sum == 8);
  CHECK(flow.subjects[4].outcome == Outcome::invalid);  // whatever an invalid run says of its samples
  REQUIRE(flow.unassigned.size() == 1);
  CHECK(flow.unassigned[0].sample == "Z");
}

TEST_CASE("a sample tested twice needs a rule, and the rule decides") {
  const SubjectTable table = table_of({make_subject("S1", "C01", "A", ReferenceStandard::positive)});
  const auto counting = [&](RepeatRule rule, Outcome first, bool first_run_valid, Outcome second) {
    const StudyPlan plan = make_plan({make_planned("R1", "C01"), make_planned("R2", "C01", {"R1"})}, rule);
    const Disposition flow = derive_disposition(
        plan, table,
        {make_run("R1", first_run_valid, {make_call("A", first)}), make_run("R2", true, {make_call("A", second)})});
    CHECK(flow.subjects[0].tests.size() == 2);
    return *flow.subjects[0].counting;
  };
  CHECK(counting(RepeatRule::invalid, Outcome::invalid, true, Outcome::positive) == 1);
  CHECK(counting(RepeatRule::invalid, Outcome::positive, false, Outcome::negative) == 1);
  CHECK(counting(RepeatRule::invalid, Outcome::indeterminate, true, Outcome::positive) == 0);
  CHECK(counting(RepeatRule::invalid_or_indeterminate, Outcome::indeterminate, true, Outcome::positive) == 1);
  CHECK(counting(RepeatRule::invalid_or_indeterminate, Outcome::negative, true, Outcome::positive) == 0);
  CHECK(counting(RepeatRule::invalid, Outcome::positive, true, Outcome::negative) == 0);
  CHECK_THROWS_AS(counting(RepeatRule::none, Outcome::invalid, true, Outcome::positive), Error);
}

TEST_CASE("an undeclared second test and a sample twice in a run are refused") {
  const SubjectTable table = table_of({make_subject("S1", "C01", "A", ReferenceStandard::positive)});
  const StudyPlan undeclared = make_plan({make_planned("R1", "C01"), make_planned("R2", "C01")}, RepeatRule::invalid);
  CHECK_THROWS_AS(derive_disposition(undeclared, table,
                                     {make_run("R1", true, {make_call("A", Outcome::negative)}),
                                      make_run("R2", true, {make_call("A", Outcome::positive)})}),
                  Error);
  const StudyPlan one = make_plan({make_planned("R1", "C01")}, RepeatRule::invalid);
  CHECK_THROWS_AS(
      derive_disposition(
          one, table, {make_run("R1", true, {make_call("A", Outcome::negative), make_call("A", Outcome::positive)})}),
      Error);
}

TEST_CASE("a sample that differs only in case from a subject's is refused with both named") {
  const SubjectTable table = table_of({make_subject("S1", "C01", "AB-1", ReferenceStandard::positive)});
  try {
    derive_disposition(make_plan({make_planned("R1", "C01")}), table,
                       {make_run("R1", true, {make_call("ab-1", Outcome::positive)})});
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::study_invalid);
    for (const char* word : {"'ab-1'", "'AB-1'", "'S1'", "'R1'"})
      CHECK(std::string(error.what()).find(word) != std::string::npos);
  }
}

TEST_CASE("a sample that is spelt almost as a subject's is warned of with both named") {
  const SubjectTable table = table_of({make_subject("S1", "C01", "AB-1", ReferenceStandard::positive)});
  const Disposition flow = derive_disposition(
      make_plan({make_planned("R1", "C01")}), table,
      {make_run("R1", true, {make_call("ab_1", Outcome::positive), make_call("Z9", Outcome::negative)})});
  REQUIRE(flow.warnings.size() == 1);
  CHECK(flow.warnings[0].id == "study_sample_spelt_otherwise");
  CHECK(flow.subjects[0].place == Place::no_index_result);
  CHECK(flow.unassigned.size() == 2);
}

TEST_CASE("simulated and real data are never mixed") {
  const SubjectTable real = table_of({make_subject("S1", "C01", "A", ReferenceStandard::positive)});
  StudyPlan plan = make_plan({make_planned("R1", "C01")});
  TestedRun run = make_run("R1", true, {make_call("A", Outcome::negative)});
  CHECK_NOTHROW(derive_disposition(plan, real, {run}));

  TestedRun measured = run;
  measured.results[0].simulated = false;
  CHECK_THROWS_AS(derive_disposition(plan, real, {measured}), Error);

  plan.simulated = false;
  CHECK_THROWS_AS(derive_disposition(plan, real, {run}), Error);
  CHECK_THROWS_AS(derive_disposition(plan, real, {measured}), Error);  // the definition is a simulated one
  measured.results[0].assay.status = AssayStatus::released;
  CHECK_NOTHROW(derive_disposition(plan, real, {measured}));
  const SubjectTable simulated = table_of({make_subject("SIM-1", "C01", "A", ReferenceStandard::positive)});
  CHECK_THROWS_AS(derive_disposition(plan, simulated, {measured}), Error);
}

TEST_CASE("centres that do not fit together are warned of") {
  const SubjectTable table = table_of({make_subject("S1", "C01", "A", ReferenceStandard::positive)});
  const Disposition flow = derive_disposition(make_plan({make_planned("R1", "C02")}), table,
                                              {make_run("R1", true, {make_call("A", Outcome::positive)})});
  REQUIRE(flow.warnings.size() == 3);
  CHECK(flow.warnings[0].id == "study_run_of_unknown_centre");
  CHECK(flow.warnings[1].id == "study_centre_without_run");
  CHECK(flow.warnings[2].id == "study_sample_in_other_centre");
}
