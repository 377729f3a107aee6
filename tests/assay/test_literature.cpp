// The published rules with their constants and traps, against formulas typed here from the source.
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "tests/assay/support.hpp"

using assay_test::assay_text;
using assay_test::cq;
using assay_test::none;
using assay_test::replace_once;
using assay_test::replicate;
using qpcr::Outcome;

namespace {

const qpcr::AssayDefinition& three_gene() {
  static const qpcr::AssayDefinition assay =
      qpcr::read_assay(assay_test::assay_path("methylation-three-gene-afp.toml"));
  return assay;
}

/// The source's comparison: after rounding the score to two decimals.
const qpcr::AssayDefinition& three_gene_rounded() {
  static const qpcr::AssayDefinition assay =
      qpcr::parse_assay(replace_once(assay_text("methylation-three-gene-afp.toml"), "at_least = 50\n",
                                     "at_least = 50\ncompare = \"rounded\"\ndigits = 2\n"),
                        "rounded.toml");
  return assay;
}

qpcr::SampleObservation sample(const qpcr::AssayDefinition& assay, qpcr::CqObservation otx1, qpcr::CqObservation rnf135,
                               qpcr::CqObservation h3c7, double ic, const char* sex, const char* afp) {
  qpcr::SampleObservation observation;
  observation.sample = "S1";
  observation.replicates.push_back(
      replicate("B1", {{"OTX1", otx1}, {"RNF135", rnf135}, {"H3C7", h3c7}, {"IC", cq(ic)}}));
  observation.covariates["sex"] = assay_test::covariate(assay, "sex", sex);
  if (qpcr::find_covariate(assay, "afp_strip") != nullptr) {
    observation.covariates["afp_strip"] = assay_test::covariate(assay, "afp_strip", afp);
  }
  return observation;
}

double value_of(const qpcr::SampleCall& call, std::string_view id) {
  for (const qpcr::NamedValue& value : call.values) {
    if (value.id == id) return value.value.value();
  }
  throw std::logic_error("no value");
}

double sigmoid(double slope, double centre, double x) { return 100 / (1 + std::exp(-slope * (x - centre))); }

}  // namespace

TEST_CASE("no Ct read as 40 turns the call between an internal control of 26.1 and 26.2, and both calls say so") {
  const auto low =
      qpcr::call_sample(three_gene(), sample(three_gene(), none(), none(), none(), 26.1, "male", "positive"));
  const auto high =
      qpcr::call_sample(three_gene(), sample(three_gene(), none(), none(), none(), 26.2, "male", "positive"));
  CHECK(low.outcome == Outcome::negative);
  CHECK(high.outcome == Outcome::positive);
  CHECK(low.depends_on_imputed_cq);
  CHECK(high.depends_on_imputed_cq);
  CHECK(low.rules[0].depends_on_imputed_cq);
  CHECK(value_of(low, "dOTX1") == Approx(13.9).margin(1e-12));
  CHECK(value_of(low, "lr") == Approx(0.654 - 0.213 * 13.9 + 1.375 + 1.9).margin(1e-12));
  CHECK(value_of(low, "lr") < 0.974);
  CHECK(value_of(high, "lr") >= 0.974);
  // A Cq later than 40 would leave the first negative, but would make the second negative too: there the number
  // decides.
  CHECK(assay_test::has_reason(low.reasons, "imputed_cq_used"));
  CHECK_FALSE(low.needs_review);
  CHECK(assay_test::has_reason(high.reasons, "imputed_cq_decides"));
  CHECK(high.needs_review);
  // A call that rests on measured Cqs alone says nothing of the kind.
  const auto measured =
      qpcr::call_sample(three_gene(), sample(three_gene(), cq(30), none(), none(), 26, "male", "positive"));
  CHECK(measured.outcome == Outcome::positive);
  CHECK_FALSE(measured.depends_on_imputed_cq);
}

TEST_CASE("rounding before the comparison turns a raw score of 49.996 into a positive call") {
  // AFP-negative woman, RNF135 at ΔCt 5.5805, the other markers late.
  const auto observed = [&](const qpcr::AssayDefinition& assay) {
    return qpcr::call_sample(assay, sample(assay, none(), cq(25 + 5.5805), none(), 25, "female", "negative"));
  };
  const auto unrounded = observed(three_gene());
  const auto rounded = observed(three_gene_rounded());
  CHECK(value_of(unrounded, "risk") == Approx(49.99625).margin(1e-4));
  CHECK(unrounded.outcome == Outcome::negative);
  CHECK(rounded.outcome == Outcome::positive);
  // The trace shows digits at which value and limit lie as they were compared.
  CHECK(qpcr::find_value(unrounded.rules[0].statement, "value") == "49.996");
  CHECK(qpcr::find_value(rounded.rules[0].statement, "value") == "50.00");
}

