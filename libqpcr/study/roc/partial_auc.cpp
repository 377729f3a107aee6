// Sums the trapezoids of the ROC curve inside a range.
#include "libqpcr/study/roc/partial_auc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

/// Area over lower … upper under the straight line from (x0, y0) to (x1, y1), x0 ≤ x1.
double add_trapezoid(double x0, double y0, double x1, double y1, double lower, double upper) {
  const double from = std::max(x0, lower);
  const double to = std::min(x1, upper);
  if (!(to > from)) return 0.0;
  const double slope = (y1 - y0) / (x1 - x0);
  return (to - from) * (y0 + slope * (0.5 * (from + to) - x0));
}

/// Area under the chance diagonal in the range, the least that the correction knows.
double compute_chance_area(double lower, double upper) {
  return 0.5 * ((1.0 - lower) * (1.0 - lower) - (1.0 - upper) * (1.0 - upper));
}

double correct(double area, double lower, double upper) {
  const double least = compute_chance_area(lower, upper);
  if (area < least) return std::numeric_limits<double>::quiet_NaN();
  return 0.5 * (1.0 + (area - least) / (upper - lower - least));
}

}  // namespace

void PartialAucOptions::validate() const {
  check_roc_fraction("confidence", confidence);
  resampling.validate();
  if (!(lower >= 0.0 && lower < upper && upper <= 1.0))
    refuse_request(ErrorCode::invalid_option, "range", format_double(lower) + " … " + format_double(upper),
                   "0 ≤ lower < upper ≤ 1");
}

double compute_partial_auc(const RocCounts& counts, RocAxis axis, double lower, double upper) {
  const auto m = static_cast<double>(counts.case_total);
  const auto n = static_cast<double>(counts.control_total);
  double area = 0.0;
  double sensitivity = 1.0;
  double specificity = 0.0;
  long negatives_missed = 0;
  long negatives_true = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    negatives_missed += counts.cases[i];
    negatives_true += counts.controls[i];
    const double next_sensitivity = (m - static_cast<double>(negatives_missed)) / m;
    const double next_specificity = static_cast<double>(negatives_true) / n;
    area += axis == RocAxis::specificity
                ? add_trapezoid(specificity, sensitivity, next_specificity, next_sensitivity, lower, upper)
                : add_trapezoid(next_sensitivity, next_specificity, sensitivity, specificity, lower, upper);
    sensitivity = next_sensitivity;
    specificity = next_specificity;
  }
  return area;
}

PartialAucResult estimate_partial_auc(const RocSample& sample, const PartialAucOptions& options) {
  options.validate();
  const RocCounts counts = count_roc_sample(sample, options.direction);
  PartialAucResult result;
  result.direction = counts.direction;
  result.confidence = options.confidence;
  result.cases = counts.case_total;
  result.controls = counts.control_total;
  note_automatic_direction(options.direction, counts.direction, result.warnings);
  if (const auto why = find_missing_group(result.cases, result.controls)) {
    result.area = not_estimable(*why);
    result.corrected = not_estimable(*why);
    return result;
  }
  const double area = compute_partial_auc(counts, options.axis, options.lower, options.upper);
  result.area.value = area;
  result.corrected = make_estimate(correct(area, options.lower, options.upper), "roc_partial_area_below_chance");
  if (options.resampling.replicates == 0 || result.cases < 2 || result.controls < 2) {
    const char* why = options.resampling.replicates == 0 ? "roc_no_replicates" : "roc_variance_needs_two_of_each";
    result.area.why_absent = Message{why, {}};
    if (result.corrected.value) result.corrected.why_absent = Message{why, {}};
    return result;
  }
  const RocReplicates replicates =
      resample_roc(counts, options.resampling, 2, [&](const RocCounts& resampled, std::span<double> values) {
        values[0] = compute_partial_auc(resampled, options.axis, options.lower, options.upper);
        values[1] = correct(values[0], options.lower, options.upper);
      });
  result.area = make_bootstrap_estimate(area, summarize_replicates(replicates.values[0], options.confidence));
  if (!result.corrected.value) return result;
  const RocBootstrap bootstrap = summarize_replicates(replicates.values[1], options.confidence);
  result.corrected = make_bootstrap_estimate(*result.corrected.value, bootstrap);
  if (bootstrap.without_value > 0)
    result.warnings.push_back({"roc_replicates_without_value", {{"count", std::to_string(bootstrap.without_value)}}});
  return result;
}

}  // namespace qpcr
