// The one spelling of every enumerator of the room, for TOML, JSON and messages alike.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "libqpcr/assay/definition.hpp"

namespace qpcr::names {

template <typename E, std::size_t N>
using Table = std::array<std::pair<E, std::string_view>, N>;

inline constexpr Table<AssayStatus, 4> assay_status{{{AssayStatus::simulated, "simulated"},
                                                     {AssayStatus::literature_reproduction, "literature_reproduction"},
                                                     {AssayStatus::template_only, "template_only"},
                                                     {AssayStatus::released, "released"}}};
inline constexpr Table<TargetRole, 3> target_role{{{TargetRole::target, "target"},
                                                   {TargetRole::reference, "reference"},
                                                   {TargetRole::internal_control, "internal_control"}}};
inline constexpr Table<ControlKind, 3> control_kind{{{ControlKind::no_template, "no_template"},
                                                     {ControlKind::negative, "negative"},
                                                     {ControlKind::positive, "positive"}}};
inline constexpr Table<Outcome, 4> outcome{{{Outcome::positive, "positive"},
                                            {Outcome::negative, "negative"},
                                            {Outcome::indeterminate, "indeterminate"},
                                            {Outcome::invalid, "invalid"}}};
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
inline constexpr Table<CovariateKind, 2> covariate_kind{
    {{CovariateKind::number, "number"}, {CovariateKind::category, "category"}}};
inline constexpr Table<MissingPolicy, 2> missing_policy{
    {{MissingPolicy::refuse, "refuse"}, {MissingPolicy::indeterminate, "indeterminate"}}};
inline constexpr Table<Transform, 4> transform{
    {{Transform::none, "none"}, {Transform::log10, "log10"}, {Transform::ln, "ln"}, {Transform::sqrt, "sqrt"}}};
inline constexpr Table<ValueKind, 4> value_kind{{{ValueKind::delta_cq, "delta_cq"},
                                                 {ValueKind::linear, "linear"},
                                                 {ValueKind::logistic, "logistic"},
                                                 {ValueKind::max_of_sigmoids, "max_of_sigmoids"}}};
inline constexpr Table<Relation, 4> relation{{{Relation::at_most, "at_most"},
                                              {Relation::below, "below"},
                                              {Relation::at_least, "at_least"},
                                              {Relation::above, "above"}}};
inline constexpr Table<Comparison, 2> comparison{
    {{Comparison::unrounded, "unrounded"}, {Comparison::rounded, "rounded"}}};

template <typename E, std::size_t N>
constexpr std::string_view find(const Table<E, N>& table, E value) {
  for (const auto& [enumerator, name] : table) {
    if (enumerator == value) return name;
  }
  return "unknown";
}

}  // namespace qpcr::names