TEST_CASE("the published boundaries: ΔCt 5.58, 2.93, 4.53 and LR 0.974") {
  const auto outcome = [&](qpcr::CqObservation otx1, qpcr::CqObservation rnf135, qpcr::CqObservation h3c7) {
    return qpcr::call_sample(three_gene(), sample(three_gene(), otx1, rnf135, h3c7, 25, "female", "negative")).outcome;
  };
  CHECK(outcome(none(), cq(25 + 5.5799), none()) == Outcome::positive);
  CHECK(outcome(none(), cq(25 + 5.5801), none()) == Outcome::negative);
  CHECK(outcome(none(), none(), cq(25 + 2.9299)) == Outcome::positive);
  CHECK(outcome(none(), none(), cq(25 + 2.9301)) == Outcome::negative);
  CHECK(outcome(cq(25 + 4.5299), none(), none()) == Outcome::positive);
  CHECK(outcome(cq(25 + 4.5301), none(), none()) == Outcome::negative);
  // LR alone: AFP-positive man with equal ΔCt d has LR = 3.929 − 0.213 d, which is 0.974 at d = 13.8732…
  const double d = (3.929 - 0.974) / 0.213;
  const auto by_lr = [&](double delta) {
    const auto at = cq(25 + delta);
    return qpcr::call_sample(three_gene(), sample(three_gene(), at, at, at, 25, "male", "positive")).outcome;
  };
  CHECK(by_lr(d - 1e-6) == Outcome::positive);
  CHECK(by_lr(d + 1e-6) == Outcome::negative);
}

TEST_CASE(
    "before rounding the score equals the OR of three cut-offs and LR, on a random grid, and its formula to 1e-10") {
  std::mt19937 random(118159669);
  std::uniform_real_distribution<double> ic(20, 28);
  std::uniform_real_distribution<double> delta(-2, 12);
  int positive = 0;
  for (int i = 0; i < 3000; ++i) {
    const double control = ic(random);
    const std::array<double, 3> ct{control + delta(random), control + delta(random), control + delta(random)};
    const bool male = random() % 2 == 0;
    const bool afp = random() % 2 == 0;
    const auto call = qpcr::call_sample(three_gene(), sample(three_gene(), cq(ct[0]), cq(ct[1]), cq(ct[2]), control,
                                                             male ? "male" : "female", afp ? "positive" : "negative"));
    const double o = ct[0] - control;
    const double r = ct[1] - control;
    const double h = ct[2] - control;
    const double lr = 0.654 - 0.102 * r - 0.007 * h - 0.104 * o + (male ? 1.375 : 0) + (afp ? 1.9 : 0);
    const double risk =
        std::max({sigmoid(-0.3, 5.58, r), sigmoid(-0.2, 2.93, h), sigmoid(-0.3, 4.53, o), sigmoid(1.15, 0.974, lr)});
    REQUIRE(value_of(call, "lr") == Approx(lr).margin(1e-12));
    REQUIRE(value_of(call, "risk") == Approx(risk).margin(1e-10));
    const bool expected = r <= 5.58 || h <= 2.93 || o <= 4.53 || lr >= 0.974;
    REQUIRE((call.outcome == Outcome::positive) == expected);
    positive += expected ? 1 : 0;
  }
  CHECK(positive > 300);
  CHECK(positive < 2900);
}

TEST_CASE("an internal control later than 28, or none, makes the sample invalid; covariates are required") {
  const auto at = [&](double ic) {
    return qpcr::call_sample(three_gene(), sample(three_gene(), cq(26), cq(26), cq(26), ic, "male", "positive"));
  };
  CHECK(at(28.0).outcome == Outcome::positive);
  CHECK(at(28.01).outcome == Outcome::invalid);
  CHECK(assay_test::has_reason(at(28.01).reasons, "internal_control_out_of_window"));
  auto without_control = sample(three_gene(), cq(26), cq(26), cq(26), 25, "male", "positive");
  without_control.replicates[0].targets["IC"] = none();
  CHECK(qpcr::call_sample(three_gene(), without_control).outcome == Outcome::invalid);
  auto without_sex = sample(three_gene(), cq(26), cq(26), cq(26), 25, "male", "positive");
  without_sex.covariates.erase("sex");
  const auto refused = qpcr::call_sample(three_gene(), without_sex);
  CHECK(refused.outcome == Outcome::invalid);
  CHECK(refused.reasons.front().id == "covariate_missing");
}

TEST_CASE("the variant without AFP has its own constants") {
  const auto assay = qpcr::read_assay(assay_test::assay_path("methylation-three-gene.toml"));
  const auto call = [&](double otx1, double rnf135, double h3c7, const char* sex) {
    return qpcr::call_sample(assay, sample(assay, cq(25 + otx1), cq(25 + rnf135), cq(25 + h3c7), 25, sex, ""));
  };
  CHECK(value_of(call(8, 9, 7, "male"), "lr") == Approx(1.796 - 0.115 * 9 - 0.033 * 7 - 0.138 * 8 + 1.272));
  CHECK(call(5.489, 12, 12, "female").outcome == Outcome::positive);
  CHECK(call(5.491, 12, 12, "female").outcome == Outcome::negative);
  CHECK(call(12, 6.049, 12, "female").outcome == Outcome::positive);
  CHECK(call(12, 6.051, 12, "female").outcome == Outcome::negative);
}

