// Every kind of value inside a definition: controls and curves of the run, replicates, distances, flags, readings.
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include <catch2/catch.hpp>

#include "libqpcr/assay/evaluation.hpp"
#include "tests/assay/support.hpp"

using assay_test::cq;
using assay_test::has_reason;
using assay_test::none;
using assay_test::replicate;
using assay_test::unusable;
using qpcr::CqObservation;
using qpcr::LimitKind;
using qpcr::Outcome;
using qpcr::Truth;
using qpcr::ValueKind;
using qpcr::ValueRange;

namespace {

qpcr::ValueDefinition value(const std::string& id, ValueKind kind) {
  qpcr::ValueDefinition made;
  made.id = id;
  made.kind = kind;
  return made;
}

qpcr::RuleDefinition rule(const std::string& id, const std::string& of, qpcr::Relation relation, double limit) {
  qpcr::RuleDefinition made;
  made.id = id;
  made.value = of;
  made.relation = relation;
  made.limit = limit;
  return made;
}

/// T against R1 and R2 in one tube, one value, one rule on it.
qpcr::AssayDefinition assay(qpcr::ValueDefinition last, double limit = 0) {
  qpcr::AssayDefinition made;
  made.status = qpcr::AssayStatus::simulated;
  made.cq.cycles = 45;
  for (const char* id : {"T", "R1", "R2"}) {
    qpcr::AssayTarget target;
    target.id = id;
    made.targets.push_back(target);
  }
  made.targets[0].not_detected = {qpcr::NotDetectedPolicy::censor, 45.0, ""};
  auto delta = value("delta", ValueKind::delta_cq);
  delta.target = "T";
  delta.references = {"R1", "R2"};
  made.values = {delta};
  if (last.id != "delta") made.values.push_back(last);
  made.rules = {rule("r", last.id, qpcr::Relation::at_least, limit)};
  made.positive.emplace();
  made.positive->rule = "r";
  return made;
}

qpcr::SampleObservation sample(const std::vector<std::array<CqObservation, 3>>& wells) {
  qpcr::SampleObservation made;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    made.replicates.push_back(
        replicate("B" + std::to_string(i), {{"T", wells[i][0]}, {"R1", wells[i][1]}, {"R2", wells[i][2]}}));
  }
  return made;
}

std::optional<double> number(const qpcr::AssayDefinition& definition, const qpcr::SampleObservation& observation,
                             const qpcr::RunContext& context = {}) {
  return qpcr::call_sample(definition, observation, context).values.back().value;
}

const auto usual = [] { return sample({{cq(30), cq(24), cq(26)}}); };

}  // namespace

TEST_CASE("values against a control of the run: ΔΔCq, Pfaffl, relative to a control") {
  qpcr::RunContext run;
  run.control_values["CAL"] = {{"delta", 8.0}, {"amount", 0.02}};
  run.controls["CAL"]["T"] = {1, 33.0, {}};
  run.controls["CAL"]["R1"] = {1, 24.5, {}};
  run.controls["CAL"]["R2"] = {1, 26.5, {}};
  auto difference = value("ddcq", ValueKind::delta_delta_cq);
  difference.value = "delta";
  difference.control = "CAL";
  CHECK(number(assay(difference), usual(), run).value() == 5 - 8);
  CHECK(has_reason(qpcr::call_sample(assay(difference), usual()).reasons, "control_value_absent"));
  CHECK(qpcr::call_sample(assay(difference), usual()).outcome == Outcome::invalid);
  run.control_values["CAL"]["delta"] = std::nan("");
  CHECK_FALSE(number(assay(difference), usual(), run));
  run.control_values["CAL"].erase("delta");
  CHECK_FALSE(number(assay(difference), usual(), run));
  difference.control.clear();
  difference.reference_value = 6.5;
  CHECK(number(assay(difference), usual()).value() == 5 - 6.5);

  auto ratio = value("ratio", ValueKind::pfaffl_ratio);
  ratio.target = "T";
  ratio.references = {"R1", "R2"};
  ratio.control = "CAL";
  ratio.efficiency_bases = {{"T", 1.9}, {"R1", 2.0}};
  // Pfaffl 2001, equation 1, the reference's term as the geometric mean of two.
  const double by_hand = std::pow(1.9, 3) / std::sqrt(std::pow(2.0, 0.5) * std::pow(2.0, 0.5));
  CHECK(number(assay(ratio), usual(), run).value() == Approx(by_hand).epsilon(1e-12));
  auto doubled = usual();
  doubled.replicates[0].targets["T"] = cq(29);
  CHECK(*number(assay(ratio), doubled, run) > *number(assay(ratio), usual(), run));
  for (const char* lost : {"T", "R2"}) {
    auto without = run;
    without.controls["CAL"].erase(lost);
    CHECK_FALSE(number(assay(ratio), usual(), without));
  }

  // PMR: 100 · (T/R of the sample) / (T/R of fully methylated DNA).
  auto amount = value("amount", ValueKind::relative_amount);
  amount.value = "delta";
  auto pmr = value("pmr", ValueKind::relative_to_control);
  pmr.value = "amount";
  pmr.control = "CAL";
  pmr.scale = 100;
  auto definition = assay(pmr);
  definition.values.insert(definition.values.begin() + 1, amount);
  CHECK(number(definition, usual(), run).value() == Approx(100 * std::pow(2.0, -5) / 0.02));
  run.control_values["CAL"]["amount"] = 0;
  CHECK_FALSE(number(definition, usual(), run));
  run.control_values["CAL"].erase("amount");
  CHECK_FALSE(number(definition, usual(), run));
}

