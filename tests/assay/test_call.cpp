// Calls from Cq values: policies, replicates, covariates, orientation, reasons.
#include <cmath>

#include <catch2/catch.hpp>

#include "tests/assay/support.hpp"

using assay_test::assay_text;
using assay_test::cq;
using assay_test::has_reason;
using assay_test::none;
using assay_test::replace_first;
using assay_test::replicate;
using qpcr::CqObservation;
using qpcr::Outcome;

namespace {

const qpcr::AssayDefinition& methylation() {
  static const qpcr::AssayDefinition assay = qpcr::read_assay(assay_test::assay_path("demo-methylation.toml"));
  return assay;
}

const qpcr::AssayDefinition& rna() {
  static const qpcr::AssayDefinition assay = qpcr::read_assay(assay_test::assay_path("demo-rna.toml"));
  return assay;
}

qpcr::AssayDefinition with_policy(const std::string& policy) {
  return qpcr::parse_assay(
      replace_first(assay_text("demo-methylation.toml"), "not_detected = { policy = \"impute\", value = 45 }",
                    "not_detected = " + policy),
      "policy.toml");
}

qpcr::SampleObservation sample(const qpcr::AssayDefinition& assay, const std::vector<CqObservation>& cqs,
                               const char* sex = "female", const char* afp = "4") {
  qpcr::SampleObservation observation;
  observation.sample = "S1";
  observation.replicates.push_back(
      replicate("B1", {{"DM1", cqs[0]}, {"DM2", cqs[1]}, {"DM3", cqs[2]}, {"DIC", cqs[3]}}));
  if (*sex != '\0') observation.covariates["sex"] = assay_test::covariate(assay, "sex", sex);
  if (*afp != '\0') observation.covariates["afp"] = assay_test::covariate(assay, "afp", afp);
  return observation;
}

qpcr::SampleCall call(const std::vector<CqObservation>& cqs, const char* sex = "female", const char* afp = "4") {
  return qpcr::call_sample(methylation(), sample(methylation(), cqs, sex, afp));
}

double value_of(const qpcr::SampleCall& made, std::string_view id) {
  for (const qpcr::NamedValue& value : made.values) {
    if (value.id == id) return value.value.value();
  }
  throw std::logic_error("no value");
}

const qpcr::RuleTrace& rule_of(const qpcr::SampleCall& made, std::string_view id) {
  for (const qpcr::RuleTrace& rule : made.rules) {
    if (rule.id == id) return rule;
  }
  throw std::logic_error("no rule");
}

qpcr::SampleObservation rna_sample(const std::vector<std::array<double, 4>>& wells) {
  qpcr::SampleObservation observation;
  observation.sample = "S1";
  for (std::size_t i = 0; i < wells.size(); ++i) {
    std::map<std::string, CqObservation> targets;
    const std::array<const char*, 4> ids{"DR1", "DR2", "DREF", "DSPK"};
    for (std::size_t t = 0; t < 4; ++t) targets[ids[t]] = wells[i][t] > 0 ? cq(wells[i][t]) : none();
    observation.replicates.push_back(replicate("B" + std::to_string(i + 1), std::move(targets)));
  }
  return observation;
}

}  // namespace

TEST_CASE("a clear marker is positive, silence is negative, and the reasons say which rule") {
  const auto positive = call({cq(30), none(), none(), cq(26)});
  CHECK(positive.outcome == Outcome::positive);
  CHECK(positive.reasons.front().id == "rule_met");
  CHECK(qpcr::find_value(positive.reasons.front(), "rule") == "dm1");
  CHECK(qpcr::find_value(positive.reasons.front(), "value") == "4.00");
  CHECK(rule_of(positive, "dm1").decisive);
  CHECK_FALSE(rule_of(positive, "dm2").decisive);
  CHECK_FALSE(positive.depends_on_imputed_cq);
  CHECK_FALSE(positive.needs_review);
  const auto negative = call({none(), none(), none(), cq(26)});
  CHECK(negative.outcome == Outcome::negative);
  CHECK(negative.depends_on_imputed_cq);
  CHECK_FALSE(negative.needs_review);
  for (const qpcr::RuleTrace& rule : negative.rules) CHECK(rule.decisive);
  CHECK(value_of(negative, "score") == Approx(1 / (1 + std::exp(-(2.0 - 0.35 * 19 + 1.2 * std::log10(4.0))))));
}

TEST_CASE("values of a call carry unit, digits, dependence and the covariates as written") {
  const auto made = call({cq(30), none(), none(), cq(26)}, "male", "12.5");
  REQUIRE(made.values.size() == 6);
  CHECK(made.values[0].id == "sex");
  CHECK(made.values[0].text == "male");
  CHECK(made.values[1].unit == "ng/mL");
  CHECK(made.values[1].value.value() == 12.5);
  CHECK(made.values[2].id == "dDM1");
  CHECK(made.values[2].unit == "cycles");
  CHECK_FALSE(made.values[2].depends_on_imputed_cq);
  CHECK(made.values[3].depends_on_imputed_cq);
  CHECK(made.values[5].display_digits == 3);
  CHECK(made.values[5].depends_on_imputed_cq);
}

