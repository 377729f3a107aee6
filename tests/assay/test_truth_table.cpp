// Truth tables of the decision, row by row, and a naive evaluator that completes every unknown as its witness.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "libqpcr/assay/evaluation.hpp"
#include "tests/assay/support.hpp"

using assay_test::cq;
using assay_test::has_reason;
using assay_test::none;
using assay_test::replicate;
using assay_test::unusable;
using qpcr::CallExpression;
using qpcr::CqObservation;
using qpcr::Outcome;
using qpcr::Truth;

namespace {

constexpr std::array all_truths{Truth::yes, Truth::no, Truth::unknown, Truth::invalid};

qpcr::AssayTarget target(const std::string& id, qpcr::NotDetectedPolicy policy = qpcr::NotDetectedPolicy::exclude) {
  qpcr::AssayTarget made;
  made.id = id;
  made.not_detected.policy = policy;
  return made;
}

qpcr::RuleDefinition at_most(const std::string& id, const std::string& value, double limit) {
  qpcr::RuleDefinition rule;
  rule.id = id;
  rule.value = value;
  rule.limit = limit;
  return rule;
}

CallExpression leaf(const std::string& rule) {
  CallExpression expression;
  expression.rule = rule;
  return expression;
}

CallExpression of(CallExpression::Kind kind, int k, std::vector<CallExpression> operands) {
  CallExpression expression;
  expression.kind = kind;
  expression.at_least = k;
  expression.operands = std::move(operands);
  return expression;
}

/// n targets, each with the rule "Cq ≤ 35"; silence is left out, so that a rule can be unknown.
qpcr::AssayDefinition panel(int n, CallExpression::Kind kind, int k) {
  qpcr::AssayDefinition definition;
  definition.status = qpcr::AssayStatus::simulated;
  definition.cq.cycles = 45;
  std::vector<CallExpression> operands;
  for (int i = 0; i < n; ++i) {
    const std::string id = "T" + std::to_string(i);
    definition.targets.push_back(target(id));
    definition.rules.push_back(at_most("r" + std::to_string(i), id, 35));
    operands.push_back(leaf("r" + std::to_string(i)));
  }
  definition.positive = of(kind, k, std::move(operands));
  return definition;
}

CqObservation seen_as(Truth truth) {
  switch (truth) {
    case Truth::yes:
      return cq(30);
    case Truth::no:
      return cq(40);
    case Truth::unknown:
      return none();
    case Truth::invalid:
      return unusable();
  }
  return {};
}

/// By counting: the call with every open operand taken as no, and as yes.
Truth by_counting(int k, const std::vector<Truth>& operands) {
  const auto count = [&](Truth truth) { return static_cast<int>(std::count(operands.begin(), operands.end(), truth)); };
  const bool worst = count(Truth::yes) >= k;
  const bool best = static_cast<int>(operands.size()) - count(Truth::no) >= k;
  if (worst == best) return worst ? Truth::yes : Truth::no;
  return count(Truth::invalid) > 0 ? Truth::invalid : Truth::unknown;
}

qpcr::SampleObservation one_well(std::map<std::string, CqObservation> targets) {
  qpcr::SampleObservation sample;
  sample.sample = "S1";
  sample.replicates.push_back(replicate("B1", std::move(targets)));
  return sample;
}

Outcome outcome_of(const qpcr::AssayDefinition& definition, const qpcr::SampleObservation& sample,
                   const qpcr::RunContext& context = {}) {
  const auto program = qpcr::compile(definition);
  const auto decided = qpcr::decide(program, to_compact(program, sample), to_compact(program, context));
  const auto told = qpcr::call_sample(definition, sample, context);
  CHECK(told.outcome == decided.outcome);
  CHECK(told.needs_review == decided.needs_review);
  CHECK_FALSE(told.reasons.empty());
  return decided.outcome;
}

qpcr::CovariateDefinition number(const std::string& id, double minimum, double maximum) {
  qpcr::CovariateDefinition covariate;
  covariate.id = id;
  covariate.unit = "1";
  covariate.minimum = minimum;
  covariate.maximum = maximum;
  return covariate;
}

qpcr::CovariateValue written(double value) {
  qpcr::CovariateValue made;
  made.text = std::to_string(value);
  made.range = qpcr::ValueRange::point(value);
  return made;
}

}  // namespace

TEST_CASE("OR, AND and k of n of up to three operands, every row of yes, no, unknown and invalid") {
  int rows = 0;
  for (int n = 1; n <= 3; ++n) {
    std::vector<std::pair<CallExpression::Kind, int>> kinds{{CallExpression::Kind::any, 1},
                                                            {CallExpression::Kind::all, n}};
    for (int k = 1; k <= n; ++k) kinds.emplace_back(CallExpression::Kind::at_least, k);
    for (const auto& [kind, k] : kinds) {
      const auto definition = panel(n, kind, k);
      const auto program = qpcr::compile(definition);
      const auto context = to_compact(program, qpcr::RunContext{});
      for (int code = 0; code < std::pow(4, n); ++code) {
        std::vector<Truth> operands;
        std::map<std::string, CqObservation> targets;
        for (int i = 0, rest = code; i < n; ++i, rest /= 4) {
          operands.push_back(all_truths[static_cast<std::size_t>(rest % 4)]);
          targets["T" + std::to_string(i)] = seen_as(operands.back());
        }
        const auto decided = qpcr::decide(program, to_compact(program, one_well(targets)), context);
        CAPTURE(n, k, code);
        for (std::size_t i = 0; i < operands.size(); ++i) REQUIRE(decided.rules[i].truth == operands[i]);
        REQUIRE(decided.truth == by_counting(k, operands));
        REQUIRE(decided.outcome == qpcr::to_outcome(by_counting(k, operands)));
        ++rows;
      }
    }
  }
  CHECK(rows == 4 * 3 + 16 * 4 + 64 * 5);
}

