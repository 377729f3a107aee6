// Repeats of a sample by the plan of its definition.
#include "libqpcr/assay/repeats.hpp"

#include <algorithm>
#include <string>

namespace qpcr {
namespace {

bool agree(const SampleCall& left, const SampleCall& right) {
  if (left.outcome != right.outcome) return false;
  const bool both = left.score_class && right.score_class;
  return both ? left.score_class->id == right.score_class->id : !left.score_class && !right.score_class;
}

bool is_conclusive(Outcome outcome) { return outcome != Outcome::invalid && outcome != Outcome::indeterminate; }

/// The later of two calls that agree on a conclusion, among the first three.
std::optional<std::size_t> find_agreement(std::span<const SampleCall> calls, std::span<const std::size_t> valid) {
  const std::size_t count = std::min<std::size_t>(valid.size(), 3);
  for (std::size_t later = 1; later < count; ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (!is_conclusive(calls[valid[later]].outcome)) continue;
      if (agree(calls[valid[earlier]], calls[valid[later]])) return valid[later];
    }
  }
  return std::nullopt;
}

/// How many of the calls the plan asked for: up to and with the first that is conclusive and asked for no repeat; by
/// `two_of_three`, once a repeat was asked for, up to the agreement of two.
std::size_t count_requested(const RepeatPlan& plan, std::span<const SampleCall> calls) {
  std::vector<std::size_t> valid;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].outcome == Outcome::invalid) continue;
    valid.push_back(i);
    const bool alone = plan.decision == RepeatDecision::last || valid.size() == 1;
    const bool stands = alone ? is_conclusive(calls[i].outcome) && !calls[i].repeat
                              : find_agreement(calls, std::span<const std::size_t>(valid)).has_value();
    if (stands) return i + 1;
  }
  return calls.size();
}

void count_call(RepeatResolution& resolution, std::span<const SampleCall> calls, std::size_t index) {
  resolution.outcome = calls[index].outcome;
  resolution.score_class = calls[index].score_class;
  resolution.counting = index;
}

}  // namespace

std::optional<Message> request_repeat(const RepeatPlan& plan, std::span<const RepeatCause> causes) {
  if (plan.maximum < 1) return std::nullopt;
  for (const RepeatRequest& request : plan.rules) {
    if (std::find(causes.begin(), causes.end(), request.cause) == causes.end()) continue;
    Message message{"repeat_from_" + std::string(to_string(request.from)), {{"maximum", std::to_string(plan.maximum)}}};
    if (!request.instruction.empty()) {
      message.id += "_with";
      message.values.emplace_back("instruction", request.instruction);
    }
    return message;
  }
  return std::nullopt;
}

RepeatResolution resolve_repeats(const AssayDefinition& definition, std::span<const SampleCall> all) {
  RepeatResolution resolution;
  if (all.empty()) return resolution;
  const RepeatPlan& plan = definition.repeat;
  const std::span<const SampleCall> calls = all.first(count_requested(plan, all));
  const auto allowed = static_cast<std::size_t>(std::max(plan.maximum, 0)) + 1;
  std::vector<std::size_t> valid;
  std::size_t beyond = 0;
  std::size_t invalid = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].outcome == Outcome::invalid) {
      ++invalid;
    } else if (valid.size() < allowed) {
      valid.push_back(i);
    } else {
      ++beyond;
    }
  }
  if (valid.empty()) {
    resolution.counting = calls.size() - 1;
  } else if (plan.decision == RepeatDecision::last || valid.size() == 1) {
    count_call(resolution, calls, valid.back());
  } else if (const std::optional<std::size_t> agreed = find_agreement(calls, valid)) {
    count_call(resolution, calls, *agreed);
  } else {
    resolution.outcome = Outcome::indeterminate;
    resolution.reasons.push_back({"repeats_disagree", {{"count", std::to_string(valid.size())}}});
  }

  const auto message = [&](const char* id, std::size_t count) {
    resolution.reasons.push_back({id, {{"count", std::to_string(count)}}});
    resolution.needs_review = true;
  };
  const auto positives = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const SampleCall& call) { return call.outcome == Outcome::positive; }));
  if (positives > 0 && resolution.outcome != Outcome::positive) message("repeats_outweigh_positive", positives);
  if (all.size() > calls.size()) message("repeat_not_requested", all.size() - calls.size());
  if (beyond > 0) message("repeats_beyond_plan", beyond);
  if (invalid > 0 && !valid.empty()) {
    resolution.reasons.push_back({"repeats_invalid_left_out", {{"count", std::to_string(invalid)}}});
  }
  if (!is_conclusive(resolution.outcome)) {
    resolution.needs_review = true;
    const SampleCall& latest = calls.back();
    const std::size_t standing = resolution.counting.value_or(calls.size() - 1);
    std::optional<Message> asked = latest.repeat ? latest.repeat : calls[standing].repeat;
    // Two that disagree ask for the third, which neither of them asked for.
    if (!asked && !resolution.counting) {
      const RepeatCause cause = RepeatCause::indeterminate;
      asked = request_repeat(plan, std::span<const RepeatCause>(&cause, 1));
    }
    const bool room = calls.size() < allowed;
    resolution.needs_repeat = room && (asked || !resolution.counting);
    if (resolution.needs_repeat) resolution.repeat = std::move(asked);
    if (!room && calls.size() > 1) message("repeats_used_up", calls.size() - 1);
  }
  return resolution;
}

}  // namespace qpcr