namespace {

qpcr::SampleObservation septin(const std::vector<std::pair<qpcr::CqObservation, qpcr::CqObservation>>& wells) {
  qpcr::SampleObservation observation;
  observation.sample = "S1";
  for (std::size_t i = 0; i < wells.size(); ++i) {
    observation.replicates.push_back(
        replicate("B" + std::to_string(i + 1), {{"SEPT9", wells[i].first}, {"ACTB", wells[i].second}}));
  }
  return observation;
}

}  // namespace

TEST_CASE("Septin9 in triplicate: 1 of 3 and 2 of 3, with validity inside each replicate") {
  const auto one = qpcr::read_assay(assay_test::assay_path("septin9-triplicate-1of3.toml"));
  const auto two = qpcr::read_assay(assay_test::assay_path("septin9-triplicate-2of3.toml"));
  const auto pos = std::pair{cq(38.2), cq(30)};
  const auto neg = std::pair{none(), cq(30)};
  const auto bad = std::pair{none(), cq(33.7)};  // ACTB must be below 33.7
  const auto bad_positive = std::pair{cq(38.2), cq(35)};
  const auto irregular = std::pair{assay_test::unusable(), cq(30)};
  struct Case {
    std::vector<std::pair<qpcr::CqObservation, qpcr::CqObservation>> wells;
    Outcome one_of_three;
    Outcome two_of_three;
  };
  const std::vector<Case> cases{
      {{neg, neg, neg}, Outcome::negative, Outcome::negative},
      {{pos, neg, neg}, Outcome::positive, Outcome::negative},
      {{pos, pos, neg}, Outcome::positive, Outcome::positive},
      {{pos, bad, neg}, Outcome::positive, Outcome::invalid},
      {{pos, bad, bad}, Outcome::positive, Outcome::invalid},
      {{neg, neg, bad}, Outcome::invalid, Outcome::negative},
      {{neg, bad, bad}, Outcome::invalid, Outcome::invalid},
      {{bad, bad, bad}, Outcome::invalid, Outcome::invalid},
      {{bad_positive, neg, neg}, Outcome::invalid, Outcome::negative},
      {{irregular, neg, neg}, Outcome::invalid, Outcome::negative},
      {{irregular, pos, pos}, Outcome::positive, Outcome::positive},
      {{pos, pos}, Outcome::positive, Outcome::positive},
      {{pos, neg}, Outcome::positive, Outcome::invalid},
      {{neg, neg}, Outcome::invalid, Outcome::negative},
      {{neg, neg, neg, pos}, Outcome::invalid, Outcome::invalid},  // a fourth well is no triplicate
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO("case " << i);
    CHECK(qpcr::call_sample(one, septin(cases[i].wells)).outcome == cases[i].one_of_three);
    CHECK(qpcr::call_sample(two, septin(cases[i].wells)).outcome == cases[i].two_of_three);
    CHECK_FALSE(qpcr::call_sample(one, septin(cases[i].wells)).reasons.empty());
  }
  // A Cq of 50 is not below 50.
  CHECK(qpcr::call_sample(one, septin({{cq(49.99), cq(30)}, neg, neg})).outcome == Outcome::positive);
  CHECK(qpcr::call_sample(one, septin({{cq(50), cq(30)}, neg, neg})).outcome == Outcome::negative);
}

TEST_CASE("Septin9 control limits: PC below 40.5 and 30.3, NC none and below 37.1") {
  const auto assay = qpcr::read_assay(assay_test::assay_path("septin9-triplicate-1of3.toml"));
  const auto limit = [&](std::size_t control, std::size_t index) { return assay.controls[control].limits[index]; };
  CHECK(qpcr::satisfies(assay, limit(0, 0), cq(40.49)));
  CHECK_FALSE(qpcr::satisfies(assay, limit(0, 0), cq(40.5)));
  CHECK_FALSE(qpcr::satisfies(assay, limit(0, 0), none()));
  CHECK(qpcr::satisfies(assay, limit(0, 1), cq(30.29)));
  CHECK_FALSE(qpcr::satisfies(assay, limit(0, 1), cq(30.3)));
  CHECK(qpcr::satisfies(assay, limit(1, 0), none()));
  CHECK_FALSE(qpcr::satisfies(assay, limit(1, 0), cq(49)));
  CHECK_FALSE(qpcr::satisfies(assay, limit(1, 0), assay_test::unusable()));
  CHECK(qpcr::satisfies(assay, limit(1, 1), cq(37.09)));
  CHECK_FALSE(qpcr::satisfies(assay, limit(1, 1), cq(37.1)));
}
