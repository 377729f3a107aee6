// Sorts the values of both groups and counts them.
#include "libqpcr/study/roc/roc_sample.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/radix_sort.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

/// Values times `sign`, ascending.
std::vector<double> sort_values(const std::vector<double>& values, double sign) {
  std::vector<double> sorted(values.size());
  std::transform(values.begin(), values.end(), sorted.begin(), [sign](double value) {
    if (!std::isfinite(value))
      refuse_request(ErrorCode::invalid_value, "value", format_double(value),
                     "a finite number; for a specimen without Cq, one beyond the last cycle");
    return sign * value;
  });
  sort_ascending(sorted);
  return sorted;
}

}  // namespace

std::string_view to_string(RocDirection direction) {
  switch (direction) {
    case RocDirection::higher_is_case:
      return "higher";
    case RocDirection::lower_is_case:
      return "lower";
    case RocDirection::automatic:
      break;
  }
  return "auto";
}

RocDirection parse_roc_direction(std::string_view text) {
  for (const RocDirection direction :
       {RocDirection::higher_is_case, RocDirection::lower_is_case, RocDirection::automatic}) {
    if (text == to_string(direction)) return direction;
  }
  refuse_request(ErrorCode::invalid_option, "direction", std::string(text), "higher, lower or auto");
}

RocDirection decide_roc_direction(const RocSample& sample, RocDirection direction) {
  if (direction != RocDirection::automatic) return direction;
  return median(sample.cases) < median(sample.controls) ? RocDirection::lower_is_case : RocDirection::higher_is_case;
}

RocCounts count_roc_sample(const RocSample& sample, RocDirection direction) {
  RocCounts counts;
  counts.direction = decide_roc_direction(sample, direction);
  const double sign = counts.direction == RocDirection::higher_is_case ? 1.0 : -1.0;
  const std::vector<double> cases = sort_values(sample.cases, sign);
  const std::vector<double> controls = sort_values(sample.controls, sign);
  counts.case_total = static_cast<long>(cases.size());
  counts.control_total = static_cast<long>(controls.size());
  counts.values.reserve(cases.size() + controls.size());
  counts.cases.reserve(cases.size() + controls.size());
  counts.controls.reserve(cases.size() + controls.size());
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < cases.size() || j < controls.size()) {
    const bool case_is_next = j == controls.size() || (i < cases.size() && cases[i] <= controls[j]);
    const double value = case_is_next ? cases[i] : controls[j];
    const std::size_t first_case = i;
    const std::size_t first_control = j;
    while (i < cases.size() && cases[i] == value) ++i;
    while (j < controls.size() && controls[j] == value) ++j;
    counts.values.push_back(sign * value);
    counts.cases.push_back(static_cast<long>(i - first_case));
    counts.controls.push_back(static_cast<long>(j - first_control));
  }
  return counts;
}

void note_automatic_direction(RocDirection asked, RocDirection used, std::vector<Message>& warnings) {
  if (asked == RocDirection::automatic)
    warnings.push_back({"roc_direction_automatic", {{"direction", std::string(to_string(used))}}});
}

std::optional<std::string> find_missing_group(long cases, long controls) {
  if (cases > 0 && controls > 0) return std::nullopt;
  if (cases == 0 && controls == 0) return "not_estimable_no_subjects";
  return cases == 0 ? "not_estimable_no_cases" : "not_estimable_no_controls";
}

Interval make_wald_interval(double estimate, double standard_error, double quantile, Interval bounds) {
  return {std::max(bounds.lower, estimate - quantile * standard_error),
          std::min(bounds.upper, estimate + quantile * standard_error)};
}

void check_roc_fraction(const char* field, double value) {
  if (!(value > 0.0 && value < 1.0))
    refuse_request(ErrorCode::invalid_option, field, format_double(value), "a number between 0 and 1, both excluded");
}

void RocResampling::validate() const {
  if (replicates < 0 || (replicates > 0 && replicates < 100) || replicates > 1'000'000)
    refuse_request(ErrorCode::invalid_option, "replicates", std::to_string(replicates), "0 (none) or 100 to 1000000");
  if (threads < 0) refuse_request(ErrorCode::invalid_option, "threads", std::to_string(threads), "0 (all) or more");
}

}  // namespace qpcr