TEST_CASE(
    "orientation: doubling a target's template never makes a call less positive; doubling the reference's never more") {
  const auto rank = [](Outcome outcome) {
    return outcome == Outcome::positive ? 2 : outcome == Outcome::indeterminate ? 1 : 0;
  };
  for (double dm1 = 30; dm1 < 40; dm1 += 0.25) {
    for (const double dm2 : {33.0, 35.5}) {
      const auto at = [&](double a, double b, double c, double ic) {
        return call({cq(a), cq(b), cq(c), cq(ic)}, "male", "100");
      };
      const auto before = at(dm1, dm2, 38, 27);
      for (const auto& doubled : {at(dm1 - 1, dm2, 38, 27), at(dm1, dm2 - 1, 38, 27), at(dm1, dm2, 37, 27)}) {
        CHECK(rank(doubled.outcome) >= rank(before.outcome));
        CHECK(value_of(doubled, "score") > value_of(before, "score"));
      }
      const auto more_reference = at(dm1, dm2, 38, 26);
      CHECK(rank(more_reference.outcome) <= rank(before.outcome));
      CHECK(value_of(more_reference, "dDM1") == Approx(value_of(before, "dDM1") + 1));
    }
  }
}

TEST_CASE("not detected: impute, censor, exclude and fail each do what they say") {
  const std::vector<CqObservation> silent{none(), none(), none(), cq(26)};
  const auto called = [&](const qpcr::AssayDefinition& assay) {
    return qpcr::call_sample(assay, sample(assay, silent));
  };
  const auto imputed = called(methylation());
  CHECK(rule_of(imputed, "dm1").value.value() == 19);
  const auto censored = called(with_policy("{ policy = \"censor\", maximum = 45 }"));
  CHECK_FALSE(rule_of(censored, "dm1").value.has_value());
  CHECK(rule_of(censored, "dm1").truth == qpcr::Truth::no);  // ΔCq > 19 is not ≤ 9 whatever it is
  CHECK_FALSE(rule_of(censored, "dm1").depends_on_imputed_cq);
  CHECK(censored.outcome == Outcome::negative);
  const auto excluded = called(with_policy("{ policy = \"exclude\" }"));
  CHECK(rule_of(excluded, "dm1").truth == qpcr::Truth::unknown);
  CHECK(excluded.outcome == Outcome::indeterminate);
  CHECK(has_reason(excluded.reasons, "not_detected_excluded"));
  const auto failed_assay = with_policy("{ policy = \"fail\" }");
  const auto failed = called(failed_assay);
  CHECK(rule_of(failed, "dm1").truth == qpcr::Truth::invalid);
  CHECK(failed.outcome == Outcome::invalid);
  CHECK(has_reason(failed.reasons, "not_detected_fails"));
  // A clear positive beside the failed marker stays positive.
  CHECK(qpcr::call_sample(failed_assay, sample(failed_assay, {none(), cq(30), none(), cq(26)})).outcome ==
        Outcome::positive);
}

TEST_CASE("a Cq later than the maximum counts as not detected") {
  auto assay = qpcr::parse_assay(replace_first(assay_text("demo-methylation.toml"), "threshold = 200\nnot_detected",
                                               "threshold = 200\nmaximum_cq = 38\nnot_detected"),
                                 "maximum.toml");
  const auto reading = qpcr::read_target(assay, assay.targets[0], cq(38.01));
  CHECK(reading.late);
  CHECK(reading.not_detected);
  CHECK(reading.used_cq_cycles.value() == 45);
  CHECK(qpcr::read_target(assay, assay.targets[0], cq(38)).detected);
  for (const auto status : {qpcr::CqStatus::fit_failed, qpcr::CqStatus::excluded, qpcr::CqStatus::not_measured}) {
    const auto silent = qpcr::read_target(assay, assay.targets[0], {status, std::nullopt});
    CHECK_FALSE(silent.detected);
    CHECK_FALSE(silent.not_detected);
  }
  const auto not_a_number = qpcr::read_target(assay, assay.targets[0], cq(std::nan("")));
  CHECK_FALSE(not_a_number.detected);
  CHECK_FALSE(not_a_number.not_detected);
  CHECK(qpcr::call_sample(assay, sample(assay, {cq(38.01), none(), none(), cq(31)})).outcome == Outcome::negative);
  CHECK(qpcr::call_sample(assay, sample(assay, {cq(38), none(), none(), cq(31)})).outcome == Outcome::positive);
}