TEST_CASE("a clear positive beside a gray, an unknown and an invalid marker stays positive") {
  auto definition = panel(3, CallExpression::Kind::any, 1);
  definition.rules[0].gray = qpcr::GrayZone{34, 36};
  const auto call = [&](CqObservation a, CqObservation b, CqObservation c) {
    return outcome_of(definition, one_well({{"T0", a}, {"T1", b}, {"T2", c}}));
  };
  CHECK(call(cq(35), cq(30), cq(40)) == Outcome::positive);
  CHECK(call(cq(35), cq(30), unusable()) == Outcome::positive);
  CHECK(call(cq(35), cq(40), cq(40)) == Outcome::indeterminate);
  CHECK(call(cq(35), cq(40), unusable()) == Outcome::invalid);
  CHECK(call(cq(37), cq(40), unusable()) == Outcome::invalid);
  CHECK(call(cq(37), cq(40), cq(40)) == Outcome::negative);
}

TEST_CASE("exceptions of the internal control: every row of control, strong target and readability") {
  auto definition = panel(1, CallExpression::Kind::any, 1);
  definition.targets.push_back(target("IC", qpcr::NotDetectedPolicy::fail));
  definition.targets.back().role = qpcr::TargetRole::internal_control;
  qpcr::ValidityRule rule;
  rule.id = "ic";
  rule.limit = {"IC", qpcr::LimitKind::at_most, {}, 32.0};
  definition.validity.push_back(rule);
  const auto call = [&](CqObservation t, CqObservation ic) {
    return outcome_of(definition, one_well({{"T0", t}, {"IC", ic}}));
  };
  struct Row {
    CqObservation target, control;
    Outcome plain, excused;
  };
  const std::vector<Row> rows{
      {cq(25), cq(30), Outcome::positive, Outcome::positive},  {cq(25), cq(33), Outcome::invalid, Outcome::positive},
      {cq(25), none(), Outcome::invalid, Outcome::positive},   {cq(25), unusable(), Outcome::invalid, Outcome::invalid},
      {cq(25), {}, Outcome::invalid, Outcome::invalid},        {cq(28), none(), Outcome::invalid, Outcome::positive},
      {cq(28.1), none(), Outcome::invalid, Outcome::invalid},  {none(), none(), Outcome::invalid, Outcome::invalid},
      {unusable(), none(), Outcome::invalid, Outcome::invalid}};
  for (const Row& row : rows) CHECK(call(row.target, row.control) == row.plain);
  definition.validity[0].exception_target = "T0";
  definition.validity[0].exception_at_most = 28.0;
  for (const Row& row : rows) CHECK(call(row.target, row.control) == row.excused);
}