TEST_CASE("ΔCq does not change when every Cq moves together, and wells may be in any order") {
  const auto definition = [] {
    auto made = assay(value("delta", ValueKind::delta_cq));
    made.replicates.count = 3;
    return made;
  }();
  const std::vector<std::array<CqObservation, 3>> wells{
      {cq(30), cq(24), cq(26)}, {cq(30.5), cq(24.25), cq(26)}, {cq(31), cq(24.5), cq(26.25)}};
  const double first = *number(definition, sample(wells));
  CHECK(number(definition, sample({wells[2], wells[0], wells[1]})).value() == Approx(first).epsilon(1e-14));
  auto moved = wells;
  for (auto& well : moved) {
    for (auto& seen : well) seen = cq(*seen.cq_cycles + 1.5);
  }
  CHECK(number(definition, sample(moved)).value() == Approx(first).epsilon(1e-13));
  // A well that lacks a reference drops out for all, and so does one whose Cq is left out.
  auto lacking = wells;
  lacking[1][1] = unusable();
  CHECK(number(definition, sample(lacking)).value() == Approx((5 + (31 - 25.375)) / 2));
  auto outlying = wells;
  outlying[1][2] = cq(36);
  auto strict = definition;
  strict.replicates.outlier_beyond_cycles = 3;
  CHECK(number(strict, sample(outlying)).value() == Approx((5 + (31 - 25.375)) / 2));
  for (auto& well : lacking) well[1] = unusable();
  CHECK_FALSE(number(definition, sample(lacking)));
}

TEST_CASE("amounts from curves, fixed and of the run, and products through the volumes of the chain") {
  auto amount = value("amount", ValueKind::quantity);
  amount.target = "T";
  amount.curve = "curve";
  auto definition = assay(amount, 50);
  qpcr::StandardCurveDefinition curve;
  curve.id = "curve";
  curve.target = "T";
  definition.standard_curves = {curve};
  qpcr::RunContext run;
  run.standard_curves["curve"] = {-3.0, 36.0, -0.999, {}};
  CHECK(number(definition, usual(), run).value() == Approx(100));
  run.standard_curves["curve"].problems = {{"any_problem", {}}};
  const auto refused = qpcr::call_sample(definition, usual(), run);
  CHECK(refused.outcome == Outcome::invalid);
  CHECK(has_reason(refused.reasons, "standard_curve_unusable"));
  CHECK(has_reason(refused.reasons, "any_problem"));
  const double nan = std::nan("");
  for (const auto& [slope, intercept] : std::vector<std::pair<std::optional<double>, std::optional<double>>>{
           {{}, 36.0}, {-3.0, {}}, {0.0, 36.0}, {nan, 36.0}, {-3.0, nan}}) {
    run.standard_curves["curve"] = {slope, intercept, {}, {}};
    CHECK_FALSE(number(definition, usual(), run));
  }
  CHECK(has_reason(qpcr::call_sample(definition, usual()).reasons, "standard_curve_unusable"));
  definition.standard_curves[0].slope = -3.0;
  CHECK_FALSE(number(definition, usual()));
  definition.standard_curves[0].intercept = 36.0;
  definition.standard_curves[0].lower_limit = 20;
  CHECK(number(definition, usual()).value() == Approx(100));
  auto low = usual();
  low.replicates[0].targets["T"] = cq(34);
  const auto below = qpcr::call_sample(definition, low);
  CHECK(below.outcome == Outcome::negative);  // below 20 is below 50 whatever it is
  CHECK(below.values.back().why_absent->id == "beyond_quantification");
  // Copies per mL: amount · 50 uL elution / (5 uL template · 2 mL plasma).
  auto chain = value("per_ml", ValueKind::product);
  chain.multiply = {{"amount", 1, ""}, {"", 50, "uL"}};
  chain.divide = {{"", 5, "uL"}, {"", 2, "mL"}};
  definition.values.push_back(chain);
  CHECK(number(definition, usual()).value() == Approx(500));
  definition.values.back().divide[1] = {"delta", 1, ""};
  auto equal = usual();
  equal.replicates[0].targets["T"] = cq(25);
  CHECK(qpcr::call_sample(definition, equal).values.back().why_absent->id == "value_undefined");
}

