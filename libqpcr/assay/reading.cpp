// What one observation of a target means: detected, not detected, or nothing at all.
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {

TargetReading read_target(const AssayDefinition& definition, const AssayTarget& target,
                          const CqObservation& observation) {
  TargetReading reading;
  // A Cq that is no number is no late Cq: it says nothing.
  const bool found =
      observation.status == CqStatus::found && observation.cq_cycles && std::isfinite(*observation.cq_cycles);
  reading.detected = found && *observation.cq_cycles <= effective_maximum_cq(definition, target);
  reading.late = found && !reading.detected;
  reading.not_detected = reading.late || observation.status == CqStatus::no_amplification ||
                         observation.status == CqStatus::below_threshold;
  if (reading.detected) reading.used_cq_cycles = observation.cq_cycles;
  if (reading.not_detected && target.not_detected.policy == NotDetectedPolicy::impute) {
    reading.imputed = true;
    reading.used_cq_cycles = target.not_detected.cycles;
  }
  return reading;
}

bool satisfies(const AssayDefinition& definition, const CqLimit& limit, const CqObservation& observation) {
  const AssayTarget* target = find_target(definition, limit.target);
  return target != nullptr && satisfies(limit, read_target(definition, *target, observation), observation);
}

bool satisfies(const CqLimit& limit, const TargetReading& reading, const CqObservation& observation) {
  if (reading.not_detected) return limit.kind == LimitKind::not_detected || limit.kind == LimitKind::absent_or_above;
  if (!reading.detected) return false;
  const double cq = *observation.cq_cycles;
  switch (limit.kind) {
    case LimitKind::not_detected:
      return false;
    case LimitKind::at_most:
      return cq <= limit.upper;
    case LimitKind::below:
      return cq < limit.upper;
    case LimitKind::at_least:
      return cq >= limit.lower;
    case LimitKind::above:
    case LimitKind::absent_or_above:
      return cq > limit.lower;
    case LimitKind::within:
      return cq >= limit.lower && cq <= limit.upper;
  }
  return false;
}

Message describe_limit(const CqLimit& limit) {
  Message message{fmt::format("cq_limit_{}", to_string(limit.kind)), {{"target", limit.target}}};
  if (limit.lower) message.values.emplace_back("lower", format_double(*limit.lower));
  if (limit.upper) message.values.emplace_back("upper", format_double(*limit.upper));
  return message;
}

std::string render_limit(const CqLimit& limit) {
  const std::string lower = limit.lower ? format_double(*limit.lower) : "";
  const std::string upper = limit.upper ? format_double(*limit.upper) : "";
  switch (limit.kind) {
    case LimitKind::not_detected:
      return "–";
    case LimitKind::at_most:
      return "≤ " + upper;
    case LimitKind::below:
      return "< " + upper;
    case LimitKind::at_least:
      return "≥ " + lower;
    case LimitKind::above:
      return "> " + lower;
    case LimitKind::within:
      return fmt::format("{}–{}", lower, upper);
    case LimitKind::absent_or_above:
      return "–, > " + lower;
  }
  return {};
}

Message describe_observation(const AssayDefinition& definition, const std::string& target,
                             const CqObservation& observation) {
  const AssayTarget* defined = find_target(definition, target);
  const bool late = defined != nullptr && read_target(definition, *defined, observation).late;
  if (observation.status != CqStatus::found || !observation.cq_cycles) {
    return {fmt::format("cq_{}", to_string(observation.status)), {{"target", target}}};
  }
  Message message{late ? "cq_later_than_maximum" : "cq_found",
                  {{"target", target}, {"cq", format_fixed(*observation.cq_cycles, 2)}}};
  if (late) message.values.emplace_back("maximum", format_double(effective_maximum_cq(definition, *defined)));
  return message;
}

}  // namespace qpcr