TEST_CASE("inhibition by the shift of a spike-in against the run's negatives") {
  auto definition = panel(1, CallExpression::Kind::any, 1);
  definition.targets.push_back(target("SPK", qpcr::NotDetectedPolicy::fail));
  definition.targets.back().role = qpcr::TargetRole::internal_control;
  definition.inhibition.push_back({"shift", "SPK", "NC", 2.0, {}, "", {}, ""});
  definition.repeat.maximum = 1;
  definition.repeat.rules = {{qpcr::RepeatCause::inhibited, qpcr::RepeatStep::pcr, "1:5"}};
  qpcr::RunContext run;
  run.controls["NC"]["SPK"] = {3, 26.0, 0.5};
  const auto call = [&](CqObservation t, CqObservation spike) {
    return outcome_of(definition, one_well({{"T0", t}, {"SPK", spike}}), run);
  };
  CHECK(call(cq(30), cq(28)) == Outcome::positive);
  CHECK(call(cq(30), cq(28.01)) == Outcome::invalid);
  CHECK(call(cq(30), cq(20)) == Outcome::positive);
  CHECK(call(cq(30), none()) == Outcome::invalid);
  CHECK(call(cq(30), unusable()) == Outcome::invalid);
  const auto told = qpcr::call_sample(definition, one_well({{"T0", cq(30)}, {"SPK", cq(29)}}), run);
  CHECK(told.reasons.front().id == "sample_inhibited");
  CHECK(has_reason(told.flags, "sample_inhibited"));
  CHECK(told.repeat->id == "repeat_from_pcr_with");
  CHECK(qpcr::call_sample(definition, one_well({{"T0", cq(30)}, {"SPK", none()}}), run).reasons.front().id ==
        "sample_inhibited_absent");
  CHECK(qpcr::call_sample(definition, one_well({{"T0", cq(30)}, {"SPK", unusable()}}), run).reasons.front().id ==
        "inhibition_not_measured");
  SECTION("in standard deviations, which need three wells") {
    definition.inhibition[0].maximum_shift_cycles.reset();
    definition.inhibition[0].maximum_shift_sd = 3.0;
    CHECK(call(cq(30), cq(27.5)) == Outcome::positive);
    CHECK(call(cq(30), cq(27.6)) == Outcome::invalid);
    definition.inhibition[0].maximum_shift_cycles = 1.0;
    CHECK(call(cq(30), cq(27.4)) == Outcome::invalid);
    definition.inhibition[0].maximum_shift_cycles = 9.0;
    CHECK(call(cq(30), cq(27.6)) == Outcome::invalid);
    run.controls["NC"]["SPK"] = {2, 26.0, 0.5};
    CHECK(call(cq(30), cq(26)) == Outcome::invalid);
    run.controls["NC"]["SPK"] = {3, 26.0, {}};
    CHECK(call(cq(30), cq(26)) == Outcome::invalid);
  }
  SECTION("a run without its negatives proves nothing") {
    run.controls["NC"]["SPK"].count = 0;
    CHECK(call(cq(30), cq(26)) == Outcome::invalid);
    run.controls["NC"]["SPK"] = {3, std::nan(""), 0.5};
    CHECK(call(cq(30), cq(26)) == Outcome::invalid);
    run.controls["NC"].clear();
    CHECK(call(cq(30), cq(26)) == Outcome::invalid);
    run.controls.clear();
    CHECK(call(cq(30), cq(26)) == Outcome::invalid);
    CHECK(qpcr::call_sample(definition, one_well({{"T0", cq(30)}, {"SPK", cq(26)}}), run).reasons.front().id ==
          "inhibition_reference_absent");
  }
  SECTION("excused beside a strong target in every well") {
    definition.inhibition[0].exception_target = "T0";
    definition.inhibition[0].exception_at_most = 25.0;
    CHECK(call(cq(25), none()) == Outcome::positive);
    CHECK(call(cq(25.1), none()) == Outcome::invalid);
    CHECK(call(none(), none()) == Outcome::invalid);
    const auto excused = qpcr::call_sample(definition, one_well({{"T0", cq(25)}, {"SPK", cq(30)}}), run);
    CHECK(has_reason(excused.reasons, "inhibition_exception"));
    CHECK(excused.needs_review);
  }
  SECTION("the wells that count are the valid ones, and all where none is") {
    definition.replicates = {2, 1, qpcr::DiscordancePolicy::bounded, {}};
    qpcr::ValidityRule hard;
    hard.limit = {"SPK", qpcr::LimitKind::at_most, {}, 29.0};
    definition.validity.push_back(hard);
    auto sample = one_well({{"T0", cq(30)}, {"SPK", cq(27)}});
    sample.replicates.push_back(replicate("B2", {{"T0", cq(30)}, {"SPK", cq(40)}}));
    CHECK(outcome_of(definition, sample, run) == Outcome::positive);
    sample.replicates[0].targets["SPK"] = cq(30);
    const auto both = qpcr::call_sample(definition, sample, run);
    CHECK(both.reasons.front().id == "sample_inhibited");
    sample.replicates[0].tube = "elsewhere";
    CHECK(outcome_of(definition, sample, run) == Outcome::invalid);
    definition.inhibition[0].exception_target = "T0";
    definition.inhibition[0].exception_at_most = 35.0;
    CHECK(outcome_of(definition, sample, run) == Outcome::invalid);
  }
}

