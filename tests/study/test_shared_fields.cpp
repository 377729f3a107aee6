// Facts of subjects and covariates: agreement, gaps, bounds and contradictions with both places named.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/shared_fields.hpp"
#include "tests/study/synthetic_trial.hpp"

using namespace qpcr;

namespace {

/// One subject S1 with sample X1 on line 7, its covariates on line 9, and a definition that asks for sex, AFP and age.
struct Pair {
  StudyPlan plan = test::make_plan({});
  SubjectTable subjects;
  AssayDefinition assay;
  CovariateTable covariates;

  Pair() {
    plan.subjects = "trial/subjects.csv";
    plan.covariates = "trial/covariates.csv";
    subjects.subjects.push_back(test::make_subject("S1", "C01", "X1", ReferenceStandard::positive));
    subjects.subjects[0].line = 7;
    assay.covariates.resize(3);
    assay.covariates[0].id = "sex";
    assay.covariates[0].kind = CovariateKind::category;
    assay.covariates[0].coding = {{"male", 1.0}, {"female", 0.0}, {"1", 1.0}, {"2", 0.0}};
    assay.covariates[1].id = "afp";
    assay.covariates[1].unit = "ng/mL";
    assay.covariates[2].id = "age";
    assay.covariates[2].unit = "a";
    for (CovariateDefinition& covariate : assay.covariates) {
      covariate.minimum = 0.0;
      covariate.maximum = 1e6;
    }
    covariates.rows.resize(1);
    covariates.rows[0].sample = "X1";
    covariates.rows[0].line = 9;
  }

  Pair& subject_sex(Sex sex) {
    subjects.subjects[0].sex = sex;
    return *this;
  }
  Pair& subject_afp(double value, Bound bound = Bound::exact) {
    subjects.subjects[0].afp_ng_ml = BoundedValue{"afp", value, bound};
    return *this;
  }
  Pair& covariate(std::size_t index, const std::string& text) {
    covariates.rows[0].values[assay.covariates[index].id] = parse_covariate_value(assay.covariates[index], text);
    return *this;
  }

  void check() const { check_shared_fields(plan, subjects, assay, covariates); }

  void check_refused(const std::string& column, const std::string& words) const {
    try {
      check();
      FAIL("accepted");
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(error.code() == ErrorCode::study_invalid);
      CHECK(error.context().path == "trial/subjects.csv");
      CHECK(error.context().line == 7);
      CHECK(error.context().column == column);
      CHECK(std::string(error.what()).find("'trial/covariates.csv' line 9") != std::string::npos);
      CHECK(std::string(error.what()).find(words) != std::string::npos);
    }
  }
};

}  // namespace

TEST_CASE("a sex that contradicts the covariates is refused, and a missing one is not") {
  Pair().subject_sex(Sex::female).covariate(0, "male").check_refused("sex", "sex = 'male' of sample 'X1'");
  CHECK_NOTHROW(Pair().subject_sex(Sex::male).covariate(0, "male").check());
  CHECK_NOTHROW(Pair().covariate(0, "male").check());
  CHECK_NOTHROW(Pair().subject_sex(Sex::female).check());
}

TEST_CASE("an AFP that contradicts the covariates is refused by value and bound") {
  Pair().subject_afp(4.7).covariate(1, "4.8").check_refused("afp_ng_ml", "afp = '4.8'");
  Pair().subject_afp(4.7).covariate(1, ">400").check_refused("afp_ng_ml", "afp = '>400'");
  Pair().subject_afp(0.8, Bound::below).covariate(1, "0.8").check_refused("afp_ng_ml", "afp = '0.8'");
  Pair().subject_afp(1210, Bound::above).covariate(1, "1210").check_refused("afp_ng_ml", "afp = '1210'");
  CHECK_NOTHROW(Pair().subject_afp(4.7).covariate(1, "4.70").check());
  CHECK_NOTHROW(Pair().subject_afp(0.8, Bound::below).covariate(1, "<0.8").check());
  CHECK_NOTHROW(Pair().subject_afp(1210, Bound::above).covariate(1, "1500").check());
  CHECK_NOTHROW(Pair().subject_afp(4.7).check());
  CHECK_NOTHROW(Pair().covariate(1, "4.7").check());
}

TEST_CASE("AFP is compared by unit, and a unit that cannot be compared is refused") {
  Pair micrograms;
  micrograms.assay.covariates[1].unit = "ug/L";
  CHECK_NOTHROW(micrograms.subject_afp(4.7).covariate(1, "4.7").check());
  micrograms.covariate(1, "5").check_refused("afp_ng_ml", "afp = '5'");
  Pair international;
  international.assay.covariates[1].unit = "kIU/L";
  international.subject_afp(4.7).covariate(1, "4.7");
  try {
    international.check();
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::study_invalid);
    CHECK(std::string(error.what()).find("kIU/L") != std::string::npos);
  }
}

TEST_CASE("ages less than a year apart agree") {
  Pair pair;
  pair.subjects.subjects[0].age_years = 61.0;
  CHECK_NOTHROW(pair.covariate(2, "61.4").check());
  pair.covariate(2, "62").check_refused("age_years", "age = '62'");
}

TEST_CASE("codes without a meaning of their own stand for one sex each") {
  Pair pair;
  pair.subject_sex(Sex::male).covariate(0, "1");
  pair.subjects.subjects.push_back(test::make_subject("S2", "C01", "X2", ReferenceStandard::negative));
  pair.subjects.subjects[1].sex = Sex::female;
  CovariateRow row;
  row.sample = "X2";
  row.values["sex"] = parse_covariate_value(pair.assay.covariates[0], "2");
  row.line = 10;
  pair.covariates.rows.push_back(row);
  CHECK_NOTHROW(pair.check());
  pair.covariates.rows[1].values["sex"] = parse_covariate_value(pair.assay.covariates[0], "1");
  CHECK_THROWS_AS(pair.check(), Error);
}

TEST_CASE("samples of only one of the tables are passed over") {
  Pair pair;
  pair.subject_sex(Sex::female).covariate(0, "male");
  pair.covariates.rows[0].sample = "X2";
  CHECK_NOTHROW(pair.check());
}