TEST_CASE("the remaining kinds inside a definition") {
  const auto of_delta = [](ValueKind kind) {
    auto made = value("v", kind);
    made.value = "delta";
    made.values = {"T", "R1"};
    made.terms = {{"delta", 2.0}};
    made.intercept = -10;
    return made;
  };
  CHECK(number(assay(of_delta(ValueKind::linear)), usual()).value() == 0);
  auto logistic = of_delta(ValueKind::logistic);
  CHECK(number(assay(logistic), usual()).value() == 0.5);
  logistic.recalibration = qpcr::Recalibration{-3.243, 1.192, ""};
  logistic.intercept = -8;
  CHECK(number(assay(logistic), usual()).value() == Approx(1 / (1 + std::exp(3.243 - 1.192 * 2))));
  auto survival = of_delta(ValueKind::survival);
  survival.baseline_survival = 0.99853;
  CHECK(number(assay(survival), usual()).value() == Approx(0.00147));
  CHECK(number(assay(of_delta(ValueKind::maximum)), usual()).value() == 30);
  CHECK(number(assay(of_delta(ValueKind::minimum)), usual()).value() == 24);
  auto share = of_delta(ValueKind::fraction);
  share.values = {"R1", "R2"};
  CHECK(number(assay(share), usual()).value() == Approx(5.0 / 55));
  auto bands = of_delta(ValueKind::bands);
  bands.bands = {{{}, 5.0, 1.0}, {{}, {}, 2.0}};
  CHECK(number(assay(bands), usual()).value() == 1);
  auto transformed = of_delta(ValueKind::transform);
  transformed.cap = 4.0;
  transformed.transform = qpcr::Transform::sqrt;
  CHECK(number(assay(transformed), usual()).value() == 2);
  auto highest = of_delta(ValueKind::max_of_sigmoids);
  highest.sigmoids = {{"delta", 5, 1}, {"T", 29, 1}};
  CHECK(number(assay(highest), usual()).value() == Approx(1 / (1 + std::exp(-1.0))));
  auto counted = of_delta(ValueKind::poisson);
  counted.positives = "R1";
  counted.total = "R2";
  CHECK(number(assay(counted), usual()).value() == Approx(-std::log(1 - 24.0 / 26)));
  auto swapped = usual();
  swapped.replicates[0].targets["R1"] = cq(27);
  CHECK(qpcr::call_sample(assay(counted), swapped).values.back().why_absent->id == "positives_exceed_total");
  auto overflow = of_delta(ValueKind::transform);
  overflow.transform = qpcr::Transform::exp;
  overflow.value = "big";
  auto definition = assay(overflow);
  auto big = value("big", ValueKind::linear);
  big.terms = {{"T", 1e3}};
  definition.values.insert(definition.values.begin() + 1, big);
  CHECK(qpcr::call_sample(definition, usual()).values.back().why_absent->id == "value_undefined");
  CHECK(qpcr::call_sample(definition, usual()).outcome == Outcome::indeterminate);
}

TEST_CASE("values of a control are formed from its own wells, never from an imputed Cq") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  definition.validity.push_back({"never", {"R1", LimitKind::at_most, {}, 1.0}, "", {}, ""});
  const auto form = [&](const qpcr::SampleObservation& wells) {
    return qpcr::form_control_values(definition, "CAL", wells.replicates, {});
  };
  CHECK(form(sample({{cq(30), cq(24), cq(26)}, {cq(31), cq(24), cq(26)}})).at("delta") == 5.5);
  CHECK(form(sample({{none(), cq(24), cq(26)}})).empty());
  CHECK(form(sample({{cq(30), unusable(), cq(26)}})).empty());
  CHECK(form({}).empty());
  definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::impute, 45.0, ""};
  CHECK(form(sample({{none(), cq(24), cq(26)}})).empty());
  CHECK(form(sample({{none(), cq(24), cq(26)}, {cq(30), cq(24), cq(26)}})).empty());
}

TEST_CASE("a decision nearer to its cut-off than two standard errors is flagged on either side") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  auto observation = usual();
  for (auto& [id, seen] : observation.replicates[0].targets) seen.standard_error_cycles = 0.2;
  const double two_errors = 2 * std::sqrt(0.06);
  const auto flagged = [&](double limit, Outcome outcome) {
    definition.rules[0] = rule("r", "delta", qpcr::Relation::at_most, limit);
    const auto made = qpcr::call_sample(definition, observation);
    CHECK(made.outcome == outcome);
    const bool found = has_reason(made.flags, "decision_within_noise");
    if (found) CHECK(made.needs_review);
    return found;
  };
  CHECK(flagged(5 + two_errors - 1e-6, Outcome::positive));
  CHECK_FALSE(flagged(5 + two_errors + 1e-6, Outcome::positive));
  CHECK(flagged(5 - two_errors + 1e-6, Outcome::negative));
  CHECK_FALSE(flagged(5 - two_errors - 1e-6, Outcome::negative));
  observation.replicates[0].targets["R2"].standard_error_cycles.reset();
  CHECK_FALSE(flagged(5.0, Outcome::positive));
}