TEST_CASE("acceptance: every action with a value that is accepted, is not, may be, and is missing") {
  using qpcr::AcceptanceAction;
  struct Row {
    std::optional<qpcr::ValueRange> range;
    Outcome invalid, indeterminate;
    bool noted;
  };
  const std::vector<Row> rows{
      {qpcr::ValueRange::point(2), Outcome::positive, Outcome::positive, false},
      {qpcr::ValueRange::point(4), Outcome::positive, Outcome::positive, false},
      {qpcr::ValueRange::point(4.1), Outcome::invalid, Outcome::indeterminate, true},
      {qpcr::ValueRange::point(1), Outcome::positive, Outcome::positive, false},
      {qpcr::ValueRange::point(0.9), Outcome::invalid, Outcome::indeterminate, true},
      {qpcr::ValueRange{4, 9, true, false}, Outcome::invalid, Outcome::indeterminate, true},
      {qpcr::ValueRange{0, 1, false, true}, Outcome::invalid, Outcome::indeterminate, true},
      {qpcr::ValueRange{0, 2, false, false}, Outcome::indeterminate, Outcome::indeterminate, true},
      {qpcr::ValueRange{2, 9, false, false}, Outcome::indeterminate, Outcome::indeterminate, true},
      {std::nullopt, Outcome::indeterminate, Outcome::indeterminate, true}};
  auto definition = panel(1, CallExpression::Kind::any, 1);
  definition.covariates.push_back(number("hours", 0, 100));
  definition.covariates[0].missing = qpcr::MissingPolicy::indeterminate;
  for (const Row& row : rows) {
    for (const auto action : {AcceptanceAction::invalid, AcceptanceAction::indeterminate, AcceptanceAction::review}) {
      definition.acceptance = {{"hours_to_spin", "hours", 1.0, 4.0, {}, action, {}, ""}};
      auto sample = one_well({{"T0", cq(30)}});
      if (row.range) sample.covariates["hours"].range = *row.range;
      const auto made = qpcr::call_sample(definition, sample);
      const Outcome expected = action == AcceptanceAction::invalid         ? row.invalid
                               : action == AcceptanceAction::indeterminate ? row.indeterminate
                                                                           : Outcome::positive;
      CHECK(outcome_of(definition, sample) == expected);
      CHECK(made.needs_review == row.noted);
      CHECK((has_reason(made.reasons, "sample_not_accepted") || has_reason(made.reasons, "sample_acceptance_open")) ==
            row.noted);
    }
  }
  SECTION("one limit alone, and codes") {
    auto sample = one_well({{"T0", cq(30)}});
    sample.covariates["hours"] = written(50);
    definition.acceptance = {{"a", "hours", 1.0, {}, {}, AcceptanceAction::invalid, {}, ""}};
    CHECK(outcome_of(definition, sample) == Outcome::positive);
    definition.acceptance = {{"a", "hours", {}, 4.0, {}, AcceptanceAction::invalid, {}, ""}};
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    qpcr::CovariateDefinition tube;
    tube.id = "tube";
    tube.kind = qpcr::CovariateKind::category;
    tube.coding = {{"EDTA", 0}, {"heparin", 1}};
    definition.covariates.push_back(tube);
    definition.acceptance = {{"a", "tube", {}, {}, {"EDTA"}, AcceptanceAction::invalid, {}, ""}};
    sample.covariates["tube"].category = "EDTA";
    CHECK(outcome_of(definition, sample) == Outcome::positive);
    sample.covariates["tube"].category = "heparin";
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    sample.covariates.erase("tube");
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    sample.covariates["tube"].category = "glass";
    CHECK_THROWS_AS(outcome_of(definition, sample), qpcr::Error);
    // decide() itself trusts no code, and a negative stays what restraints allow.
    definition.acceptance[0].action = AcceptanceAction::indeterminate;
    sample.covariates["tube"].category = "heparin";
    sample.replicates[0].targets["T0"] = cq(40);
    CHECK(outcome_of(definition, sample) == Outcome::indeterminate);
    sample.replicates[0].targets["T0"] = unusable();
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
  }
}

TEST_CASE("covariates out of range, too old, without age, and lots past their date") {
  auto definition = panel(1, CallExpression::Kind::any, 1);
  definition.covariates.push_back(number("afp", 1, 1000));
  definition.covariates[0].transform = qpcr::Transform::log10;
  definition.rules.push_back(at_most("r_afp", "afp", -1));
  definition.rules.back().relation = qpcr::Relation::at_least;
  definition.rules.back().limit = 2;
  definition.positive = of(CallExpression::Kind::any, 1, {leaf("r0"), leaf("r_afp")});
  auto sample = one_well({{"T0", cq(40)}});
  sample.covariates["afp"] = written(10);
  CHECK(outcome_of(definition, sample) == Outcome::negative);
  sample.covariates["afp"] = written(100);
  CHECK(outcome_of(definition, sample) == Outcome::positive);
  SECTION("out of range") {
    sample.covariates["afp"] = written(2000);
    CHECK_THROWS_AS(qpcr::call_sample(definition, sample), qpcr::Error);
    definition.covariates[0].out_of_range = qpcr::OutOfRangePolicy::invalid;
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    sample.covariates["afp"] = written(0.5);
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    sample.covariates["afp"] = written(100);
    sample.covariates["afp"].out_of_range = true;
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    CHECK(has_reason(qpcr::call_sample(definition, sample).reasons, "covariate_out_of_range"));
    sample.covariates["afp"].range = {5, 2, false, false};
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    for (const auto& range :
         {qpcr::ValueRange{std::nan(""), 5, false, false}, qpcr::ValueRange{5, std::nan(""), false, false}}) {
      sample.covariates["afp"].range = range;
      CHECK_THROWS_AS(qpcr::call_sample(definition, sample), qpcr::Error);
    }
  }
  SECTION("age") {
    definition.covariates[0].maximum_age_days = 30;
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    CHECK(has_reason(qpcr::call_sample(definition, sample).reasons, "covariate_age_unknown"));
    for (const auto& [age, outcome] : std::vector<std::pair<double, Outcome>>{{30, Outcome::positive},
                                                                              {31, Outcome::invalid},
                                                                              {-31, Outcome::invalid},
                                                                              {std::nan(""), Outcome::invalid}}) {
      sample.covariates["afp"].age_days = age;
      CHECK(outcome_of(definition, sample) == outcome);
    }
    definition.covariates[0].too_old = qpcr::TooOldPolicy::indeterminate;
    sample.covariates["afp"].age_days = 31;
    CHECK(outcome_of(definition, sample) == Outcome::indeterminate);
    CHECK(has_reason(qpcr::call_sample(definition, sample).reasons, "covariate_too_old"));
    sample.replicates[0].targets["T0"] = cq(30);
    CHECK(outcome_of(definition, sample) == Outcome::positive);
  }
  SECTION("lots") {
    qpcr::CovariateDefinition lot;
    lot.id = "kit";
    lot.kind = qpcr::CovariateKind::lot;
    definition.covariates.push_back(lot);
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    sample.covariates["kit"].text = "L1";
    CHECK(outcome_of(definition, sample) == Outcome::positive);
    sample.covariates["kit"].lot_expired = true;
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
    CHECK(qpcr::call_sample(definition, sample).reasons.front().id == "lot_expired");
    definition.covariates[1].missing = qpcr::MissingPolicy::indeterminate;
    sample.covariates.erase("kit");
    CHECK(outcome_of(definition, sample) == Outcome::indeterminate);
    definition.covariates[1].maximum_age_days = 30;
    definition.covariates[1].too_old = qpcr::TooOldPolicy::indeterminate;
    sample.covariates["kit"].age_days = 90;
    CHECK(outcome_of(definition, sample) == Outcome::indeterminate);
    definition.covariates[1].too_old = qpcr::TooOldPolicy::invalid;
    CHECK(outcome_of(definition, sample) == Outcome::invalid);
  }
}

