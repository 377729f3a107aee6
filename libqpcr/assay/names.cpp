// Spelling of the room's enumerators.
#include "libqpcr/assay/names.hpp"

namespace qpcr {

std::string_view to_string(AssayStatus status) { return names::find(names::assay_status, status); }
std::string_view to_string(TargetRole role) { return names::find(names::target_role, role); }
std::string_view to_string(ControlKind kind) { return names::find(names::control_kind, kind); }
std::string_view to_string(Outcome outcome) { return names::find(names::outcome, outcome); }
std::string_view to_string(Truth truth) { return names::find(names::truth, truth); }
std::string_view to_string(Claim claim) { return names::find(names::claim, claim); }
std::string_view to_string(InternalControlKind kind) { return names::find(names::internal_control_kind, kind); }
std::string_view to_string(NotDetectedPolicy policy) { return names::find(names::not_detected_policy, policy); }
std::string_view to_string(SignalScale scale) { return names::find(names::signal_scale, scale); }
std::string_view to_string(LimitKind kind) { return names::find(names::limit_kind, kind); }
std::string_view to_string(CovariateKind kind) { return names::find(names::covariate_kind, kind); }
std::string_view to_string(MissingPolicy policy) { return names::find(names::missing_policy, policy); }
std::string_view to_string(Transform transform) { return names::find(names::transform, transform); }
std::string_view to_string(ValueKind kind) { return names::find(names::value_kind, kind); }
std::string_view to_string(Relation relation) { return names::find(names::relation, relation); }
std::string_view to_string(Comparison comparison) { return names::find(names::comparison, comparison); }
std::string_view to_string(CqOrigin value) { return names::find(names::cq_origin, value); }
std::string_view to_string(ThresholdOrigin value) { return names::find(names::threshold_origin, value); }
std::string_view to_string(RequiredShape value) { return names::find(names::required_shape, value); }
std::string_view to_string(GateFailure value) { return names::find(names::gate_failure, value); }
std::string_view to_string(DiscordancePolicy value) { return names::find(names::discordance_policy, value); }
std::string_view to_string(OutOfRangePolicy value) { return names::find(names::out_of_range_policy, value); }
std::string_view to_string(TooOldPolicy value) { return names::find(names::too_old_policy, value); }
std::string_view to_string(Orientation value) { return names::find(names::orientation, value); }
std::string_view to_string(AcceptanceAction value) { return names::find(names::acceptance_action, value); }
std::string_view to_string(SourceCertainty value) { return names::find(names::source_certainty, value); }
std::string_view to_string(RepeatCause value) { return names::find(names::repeat_cause, value); }
std::string_view to_string(RepeatStep value) { return names::find(names::repeat_step, value); }
std::string_view to_string(RepeatDecision value) { return names::find(names::repeat_decision, value); }

std::size_t count_calls(const PlateResult& result, Outcome outcome) {
  std::size_t count = 0;
  for (const SampleCall& call : result.calls) count += call.outcome == outcome ? 1U : 0U;
  return count;
}

std::string_view to_symbol(Relation relation) {
  switch (relation) {
    case Relation::at_most:
      return "≤";
    case Relation::below:
      return "<";
    case Relation::at_least:
      return "≥";
    case Relation::above:
      return ">";
  }
  return "?";
}

}  // namespace qpcr