TEST_CASE("distances in cycles and in standard errors, and the flag of a weak positive") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  definition.rules[0] = rule("r", "delta", qpcr::Relation::at_most, 5.5);
  auto observation = usual();
  for (auto& [id, seen] : observation.replicates[0].targets) seen.standard_error_cycles = 0.2;
  auto made = qpcr::call_sample(definition, observation);
  CHECK(made.rules[0].distance_cycles.value() == Approx(0.5));
  // Var = 0.04 + (0.04 + 0.04)/4.
  CHECK(made.rules[0].distance_standard_errors.value() == Approx(0.5 / std::sqrt(0.06)).epsilon(1e-6));
  CHECK(has_reason(made.flags, "weak_positive"));
  for (const auto& [relation, limit, distance] :
       std::vector<std::tuple<qpcr::Relation, double, double>>{{qpcr::Relation::below, 5.25, 0.25},
                                                               {qpcr::Relation::above, 3.0, 2.0},
                                                               {qpcr::Relation::at_least, 7.0, -2.0}}) {
    definition.rules[0] = rule("r", "delta", relation, limit);
    made = qpcr::call_sample(definition, observation);
    CHECK(made.rules[0].distance_cycles.value() == Approx(distance));
    CHECK(has_reason(made.flags, "weak_positive") == (distance == 0.25));
  }
  observation.replicates[0].targets["R2"].standard_error_cycles.reset();
  CHECK_FALSE(qpcr::call_sample(definition, observation).rules[0].distance_standard_errors);
  SECTION("several wells give the error of their mean") {
    definition.replicates.count = 2;
    definition.rules[0] = rule("r", "T", qpcr::Relation::at_most, 32);
    made = qpcr::call_sample(definition, sample({{cq(30), cq(24), cq(26)}, {cq(31), cq(24), cq(26)}}));
    CHECK(made.rules[0].distance_cycles.value() == Approx(1.5));
    CHECK(made.rules[0].distance_standard_errors.value() == Approx(3.0).epsilon(1e-6));
    const auto silent = qpcr::call_sample(definition, sample({{none(), cq(24), cq(26)}, {none(), cq(24), cq(26)}}));
    CHECK_FALSE(silent.rules[0].distance_cycles);
    definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::impute, 45.0, ""};
    const auto imputed = qpcr::call_sample(definition, sample({{none(), cq(24), cq(26)}, {none(), cq(24), cq(26)}}));
    CHECK(imputed.rules[0].value.value() == 45);
    CHECK_FALSE(imputed.rules[0].distance_cycles);
    CHECK_FALSE(imputed.rules[0].distance_standard_errors);
  }
  SECTION("within replicates, the k-th best") {
    definition.replicates.count = 2;
    definition.rules[0] = rule("r", "T", qpcr::Relation::at_most, 32);
    definition.rules[0].at_least_replicates = 2;
    const auto two = [&](CqObservation a, CqObservation b) {
      return qpcr::call_sample(definition, sample({{a, cq(24), cq(26)}, {b, cq(24), cq(26)}})).rules[0];
    };
    CHECK(two(cq(30), cq(31.5)).distance_cycles.value() == Approx(0.5));
    CHECK_FALSE(two(cq(30), none()).distance_cycles);
    CHECK_FALSE(two(cq(30), unusable()).distance_cycles);
    CHECK_FALSE(qpcr::call_sample(definition, usual()).rules[0].distance_cycles);
    definition.rules[0].at_least_replicates = 3;
    CHECK_FALSE(two(cq(30), cq(31.5)).distance_cycles);
    definition.rules[0].at_least_replicates = 2;
    definition.rules[0].value = "v";
    auto amount = value("v", ValueKind::relative_amount);
    amount.value = "delta";
    definition.values.push_back(amount);
    CHECK_FALSE(two(cq(30), cq(31.5)).distance_cycles);
  }
  SECTION("a second marker that is clear makes no weak positive") {
    definition.rules = {rule("near", "delta", qpcr::Relation::at_most, 5.5),
                        rule("far", "T", qpcr::Relation::at_most, 40)};
    definition.positive->kind = qpcr::CallExpression::Kind::any;
    definition.positive->operands.resize(2);
    definition.positive->operands[0].rule = "near";
    definition.positive->operands[1].rule = "far";
    CHECK_FALSE(has_reason(qpcr::call_sample(definition, observation).flags, "weak_positive"));
    definition.rules[1].limit = 30.8;
    made = qpcr::call_sample(definition, observation);
    CHECK(has_reason(made.flags, "weak_positive"));
    CHECK(qpcr::find_value(made.flags[0], "rule") == "far");
    definition.rules[1].limit = 20;
    CHECK(has_reason(qpcr::call_sample(definition, observation).flags, "weak_positive"));
    qpcr::invalidate(made, {{"run_invalid", {}}});
    CHECK(made.flags.empty());
  }
}

TEST_CASE(
    "the trap of the number 40: an internal control a tenth of a cycle later makes silence positive, and is told") {
  // The rule of public code: no Cq counts as 40, positive where 40 − IC is at most 13.85.
  auto definition = assay(value("delta", ValueKind::delta_cq));
  definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::impute, 40.0, ""};
  definition.rules[0] = rule("r", "delta", qpcr::Relation::at_most, 13.85);
  const auto silent = [&](double control) {
    return qpcr::call_sample(definition, sample({{none(), cq(control), cq(control)}}));
  };
  CHECK(silent(26.1).outcome == Outcome::negative);
  const auto flipped = silent(26.2);
  CHECK(flipped.outcome == Outcome::positive);
  CHECK(flipped.depends_on_imputed_cq);
  CHECK(flipped.needs_review);
  CHECK(has_reason(flipped.flags, "imputed_decision"));
  CHECK(has_reason(flipped.reasons, "imputed_cq_decides"));
  // Ours: later than the last cycle is all that is known.
  definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::censor, 45.0, ""};
  CHECK(silent(26.1).outcome == Outcome::negative);
  CHECK(silent(26.2).outcome == Outcome::negative);
}

TEST_CASE("the trap of rounding first: 49.996 is below 50, and only a declared rounding makes it positive") {
  auto score = value("score", ValueKind::max_of_sigmoids);
  score.scale = 100;
  score.sigmoids = {{"delta", 5.58, -0.3}};
  auto definition = assay(score, 50);
  const auto observation = sample({{cq(30.58053), cq(25), cq(25)}});
  CHECK(qpcr::call_sample(definition, observation).outcome == Outcome::negative);
  CHECK(qpcr::find_value(qpcr::call_sample(definition, observation).reasons[0], "value") == "49.996");
  definition.rules[0].compare = qpcr::Comparison::rounded;
  CHECK(qpcr::call_sample(definition, observation).outcome == Outcome::positive);
}