TEST_CASE("an alternate rule answers exactly where a covariate of the rule is missing") {
  auto definition = panel(1, CallExpression::Kind::any, 1);
  definition.covariates.push_back(number("afp", 0, 10));
  definition.covariates[0].missing = qpcr::MissingPolicy::indeterminate;
  qpcr::ValueDefinition with, without;
  with.id = "with";
  with.kind = without.kind = qpcr::ValueKind::linear;
  with.terms = {{"T0", 1}, {"afp", 1}};
  without.id = "without";
  without.terms = {{"T0", 1}, {"afp", 0}};
  definition.values = {with, without};
  definition.rules = {at_most("main", "with", 40), at_most("spare", "without", 35)};
  definition.rules[0].alternate = "spare";
  definition.positive = leaf("main");
  auto sample = one_well({{"T0", cq(34)}});
  CHECK(outcome_of(definition, sample) == Outcome::positive);
  const auto told = qpcr::call_sample(definition, sample);
  CHECK(told.rules[0].truth == Truth::yes);
  CHECK(told.rules[0].statement.id == "rule_by_alternate");
  CHECK(told.rules[0].decisive);
  CHECK(told.rules[1].decisive);
  sample.replicates[0].targets["T0"] = cq(36);
  CHECK(outcome_of(definition, sample) == Outcome::negative);
  sample.covariates["afp"] = written(3);
  CHECK(outcome_of(definition, sample) == Outcome::positive);
  CHECK_FALSE(qpcr::call_sample(definition, sample).rules[1].decisive);
  definition.rules[0].alternate.clear();
  sample.covariates.clear();
  CHECK(outcome_of(definition, sample) == Outcome::indeterminate);
}

TEST_CASE("replicates: discordance, outliers, spread and scatter") {
  auto definition = panel(1, CallExpression::Kind::any, 1);
  definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::impute, 45.0, ""};
  definition.replicates = {3, 2, qpcr::DiscordancePolicy::bounded, {}};
  const auto sample = [](const std::vector<CqObservation>& cqs) {
    qpcr::SampleObservation made;
    for (std::size_t i = 0; i < cqs.size(); ++i)
      made.replicates.push_back(replicate("B" + std::to_string(i), {{"T0", cqs[i]}}));
    return made;
  };
  const auto call = [&](const std::vector<CqObservation>& cqs) { return outcome_of(definition, sample(cqs)); };
  CHECK(call({cq(30), cq(30), none()}) == Outcome::indeterminate);
  CHECK(call({cq(38), cq(39), none()}) == Outcome::negative);
  CHECK(call({none(), none(), none()}) == Outcome::negative);
  CHECK(has_reason(qpcr::call_sample(definition, sample({cq(30), cq(30), none()})).flags, "replicates_discordant"));
  definition.replicates.discordance = qpcr::DiscordancePolicy::indeterminate;
  CHECK(call({cq(38), cq(39), none()}) == Outcome::indeterminate);
  definition.replicates.discordance = qpcr::DiscordancePolicy::invalid;
  CHECK(call({cq(38), cq(39), none()}) == Outcome::invalid);
  CHECK(call({cq(30), cq(31), cq(32)}) == Outcome::positive);
  SECTION("the order of the wells does not matter") {
    std::vector<CqObservation> wells{cq(34.1), none(), cq(35.2)};
    for (const auto policy :
         {qpcr::DiscordancePolicy::bounded, qpcr::DiscordancePolicy::indeterminate, qpcr::DiscordancePolicy::invalid}) {
      definition.replicates.discordance = policy;
      const Outcome first = call({wells[0], wells[1], wells[2]});
      CHECK(call({wells[1], wells[0], wells[2]}) == first);
      CHECK(call({wells[2], wells[1], wells[0]}) == first);
    }
  }
  SECTION("an outlier is left out, named and reviewed") {
    const auto without = qpcr::call_sample(definition, sample({cq(34), cq(34.2), cq(39)}));
    CHECK(without.outcome == Outcome::negative);  // mean 35.73
    definition.replicates.outlier_beyond_cycles = 2.0;
    const auto made = qpcr::call_sample(definition, sample({cq(34), cq(34.2), cq(39)}));
    CHECK(made.outcome == Outcome::positive);
    CHECK(made.rules[0].value.value() == Approx(34.1));
    CHECK(made.needs_review);
    CHECK(has_reason(made.reasons, "replicate_outlier_left_out"));
    CHECK(call({cq(39), cq(34), cq(34.2)}) == Outcome::positive);
    // Two equally far name none; two wells have no median of others; exactly at the limit is no outlier.
    CHECK_FALSE(has_reason(qpcr::call_sample(definition, sample({cq(30), cq(34), cq(38)})).reasons,
                           "replicate_outlier_left_out"));
    CHECK_FALSE(
        has_reason(qpcr::call_sample(definition, sample({cq(30), cq(38)})).reasons, "replicate_outlier_left_out"));
    CHECK_FALSE(has_reason(qpcr::call_sample(definition, sample({cq(30), cq(30), cq(32)})).reasons,
                           "replicate_outlier_left_out"));
    CHECK_FALSE(has_reason(qpcr::call_sample(definition, sample({cq(30), cq(39), none()})).reasons,
                           "replicate_outlier_left_out"));
    definition.replicates.count = 4;
    CHECK(call({cq(34), cq(34), cq(34.2), cq(39)}) == Outcome::positive);
    definition.replicates.minimum_valid = 3;
    CHECK(call({cq(34), cq(34.2), cq(39)}) == Outcome::invalid);
  }
  SECTION("spread and standard deviation") {
    definition.targets[0].maximum_spread_cycles = 2.0;
    CHECK(call({cq(30), cq(32), cq(31)}) == Outcome::positive);
    CHECK(call({cq(30), cq(32.1), cq(31)}) == Outcome::indeterminate);
    definition.targets[0].maximum_spread_cycles.reset();
    definition.targets[0].maximum_sd_cycles = 1.0;
    CHECK(call({cq(30), cq(31), cq(32)}) == Outcome::positive);
    CHECK(call({cq(30), cq(31), cq(32.1)}) == Outcome::indeterminate);
    CHECK(qpcr::call_sample(definition, sample({cq(30), cq(31), cq(32.1)})).reasons.front().id == "replicates_scatter");
    CHECK(call({none(), none(), none()}) == Outcome::negative);
    definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::censor, 45.0, ""};
    CHECK(call({none(), none(), none()}) == Outcome::negative);
    definition.replicates.minimum_valid = 1;
    CHECK(call({cq(30), unusable(), unusable()}) == Outcome::positive);
  }
}

