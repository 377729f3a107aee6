// Finds both limits in the sample and in its resamples.
#include "libqpcr/study/roc/gray_zone.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// The value of the subject at a 0-based place in the order of suspicion.
double find_ordered(const RocCounts& counts, const std::vector<long>& group, long place) {
  long passed = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    passed += group[i];
    if (passed > place) return counts.values[i];
  }
  return nothing;
}

double find_quantile(const RocCounts& counts, const std::vector<long>& group, long total, double probability) {
  const double position = probability * static_cast<double>(total - 1);
  const auto below = static_cast<long>(position);
  const double lower = find_ordered(counts, group, below);
  const double part = position - static_cast<double>(below);
  if (part == 0.0) return lower;
  return lower + part * (find_ordered(counts, group, below + 1) - lower);
}

/// The most suspicious value at or beyond which the share `level` of the cases lies.
double find_two_graph_sensitivity(const RocCounts& counts, double level) {
  long beyond = 0;
  for (std::size_t i = counts.size(); i-- > 0;) {
    beyond += counts.cases[i];
    if (static_cast<double>(beyond) / static_cast<double>(counts.case_total) >= level && counts.cases[i] > 0)
      return counts.values[i];
  }
  return nothing;
}

/// The least suspicious value before which the share `level` of the controls lies.
double find_two_graph_specificity(const RocCounts& counts, double level) {
  long before = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool has_subjects = counts.cases[i] + counts.controls[i] > 0;
    if (has_subjects && static_cast<double>(before) / static_cast<double>(counts.control_total) >= level)
      return counts.values[i];
    before += counts.controls[i];
  }
  return nothing;
}

double find_sensitivity_limit(const RocCounts& counts, const GrayZoneOptions& options) {
  return options.method == GrayZoneMethod::quantiles
             ? find_quantile(counts, counts.cases, counts.case_total, 1.0 - options.level)
             : find_two_graph_sensitivity(counts, options.level);
}

double find_specificity_limit(const RocCounts& counts, const GrayZoneOptions& options) {
  return options.method == GrayZoneMethod::quantiles
             ? find_quantile(counts, counts.controls, counts.control_total, options.level)
             : find_two_graph_specificity(counts, options.level);
}

Estimate find_share(const RocCounts& counts, const std::vector<long>& group, long total, const GrayZoneResult& zone) {
  long inside = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.values[i] > *zone.lower.value && counts.values[i] < *zone.upper.value) inside += group[i];
  }
  Estimate made;
  made.value = static_cast<double>(inside) / static_cast<double>(total);
  made.interval = clopper_pearson_interval(inside, total, zone.confidence);
  return made;
}

void describe_zone(const RocCounts& counts, GrayZoneResult& result) {
  const double sign = counts.direction == RocDirection::higher_is_case ? 1.0 : -1.0;
  std::string why;
  if (!result.sensitivity_limit.value || !result.specificity_limit.value) {
    why = "roc_no_point_meets_criterion";
  } else if (sign * *result.sensitivity_limit.value >= sign * *result.specificity_limit.value) {
    why = "roc_no_gray_zone";
  }
  if (!why.empty()) {
    for (Estimate* one :
         {&result.lower, &result.upper, &result.cases_inside, &result.controls_inside, &result.valid_range})
      *one = not_estimable(why);
    return;
  }
  const bool higher = counts.direction == RocDirection::higher_is_case;
  result.lower = higher ? result.sensitivity_limit : result.specificity_limit;
  result.upper = higher ? result.specificity_limit : result.sensitivity_limit;
  result.cases_inside = find_share(counts, counts.cases, counts.case_total, result);
  result.controls_inside = find_share(counts, counts.controls, counts.control_total, result);
  const double range = std::abs(counts.values.back() - counts.values.front());
  result.valid_range.value = 1.0 - (*result.upper.value - *result.lower.value) / range;
}

}  // namespace

std::string_view to_string(GrayZoneMethod method) {
  return method == GrayZoneMethod::quantiles ? "quantiles" : "two_graph";
}

void GrayZoneOptions::validate() const {
  check_roc_fraction("confidence", confidence);
  resampling.validate();
  if (!(level > 0.5 && level < 1.0))
    refuse_request(ErrorCode::invalid_option, "level", format_double(level),
                   "a number between 0.5 and 1, both excluded");
}

GrayZoneResult estimate_gray_zone(const RocSample& sample, const GrayZoneOptions& options) {
  options.validate();
  const RocCounts counts = count_roc_sample(sample, options.direction);
  GrayZoneResult result;
  result.method = to_string(options.method);
  result.direction = counts.direction;
  result.confidence = options.confidence;
  result.cases = counts.case_total;
  result.controls = counts.control_total;
  note_automatic_direction(options.direction, counts.direction, result.warnings);
  if (const auto why = find_missing_group(result.cases, result.controls)) {
    for (Estimate* one : {&result.sensitivity_limit, &result.specificity_limit, &result.lower, &result.upper,
                          &result.cases_inside, &result.controls_inside, &result.valid_range})
      *one = not_estimable(*why);
    return result;
  }
  result.sensitivity_limit = make_estimate(find_sensitivity_limit(counts, options), "roc_no_point_meets_criterion");
  result.specificity_limit = make_estimate(find_specificity_limit(counts, options), "roc_no_point_meets_criterion");
  if (options.resampling.replicates > 0) {
    const RocReplicates replicates =
        resample_roc(counts, options.resampling, 2, [&](const RocCounts& resampled, std::span<double> values) {
          values[0] = find_sensitivity_limit(resampled, options);
          values[1] = find_specificity_limit(resampled, options);
        });
    Estimate* limits[] = {&result.sensitivity_limit, &result.specificity_limit};
    for (std::size_t i = 0; i < 2; ++i) {
      if (limits[i]->value)
        *limits[i] =
            make_bootstrap_estimate(*limits[i]->value, summarize_replicates(replicates.values[i], options.confidence));
    }
  }
  // Fewer subjects than 1/(1 − level) never show a share between the level and 1.
  const double least = 1.0 / (1.0 - options.level);
  if (static_cast<double>(std::min(result.cases, result.controls)) < least)
    result.warnings.push_back({"roc_gray_zone_few_subjects", {{"least", format_double(std::round(least))}}});
  describe_zone(counts, result);
  return result;
}

}  // namespace qpcr