TEST_CASE("limits of a Cq: every kind with a Cq on, below and above them, silence, and nothing to read") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  struct Row {
    LimitKind kind;
    bool at_25, at_28, at_30, silent;
  };
  for (const Row& row : std::vector<Row>{{LimitKind::not_detected, false, false, false, true},
                                         {LimitKind::at_most, true, true, true, false},
                                         {LimitKind::below, true, true, false, false},
                                         {LimitKind::at_least, true, true, true, false},
                                         {LimitKind::above, false, true, true, false},
                                         {LimitKind::absent_or_above, false, true, true, true},
                                         {LimitKind::within, true, true, true, false}}) {
    const qpcr::CqLimit limit{"T", row.kind, 25.0, 30.0};
    const auto holds = [&](const CqObservation& seen) { return qpcr::satisfies(definition, limit, seen); };
    CAPTURE(to_string(row.kind));
    CHECK(holds(cq(25)) == row.at_25);
    CHECK(holds(cq(28)) == row.at_28);
    CHECK(holds(cq(30)) == row.at_30);
    CHECK(holds(none()) == row.silent);
    CHECK(holds({qpcr::CqStatus::below_threshold, {}}) == row.silent);
    CHECK(holds(cq(46)) == row.silent);
    CHECK_FALSE(holds(unusable()));
    CHECK_FALSE(holds({qpcr::CqStatus::found, {}}));
    CHECK_FALSE(holds(cq(std::numeric_limits<double>::infinity())));
    CHECK_FALSE(qpcr::render_limit(limit).empty());
    CHECK(qpcr::describe_limit(limit).values.size() == 3);
  }
  CHECK_FALSE(qpcr::satisfies(definition, {"T", LimitKind::within, 25.0, 30.0}, cq(24)));
  CHECK_FALSE(qpcr::satisfies(definition, {"T", LimitKind::within, 25.0, 30.0}, cq(31)));
  CHECK_FALSE(qpcr::satisfies(definition, {"none", LimitKind::at_most, {}, 30.0}, cq(31)));
  CHECK(qpcr::describe_observation(definition, "T", cq(30)).id == "cq_found");
  CHECK(qpcr::describe_observation(definition, "T", cq(46)).id == "cq_later_than_maximum");
  CHECK(qpcr::describe_observation(definition, "T", none()).id == "cq_no_amplification");
  CHECK(qpcr::describe_observation(definition, "none", cq(46)).id == "cq_found");
  CHECK(qpcr::describe_observation(definition, "T", {qpcr::CqStatus::found, {}}).id == "cq_found");
}

TEST_CASE("ends of the larger of two, and comparisons at open ends") {
  using Range = ValueRange;
  CHECK(qpcr::max(Range{1, 5, false, false}, Range{1, 5, true, true}) == Range{1, 5, true, false});
  CHECK(qpcr::max(Range{1, 5, false, false}, Range{1, 5, false, true}) == Range{1, 5, false, false});
  CHECK(qpcr::max(Range{1, 5, true, true}, Range{0, 4, true, false}) == Range{1, 5, true, true});
  CHECK(qpcr::max(Range{0, 4, true, true}, Range{1, 5, false, true}) == Range{1, 5, false, true});
  CHECK(qpcr::max(Range{0, 5, false, true}, Range{1, 5, false, true}) == Range{1, 5, false, true});
  const auto below = rule("r", "v", qpcr::Relation::below, 5);
  const auto at_most = rule("r", "v", qpcr::Relation::at_most, 5);
  CHECK(qpcr::compare(below, {1, 5, false, true}) == qpcr::Comparand::holds);
  CHECK(qpcr::compare(below, {1, 5, false, false}) == qpcr::Comparand::undecided);
  CHECK(qpcr::compare(at_most, {5, 6, true, false}) == qpcr::Comparand::fails);
  CHECK(qpcr::compare(at_most, {5, 6, false, false}) == qpcr::Comparand::undecided);
  auto rounded = rule("r", "v", qpcr::Relation::at_most, 5);
  rounded.compare = qpcr::Comparison::rounded;
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(qpcr::compare(rounded, {5.1, infinity, true, true}) == qpcr::Comparand::fails);
  CHECK(qpcr::compare(rounded, {-infinity, 4.9, true, true}) == qpcr::Comparand::holds);
  CHECK(qpcr::compare(rounded, {-infinity, infinity, false, false}) == qpcr::Comparand::undecided);
}

