// Repeats: what is asked for, and which of several results counts.
#include <catch2/catch.hpp>

#include "libqpcr/assay/repeats.hpp"
#include "tests/assay/support.hpp"

using assay_test::has_reason;
using qpcr::Outcome;
using qpcr::RepeatCause;
using qpcr::RepeatDecision;
using qpcr::RepeatStep;

namespace {

qpcr::AssayDefinition plan(RepeatDecision decision, int maximum) {
  qpcr::AssayDefinition definition;
  definition.repeat.maximum = maximum;
  definition.repeat.decision = decision;
  definition.repeat.rules = {{RepeatCause::inhibited, RepeatStep::extraction, "1:5"},
                             {RepeatCause::gray, RepeatStep::pcr, ""},
                             {RepeatCause::indeterminate, RepeatStep::conversion, ""},
                             {RepeatCause::invalid, RepeatStep::recollection, ""}};
  return definition;
}

constexpr Outcome positive = Outcome::positive;
constexpr Outcome negative = Outcome::negative;
constexpr Outcome open = Outcome::indeterminate;
constexpr Outcome invalid = Outcome::invalid;

std::vector<qpcr::SampleCall> calls(const std::vector<Outcome>& outcomes) {
  std::vector<qpcr::SampleCall> made;
  for (const Outcome outcome : outcomes) {
    qpcr::SampleCall call;
    call.outcome = outcome;
    if (outcome == open || outcome == invalid) call.repeat = qpcr::Message{"repeat_from_pcr", {{"maximum", "2"}}};
    made.push_back(std::move(call));
  }
  return made;
}

struct Row {
  std::vector<Outcome> outcomes;
  Outcome outcome;
  int counting;  ///< −1: none
  bool needs_repeat;
  bool positive_outweighed;
};

void check(RepeatDecision decision, int maximum, const std::vector<Row>& rows) {
  const auto definition = plan(decision, maximum);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    const auto made = calls(rows[i].outcomes);
    const auto resolved = qpcr::resolve_repeats(definition, made);
    CHECK(resolved.outcome == rows[i].outcome);
    CHECK((resolved.counting ? static_cast<int>(*resolved.counting) : -1) == rows[i].counting);
    CHECK(resolved.needs_repeat == rows[i].needs_repeat);
    CHECK(resolved.repeat.has_value() == rows[i].needs_repeat);
    CHECK(has_reason(resolved.reasons, "repeats_outweigh_positive") == rows[i].positive_outweighed);
    if (rows[i].positive_outweighed) CHECK(resolved.needs_review);
  }
}

}  // namespace

TEST_CASE("the first request whose cause a call has is made, with its step and instruction") {
  const auto definition = plan(RepeatDecision::last, 2);
  const auto ask = [&](const std::vector<RepeatCause>& causes) {
    return qpcr::request_repeat(definition.repeat, causes);
  };
  CHECK(ask({RepeatCause::invalid})->id == "repeat_from_recollection");
  CHECK(ask({RepeatCause::invalid, RepeatCause::inhibited})->id == "repeat_from_extraction_with");
  CHECK(qpcr::find_value(*ask({RepeatCause::inhibited}), "instruction") == "1:5");
  CHECK(qpcr::find_value(*ask({RepeatCause::gray}), "maximum") == "2");
  CHECK(ask({RepeatCause::indeterminate, RepeatCause::gray})->id == "repeat_from_pcr");
  CHECK_FALSE(ask({RepeatCause::discordant}));
  CHECK_FALSE(ask({}));
  CHECK_FALSE(qpcr::request_repeat({}, std::vector<RepeatCause>{RepeatCause::invalid}));
}

TEST_CASE("last: the last valid result counts, and none that is invalid") {
  check(RepeatDecision::last, 2,
        {{{positive}, positive, 0, false, false},
         {{negative}, negative, 0, false, false},
         {{open}, open, 0, true, false},
         {{invalid}, invalid, 0, true, false},
         {{open, negative}, negative, 1, false, false},
         {{open, positive}, positive, 1, false, false},
         {{invalid, positive}, positive, 1, false, false},
         {{positive, invalid}, positive, 0, false, false},
         {{negative, invalid}, negative, 0, false, false},
         {{open, invalid}, open, 0, true, false},
         {{open, invalid, negative}, negative, 2, false, false},
         {{positive, negative}, positive, 0, false, false},
         {{negative, positive}, negative, 0, false, true},
         {{positive, open}, positive, 0, false, false},
         {{open, negative, positive}, negative, 1, false, true},
         {{open, open, open}, open, 2, false, false},
         {{invalid, invalid, invalid}, invalid, 2, false, false},
         {{negative, negative, negative, positive}, negative, 0, false, true},
         {{positive, negative, positive}, positive, 0, false, false}});
}

