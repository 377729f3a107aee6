// A whole trial against a naive recount, and the checks that bind it to its definition.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/trial.hpp"
#include "tests/study/synthetic_trial.hpp"

using namespace qpcr;
using qpcr::test::make_call;
using qpcr::test::make_plan;
using qpcr::test::make_planned;
using qpcr::test::make_run;
using qpcr::test::make_subject;

namespace {

/// 120 subjects of two centres whose outcome follows from their number.
struct Made {
  StudyPlan plan = make_plan({make_planned("R1", "C01"), make_planned("R2", "C02")});
  SubjectTable subjects;
  std::vector<TestedRun> runs;

  Made() {
    std::vector<SampleCall> calls[2];
    for (int i = 0; i < 120; ++i) {
      const std::size_t centre = static_cast<std::size_t>(i % 2);
      const bool ill = i % 3 == 0;
      Subject subject = make_subject("S" + std::to_string(i), centre == 0 ? "C01" : "C02", "X" + std::to_string(i),
                                     ill ? ReferenceStandard::positive : ReferenceStandard::negative);
      if (ill) {
        subject.stage = all_bclc_stages()[static_cast<std::size_t>(i % 5)];
      } else if (i % 7 != 0) {
        subject.control_class = all_control_classes()[static_cast<std::size_t>(i % 5)];
      }
      subject.sex = i % 4 == 0 ? Sex::female : Sex::male;
      subject.age_years = 30 + i % 40;
      subjects.subjects.push_back(subject);
      const Outcome outcome = i % 17 == 0                         ? Outcome::indeterminate
                              : i % 19 == 0                       ? Outcome::invalid
                              : (ill ? i % 10 != 0 : i % 11 == 0) ? Outcome::positive
                                                                  : Outcome::negative;
      calls[centre].push_back(make_call(subject.sample, outcome));
    }
    runs = {make_run("R1", true, calls[0]), make_run("R2", true, calls[1])};
    plan.prevalences = {0.05};
  }
};

}  // namespace

TEST_CASE("the tables equal a naive recount") {
  const Made made;
  const TrialResult trial = evaluate_trial(made.plan, made.subjects, made.runs);
  FourfoldTable naive;
  long indeterminate = 0;
  long invalid = 0;
  for (int i = 0; i < 120; ++i) {
    if (i % 17 == 0) {
      ++indeterminate;
    } else if (i % 19 == 0) {
      ++invalid;
    } else if (i % 3 == 0) {
      ++(i % 10 != 0 ? naive.true_positive : naive.false_negative);
    } else {
      ++(i % 11 == 0 ? naive.false_positive : naive.true_negative);
    }
  }
  CHECK(trial.overall.table == naive);
  CHECK(count_place(trial.disposition, Place::indeterminate) == indeterminate);
  CHECK(count_place(trial.disposition, Place::sample_invalid) == invalid);
  CHECK(trial.overall.exclusions.size() == all_places().size() - 1);

  FourfoldTable sum;
  for (const CentreAccuracy& centre : trial.centres) {
    sum.true_positive += centre.accuracy.table.true_positive;
    sum.false_positive += centre.accuracy.table.false_positive;
    sum.false_negative += centre.accuracy.table.false_negative;
    sum.true_negative += centre.accuracy.table.true_negative;
  }
  CHECK(sum == naive);
  long detected = 0;
  for (const Stratum& stage : trial.stages.strata) detected += stage.proportion.numerator;
  CHECK(detected == naive.true_positive);
  long cleared = 0;
  for (const Stratum& group : trial.classes.strata) cleared += group.proportion.numerator;
  CHECK(cleared == naive.true_negative);
  CHECK(trial.classes.strata.back().id == "not_stated");
  CHECK_FALSE(trial.overall.positive_predictive_value.estimate.has_value());
  CHECK(trial.predictive_values.size() == 1);
}