TEST_CASE("decide() trusts no code and no range of an observation made by hand") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  qpcr::CovariateDefinition sex;
  sex.id = "sex";
  sex.kind = qpcr::CovariateKind::category;
  sex.coding = {{"female", 0}, {"male", 1}};
  qpcr::CovariateDefinition afp;
  afp.id = "afp";
  afp.minimum = 1;
  afp.maximum = 9;
  qpcr::CovariateDefinition lot;
  lot.id = "lot";
  lot.kind = qpcr::CovariateKind::lot;
  definition.covariates = {sex, afp, lot};
  definition.acceptance = {{"a", "afp", {}, 5.0, {}, qpcr::AcceptanceAction::review, {}, ""},
                           {"s", "sex", {}, {}, {"female", "male"}, qpcr::AcceptanceAction::review, {}, ""},
                           {"l", "lot", {}, {}, {}, qpcr::AcceptanceAction::review, {}, ""}};
  const auto program = qpcr::compile(definition);
  const auto context = to_compact(program, qpcr::RunContext{});
  auto written = usual();
  written.covariates["sex"].category = "male";
  written.covariates["afp"].range = ValueRange::point(4);
  written.covariates["lot"].text = "L1";
  const auto good = to_compact(program, written);
  const auto outcome = [&](const qpcr::CompactObservation& observation) {
    return qpcr::decide(program, observation, context).outcome;
  };
  CHECK(outcome(good) == Outcome::positive);
  CHECK(qpcr::decide(program, good, context).notes.size() == 1);  // a lot cannot be accepted by a number or a code
  for (const int code : {-1, 2}) {
    auto wrong = good;
    wrong.covariates[0]->code = code;
    CHECK(outcome(wrong) == Outcome::invalid);
  }
  auto out_of_range = good;
  out_of_range.covariates[0]->out_of_range = true;
  CHECK(outcome(out_of_range) == Outcome::invalid);
  out_of_range = good;
  out_of_range.covariates[1]->range = ValueRange::point(10);
  CHECK(outcome(out_of_range) == Outcome::invalid);
}

TEST_CASE("a spike-in that is silent in one well and seen in the next is still inhibited") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  definition.replicates = {2, 1, qpcr::DiscordancePolicy::bounded, {}};
  definition.targets[2].not_detected = {qpcr::NotDetectedPolicy::exclude, {}, ""};
  definition.inhibition.push_back({"shift", "R2", "NC", 2.0, {}, "", {}, ""});
  qpcr::RunContext run;
  run.controls["NC"]["R2"] = {3, 26.0, 0.5};
  const auto call = [&](CqObservation first, CqObservation second) {
    return qpcr::call_sample(definition, sample({{cq(30), cq(24), first}, {cq(30), cq(24), second}}), run).outcome;
  };
  CHECK(call(cq(26), cq(26)) == Outcome::positive);
  CHECK(call(none(), cq(26)) == Outcome::invalid);
  CHECK(call(cq(26), none()) == Outcome::invalid);
}

TEST_CASE("the larger of two Cqs has a distance in cycles, of a Cq and a score it has none") {
  auto largest = value("v", ValueKind::maximum);
  largest.values = {"T", "R1"};
  CHECK(qpcr::call_sample(assay(largest, 29), usual()).rules[0].distance_cycles.value() == 1);
  CHECK(qpcr::call_sample(assay(largest, 29), usual()).values.back().unit == "cycles");
  auto definition = assay(largest, 29);
  auto score = value("score", ValueKind::linear);
  score.terms = {{"T", 1}};
  definition.values.insert(definition.values.begin() + 1, score);
  definition.values.back().values = {"T", "score"};
  CHECK_FALSE(qpcr::call_sample(definition, usual()).rules[0].distance_cycles);
}

TEST_CASE("a value too old to be used is too old to be accepted by") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  qpcr::CovariateDefinition afp;
  afp.id = "afp";
  afp.minimum = 1;
  afp.maximum = 9;
  afp.maximum_age_days = 30;
  afp.too_old = qpcr::TooOldPolicy::indeterminate;
  definition.covariates = {afp};
  definition.acceptance = {{"a", "afp", {}, 5.0, {}, qpcr::AcceptanceAction::invalid, {}, ""}};
  auto observation = usual();
  observation.covariates["afp"].range = ValueRange::point(4);
  observation.covariates["afp"].age_days = 30;
  CHECK(qpcr::call_sample(definition, observation).outcome == Outcome::positive);
  observation.covariates["afp"].age_days = 31;
  const auto made = qpcr::call_sample(definition, observation);
  CHECK(made.outcome == Outcome::indeterminate);
  CHECK(made.reasons.front().id == "sample_acceptance_open");
}

TEST_CASE(
    "GALAD without AFP: what the other markers decide stands, and the alternate answers only what AFP leaves open") {
  qpcr::AssayDefinition definition = qpcr::read_assay(assay_test::assay_path("galad.toml"));
  for (auto& covariate : definition.covariates) {
    if (covariate.id == "afp") covariate.missing = qpcr::MissingPolicy::indeterminate;
  }
  auto without = *qpcr::find_value(definition, "galad");
  without.id = "without_afp";
  without.terms.erase(
      std::find_if(without.terms.begin(), without.terms.end(), [](const auto& term) { return term.first == "afp"; }));
  definition.values.push_back(without);
  // A cut-off that the score without AFP never reaches: every answer of the alternate is "no".
  definition.rules.push_back(rule("spare", "without_afp", qpcr::Relation::at_least, 1000));
  definition.rules[0].alternate = "spare";
  const auto call = [&](const char* l3, const char* dcp) {
    qpcr::SampleObservation patient;
    for (const auto& [id, text] : std::vector<std::pair<std::string, std::string>>{{"sex", "male"},
                                                                                   {"age", "55"},
                                                                                   {"afp_l3", l3},
                                                                                   {"dcp", dcp},
                                                                                   {"vitamin_k_antagonist", "no"},
                                                                                   {"pregnancy", "no"}}) {
      patient.covariates[id] = assay_test::covariate(definition, id, text);
    }
    return qpcr::call_sample(definition, patient);
  };
  CHECK(call("90", "900000").outcome == Outcome::positive);
  CHECK(call("90", "900000").rules[0].statement.id != "rule_by_alternate");
  CHECK(call("5", "1").outcome == Outcome::negative);
  CHECK(call("5", "1").rules[0].statement.id == "rule_by_alternate");
}

