// Repeats of a sample: what to repeat after a call, and which of several results counts.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "libqpcr/assay/definition.hpp"

namespace qpcr {

/// What the plan asks for: the first of its requests whose cause is among those of a call. Its message names the step
/// to start from; absent where the plan allows no repeats or names no such cause.
std::optional<Message> request_repeat(const RepeatPlan& plan, std::span<const RepeatCause> causes);

/// What several results of one sample say together.
struct RepeatResolution {
  Outcome outcome = Outcome::invalid;
  std::optional<ScoreClassResult> score_class;
  std::optional<std::size_t> counting;  ///< index of the call whose outcome this is; absent where none stands for it
  bool needs_repeat = false;            ///< the plan asks for another, and allows it
  std::optional<Message> repeat;        ///< from which step; set only where needs_repeat
  bool needs_review = false;
  std::vector<Message> reasons;  ///< empty for a sample that was tested once
};

/// Resolves the calls of one sample, in order of time, by the definition's plan.
///
/// A conclusive call that asked for no repeat stands: no later call was asked for, so none counts, and all are
/// reviewed. Invalid calls never turn a valid one: they only count as repeats that were made. Of the others the first
/// 1 + RepeatPlan::maximum count; later ones are named and do not, so that no one tests until it fits. `last`: the last
/// of them. `two_of_three`: one alone; of two or three that were asked for, the outcome (and class) that two share, the
/// first two or three; where no two agree the sample is indeterminate.
///
/// No positive is lost without a word: where a valid positive is outvoted, or follows beyond the plan, a reason says so
/// and the result needs review.
RepeatResolution resolve_repeats(const AssayDefinition& definition, std::span<const SampleCall> calls);

}  // namespace qpcr