TEST_CASE("the scenarios bracket the result and the undecided are never lost") {
  const Made made;
  const TrialResult trial = evaluate_trial(made.plan, made.subjects, made.runs);
  REQUIRE(trial.scenarios.size() == 4);
  const AccuracyResult& best = trial.scenarios[2].accuracy;
  const AccuracyResult& worst = trial.scenarios[3].accuracy;
  CHECK(best.table.total() == 120);
  CHECK(worst.table.total() == 120);
  CHECK(*best.sensitivity.estimate > *trial.overall.sensitivity.estimate);
  CHECK(*worst.sensitivity.estimate < *trial.overall.sensitivity.estimate);
  CHECK(*best.specificity.estimate > *trial.overall.specificity.estimate);
  CHECK(*worst.specificity.estimate < *trial.overall.specificity.estimate);
  CHECK(trial.cross_table.size() == 6);
  CHECK(trial.cross_table[2].id == "indeterminate");
}

TEST_CASE("the order of the subjects changes no number") {
  const Made made;
  Made turned;
  std::reverse(turned.subjects.subjects.begin(), turned.subjects.subjects.end());
  const TrialResult one = evaluate_trial(made.plan, made.subjects, made.runs);
  const TrialResult other = evaluate_trial(turned.plan, turned.subjects, turned.runs);
  CHECK(one.overall.table == other.overall.table);
  CHECK(one.overall.sensitivity.wilson == other.overall.sensitivity.wilson);
}

TEST_CASE("a study locked to another definition, or with two definitions, is refused") {
  Made made;
  made.plan.assay_sha256 = std::string(64, 'a');
  CHECK_NOTHROW(evaluate_trial(made.plan, made.subjects, made.runs));
  made.plan.assay_sha256 = std::string(64, 'c');
  try {
    evaluate_trial(made.plan, made.subjects, made.runs);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::integrity_failure);
  }
  made.plan.assay_sha256.clear();
  made.runs[1].results[0].assay.sha256 = std::string(64, 'd');
  CHECK_THROWS_AS(evaluate_trial(made.plan, made.subjects, made.runs), Error);
}

TEST_CASE("a trial with one file in two runs is refused") {
  Made made;
  for (TestedRun& run : made.runs) {
    RunData data;
    data.name = run.id;
    data.provenance.sources.push_back({run.id + ".rdml", std::string(64, 'e'), 10});
    run.runs.emplace_back(std::move(data));
  }
  CHECK_THROWS_AS(evaluate_trial(made.plan, made.subjects, made.runs), Error);
}

TEST_CASE("a study whose runs are all invalid has no estimate, and says so") {
  Made made;
  for (TestedRun& run : made.runs) run.results[0].run_valid = false;
  const TrialResult trial = evaluate_trial(made.plan, made.subjects, made.runs);
  CHECK(all_runs_invalid(trial));
  CHECK(trial.overall.table.total() == 0);
  CHECK_FALSE(trial.overall.sensitivity.estimate.has_value());
  CHECK(trial.rates[0].proportion.numerator == 2);
  CHECK(trial.stages.strata.empty());
}

TEST_CASE("demographics count what is missing and decide AFP classes by bounds") {
  const Summary summary = summarise({3.0, 1.0, 2.0, 10.0}, 2);
  CHECK(*summary.median == 2.5);
  CHECK(*summary.mean == 4.0);
  CHECK(*summary.standard_deviation == Approx(4.08248290463863).margin(1e-13));
  CHECK(summary.missing == 2);
  CHECK_FALSE(summarise({5.0}, 0).standard_deviation.has_value());
  CHECK_FALSE(summarise({}, 3).median.has_value());

  SubjectTable table;
  for (const BoundedValue& afp : {BoundedValue{"20", 20, Bound::exact}, BoundedValue{"400.1", 400.1, Bound::exact},
                                  BoundedValue{"<0.8", 0.8, Bound::below}, BoundedValue{"<50", 50, Bound::below},
                                  BoundedValue{">1210", 1210, Bound::above}}) {
    Subject subject = make_subject("S", "C01", "X", ReferenceStandard::positive);
    subject.afp_ng_ml = afp;
    table.subjects.push_back(subject);
  }
  const AfpClasses classes = summarise_demographics(table).cases.afp;
  CHECK(classes.below_20 == 1);
  CHECK(classes.from_20_to_400 == 1);
  CHECK(classes.above_400 == 2);
  CHECK(classes.undecided == 1);
}