TEST_CASE("an alternate does not answer for a Cq that leaves the rule open itself") {
  auto with = value("with", ValueKind::linear);
  with.terms = {{"T", 1}, {"afp", 1}};
  auto definition = assay(with);
  qpcr::CovariateDefinition afp;
  afp.id = "afp";
  afp.minimum = 0;
  afp.maximum = 10;
  afp.missing = qpcr::MissingPolicy::indeterminate;
  definition.covariates = {afp};
  definition.rules = {rule("main", "with", qpcr::Relation::at_most, 40),
                      rule("spare", "R1", qpcr::Relation::at_most, 20)};
  definition.rules[0].alternate = "spare";
  definition.positive->rule = "main";
  definition.replicates.count = 2;
  const auto call = [&](CqObservation first, CqObservation second) {
    return qpcr::call_sample(definition, sample({{first, cq(24), cq(26)}, {second, cq(24), cq(26)}})).outcome;
  };
  CHECK(call(cq(34), cq(34)) == Outcome::negative);
  CHECK(call(cq(20), none()) == Outcome::indeterminate);
  CHECK(call(cq(20), cq(20)) == Outcome::positive);
}

TEST_CASE("excluded non-detections beside a detection are discordant, except within replicates") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::exclude, {}, ""};
  definition.rules[0] = rule("r", "T", qpcr::Relation::at_most, 35);
  definition.replicates = {3, 2, qpcr::DiscordancePolicy::bounded, {}};
  const auto mixed = sample({{cq(30), cq(24), cq(26)}, {none(), cq(24), cq(26)}, {none(), cq(24), cq(26)}});
  for (const auto& [policy, outcome] : {std::pair{qpcr::DiscordancePolicy::bounded, Outcome::indeterminate},
                                        std::pair{qpcr::DiscordancePolicy::indeterminate, Outcome::indeterminate},
                                        std::pair{qpcr::DiscordancePolicy::invalid, Outcome::invalid}}) {
    definition.replicates.discordance = policy;
    const auto made = qpcr::call_sample(definition, mixed);
    CHECK(made.outcome == outcome);
    CHECK(has_reason(made.flags, "replicates_discordant"));
  }
  definition.rules[0].at_least_replicates = 1;
  CHECK(qpcr::call_sample(definition, mixed).outcome == Outcome::positive);
}

TEST_CASE("no ΔCq and no ratio across wells of one tube") {
  auto ratio = value("ratio", ValueKind::pfaffl_ratio);
  ratio.target = "T";
  ratio.references = {"R1", "R2"};
  ratio.control = "CAL";
  qpcr::RunContext run;
  for (const char* id : {"T", "R1", "R2"}) run.controls["CAL"][id] = {1, 25.0, {}};
  for (const auto& last : {value("delta", ValueKind::delta_cq), ratio}) {
    auto definition = assay(last);
    definition.replicates = {2, 1, qpcr::DiscordancePolicy::bounded, {}};
    const auto apart = sample({{cq(30), unusable(), cq(26)}, {unusable(), cq(24), cq(26)}});
    const auto made = qpcr::call_sample(definition, apart, run);
    CHECK(made.outcome == Outcome::invalid);
    CHECK(made.values.back().why_absent->id == "wells_not_shared");
    const auto together = sample({{cq(30), cq(24), cq(26)}, {unusable(), cq(24), cq(26)}});
    CHECK(qpcr::call_sample(definition, together, run).outcome == Outcome::positive);
  }
}

TEST_CASE("no ratio to a control that is not above zero, nor of an amount below zero") {
  auto ratio = value("ratio", ValueKind::relative_to_control);
  ratio.value = "delta";
  ratio.control = "CAL";
  qpcr::RunContext run;
  const auto why = [&](const qpcr::AssayDefinition& definition, const qpcr::SampleObservation& observation) {
    const auto made = qpcr::call_sample(definition, observation, run);
    CHECK(made.outcome == Outcome::invalid);
    CHECK_FALSE(made.values.back().value);
    return made.values.back().why_absent->id;
  };
  for (const double control : {0.0, -2.0}) {
    run.control_values["CAL"]["delta"] = control;
    CHECK(why(assay(ratio), usual()) == "control_value_not_positive");
  }
  run.control_values["CAL"]["delta"] = 2;
  CHECK(number(assay(ratio), usual(), run).value() == 2.5);
  CHECK(why(assay(ratio), sample({{cq(20), cq(24), cq(26)}})) == "amount_below_zero");
  ratio.kind = ValueKind::pfaffl_ratio;
  ratio.target = "T";
  ratio.references = {"R1"};
  for (const auto& [target, reference] : {std::pair{0.0, 24.0}, std::pair{30.0, -1.0}}) {
    run.controls["CAL"]["T"] = {1, target, {}};
    run.controls["CAL"]["R1"] = {1, reference, {}};
    CHECK(why(assay(ratio), usual()) == "control_value_not_positive");
  }
}

