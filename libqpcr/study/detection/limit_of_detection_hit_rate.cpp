// The chosen model of the hit rates, and the table of all.
#include "libqpcr/study/detection/limit_of_detection_hit_rate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

ModelRow summarise(const DoseResponse& curve) {
  ModelRow row;
  row.model = DetectionModel::regression;
  row.link = curve.options.link;
  row.scale = curve.options.scale;
  row.levels = curve.levels;
  row.limit = curve.doses.front().delta;
  row.second = curve.doses.front().fieller;
  if (curve.why_absent) return row;
  row.aic = curve.aic;
  row.deviance = curve.deviance;
  row.pearson = curve.pearson;
  row.degrees_of_freedom = curve.degrees_of_freedom;
  return row;
}

ModelRow summarise(const SingleHitFit& fit) {
  ModelRow row;
  row.model = DetectionModel::single_hit;
  row.limit = fit.doses.front().wald;
  row.second = fit.doses.front().profile;
  if (fit.why_absent) return row;
  row.aic = fit.aic;
  row.deviance = fit.deviance;
  row.pearson = fit.pearson;
  row.degrees_of_freedom = fit.degrees_of_freedom;
  row.levels = fit.degrees_of_freedom + 1;
  return row;
}

std::vector<HitRate> list_levels(const std::vector<HitRow>& rows, double confidence) {
  std::vector<HitRate> levels;
  for (const HitRow& row : rows) {
    HitRate level;
    level.row = row;
    if (row.tested > 0) {
      level.rate = static_cast<double>(row.positive) / static_cast<double>(row.tested);
      level.wilson = wilson_interval(row.positive, row.tested, confidence);
    }
    levels.push_back(level);
  }
  std::stable_sort(levels.begin(), levels.end(),
                   [](const HitRate& a, const HitRate& b) { return a.row.dose < b.row.dose; });
  return levels;
}

void find_lowest(HitRateDetection& found) {
  for (const HitRate& level : found.levels) {
    if (!level.rate || level.row.dose <= 0.0) continue;
    if (*level.rate < found.options.hit_rate) {
      found.lowest_held.reset();
      continue;
    }
    if (!found.lowest_reached) found.lowest_reached = level.row.dose;
    if (!found.lowest_held) found.lowest_held = level.row.dose;
  }
}

void warn(HitRateDetection& found) {
  const double confidence_left = 1.0 - found.options.confidence;
  if (found.chosen.pearson.p_value && *found.chosen.pearson.p_value < confidence_left) {
    found.warnings.push_back({"detection_model_does_not_fit",
                              {{"p", fmt::format("{:.3g}", *found.chosen.pearson.p_value)},
                               {"statistic", fmt::format("{:.4g}", found.chosen.pearson.statistic)}}});
  }
  if (found.spread && *found.spread > 1.2) {
    found.warnings.push_back({"detection_models_disagree", {{"ratio", fmt::format("{:.2f}", *found.spread)}}});
  }
  if (found.extrapolated) found.warnings.push_back({"detection_limit_extrapolated", {}});
  if (found.single_hit && found.single_hit->positive_blanks > 0) {
    found.warnings.push_back(
        {"detection_blanks_positive", {{"count", fmt::format("{}", found.single_hit->positive_blanks)}}});
  }
  if (found.chosen.limit.interval && found.chosen.limit.interval->lower < 0.0)
    found.warnings.push_back({"detection_interval_below_zero", {}});
}

}  // namespace

void HitRateDetectionOptions::validate() const {
  check_fraction("confidence", confidence);
  check_fraction("hit_rate", hit_rate);
}

HitRateDetection estimate_detection_limit(const std::vector<HitRow>& rows, const HitRateDetectionOptions& options) {
  options.validate();
  check_hit_rows(rows);
  for (const HitRow& row : rows) {
    if (row.dose < 0.0)
      refuse_request(ErrorCode::invalid_value, "dose", fmt::format("{}", row.dose), "a dose of at least 0");
  }
  HitRateDetection found;
  found.options = options;
  found.levels = list_levels(rows, options.confidence);
  find_lowest(found);
  SingleHitOptions hits;
  hits.confidence = options.confidence;
  hits.targets = {options.hit_rate};
  SingleHitFit single = fit_single_hit(rows, hits);
  const auto fit = [&](BinomialLink link, DoseScale scale) {
    DoseResponseOptions curve;
    curve.link = link;
    curve.scale = scale;
    curve.dispersion = options.dispersion;
    curve.confidence = options.confidence;
    curve.targets = {options.hit_rate};
    return fit_dose_response(rows, curve);
  };
  for (const DoseScale scale : {DoseScale::log10, DoseScale::linear}) {
    for (const BinomialLink link : {BinomialLink::probit, BinomialLink::logit, BinomialLink::complementary_log_log})
      found.models.push_back(summarise(fit(link, scale)));
  }
  found.models.push_back(summarise(single));
  double least = 0.0;
  double greatest = 0.0;
  for (const ModelRow& row : found.models) {
    if (!row.limit.value || !(*row.limit.value > 0.0)) continue;
    least = least > 0.0 ? std::min(least, *row.limit.value) : *row.limit.value;
    greatest = std::max(greatest, *row.limit.value);
  }
  if (least > 0.0) found.spread = greatest / least;
  if (options.model == DetectionModel::regression) {
    found.curve = fit(options.link, options.scale);
    found.chosen = summarise(*found.curve);
  } else {
    found.chosen = found.models.back();
    found.single_hit = std::move(single);
  }
  if (found.chosen.limit.value && !found.levels.empty()) {
    double lowest = 0.0;
    for (const HitRate& level : found.levels) {
      if (level.row.dose > 0.0 && lowest <= 0.0) lowest = level.row.dose;
    }
    found.extrapolated = *found.chosen.limit.value < lowest || *found.chosen.limit.value > found.levels.back().row.dose;
  }
  warn(found);
  return found;
}

}  // namespace qpcr
