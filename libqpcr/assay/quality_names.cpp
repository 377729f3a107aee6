// Spelling of the enumerators of run-to-run quality control.
#include <array>
#include <utility>

#include "libqpcr/assay/control_history.hpp"

namespace qpcr {
namespace {

template <typename E, std::size_t N>
using Spellings = std::array<std::pair<E, std::string_view>, N>;

constexpr Spellings<SeriesKind, 3> kinds{
    {{SeriesKind::cq, "cq"}, {SeriesKind::slope, "slope"}, {SeriesKind::intercept, "intercept"}}};
constexpr Spellings<LimitsOrigin, 2> origins{{{LimitsOrigin::given, "given"}, {LimitsOrigin::frozen, "frozen"}}};
constexpr Spellings<ControlRule, 11> rules{{{ControlRule::one_2s, "1-2s"},
                                            {ControlRule::one_3s, "1-3s"},
                                            {ControlRule::two_2s, "2-2s"},
                                            {ControlRule::r_4s, "R-4s"},
                                            {ControlRule::four_1s, "4-1s"},
                                            {ControlRule::ten_x, "10-x"},
                                            {ControlRule::seven_t, "7-T"},
                                            {ControlRule::short_series_n2s, "n2s"},
                                            {ControlRule::short_series_n3s, "n3s"},
                                            {ControlRule::earlier_out, "earlier_out"},
                                            {ControlRule::not_detected, "not_detected"}}};
constexpr Spellings<QualityVerdict, 5> verdicts{{{QualityVerdict::excluded, "excluded"},
                                                 {QualityVerdict::not_judged, "not_judged"},
                                                 {QualityVerdict::in_control, "in_control"},
                                                 {QualityVerdict::warning, "warning"},
                                                 {QualityVerdict::reject, "reject"}}};

template <typename E, std::size_t N>
std::string_view spell(const Spellings<E, N>& table, E value) {
  for (const auto& [each, text] : table) {
    if (each == value) return text;
  }
  return "?";
}

template <typename E, std::size_t N>
std::optional<E> find(const Spellings<E, N>& table, std::string_view spelling) {
  for (const auto& [each, text] : table) {
    if (text == spelling) return each;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(SeriesKind kind) { return spell(kinds, kind); }
std::string_view to_string(LimitsOrigin origin) { return spell(origins, origin); }
std::string_view to_string(ControlRule rule) { return spell(rules, rule); }
std::string_view to_string(QualityVerdict verdict) { return spell(verdicts, verdict); }
std::optional<SeriesKind> parse_series_kind(std::string_view text) { return find(kinds, text); }
std::optional<LimitsOrigin> parse_limits_origin(std::string_view text) { return find(origins, text); }

bool rejects(ControlRule rule) {
  switch (rule) {
    case ControlRule::one_2s:
    case ControlRule::seven_t:
    case ControlRule::short_series_n2s:
    case ControlRule::earlier_out:
      return false;
    default:
      return true;
  }
}

}  // namespace qpcr
