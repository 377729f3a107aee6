// The one spelling of every enumerator of the room, for TOML, JSON and messages alike.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "libqpcr/assay/definition.hpp"

namespace qpcr::names {

template <typename E, std::size_t N>
using Table = std::array<std::pair<E, std::string_view>, N>;

inline constexpr Table<AssayStatus, 5> assay_status{{{AssayStatus::draft, "draft"},
                                                     {AssayStatus::simulated, "simulated"},
                                                     {AssayStatus::literature_reproduction, "literature_reproduction"},
                                                     {AssayStatus::template_only, "template_only"},
                                                     {AssayStatus::released, "released"}}};
inline constexpr Table<TargetRole, 3> target_role{{{TargetRole::target, "target"},
                                                   {TargetRole::reference, "reference"},
                                                   {TargetRole::internal_control, "internal_control"}}};
inline constexpr Table<ControlKind, 12> control_kind{
    {{ControlKind::no_template, "no_template"},
     {ControlKind::negative, "negative"},
     {ControlKind::positive, "positive"},
     {ControlKind::weak_positive, "weak_positive"},
     {ControlKind::calibrator, "calibrator"},
     {ControlKind::standard, "standard"},
     {ControlKind::extraction_blank, "extraction_blank"},
     {ControlKind::unmethylated, "unmethylated"},
     {ControlKind::fully_methylated, "fully_methylated"},
     {ControlKind::conversion, "conversion"},
     {ControlKind::no_reverse_transcription, "no_reverse_transcription"},
     {ControlKind::spike_in, "spike_in"}}};
inline constexpr Table<Outcome, 5> outcome{{{Outcome::positive, "positive"},
                                            {Outcome::negative, "negative"},
                                            {Outcome::indeterminate, "indeterminate"},
                                            {Outcome::invalid, "invalid"},
                                            {Outcome::scored, "scored"}}};
inline constexpr Table<Truth, 4> truth{
    {{Truth::yes, "yes"}, {Truth::no, "no"}, {Truth::unknown, "unknown"}, {Truth::invalid, "invalid"}}};
inline constexpr Table<Claim, 4> claim{{{Claim::diagnosis, "diagnosis"},
                                        {Claim::future_risk, "future_risk"},
                                        {Claim::prognosis, "prognosis"},
                                        {Claim::function, "function"}}};
inline constexpr Table<InternalControlKind, 2> internal_control_kind{
    {{InternalControlKind::exogenous, "exogenous"}, {InternalControlKind::endogenous, "endogenous"}}};
inline constexpr Table<NotDetectedPolicy, 4> not_detected_policy{{{NotDetectedPolicy::censor, "censor"},
                                                                  {NotDetectedPolicy::impute, "impute"},
                                                                  {NotDetectedPolicy::exclude, "exclude"},
                                                                  {NotDetectedPolicy::fail, "fail"}}};
inline constexpr Table<SignalScale, 2> signal_scale{
    {{SignalScale::fluorescence, "fluorescence"}, {SignalScale::normalised, "normalised"}}};
inline constexpr Table<LimitKind, 7> limit_kind{{{LimitKind::not_detected, "not_detected"},
                                                 {LimitKind::at_most, "at_most"},
                                                 {LimitKind::below, "below"},
                                                 {LimitKind::at_least, "at_least"},
                                                 {LimitKind::above, "above"},
                                                 {LimitKind::within, "within"},
                                                 {LimitKind::absent_or_above, "absent_or_above"}}};
inline constexpr Table<CovariateKind, 3> covariate_kind{
    {{CovariateKind::number, "number"}, {CovariateKind::category, "category"}, {CovariateKind::lot, "lot"}}};
inline constexpr Table<MissingPolicy, 2> missing_policy{
    {{MissingPolicy::refuse, "refuse"}, {MissingPolicy::indeterminate, "indeterminate"}}};
inline constexpr Table<Transform, 5> transform{{{Transform::none, "none"},
                                                {Transform::log10, "log10"},
                                                {Transform::ln, "ln"},
                                                {Transform::sqrt, "sqrt"},
                                                {Transform::exp, "exp"}}};
inline constexpr Table<ValueKind, 17> value_kind{{{ValueKind::delta_cq, "delta_cq"},
                                                  {ValueKind::delta_delta_cq, "delta_delta_cq"},
                                                  {ValueKind::relative_amount, "relative_amount"},
                                                  {ValueKind::pfaffl_ratio, "pfaffl_ratio"},
                                                  {ValueKind::quantity, "quantity"},
                                                  {ValueKind::relative_to_control, "relative_to_control"},
                                                  {ValueKind::product, "product"},
                                                  {ValueKind::fraction, "fraction"},
                                                  {ValueKind::poisson, "poisson"},
                                                  {ValueKind::linear, "linear"},
                                                  {ValueKind::logistic, "logistic"},
                                                  {ValueKind::survival, "survival"},
                                                  {ValueKind::max_of_sigmoids, "max_of_sigmoids"},
                                                  {ValueKind::maximum, "maximum"},
                                                  {ValueKind::minimum, "minimum"},
                                                  {ValueKind::bands, "bands"},
                                                  {ValueKind::transform, "transform"}}};
inline constexpr Table<Relation, 4> relation{{{Relation::at_most, "at_most"},
                                              {Relation::below, "below"},
                                              {Relation::at_least, "at_least"},
                                              {Relation::above, "above"}}};
inline constexpr Table<Comparison, 2> comparison{
    {{Comparison::unrounded, "unrounded"}, {Comparison::rounded, "rounded"}}};

inline constexpr Table<CqOrigin, 2> cq_origin{{{CqOrigin::computed, "computed"}, {CqOrigin::vendor, "vendor"}}};
inline constexpr Table<ThresholdOrigin, 3> threshold_origin{{{ThresholdOrigin::plate, "plate"},
                                                             {ThresholdOrigin::fixed, "fixed"},
                                                             {ThresholdOrigin::calibrated, "calibrated"}}};
inline constexpr Table<RequiredShape, 3> required_shape{
    {{RequiredShape::any, "any"}, {RequiredShape::amplified, "amplified"}, {RequiredShape::typical, "typical"}}};
inline constexpr Table<GateFailure, 2> gate_failure{
    {{GateFailure::not_detected, "not_detected"}, {GateFailure::unreadable, "unreadable"}}};
inline constexpr Table<DiscordancePolicy, 3> discordance_policy{{{DiscordancePolicy::bounded, "bounded"},
                                                                 {DiscordancePolicy::indeterminate, "indeterminate"},
                                                                 {DiscordancePolicy::invalid, "invalid"}}};
inline constexpr Table<OutOfRangePolicy, 2> out_of_range_policy{
    {{OutOfRangePolicy::refuse, "refuse"}, {OutOfRangePolicy::invalid, "invalid"}}};
inline constexpr Table<TooOldPolicy, 2> too_old_policy{
    {{TooOldPolicy::invalid, "invalid"}, {TooOldPolicy::indeterminate, "indeterminate"}}};
inline constexpr Table<Orientation, 2> orientation{{{Orientation::rises_with_template, "rises_with_template"},
                                                    {Orientation::falls_with_template, "falls_with_template"}}};
inline constexpr Table<AcceptanceAction, 3> acceptance_action{{{AcceptanceAction::invalid, "invalid"},
                                                               {AcceptanceAction::indeterminate, "indeterminate"},
                                                               {AcceptanceAction::review, "review"}}};
inline constexpr Table<SourceCertainty, 3> source_certainty{{{SourceCertainty::found, "found"},
                                                             {SourceCertainty::recalled, "recalled"},
                                                             {SourceCertainty::assumed, "assumed"}}};
inline constexpr Table<RepeatCause, 5> repeat_cause{{{RepeatCause::gray, "gray"},
                                                     {RepeatCause::indeterminate, "indeterminate"},
                                                     {RepeatCause::discordant, "discordant"},
                                                     {RepeatCause::inhibited, "inhibited"},
                                                     {RepeatCause::invalid, "invalid"}}};
inline constexpr Table<RepeatStep, 4> repeat_step{{{RepeatStep::pcr, "pcr"},
                                                   {RepeatStep::conversion, "conversion"},
                                                   {RepeatStep::extraction, "extraction"},
                                                   {RepeatStep::recollection, "recollection"}}};
inline constexpr Table<RepeatDecision, 2> repeat_decision{
    {{RepeatDecision::last, "last"}, {RepeatDecision::two_of_three, "two_of_three"}}};

template <typename E, std::size_t N>
constexpr std::string_view find(const Table<E, N>& table, E value) {
  for (const auto& [enumerator, name] : table) {
    if (enumerator == value) return name;
  }
  return "unknown";
}

}  // namespace qpcr::names
