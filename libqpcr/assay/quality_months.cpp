// Summarising months of control results.
#include "libqpcr/assay/quality_months.hpp"

#include <cmath>

namespace qpcr {

SampleStatistics describe_values(std::span<const double> values) {
  SampleStatistics result;
  result.count = static_cast<int>(values.size());
  if (values.empty()) return result;
  double sum = 0.0;
  for (const double value : values) sum += value;
  const double mean = sum / result.count;
  result.mean = mean;
  if (values.size() < 2) return result;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  result.sd = std::sqrt(squares / (result.count - 1));
  return result;
}

std::vector<QualityMonth> summarise_months(const QualityHistory& history) {
  std::vector<QualityMonth> months;
  for (std::size_t s = 0; s < history.series.size(); ++s) {
    const QualitySeries& series = history.series[s];
    std::vector<double> cumulative;
    std::size_t i = 0;
    while (i < series.points.size()) {
      QualityMonth month;
      month.series = s;
      month.month = series.points[i].time.day.substr(0, 7);
      std::vector<double> all;
      std::vector<double> accepted;
      for (; i < series.points.size() && series.points[i].time.day.substr(0, 7) == month.month; ++i) {
        const QualityPoint& point = series.points[i];
        month.warnings += point.verdict == QualityVerdict::warning ? 1 : 0;
        month.rejections += point.verdict == QualityVerdict::reject ? 1 : 0;
        month.not_detected += point.value ? 0 : 1;
        month.excluded += point.exclusion ? 1 : 0;
        if (!point.value || point.exclusion) continue;
        all.push_back(*point.value);
        if (point.verdict == QualityVerdict::reject) continue;
        accepted.push_back(*point.value);
        cumulative.push_back(*point.value);
      }
      month.all = describe_values(all);
      month.accepted = describe_values(accepted);
      month.cumulative = describe_values(cumulative);
      if (series.limits && month.accepted.mean)
        month.shift_sd = (*month.accepted.mean - series.limits->mean) / series.limits->sd;
      if (series.limits && month.accepted.sd) month.sd_ratio = *month.accepted.sd / series.limits->sd;
      months.push_back(std::move(month));
    }
  }
  return months;
}

}  // namespace qpcr