TEST_CASE("classes: a score in one class is scored, over several is indeterminate, rounded as declared") {
  qpcr::AssayDefinition definition;
  definition.status = qpcr::AssayStatus::literature_reproduction;
  definition.claim = qpcr::Claim::future_risk;
  definition.covariates = {number("x", 0, 100)};
  definition.covariates[0].missing = qpcr::MissingPolicy::indeterminate;
  qpcr::Classification classification;
  classification.value = "x";
  classification.classes = {{"low", {}, 50.0, {}}, {"medium", {}, 60.0, {}}, {"high", {}, {}, {}}};
  definition.classification = classification;
  const auto call = [&](qpcr::ValueRange range) {
    qpcr::SampleObservation sample;
    sample.covariates["x"].range = range;
    return qpcr::call_sample(definition, sample);
  };
  const auto at = [](double x) { return qpcr::ValueRange::point(x); };
  CHECK(call(at(49.999)).score_class->id == "low");
  CHECK(call(at(50)).score_class->id == "medium");
  CHECK(call(at(59.84)).score_class->id == "medium");  // aMAP unrounded
  CHECK(call(at(60)).score_class->id == "high");
  CHECK(call(at(59.84)).outcome == Outcome::scored);
  CHECK(call({10, 49, false, false}).score_class->id == "low");
  CHECK(call({10, 50, false, true}).score_class->id == "low");
  const auto spans = call({10, 50, false, false});
  CHECK(spans.outcome == Outcome::indeterminate);
  CHECK_FALSE(spans.score_class);
  CHECK(spans.needs_review);
  CHECK(call({10, 90, false, false}).reasons.front().id == "covariate_bounded");
  CHECK(qpcr::call_sample(definition, qpcr::SampleObservation{}).outcome == Outcome::indeterminate);
  definition.classification->compare = qpcr::Comparison::rounded;
  definition.classification->digits = 0;
  CHECK(call(at(59.84)).score_class->id == "high");  // the calculator that rounds first
  definition.classification->classes.clear();
  CHECK(call(at(10)).outcome == Outcome::scored);
  CHECK_FALSE(call(at(10)).score_class);
  CHECK(call({10, 11, false, false}).outcome == Outcome::indeterminate);
  definition.covariates[0].out_of_range = qpcr::OutOfRangePolicy::invalid;
  CHECK(call(at(101)).outcome == Outcome::invalid);
}

