// Spelling of curve kinds and statuses.
#include "libqpcr/core/curve.hpp"

#include <array>
#include <utility>

namespace qpcr {
namespace {

constexpr std::array<std::pair<CurveKind, std::string_view>, 6> kind_names{{
    {CurveKind::raw_filter, "raw_filter"},
    {CurveKind::multicomponent, "multicomponent"},
    {CurveKind::normalised, "normalised"},
    {CurveKind::baseline_subtracted, "baseline_subtracted"},
    {CurveKind::background_subtracted, "background_subtracted"},
    {CurveKind::unknown, "unknown"},
}};

}  // namespace

std::string_view to_string(CurveKind kind) {
  for (const auto& [value, name] : kind_names) {
    if (value == kind) return name;
  }
  return "unknown";
}

std::optional<CurveKind> parse_curve_kind(std::string_view text) {
  for (const auto& [value, name] : kind_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(CqStatus status) {
  switch (status) {
    case CqStatus::found:
      return "found";
    case CqStatus::no_amplification:
      return "no_amplification";
    case CqStatus::below_threshold:
      return "below_threshold";
    case CqStatus::fit_failed:
      return "fit_failed";
    case CqStatus::excluded:
      return "excluded";
    case CqStatus::not_measured:
      return "not_measured";
  }
  return "not_measured";
}

}  // namespace qpcr
