// Names and sentences of the amplification rules.
#include "libqpcr/curve/amplification.hpp"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/curve_analysis.hpp"

namespace qpcr {
namespace {

struct RuleName {
  AmplificationRule rule;
  std::string_view name;
  const char* message;
};

constexpr std::array<RuleName, 11> rule_names{{
    {AmplificationRule::too_few_points, "too_few_points", "curve_too_few_points"},
    {AmplificationRule::falls, "falls", "curve_falls"},
    {AmplificationRule::flat, "flat", "curve_flat"},
    {AmplificationRule::noise, "noise", "curve_noise"},
    {AmplificationRule::no_steepness, "no_steepness", "curve_drift"},
    {AmplificationRule::no_takeoff, "no_takeoff", "curve_drift"},
    {AmplificationRule::straight, "straight", "curve_drift"},
    {AmplificationRule::step, "step", "curve_step"},
    {AmplificationRule::slow_growth, "slow_growth", "curve_slow_growth"},
    {AmplificationRule::not_sustained, "not_sustained", "curve_not_sustained"},
    {AmplificationRule::amplified, "amplified", "curve_amplified"},
}};

const RuleName& find_name(AmplificationRule rule) {
  for (const RuleName& name : rule_names) {
    if (name.rule == rule) return name;
  }
  return rule_names.back();
}

std::string format_measure(double value) {
  return std::isfinite(value) ? format_fixed(value, value < 10.0 ? 1 : 0) : "–";
}

std::string format_percent(double share) { return format_fixed(100.0 * share, 1); }

}  // namespace

std::string_view to_string(AmplificationRule rule) { return find_name(rule).name; }

std::string_view to_string(AmplificationVerdict verdict) {
  switch (verdict) {
    case AmplificationVerdict::not_amplified:
      return "not_amplified";
    case AmplificationVerdict::odd:
      return "odd";
    case AmplificationVerdict::typical:
      return "typical";
  }
  return "not_amplified";
}

AmplificationReason::operator Message() const { return describe(*this); }

Message describe(const AmplificationReason& reason) {
  Message message;
  message.id = find_name(reason.rule).message;
  switch (reason.rule) {
    case AmplificationRule::too_few_points:
      message.values = {{"points", format_fixed(reason.value, 0)}, {"needed", format_fixed(reason.limit, 0)}};
      break;
    case AmplificationRule::not_sustained:
      message.values = {{"cycles", format_fixed(reason.value, 0)}};
      break;
    case AmplificationRule::falls:
    case AmplificationRule::flat:
    case AmplificationRule::step:
      break;
    default:
      message.values = {{"rise_over_noise", format_measure(reason.rise_over_noise)}};
  }
  return message;
}

Message describe_verdict(const AmplificationCall& call) {
  if (call.verdict == AmplificationVerdict::not_amplified) return describe(call.reason);
  const CurveShape& shape = call.shape;
  return {call.verdict == AmplificationVerdict::odd ? "curve_odd_shape" : "curve_typical_shape",
          {{"ground_percent", format_percent(shape.ground_slope_share)},
           {"end_percent", format_percent(shape.end_slope_share)},
           {"oddness", format_fixed(shape.oddness, 3)},
           {"limit", format_fixed(CurveShape::largest_oddness, 2)}}};
}

AmplificationCall call_amplification(CurveView curve) {
  CurveAnalyser analyser;
  analyser.analyse(curve);
  return analyser.call();
}

}  // namespace qpcr