TEST_CASE("a call rests on an imputed Cq where its outcome, its truth or only its class would change") {
  auto definition = panel(1, CallExpression::Kind::any, 1);
  definition.targets[0].not_detected = {qpcr::NotDetectedPolicy::impute, 45.0, ""};
  const auto call = [&](CqObservation seen) { return qpcr::call_sample(definition, one_well({{"T0", seen}})); };
  CHECK(call(none()).outcome == Outcome::negative);
  CHECK(call(none()).depends_on_imputed_cq);
  CHECK_FALSE(call(cq(40)).depends_on_imputed_cq);
  SECTION("held back as indeterminate either way, yet the rules would say another thing") {
    definition.covariates = {number("haemolysis", 0, 10)};
    definition.covariates[0].missing = qpcr::MissingPolicy::indeterminate;
    qpcr::AcceptanceRule rule;
    rule.id = "clear";
    rule.covariate = "haemolysis";
    rule.at_most = 1.0;
    rule.action = qpcr::AcceptanceAction::indeterminate;
    definition.acceptance = {rule};
    CHECK(call(none()).outcome == Outcome::indeterminate);
    CHECK(call(none()).depends_on_imputed_cq);
    CHECK_FALSE(call(cq(40)).depends_on_imputed_cq);
  }
  SECTION("scored either way, in another class") {
    definition.positive.reset();
    definition.targets[0].not_detected.cycles = 30.0;
    definition.classification = qpcr::Classification{};
    definition.classification->value = "T0";
    definition.classification->classes = {{"early", {}, 35.0, {}}, {"late", {}, {}, {}}};
    const auto early = call(none());
    CHECK(early.score_class->id == "early");
    CHECK(has_reason(early.flags, "imputed_decision"));
    definition.targets[0].not_detected.cycles = 45.0;
    const auto late = call(none());
    CHECK(late.score_class->id == "late");
    CHECK_FALSE(has_reason(late.flags, "imputed_decision"));
  }
}

TEST_CASE("an invalid part makes a score invalid, and a definition without a decision decides nothing") {
  auto definition = panel(1, CallExpression::Kind::any, 1);
  definition.positive.reset();
  CHECK(outcome_of(definition, one_well({{"T0", cq(30)}})) == Outcome::invalid);
  definition.classification = qpcr::Classification{};
  definition.classification->value = "T0";
  definition.classification->classes = {{"early", {}, 35.0, {}}, {"late", {}, {}, {}}};
  CHECK(outcome_of(definition, one_well({{"T0", cq(30)}})) == Outcome::scored);
  CHECK(outcome_of(definition, one_well({{"T0", unusable()}})) == Outcome::invalid);
  CHECK(outcome_of(definition, one_well({{"T0", none()}})) == Outcome::indeterminate);
  definition.classification->classes = {{"any", {}, {}, {}}};
  CHECK(outcome_of(definition, one_well({{"T0", unusable()}})) == Outcome::invalid);
}

namespace {

/// demo-methylation by hand, on plain numbers.
struct Naive {
  double dm[3] = {}, ic = 0, sex = 0, afp = 0;

  std::array<Truth, 4> rules() const {
    const double d1 = dm[0] - ic, d2 = dm[1] - ic, d3 = dm[2] - ic;
    const double score =
        1 / (1 + std::exp(-(2.0 - 0.15 * d1 - 0.10 * d2 - 0.10 * d3 + 0.5 * sex + 1.2 * std::log10(afp))));
    const auto is = [](bool yes) { return yes ? Truth::yes : Truth::no; };
    return {is(d1 <= 9), is(d2 <= 8), is(d3 <= 8.5),
            score >= 0.6   ? Truth::yes
            : score <= 0.4 ? Truth::no
                           : Truth::unknown};
  }
};

}  // namespace