TEST_CASE("an unusable curve invalidates what needs it and nothing else") {
  CHECK(call({assay_test::unusable(), none(), none(), cq(26)}).outcome == Outcome::invalid);
  const auto decided = call({assay_test::unusable(), cq(30), none(), cq(26)});
  CHECK(decided.outcome == Outcome::positive);
  CHECK(has_reason(decided.reasons, "target_not_readable"));
}

TEST_CASE("an endogenous internal control outside its window on either side makes the sample invalid") {
  CHECK(call({cq(30), none(), none(), cq(22)}).outcome == Outcome::positive);
  CHECK(call({cq(30), none(), none(), cq(21.9)}).outcome == Outcome::invalid);
  CHECK(call({cq(40), none(), none(), cq(32)}).outcome == Outcome::positive);
  const auto late = call({cq(30), none(), none(), cq(32.1)});
  CHECK(late.outcome == Outcome::invalid);
  CHECK(late.reasons.front().id == "internal_control_out_of_window");
  CHECK(qpcr::find_value(late.reasons.front(), "limit") == "22–32");
  CHECK(call({cq(30), none(), none(), none()}).reasons.front().id == "internal_control_absent");
}

TEST_CASE("a declared exception excuses the internal control beside a strong target, and no other") {
  std::string text =
      replace_first(assay_text("demo-rna.toml"), "target = \"DSPK\"\nat_most = 32\n",
                    "target = \"DSPK\"\nat_most = 32\nexception_beside = { target = \"DR1\", at_most = 28 }\n");
  const auto assay = qpcr::parse_assay(text, "exception.toml");
  const auto strong = qpcr::call_sample(assay, rna_sample({{27, 28, 24, 0}, {27, 28, 24, 0}, {27, 28, 24, 0}}));
  CHECK(strong.outcome == Outcome::positive);
  CHECK(has_reason(strong.reasons, "validity_exception"));
  CHECK(strong.needs_review);
  CHECK(qpcr::call_sample(assay, rna_sample({{29, 28, 24, 0}, {29, 28, 24, 0}, {29, 28, 24, 0}})).outcome ==
        Outcome::invalid);
  CHECK(qpcr::call_sample(rna(), rna_sample({{27, 28, 24, 0}, {27, 28, 24, 0}, {27, 28, 24, 0}})).outcome ==
        Outcome::invalid);
}

TEST_CASE("missing covariates: refuse invalidates, indeterminate leaves what is clear") {
  CHECK(call({cq(30), none(), none(), cq(26)}, "", "4").outcome == Outcome::invalid);
  CHECK(call({cq(30), none(), none(), cq(26)}, "female", "").outcome == Outcome::positive);
  const auto open = call({none(), none(), none(), cq(26)}, "female", "");
  CHECK(open.outcome == Outcome::indeterminate);
  CHECK(open.reasons.front().id == "covariate_missing");
  CHECK(open.needs_review);
}

TEST_CASE("a covariate below quantification gives a bounded score that calls only if the bound decides") {
  CHECK(call({none(), none(), none(), cq(26)}, "female", "<0.8").outcome == Outcome::negative);
  CHECK(call({none(), none(), none(), cq(26)}, "female", "<100000").outcome == Outcome::indeterminate);
  CHECK(call({none(), none(), none(), cq(26)}, "male", ">60000").outcome == Outcome::positive);
  const auto bounded = call({none(), none(), none(), cq(26)}, "female", "<0.8");
  CHECK_FALSE(bounded.values[1].value.has_value());
  CHECK(bounded.values[1].text == "<0.8");
  CHECK(bounded.values[1].why_absent->id == "covariate_bounded");
  auto wrong = sample(methylation(), {none(), none(), none(), cq(26)});
  wrong.covariates["afp"].range = qpcr::ValueRange::point(0.01);
  CHECK_THROWS_AS(qpcr::call_sample(methylation(), wrong), qpcr::Error);
  wrong.covariates["afp"].range = qpcr::ValueRange::point(std::nan(""));
  CHECK_THROWS_AS(qpcr::call_sample(methylation(), wrong), qpcr::Error);
}

TEST_CASE("a gray score is indeterminate, and a clear marker beside it stays positive") {
  // Score 0.5: 2 − 0.15·10 − 0.1·(9 + 9) + 0.5 + 1.2·log10 AFP = 0 at AFP = 10^(0.8/1.2).
  const std::string afp = std::to_string(std::pow(10.0, 0.8 / 1.2));
  const auto gray = call({cq(36), cq(35), cq(35), cq(26)}, "male", afp.c_str());
  CHECK(value_of(gray, "score") == Approx(0.5).margin(1e-6));
  CHECK(gray.outcome == Outcome::indeterminate);
  CHECK(gray.reasons.front().id == "gray_zone");
  CHECK(rule_of(gray, "combined").truth == qpcr::Truth::unknown);
  const auto clear = call({cq(34.9), cq(35), cq(35), cq(26)}, "male", "3.5");
  CHECK(rule_of(clear, "combined").truth == qpcr::Truth::unknown);
  CHECK(clear.outcome == Outcome::positive);
  CHECK(clear.needs_review);
}