TEST_CASE("two of three: agreement counts, one alone stands, three that differ are indeterminate") {
  check(RepeatDecision::two_of_three, 2,
        {{{positive}, positive, 0, false, false},
         {{open}, open, 0, true, false},
         {{open, positive}, open, -1, true, true},
         {{positive, negative}, positive, 0, false, false},
         {{negative, positive}, negative, 0, false, true},
         {{positive, positive}, positive, 0, false, false},
         {{negative, positive, positive}, negative, 0, false, true},
         {{negative, positive, negative}, negative, 0, false, true},
         {{open, negative, negative}, negative, 2, false, false},
         {{open, positive, positive, negative}, positive, 2, false, false},
         {{open, positive, positive}, positive, 2, false, false},
         {{open, positive, negative}, open, -1, false, true},
         {{open, open, positive}, open, -1, false, true},
         {{invalid, positive}, positive, 1, false, false},
         {{positive, invalid, negative}, positive, 0, false, false},
         {{invalid, invalid}, invalid, 1, true, false}});
}

TEST_CASE("without a plan the first valid result stands, and later ones are named") {
  const qpcr::AssayDefinition none;
  const auto resolve = [&](const std::vector<Outcome>& outcomes) {
    const auto made = calls(outcomes);
    return qpcr::resolve_repeats(none, made);
  };
  CHECK(resolve({}).outcome == invalid);
  CHECK_FALSE(resolve({}).counting);
  CHECK(resolve({invalid, positive}).outcome == positive);
  const auto more = resolve({negative, positive});
  CHECK(more.outcome == negative);
  CHECK(has_reason(more.reasons, "repeat_not_requested"));
  CHECK(has_reason(resolve({open, positive}).reasons, "repeats_beyond_plan"));
  CHECK(has_reason(more.reasons, "repeats_outweigh_positive"));
  CHECK(more.needs_review);
  CHECK(has_reason(resolve({invalid, positive}).reasons, "repeats_invalid_left_out"));
  CHECK_FALSE(resolve({open}).needs_repeat);
  CHECK(resolve({positive}).reasons.empty());
  const auto used_up = resolve({open, open});
  CHECK(has_reason(used_up.reasons, "repeats_used_up"));
}

TEST_CASE("scores agree where their classes do") {
  const auto definition = plan(RepeatDecision::two_of_three, 2);
  const auto scored = [](const char* id) {
    qpcr::SampleCall call;
    call.outcome = Outcome::scored;
    call.repeat = qpcr::Message{"repeat_from_pcr", {{"maximum", "2"}}};
    if (*id != '\0') call.score_class = qpcr::ScoreClassResult{id, {}};
    return call;
  };
  const auto resolve = [&](const std::vector<qpcr::SampleCall>& made) {
    return qpcr::resolve_repeats(definition, made);
  };
  CHECK(resolve({scored("low"), scored("high"), scored("high")}).score_class->id == "high");
  CHECK(resolve({scored("low"), scored("high")}).outcome == Outcome::indeterminate);
  CHECK(resolve({scored(""), scored("")}).outcome == Outcome::scored);
  CHECK(resolve({scored(""), scored("low")}).outcome == Outcome::indeterminate);
  CHECK(resolve({scored("low"), scored("")}).outcome == Outcome::indeterminate);
  // Two that disagree ask for a third though neither asked for it.
  auto unasked = std::vector{scored("low"), scored("high")};
  for (auto& call : unasked) call.repeat.reset();
  CHECK(resolve(unasked).counting == std::size_t{0});
  auto open_calls = std::vector{scored("low"), scored("high")};
  open_calls[0].outcome = open;
  open_calls[0].repeat.reset();
  open_calls[1].repeat.reset();
  CHECK(resolve(open_calls).repeat->id == "repeat_from_conversion");
}

TEST_CASE("a plan without a request for the cause asks for none, but two that disagree need a third") {
  auto definition = plan(RepeatDecision::two_of_three, 2);
  definition.repeat.rules.clear();
  auto silent = calls({open});
  silent[0].repeat.reset();
  CHECK_FALSE(qpcr::resolve_repeats(definition, silent).needs_repeat);
  auto two = calls({open, negative});
  two[0].repeat.reset();
  const auto disagreeing = qpcr::resolve_repeats(definition, two);
  CHECK(disagreeing.needs_repeat);
  CHECK_FALSE(disagreeing.repeat);
}

TEST_CASE("a conclusive call that asked for no repeat stands, whatever follows unasked") {
  for (const auto decision : {RepeatDecision::last, RepeatDecision::two_of_three}) {
    for (const auto& [first, then] : {std::pair{positive, negative}, std::pair{negative, positive}}) {
      auto made = calls({first, then});
      const auto resolved = qpcr::resolve_repeats(plan(decision, 2), made);
      CHECK(resolved.outcome == first);
      CHECK(resolved.counting == std::size_t{0});
      CHECK(resolved.needs_review);
      CHECK(has_reason(resolved.reasons, "repeat_not_requested"));
      // One that asked for a repeat waits for it.
      made[0].repeat = qpcr::Message{"repeat_from_pcr", {{"maximum", "2"}}};
      const auto asked = qpcr::resolve_repeats(plan(decision, 2), made);
      CHECK_FALSE(has_reason(asked.reasons, "repeat_not_requested"));
      CHECK(asked.outcome == (decision == RepeatDecision::last ? then : open));
    }
  }
}