TEST_CASE("a class that an imputed number decides is reviewed, with classes and without") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::impute, 45.0, ""};
  definition.rules.clear();
  definition.positive.reset();
  definition.classification.emplace();
  definition.classification->value = "delta";
  const auto silent = sample({{none(), cq(25), cq(25)}});
  CHECK(qpcr::call_sample(definition, silent).outcome == Outcome::scored);
  CHECK(qpcr::call_sample(definition, silent).needs_review);
  const auto measured = sample({{cq(30), cq(25), cq(25)}});
  CHECK_FALSE(qpcr::call_sample(definition, measured).needs_review);
  definition.classification->classes = {{"low", {}, 25.0, {}}, {"high", {}, {}, {}}};
  const auto classed = qpcr::call_sample(definition, silent);
  CHECK(classed.outcome == Outcome::scored);
  CHECK(classed.needs_review);
  CHECK(has_reason(classed.flags, "imputed_decision"));
}

TEST_CASE("a definition marked released makes no call without its proof") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  definition.status = qpcr::AssayStatus::released;
  CHECK(assay_test::error_of([&] { qpcr::compile(definition); }).find("assay_refused") == 0);
  CHECK(assay_test::error_of([&] { qpcr::call_sample(definition, usual()); }).find("assay_refused") == 0);
}

TEST_CASE("within replicates, the first open well is the reason, and a gray one is open without another reason") {
  auto definition = assay(value("delta", ValueKind::delta_cq));
  definition.replicates.count = 2;
  definition.rules[0] = rule("r", "T", qpcr::Relation::at_most, 32);
  definition.rules[0].at_least_replicates = 1;
  const auto unread =
      qpcr::call_sample(definition, sample({{unusable(), cq(24), cq(26)}, {unusable(), cq(24), cq(26)}}));
  CHECK(unread.outcome == Outcome::invalid);
  REQUIRE(has_reason(unread.reasons, "target_not_readable"));
  for (const qpcr::Message& reason : unread.reasons) {
    if (reason.id == "target_not_readable") CHECK(qpcr::find_value(reason, "well") == "B0");
  }
  definition.rules[0].gray = qpcr::GrayZone{31, 33};
  const auto gray = qpcr::call_sample(definition, sample({{cq(32), cq(24), cq(26)}, {cq(40), cq(24), cq(26)}}));
  CHECK(gray.outcome == Outcome::indeterminate);
  CHECK(gray.reasons.front().id == "rule_replicates_open");
}

TEST_CASE("a sum of overflows is no number, whether one of its ends is none or both are") {
  auto score = value("score", ValueKind::linear);
  score.terms = {{"x", 1e300}, {"y", -1e300}};
  auto definition = assay(score);
  for (const char* id : {"x", "y"}) {
    qpcr::CovariateDefinition covariate;
    covariate.id = id;
    covariate.unit = "1";
    covariate.minimum = 0;
    covariate.maximum = 1e300;
    definition.covariates.push_back(covariate);
  }
  const auto call = [&](ValueRange x, ValueRange y) {
    auto observation = usual();
    observation.covariates["x"].range = x;
    observation.covariates["y"].range = y;
    return qpcr::call_sample(definition, observation);
  };
  const auto point = ValueRange::point;
  CHECK(call(point(1), point(1)).values.back().value.value() == 0);
  const auto both = call(point(1e300), point(1e300));
  CHECK(both.outcome == Outcome::indeterminate);
  CHECK(both.values.back().why_absent->id == "value_undefined");
  // The lower end is without bound, the upper is ∞ − ∞: compared as it is, it would be below every limit or none.
  const auto upper = call({1, 1e300, false, false}, point(1e300));
  CHECK(upper.outcome == Outcome::indeterminate);
  CHECK_FALSE(upper.values.back().value);
}

TEST_CASE("an amount on its upper limit is known, and has no error because more of it is not") {
  auto amount = value("amount", ValueKind::quantity);
  amount.target = "T";
  amount.curve = "curve";
  amount.unit = "{copies}";
  auto definition = assay(amount, 50);
  qpcr::StandardCurveDefinition curve;
  curve.id = "curve";
  curve.target = "T";
  curve.slope = -3.0;
  curve.intercept = 36.0;
  definition.standard_curves = {curve};
  auto observation = usual();
  observation.replicates[0].targets["T"].standard_error_cycles = 0.2;
  const auto within = qpcr::call_sample(definition, observation);
  CHECK(within.rules[0].distance_standard_errors.has_value());
  CHECK(within.values.back().unit == "{copies}");
  definition.standard_curves[0].upper_limit = within.values.back().value;
  const auto at_limit = qpcr::call_sample(definition, observation);
  CHECK(at_limit.values.back().value == within.values.back().value);
  CHECK_FALSE(at_limit.rules[0].distance_standard_errors);
}

TEST_CASE("an invalid run takes away the flags of a decision and keeps what was seen in the wells") {
  qpcr::SampleCall call;
  call.flags = {{"weak_positive", {}}, {"imputed_decision", {}}, {"replicates_discordant", {}}};
  qpcr::invalidate(call, {{"run_invalid", {}}});
  REQUIRE(call.flags.size() == 1);
  CHECK(call.flags[0].id == "replicates_discordant");
}