TEST_CASE("replicates: mean over valid wells, at least two of three") {
  // Mean ΔDR1 = (5 + 6) / 2, the third well's reference being too late.
  const auto made = qpcr::call_sample(rna(), rna_sample({{29, 30, 24, 26}, {30, 31, 24, 26}, {20, 20, 33.5, 26}}));
  CHECK(value_of(made, "dDR1") == Approx(5.5));
  CHECK(value_of(made, "dDR2") == Approx(6.5));
  CHECK(value_of(made, "score") == Approx(8 - 0.5 * 5.5 - 0.4 * 6.5));
  CHECK(made.outcome == Outcome::positive);
  CHECK(has_reason(made.reasons, "internal_control_out_of_window"));
  CHECK(qpcr::call_sample(rna(), rna_sample({{29, 30, 24, 26}, {20, 20, 34, 26}, {20, 20, 33.5, 26}})).outcome ==
        Outcome::invalid);
  CHECK(qpcr::call_sample(rna(), rna_sample({{29, 30, 24, 26}, {29, 30, 24, 26}})).outcome == Outcome::positive);
  CHECK(qpcr::call_sample(rna(), rna_sample({{29, 30, 24, 26}})).outcome == Outcome::invalid);
  CHECK(qpcr::call_sample(rna(), {}).outcome == Outcome::invalid);
}

TEST_CASE("replicates that lie too far apart are not averaged") {
  const auto made = qpcr::call_sample(rna(), rna_sample({{29, 30, 24, 26}, {29, 30, 24.2, 26}, {29, 30, 25.1, 26}}));
  CHECK(made.outcome == Outcome::indeterminate);
  CHECK(made.reasons.front().id == "replicates_disagree");
  CHECK(qpcr::call_sample(rna(), rna_sample({{29, 30, 24, 26}, {29, 30, 24.2, 26}, {29, 30, 25, 26}})).outcome ==
        Outcome::positive);
}

TEST_CASE("the mean of several references is the subtrahend") {
  std::string text = assay_text("demo-rna.toml");
  text = replace_first(text, "id = \"dDR1\"\nkind = \"delta_cq\"\ntarget = \"DR1\"\nreferences = [\"DREF\"]",
                       "id = \"dDR1\"\nkind = \"delta_cq\"\ntarget = \"DR1\"\nreferences = [\"DREF\", \"DSPK\"]");
  const auto assay = qpcr::parse_assay(text, "references.toml");
  const auto made = qpcr::call_sample(assay, rna_sample({{30, 30, 24, 27}, {30, 30, 24, 27}, {30, 30, 24, 27}}));
  CHECK(value_of(made, "dDR1") == Approx(30 - 25.5));
}

TEST_CASE("targets in tubes of their own are replicated by themselves") {
  std::string text = assay_text("demo-rna.toml");
  text = replace_first(text, "id = \"DREF\"\ndye = \"VIC\"", "id = \"DREF\"\ntube = \"reference\"\ndye = \"VIC\"");
  const auto assay = qpcr::parse_assay(text, "tubes.toml");
  qpcr::SampleObservation observation;
  observation.sample = "S1";
  for (int i = 0; i < 3; ++i) {
    observation.replicates.push_back(
        replicate("B" + std::to_string(i), {{"DR1", cq(29 + i)}, {"DR2", cq(30)}, {"DSPK", cq(26)}}));
    auto reference = replicate("C" + std::to_string(i), {{"DREF", cq(i == 2 ? 33.5 : 24)}});
    reference.tube = "reference";
    observation.replicates.push_back(std::move(reference));
  }
  const auto made = qpcr::call_sample(assay, observation);
  CHECK(value_of(made, "dDR1") == Approx(30 - 24));
  const auto across = replace_first(text, "at_least = 0.0", "at_least = 0.0\nat_least_replicates = 2");
  CHECK(assay_test::error_of([&] {
          qpcr::parse_assay(across, "a.toml");
        }).find("a rule within replicates uses the targets of one tube") != std::string::npos);
}

TEST_CASE("an invalid run overrides every outcome and keeps the traces") {
  auto made = call({cq(30), none(), none(), cq(26)});
  qpcr::invalidate(made, {{"run_invalid", {}}});
  CHECK(made.outcome == Outcome::invalid);
  CHECK(made.reasons.front().id == "run_invalid");
  CHECK(rule_of(made, "dm1").truth == qpcr::Truth::yes);
  CHECK_FALSE(rule_of(made, "dm1").decisive);
}