TEST_CASE(
    "random observations of demo-methylation: rules are open exactly where completions differ, and no completion "
    "contradicts a call") {
  const auto assay = qpcr::read_assay(assay_test::assay_path("demo-methylation.toml"));
  const auto program = qpcr::compile(assay);
  const auto context = to_compact(program, qpcr::RunContext{});
  std::mt19937 random(20261123);
  std::uniform_real_distribution<double> late(28, 45), early(22, 32), exponent(-1, 6);
  int decided_despite_open = 0, open_rules = 0;
  for (int round = 0; round < 1500; ++round) {
    std::vector<std::vector<double>> dm(3);
    std::map<std::string, CqObservation> targets;
    bool any_unreadable = false;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string id = "DM" + std::to_string(i + 1);
      const unsigned kind = random() % 8;
      if (kind < 5) {
        const double value = late(random);
        targets[id] = cq(value);
        dm[i] = {value};
      } else if (kind < 7) {
        targets[id] = none();
        dm[i] = {45};
      } else {
        targets[id] = unusable();
        dm[i] = {-1e6, 10, 25, 30, 33, 36, 39, 42, 45, 1e6};
        any_unreadable = true;
      }
    }
    const double ic = early(random);
    targets["DIC"] = cq(ic);
    auto sample = one_well(targets);
    sample.covariates["sex"] = assay_test::covariate(assay, "sex", random() % 2 == 0 ? "male" : "female");
    std::vector<double> afps;
    const unsigned written_as = random() % 4;
    if (written_as < 2) {
      const double afp = std::pow(10, exponent(random));
      sample.covariates["afp"] = written(afp);
      afps = {afp};
    } else {
      const double upper = written_as == 2 ? 1e6 : std::pow(10, exponent(random) / 2 + 0.6);
      if (written_as == 3) {
        sample.covariates["afp"].range = {0.1, upper, false, true};
        sample.covariates["afp"].text = "<";
      }
      for (int i = 0; i <= 60; ++i) afps.push_back(0.1 * std::pow(upper / 0.1, std::min(i / 60.0, 1 - 1e-12)));
    }
    const auto decided = qpcr::decide(program, to_compact(program, sample), context);
    const auto told = qpcr::call_sample(assay, sample);
    REQUIRE(told.outcome == decided.outcome);
    REQUIRE(told.needs_review == decided.needs_review);
    REQUIRE(told.depends_on_imputed_cq == decided.depends_on_imputed_cq);

    std::array<bool, 4> can_hold{}, can_fail{}, can_be_gray{};
    bool can_be_positive = false, can_be_negative = false;
    for (const double a : dm[0]) {
      for (const double b : dm[1]) {
        for (const double c : dm[2]) {
          for (const double afp : afps) {
            Naive naive;
            naive.dm[0] = a;
            naive.dm[1] = b;
            naive.dm[2] = c;
            naive.ic = ic;
            naive.sex = sample.covariates["sex"].category == "male" ? 1 : 0;
            naive.afp = afp;
            const auto rules = naive.rules();
            bool any = false;
            bool all_no = true;
            for (std::size_t i = 0; i < 4; ++i) {
              can_hold[i] = can_hold[i] || rules[i] == Truth::yes;
              can_fail[i] = can_fail[i] || rules[i] == Truth::no;
              can_be_gray[i] = can_be_gray[i] || rules[i] == Truth::unknown;
              any = any || rules[i] == Truth::yes;
              all_no = all_no && rules[i] == Truth::no;
            }
            can_be_positive = can_be_positive || any;
            can_be_negative = can_be_negative || all_no;
            if (decided.outcome == Outcome::positive) REQUIRE(any);
            if (decided.outcome == Outcome::negative) REQUIRE(all_no);
          }
        }
      }
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const Truth truth = decided.rules[i].truth;
      const int ways = int(can_hold[i]) + int(can_fail[i]) + int(can_be_gray[i]);
      CAPTURE(i);
      if (ways > 1 || can_be_gray[i]) {
        REQUIRE((truth == Truth::unknown || truth == Truth::invalid));
        ++open_rules;
      } else {
        REQUIRE(truth == (can_hold[i] ? Truth::yes : Truth::no));
      }
      if (truth == Truth::invalid) REQUIRE(any_unreadable);
    }
    const bool is_open = std::any_of(decided.rules.begin(), decided.rules.end(), [](const qpcr::RuleDecision& rule) {
      return rule.truth == Truth::unknown || rule.truth == Truth::invalid;
    });
    if (is_open && decided.outcome == Outcome::positive) ++decided_despite_open;
    if (decided.outcome == Outcome::invalid) REQUIRE(any_unreadable);
  }
  CHECK(decided_despite_open > 100);
  CHECK(open_rules > 300);
}

TEST_CASE("a batch gives the calls of its samples one by one, at any size and number of threads") {
  const auto assay = qpcr::read_assay(assay_test::assay_path("demo-rna.toml"));
  const auto program = qpcr::compile(assay);
  const auto context = to_compact(program, qpcr::RunContext{});
  std::mt19937 random(5);
  std::uniform_real_distribution<double> uniform(24, 40);
  std::vector<qpcr::CompactObservation> observations;
  std::vector<qpcr::BatchCall> one_by_one;
  for (int i = 0; i < 2000; ++i) {
    qpcr::SampleObservation sample;
    const unsigned wells = random() % 4 + 1;
    for (unsigned well = 0; well < wells; ++well) {
      const auto any = [&](double lower) { return random() % 5 == 0 ? none() : cq(lower + uniform(random) / 10); };
      sample.replicates.push_back(
          replicate("w", {{"DR1", any(27)}, {"DR2", any(28)}, {"DREF", any(21)}, {"DSPK", any(23)}}));
    }
    observations.push_back(to_compact(program, sample));
    const auto decided = qpcr::decide(program, observations.back(), context);
    one_by_one.push_back({decided.outcome, decided.score_class, decided.depends_on_imputed_cq, decided.needs_review});
  }
  std::array<int, 5> outcomes{};
  for (const auto& call : one_by_one) ++outcomes[static_cast<std::size_t>(call.outcome)];
  CHECK(outcomes[0] > 20);
  CHECK(outcomes[2] > 20);
  CHECK(outcomes[3] > 20);
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{2000}}) {
    std::vector<qpcr::BatchCall> calls(observations.size());
    for (std::size_t from = 0; from < calls.size(); from += size) {
      const std::size_t count = std::min(size, calls.size() - from);
      qpcr::decide_batch(program, context, std::span(observations).subspan(from, count),
                         std::span(calls).subspan(from, count));
    }
    CHECK(calls == one_by_one);
  }
  for (const std::size_t threads : {std::size_t{2}, std::size_t{5}}) {
    std::vector<qpcr::BatchCall> calls(observations.size());
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      const std::size_t from = calls.size() * t / threads;
      const std::size_t count = calls.size() * (t + 1) / threads - from;
      workers.emplace_back([&, from, count] {
        qpcr::decide_batch(program, context, std::span(observations).subspan(from, count),
                           std::span(calls).subspan(from, count));
      });
    }
    for (std::thread& worker : workers) worker.join();
    CHECK(calls == one_by_one);
  }
}
