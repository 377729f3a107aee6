// Points and months of run-to-run quality control as CSV.
#include "libqpcr/report/quality_export.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

void add_key(CsvWriter& csv, const SeriesKey& key) {
  csv.add(to_string(key.kind)).add(key.control).add(key.target).add(key.instrument).add(key.reagent_lot);
  csv.add(key.control_lot);
}

void add_header(CsvWriter& csv, const std::vector<std::string_view>& more) {
  for (const std::string_view name : {"kind", "control", "target", "instrument", "reagent_lot", "control_lot"})
    csv.add(name);
  for (const std::string_view name : more) csv.add(name);
  csv.end_row();
}

std::optional<double> mean_of(const QualitySeries& series) {
  return series.limits ? std::optional<double>(series.limits->mean) : std::nullopt;
}

std::optional<double> sd_of(const QualitySeries& series) {
  return series.limits ? std::optional<double>(series.limits->sd) : std::nullopt;
}

void add_statistics(CsvWriter& csv, const SampleStatistics& statistics) {
  csv.add_number(static_cast<long>(statistics.count)).add_number(statistics.mean).add_number(statistics.sd);
}

}  // namespace

std::string render_quality_csv(const QualityHistory& history) {
  CsvWriter csv(',', true);
  add_header(csv, {"run", "date", "value", "wells", "mean", "sd", "z", "si_upper", "si_lower", "n2s", "n3s", "verdict",
                   "rules", "forms_limits", "exclusion", "source", "simulated"});
  for (const QualitySeries& series : history.series) {
    for (const QualityPoint& point : series.points) {
      add_key(csv, series.key);
      csv.add(point.run).add(point.started_at).add_number(point.value);
      csv.add_number(static_cast<long>(point.wells.size()));
      csv.add_number(mean_of(series)).add_number(sd_of(series)).add_number(point.z);
      if (point.short_series) {
        csv.add_number(point.short_series->upper).add_number(point.short_series->lower);
        csv.add_number(point.short_series->warning_limit).add_number(point.short_series->rejection_limit);
      } else {
        csv.add_empty().add_empty().add_empty().add_empty();
      }
      std::string rules;
      for (const QualityFinding& finding : point.findings) {
        if (!rules.empty()) rules += ' ';
        rules += to_string(finding.rule);
      }
      csv.add(to_string(point.verdict)).add(rules).add(point.forms_limits ? "true" : "false");
      csv.add(point.exclusion.value_or("")).add(point.source).add(history.simulated ? "SIMULATED" : "");
      csv.end_row();
    }
  }
  return std::string(byte_order_mark) + csv.text();
}

std::string render_months_csv(const QualityHistory& history, const std::vector<QualityMonth>& months) {
  CsvWriter csv(',', true);
  add_header(csv, {"month", "n", "mean", "sd", "n_accepted", "mean_accepted", "sd_accepted", "n_cumulative",
                   "mean_cumulative", "sd_cumulative", "mean_limits", "sd_limits", "shift_sd", "sd_ratio", "warnings",
                   "rejections", "not_detected", "excluded", "simulated"});
  for (const QualityMonth& month : months) {
    const QualitySeries& series = history.series[month.series];
    add_key(csv, series.key);
    csv.add(month.month);
    add_statistics(csv, month.all);
    add_statistics(csv, month.accepted);
    add_statistics(csv, month.cumulative);
    csv.add_number(mean_of(series)).add_number(sd_of(series)).add_number(month.shift_sd).add_number(month.sd_ratio);
    for (const int count : {month.warnings, month.rejections, month.not_detected, month.excluded})
      csv.add_number(static_cast<long>(count));
    csv.add(history.simulated ? "SIMULATED" : "");
    csv.end_row();
  }
  return std::string(byte_order_mark) + csv.text();
}

}  // namespace qpcr
